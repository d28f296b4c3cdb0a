#!/usr/bin/env python3
"""Golden files that were right once stay right.

    older.py PROGRAM BEFORE AFTER    PROGRAM is assay-verify; the plugins are grown.c as it was and as it is

A file of the primitive's first days is read after it gained four fields and an operand, and judged as it was meant;
and frozen/ holds a file as version 1 of the schema had it.
"""

import importlib.util
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
GAINED = {"power": 1, "scale": 0.5, "bias": 1, "mode": "negated"}


def write(path, fields, wrong=0.0):
    """y = x as the primitive was, or what `fields` make of it; the first element off by `wrong`."""
    import h5py
    import numpy as np

    x = np.random.default_rng(1).standard_normal(8).astype(np.float32)
    y, bias = x.astype(np.float64), np.array([0.25], dtype=np.float32)
    if fields.get("mode"):
        y = -(y * fields["scale"] * 2 ** fields["power"] + bias)
    y[0] += wrong
    with h5py.File(path, "w") as file:
        file.attrs.update({"schema": "assay-golden", "version": 1, "primitive": "grown", "oracle": "numpy float64",
                           "created": "2024-01-01"})
        case = file.create_group("a")
        case.attrs.update(fields)
        case.create_dataset("in/x", data=x)
        case.create_dataset("out/y", data=y)
        if fields.get("bias"):
            case.create_dataset("in/bias", data=bias)


def main():
    if not all(map(importlib.util.find_spec, ("numpy", "h5py"))):
        print("SKIPPED: no numpy or no h5py; scripts/setup installs them")
        return 3
    program, before, after = sys.argv[1:]
    passed, failed = r"^PASS +grown/naive +golden +1 case", r"^FAIL +grown/naive +golden"
    # name, fields of the file, its first element is off by, plugin, exit status, what is said
    cases = [
        ("of its own days", {"n": 8}, 0, before, 0, passed),
        ("older than its fields", {"n": 8}, 0, after, 0, passed),
        ("older and wrong", {"n": 8}, 0.5, after, 1, failed),
        ("older than some", {"n": 8, "power": 0}, 0, after, 0, passed),
        ("of today", {"n": 8, **GAINED}, 0, after, 0, passed),
        ("without a field that was always there", {}, 0, after, 2, r"attribute 'n' is missing"),
        ("from the future", {"n": 8, **GAINED}, 0, before, 2, r"grown has no such field"),
    ]
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "file.h5"
        for name, fields, wrong, plugin, status, said in cases:
            write(path, fields, wrong)
            bad += judge(name, [program, "grown", "--golden", path, "--plugin", plugin], status, said)
    bad += judge("frozen", [program, "softmax/naive", "--golden", HERE / "frozen/softmax_v1.h5"], 0,
                 r"^PASS +softmax/naive +golden +7 cases")
    return 1 if bad else 0


def judge(name, command, status, said):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == status and re.search(said, done.stdout + done.stderr, re.MULTILINE):
        return 0
    print(f"FAIL a file {name}: exit status {done.returncode}, expected {status} and '{said}':")
    print(*(f"| {line}" for line in (done.stdout + done.stderr).splitlines()), sep="\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
