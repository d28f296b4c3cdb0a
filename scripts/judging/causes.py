"""What a verdict means, in plain words, where its text already tells the cause."""
import re

# a pattern of the verdict's message, and what it means to somebody who did not write the verifier
MEANINGS = [
    (r"(read|touched) (\d+) elements? past the end of (\w+)",
     "a loop over {3} runs too far, or works on whole vectors where fewer elements are left. {3} ends at a guard page "
     "here, so that the first element too many is caught."),
    (r"wrote (\d+) elements? past the end of (\w+)",
     "a loop writes beyond the last element of {2}: in a program, somebody else's memory. Look at the end of the loop "
     "and at stores of whole vectors."),
    (r"(read|wrote|touched) (\d+) elements? before the start of (\w+)",
     "an index into {3} becomes negative: a loop that counts down too far, or a border that is not checked."),
    (r"wrote to the read-only input (\w+)|wrote (\w+)\[",
     "an input was changed; callers rely on inputs staying as they are."),
    (r"a NULL pointer",
     "an operand that this problem does not have is NULL (or there is nothing to read because an extent is 0); test "
     "for that before using it."),
    (r"most likely an aligned vector load or store",
     "operands are aligned to 4 bytes and to nothing more: use loadu and storeu, or peel the loop until aligned."),
    (r"was not written \((\d+) of (\d+) elements were not\)",
     "{1} of {2} output elements never get a value. Outputs hold garbage before the call: a remainder that no vector "
     "covers, a case that returns early, or a sum into memory that was not cleared."),
    (r"depends on what the outputs, workspace or prepared held before",
     "the output is read before it is written, as in y[i] += ... without y[i] = 0 first."),
    (r"not repeatable",
     "two runs on the same inputs differ: a race between threads, or a variable that nobody initialised."),
    (r"has other bits when run again .* later",
     "it goes wrong by the clock: a table that expires, a thread of its own that changes something, or a kernel that "
     "waits until nobody looks."),
    (r"has other bits when run again .* after another problem",
     "something survives from one call to the next: a static variable, or a buffer that is only set the first time."),
    (r"has other bits when run again .* with (\d+) threads?",
     "the result depends on the run or on the number of threads: a race, or sums that are split differently."),
    (r"left the floating-point control register changed",
     "rounding mode, flush-to-zero or the trap masks were changed and not restored; callers would compute "
     "differently from then on."),
    (r"has other bits at call \d+ on the same inputs, after another thread's",
     "something survives a call: a counter, a clock, a cache that fills, or a static variable as another thread's call "
     "left it."),
    (r"has other bits at call \d+ on the same inputs",
     "something adds up over calls: a counter, a generator of random numbers, a cache that fills."),
    (r"it is not reentrant",
     "two threads may call it at the same time: static variables and buffers are shared by both calls. What a call needs "
     "belongs on its stack, or into what it allocates and frees."),
    (r"keeps \d+ bytes of memory after each call", "malloc without free: a program that calls it long enough runs out of memory."),
    (r"did not preserve what a function must",
     "assembly that uses rbx, rbp or r12 to r15 must save and restore them, and name them as clobbered."),
    (r"^no answer within.*stopped itself", "it sent itself SIGSTOP; a kernel returns to its caller."),
    (r"^no answer within.*while its library was loaded",
     "it never got as far as the kernel: a function with __attribute__((constructor)), a C++ object's constructor, or one "
     "of the callbacks does not end."),
    (r"^no answer within.*to read something", "it waits for input; a kernel's data are its parameters, nobody types."),
    (r"^no answer within.*for a lock or another thread",
     "a deadlock: a mutex that is locked twice or never unlocked, or threads that wait for each other."),
    (r"^no answer within.*was waiting", "it waits for something that never comes; a kernel computes and returns."),
    (r"^no answer within",
     "it never came back: most likely a loop whose end is never reached (an extent of 0? a step of 0?)."),
    (r"tried to ", "a kernel computes; it opens, starts and sends nothing. (--sandbox of assay verify says what is "
                   "allowed.)"),
    (r"File size limit", "it writes without end, most likely printing in a loop: what it prints goes to a file here."),
    (r"SIGFPE", "a division of integers by zero: some extent may be 0."),
    (r"SIGABRT", "it gave up by itself: a failed assertion, memory of malloc that was written past its end, or none to be "
     "had (beyond its operands it may take 4 GiB, or half of this machine's)."),
    (r"stack", "the stack overflowed: a large array on the stack (float buffer[n]) or a recursion without end."),
    (r"SIGILL", "an instruction that this processor does not have, or __builtin_unreachable() was reached."),
    (r"ended with exit status", "it called exit(); a kernel returns to its caller."),
]


def of_message(message):
    for pattern, meaning in MEANINGS:
        match = re.search(pattern, message)
        if match:
            return re.sub(r"\{(\d)\}", lambda place: match[int(place[1])] or "", meaning)
    return None


def in_words(failure, found):
    message = failure["message"]
    if failure.get("thrown"):
        return f"{failure['thrown']}: an exception left the kernel; its callers are C, where none may arrive."
    meaning = of_message(message)
    if meaning:
        return meaning
    fast_math = re.search(r"-Ofast|-ffast-math|-ffinite-math-only", found.compiled or "")
    if failure["verdict"] == "FAIL" and fast_math and re.search(r"(expected|got) -?(nan|inf)", message):
        return (f"{fast_math[0]} lets the compiler assume that there are no NaN and no infinities: it drops isnan() and "
                "turns comparisons round. See whether it is right without that flag.")
    narrow = [parameter.name for parameter, type_ in found.arguments or []
              if parameter.kind == "real" and type_ and type_.bytes == 4]
    if failure["verdict"] == "FAIL" and narrow and re.search(r": expected .*, got", message):
        return (f"perhaps that {', '.join(narrow)} {'is' if len(narrow) == 1 else 'are'} taken as float: 0.999 becomes "
                "0.99900001, and 1 - 0.999 has lost four digits. Take double, and see whether it stays.")
    if failure["verdict"] == "FAIL" and re.search(r"expected nan, got", message):
        return ("a NaN among the inputs must reach the output, or a network that has diverged looks healthy "
                "(fmaxf and comparisons drop NaN).")
    return None
