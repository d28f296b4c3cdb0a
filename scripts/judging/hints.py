"""One hint what limits a right kernel: from its times, the machine's ceilings and the code that the compiler made.

The first of these that holds is said, and how it was found out; where none does, nothing is said.
"""
FAR, NEAR = 0.25, 0.6  # fractions of the roofline
UNEVEN = 4             # times further behind on one problem than on another
CHAINED = 2            # sums in flight that are too few: a fused multiply-add takes four cycles, two start in each


def memory_bound(rung, results):
    """Does the roofline of this problem come from memory, not from arithmetic? None: not known."""
    peak = results.peak(rung.threads)
    if not peak or not rung.bound:
        return None
    return rung.flops / peak < 0.7 * rung.bound


def uneven(ladders):
    behind = []
    for ladder in ladders:
        best = ladder.fastest(lambda rung: not rung.yours and rung.threads <= ladder.yours.threads)
        if best:
            behind.append((ladder.yours.seconds / best.seconds, ladder))
    if len(behind) < 2:
        return None
    behind.sort(key=lambda pair: pair[0])
    (least, good), (most, bad) = behind[0], behind[-1]
    if most < UNEVEN * max(least, 1):
        return None
    return (f"it is {most:.2g} times slower than the best on {bad.short}, but only {max(least, 1):.2g} times on "
            f"{good.short}: look at the order in which the first walks through memory, and at what is done anew for "
            "every element there.")


def not_vectorised(code):
    if not code or not code.scalar_only:
        return None
    text = "the compiler made no vector instructions of it (none in its disassembly): one element at a time. "
    if code.calls:
        return text + (f"It calls {', '.join(code.calls)} for single numbers; a polynomial for exp or log, written "
                       "with arrays of 8 or intrinsics, works on whole vectors.")
    if code.chains:
        return text + ("Sums of floats are added in the order in which C writes them; keep 8 or more partial sums of "
                       "your own, or see whether it stays right with --cflags -ffast-math.")
    return text + ("What often stands in the way: pointers without restrict, branches, a stride in the innermost "
                   "loop.")


def chained(code, rung, memory):
    if memory or not code or not code.chains or max(code.chains) > CHAINED or rung.roofline > FAR:
        return None
    return (f"its innermost loops keep at most {max(code.chains)} sum{'s' * (max(code.chains) > 1)} in flight, and "
            "each addition waits for the one before (about 4 cycles). Eight or more independent sums keep the "
            "arithmetic busy.")


def library_calls(code):
    if not code or not code.calls:
        return None
    return (f"it calls {', '.join(code.calls)} for single numbers, which no compiler turns into vectors without "
            "-ffast-math and a vector maths library; a polynomial on whole vectors is several times faster.")


def threads_idle(rung, ladder):
    more = ladder.fastest(lambda other: other.threads > rung.threads)
    if not more or rung.roofline < FAR:
        return None
    return (f"for one thread that is good. {more.variant} with {more.threads} threads takes "
            f"{more.seconds / rung.seconds:.2g} of its time: sharing out the outer loop is next.")


def hint(ladders, results, code):
    """One sentence or two; None when there is nothing honest to say."""
    ladders = [ladder for ladder in ladders if ladder.yours and ladder.yours.roofline]
    if not ladders or any(ladder.yours.verdict == "IMPOSSIBLE" for ladder in ladders):
        return None  # nothing to praise, and nothing to measure by
    ladder = min(ladders, key=lambda one: one.yours.roofline)
    rung, memory = ladder.yours, memory_bound(ladder.yours, results)
    best = max(ladders, key=lambda one: one.yours.roofline)
    if rung.roofline >= NEAR:
        what = "memory" if memory else "arithmetic"
        idle = threads_idle(best.yours, best) if rung.threads == 1 else None
        return f"it runs at {100 * rung.roofline:.2g} % or more of what this machine's {what} allows; little is left." \
            + (f" {idle[0].upper()}{idle[1:]}" if idle else "")
    return (not_vectorised(code) or uneven(ladders) or chained(code, rung, memory) or library_calls(code)
            or threads_idle(best.yours, best) or passes(rung, memory))


def passes(rung, memory):
    if not memory or rung.roofline < FAR / 2:
        return None
    return (f"the problem is bound by memory, and it moves data at {100 * rung.roofline:.2g} % of what the machine "
            "can: fewer passes over the data, or blocks that stay in the cache between passes, are what helps.")
