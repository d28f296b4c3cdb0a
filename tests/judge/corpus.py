#!/usr/bin/env python3
"""Judges every file of a folder, and compares with what its first line says:

    /* expect: RIGHT */
    /* expect: WRONG FAIL; cause: the shift by the maximum is missing */     a part of the words, or `no cause`
    /* expect: WRONG FAIL; cause?: the padding */                            these words, or none
    /* expect: WRONG CRASH; no cause */
    /* expect: REFUSED */

    corpus.py VERIFY_PROGRAM FOLDER [FILE ...]      exit status 0 when all are as expected
"""
import json
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
FIRST = re.compile(r"/\* expect: (RIGHT|REFUSED|WRONG ([\w|]+); (?:cause(\??): (.*)|(no cause))) \*/")


def judge(program, path):
    done = subprocess.run([sys.executable, TOP / "scripts/judge.py", "--verify-program", program, "judge", path.name,
                           "--json", "--no-speed"], capture_output=True, text=True, cwd=path.parent, check=False)
    return json.loads(done.stdout) if done.stdout else {"verdict": f"exit {done.returncode}: {done.stderr}"}


def disagreement(path, said):
    """What differs from the first line, or None."""
    expected = FIRST.match(path.read_text())
    if not expected:
        return "its first line does not say what to expect"
    verdict = expected[1].split()[0]
    if said["verdict"] != verdict:
        return f"expected {verdict}, got {said['verdict']}: {said.get('failure') or said.get('error')}"
    if verdict != "WRONG":
        return None
    if said["failure"]["verdict"] not in expected[2].split("|"):
        return f"expected {expected[2]}, got {said['failure']['verdict']}: {said['failure']['message']}"
    cause = said["cause"] and said["cause"]["defect"]
    if expected[5]:
        return f"expected no cause, got: {cause}" if cause else None
    silent = expected[3] and not cause
    return None if silent or (cause and expected[4] in cause) else f"expected the cause '{expected[4]}', got: {cause}"


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    files = [folder / name for name in sys.argv[3:]] or sorted(folder.glob("*.c"))
    wrong = named = 0
    for path in files:
        said = judge(program, path)
        problem = disagreement(path, said)
        wrong += problem is not None
        print(f"{'not as expected' if problem else 'as expected'}: {path.name}: {problem or said['verdict']}"
              + (f", {said['cause']['defect']}" if not problem and said.get("cause") else ""), flush=True)
        named += bool(said.get("cause"))
    if not named and not sys.argv[3:]:
        print("not as expected: no cause was named at all")
        wrong += 1
    print(f"{len(files) - wrong} of {len(files)} as expected")
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main())
