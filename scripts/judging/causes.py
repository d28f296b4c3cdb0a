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
    (r"has other bits when run again .* after another problem",
     "something survives from one call to the next: a static variable, or a buffer that is only set the first time."),
    (r"has other bits when run again .* with (\d+) threads?",
     "the result depends on the run or on the number of threads: a race, or sums that are split differently."),
    (r"left the floating-point control register changed",
     "rounding mode, flush-to-zero or the trap masks were changed and not restored; callers would compute "
     "differently from then on."),
    (r"^no answer within",
     "it never came back: most likely a loop whose end is never reached (an extent of 0? a step of 0?)."),
    (r"tried to ", "a kernel computes; it opens, starts and sends nothing. (--sandbox of assay verify says what is "
                   "allowed.)"),
    (r"SIGFPE", "a division of integers by zero: some extent may be 0."),
    (r"SIGABRT", "it gave up by itself: a failed assertion, or memory of malloc that was written past its end."),
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
    meaning = of_message(message)
    if meaning:
        return meaning
    fast_math = re.search(r"-Ofast|-ffast-math|-ffinite-math-only", found.compiled or "")
    if failure["verdict"] == "FAIL" and fast_math and re.search(r"(expected|got) -?(nan|inf)", message):
        return (f"{fast_math[0]} lets the compiler assume that there are no NaN and no infinities: it drops isnan() and "
                "turns comparisons round. See whether it is right without that flag.")
    if failure["verdict"] == "FAIL" and re.search(r"expected nan, got", message):
        return ("a NaN among the inputs must reach the output, or a network that has diverged looks healthy "
                "(fmaxf and comparisons drop NaN).")
    return None
