#!/usr/bin/env python3
"""golden/fills.py and kernels/core/domain.c make the same of every domain, to the bit.

    fill_values.py PROGRAM    PROGRAM is fill_values

Whole numbers are drawn again from seed and stream; probabilities and distributions are made of the real numbers that
the C side says it made them of.
"""

import importlib.util
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP))
sys.dont_write_bytecode = True

PROBLEMS = {"rows=13,cols=7,classes=10": (13, 7), "rows=1,cols=64,classes=1": (1, 64), "rows=64,cols=1": (64, 1),
            "rows=30,cols=90,classes=1099511627776": (30, 90), "rows=0,cols=5": (0, 5), "rows=5,cols=5,classes=0": (5, 5)}
SEEDS = (0, 1, 12345678901234567, 2**64 - 1)
ALONG = {"by_row": 1, "by_column": 0}
BELOW = {"mask": 2, "bytes": 256}


def expected(fills, name, style, stream, below, seed, real, shape):
    if real is None:
        return fills.integers(style, seed, stream, shape[0] * shape[1], BELOW.get(name, below)).reshape(shape)
    if name in ALONG:
        made = fills.distributions(style, seed, stream, real, ALONG[name])
    else:
        made = fills.probabilities(style, real)
    return made.astype("f4" if name == "by_row" else "f8")


def compare(fills, np, lines, seed, shape):
    """(lines compared, what differs)"""
    wrong, real, count = [], None, 0
    for line in lines:
        name, style, stream, below, *values = line.split(" ")
        if style.startswith("real:"):
            real = np.array([float.fromhex(value) for value in values]).reshape(shape)
            continue
        whole = real is None
        got = np.array([int(value) if whole else float.fromhex(value) for value in values]).reshape(shape)
        with np.errstate(over="ignore"):
            made = expected(fills, name, style, int(stream), int(below), seed, real, shape)
        if not np.array_equal(got, made, equal_nan=not whole):
            wrong.append(f"{name} of shape {shape}, {style}, seed {seed}: C and golden/fills.py differ")
        real, count = None, count + 1
    return count, wrong


def main():
    if not importlib.util.find_spec("numpy"):
        print("SKIPPED: no numpy; scripts/setup installs it")
        return 3
    import numpy as np
    from golden import fills

    total, wrong = 0, []
    for problem, shape in PROBLEMS.items():
        for seed in SEEDS:
            said = subprocess.run([sys.argv[1], problem, str(seed)], capture_output=True, text=True, check=True).stdout
            count, differ = compare(fills, np, said.splitlines(), seed, shape)
            total, wrong = total + count, wrong + differ
    styles = len(fills.FILLS)
    operands = 7
    if total != len(PROBLEMS) * len(SEEDS) * styles * operands:
        wrong.append(f"{total} tensors compared, not {operands} of {styles} styles for every problem and seed")
    print(*wrong, sep="\n")
    print(f"{total} tensors compared, {len(wrong)} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
