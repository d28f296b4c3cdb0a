#!/usr/bin/env python3
"""The Python program that golden/SCHEMA.md prints runs as it stands, and its file passes.

    schema.py SCHEMA.md PROGRAM    PROGRAM is assay-verify
"""

import importlib.util
import pathlib
import re
import subprocess
import sys
import tempfile


def main():
    if not all(map(importlib.util.find_spec, ("numpy", "h5py"))):
        print("SKIPPED: no numpy or no h5py; scripts/setup installs them")
        return 3
    schema, program = map(pathlib.Path, sys.argv[1:])
    programs = re.findall(r"^```python\n(.*?)^```", schema.read_text(), re.MULTILINE | re.DOTALL)
    if len(programs) != 1:
        print(f"FAIL {schema}: {len(programs)} Python programs, not one")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        written = subprocess.run([sys.executable, "-"], input=programs[0], text=True, cwd=folder)
        judged = subprocess.run([program.resolve(), "--golden", "mine.h5"], capture_output=True, text=True, cwd=folder)
    if written.returncode or judged.returncode or not re.search(r"^PASS ", judged.stdout, re.MULTILINE):
        print(f"FAIL: the program ended with {written.returncode}, the verifier with {judged.returncode}:")
        print(*(f"| {line}" for line in (judged.stdout + judged.stderr).splitlines()), sep="\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
