#!/usr/bin/env python3
"""generate.py --check turns red for what it is there to catch: each kind of stale or damaged golden data.

It runs on copies of softmax's file and cases.
"""

import contextlib
import hashlib
import io
import os
import pathlib
import shutil
import sys
import tempfile

try:
    import h5py
    import torch  # noqa: F401
except ImportError as missing:
    print(f"SKIPPED: {missing}")
    sys.exit(3)

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP))

from golden import generate  # noqa: E402


def generator(folder, *options):
    """(exit status, what it says) of generate.py on the copy in `folder`."""
    os.environ.update(ASSAY_GOLDEN=str(folder / "golden"), ASSAY_CASES=str(folder / "cases"))
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = generate.main([*options, "softmax"])
    return status, said.getvalue()


class Copy:
    """Softmax's golden file and cases in a folder of their own."""

    def __init__(self, folder):
        self.folder, self.sums = folder, folder / "golden/SHA256SUMS"
        self.file, self.case_file = folder / "golden/softmax.h5", folder / "cases/softmax.cases"

    def case(self, change):
        """Change one case, and the checksum with it, so that only the numbers can give it away."""
        with h5py.File(self.file, "r+") as file:
            change(next(group for group in file.values() if group["out/y"].size > 1))
        self.sums.write_text(f"{hashlib.sha256(self.file.read_bytes()).hexdigest()}  softmax.h5\n")


def nudge(group):
    group["out/y"][0, 0, 0] *= 1 + 1e-9


def spoil(group):
    group["out/y"][0, 0, 0] = float("nan")


def transpose(group):
    swapped = group["in/x"][()].swapaxes(0, 1)
    del group["in/x"]
    group["in/x"] = swapped


DAMAGE = {
    "nothing": (lambda copy: None, 0, "agree to 1e-12"),
    "an output off by 1e-9": (lambda copy: copy.case(nudge), 1, "out/y differs by"),
    "an output that is NaN": (lambda copy: copy.case(spoil), 1, "out/y has NaN or infinities in other places"),
    "an input of another shape": (lambda copy: copy.case(transpose), 1, "in/x has shape"),
    "another field": (lambda copy: copy.case(lambda group: group.attrs.modify("inner", 9)), 1, "is stale"),
    "another fill": (lambda copy: copy.case(lambda group: group.attrs.create("fill", b"tiny")), 1, "is stale"),
    "no output": (lambda copy: copy.case(lambda group: group["out"].pop("y")), 1, "out holds []"),
    "a case more in the case file": (
        lambda copy: copy.case_file.write_text(copy.case_file.read_text() + "\n[golden]\nouter=9,axis_len=9\n"), 1,
        "outer=9,axis_len=9: is not in the file"),
    "no golden case any more": (
        lambda copy: copy.case_file.write_text("[oracle]\nouter=9,axis_len=9\n"), 1, "the case file has no golden case"),
    "a bad case": (lambda copy: copy.case_file.write_text("[golden]\nouter=-1\n"), 2, "softmax.cases:2: outer=-1 is not in"),
    "a misspelt field": (lambda copy: copy.case_file.write_text("[golden]\nouther=1\n"), 2, "there is no field 'outher'"),
    "other bytes": (lambda copy: copy.file.write_bytes(copy.file.read_bytes() + b"\0"), 1, "is not the file that SHA256SUMS"),
    "a truncated file": (lambda copy: os.truncate(copy.file, 3000), 1, "softmax.h5: "),
    "no file": (lambda copy: copy.file.unlink(), 1, "softmax.h5 is missing"),
    "no checksums": (lambda copy: copy.sums.unlink(), 1, "SHA256SUMS is missing"),
}


def main():
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        whole = pathlib.Path(scratch) / "whole"
        (whole / "cases").mkdir(parents=True)
        shutil.copy(TOP / "tests/cases/softmax.cases", whole / "cases")
        generator(whole)
        before = (whole / "golden/softmax.h5").read_bytes()
        generator(whole, "--force")
        if (whole / "golden/softmax.h5").read_bytes() != before:
            print("FAIL generating again gives other bytes")
            wrong += 1
        for number, (name, (damage, status, text)) in enumerate(DAMAGE.items()):
            copy = Copy(pathlib.Path(scratch) / str(number))
            shutil.copytree(whole, copy.folder)
            damage(copy)
            got, said = generator(copy.folder, "--check")
            if got != status or text not in said:
                print(f"FAIL {name}: exit status {got}, not {status}, or no '{text}' in: {said.strip()}")
                wrong += 1
    print(f"{len(DAMAGE) + 1} checks, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
