#!/usr/bin/env python3
"""Hostile golden files: one defect each, which the program must refuse with exit status 2 and one clear line.

    hostile.py PROGRAM [ARGUMENT...]        runs PROGRAM ARGUMENT... FILE for every file
    hostile.py --noise N PROGRAM ...        N files with random bytes: exit status 0 or 2, never a crash
    hostile.py --keep FOLDER ...            leaves the files there

Every file is a good one with one thing changed, and the good one must be accepted: else nothing is shown.
"""

import argparse
import pathlib
import random
import re
import subprocess
import sys
import tempfile

try:
    import h5py

    from hostile_files import HOSTILE, byte_files, good
except ImportError as missing:
    print(f"SKIPPED: {missing}; scripts/setup installs it")
    sys.exit(3)


def run(command, path):
    return subprocess.run([*command, str(path)], capture_output=True, text=True, errors="replace", timeout=120)


def complaint(result, path, expected):
    """None, or what is wrong with the answer."""
    lines = result.stderr.splitlines()
    if result.returncode != 2:
        return f"exit status {result.returncode}, not 2; it says: {result.stderr.strip() or 'nothing'}"
    if len(lines) != 1:
        return f"{len(lines)} lines on stderr, not 1: {lines}"
    if path.name not in lines[0]:
        return f"does not name the file: {lines[0]}"
    if not re.search(expected, lines[0]):
        return f"says: {lines[0]}; expected: {expected}"
    return None


def refuse(command, folder):
    whole = folder / "good.h5"
    good(whole)
    answer = run(command, whole)
    if answer.returncode:
        return [f"the good file is refused: {answer.stderr.strip()}"]
    wrong, count = [], 0

    def judge(name, path, expected):
        what = complaint(run(command, path), path, expected)
        wrong.extend([f"{name}: {what}"] if what else [])

    for name, (expected, change) in HOSTILE.items():
        path = folder / f"{name}.h5"
        path.write_bytes(whole.read_bytes())
        with h5py.File(path, "r+") as file:
            change(file)
        judge(name, path, expected)
        count += 1
    for name, data, expected in byte_files(folder):
        path = folder / (name.replace(" ", "_") + ".h5")
        path.write_bytes(data)
        judge(name, path, expected)
        count += 1
    judge("a folder", folder, r"is not a file")
    judge("no such file", folder / "nowhere.h5", r"No such file")
    print(f"{count + 2} hostile files, {len(wrong)} answered wrongly")
    return wrong


def noise(command, folder, count):
    """Random bytes in the old format, whose structures have no checksums, and in the new one."""
    draw, wrong, accepted = random.Random(20240101), [], 0
    for number in range(count):
        path = folder / f"noise{number}.h5"
        good(path, "earliest" if number % 4 else "v110")
        data = bytearray(path.read_bytes())
        for _ in range(draw.choice((1, 1, 2, 4, 8))):
            place = draw.randrange(len(data))
            data[place] = draw.choice((0, 1, 127, 128, 255, data[place] ^ 1 << draw.randrange(8)))
        path.write_bytes(data)
        answer = run(command, path)
        accepted += answer.returncode == 0
        if answer.returncode:
            what = complaint(answer, path, "")
            wrong += [f"{path.name}: {what}"] if what else []
    print(f"{count} noisy files: {accepted} accepted, {count - accepted - len(wrong)} refused, {len(wrong)} wrong")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--noise", type=int, default=0, metavar="N")
    parser.add_argument("--keep", metavar="FOLDER")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if not options.command:
        parser.error("which program?")
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(options.keep or scratch)
        folder.mkdir(exist_ok=True)
        wrong = noise(options.command, folder, options.noise) if options.noise else refuse(options.command, folder)
    for line in wrong:
        print(f"FAIL {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
