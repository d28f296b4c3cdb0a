#!/usr/bin/env python3
"""Judges the kernels of a corpus, and compares with what is expected of each.

A corpus is a file PRIMITIVE.kernels, or FAMILY.kernels, where each is called as its primitive: what all its kernels
begin with, then the kernels, cut at lines of the form

    /* expect: RIGHT */ // name
    /* expect: WRONG FAIL; cause: the shift by the maximum is missing */ // name      a part of the words
    /* expect: WRONG FAIL; cause?: the padding */ // name                             these words, or none
    /* expect: WRONG CRASH; no cause */ // name
    /* expect: REFUSED */ // name

    corpus.py VERIFY_PROGRAM CORPUS [NAME ...]     exit status 0 when all are as expected

All kernels go through one process of the verifier together, so that what is true of a case is worked out once.
--one-by-one asks `assay judge` itself about each, as its user does. --cover asks all together about the problems that
cover the fields too, as it does and the gate has no time for. --fuzz=N asks the right ones alone, about N random
problems of a fresh seed: none may be called wrong. ASSAY_SAMPLE=N: every eighth kernel, which of
the eight by N; unset or `all`: every one.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "scripts"))
sys.dont_write_bytecode = True

from judging import Refused, adapter, candidate, stages  # noqa: E402

EXPECT = re.compile(r"^/\* expect: (RIGHT|REFUSED|WRONG ([\w|]+); (?:cause(\??): (.*)|(no cause))) \*/ // (\w+)$", re.M)
SAMPLED = 8
TIMEOUT, PATIENCE = 10, 60  # seconds for a kernel, and for known mistakes, none of which hangs: machines may be busy


class Kernel:
    def __init__(self, expected, text):
        self.expected, self.name, self.text = expected, expected[6], text  # `expected`: a match of EXPECT
        self.note = ""  # what is particular to it, for people
        self.variant = f"{adapter.VARIANT}_{self.name}"
        self.said = None  # {"verdict", "failure", "cause", "error"}, as assay judge --json says it

    def told(self):
        return f"{self.name} ({self.note})" if self.note else self.name


def read(path):
    """The kernels of a corpus. A line that looks like an expectation and is none is an error."""
    text = path.read_text()
    marks = list(EXPECT.finditer(text))
    meant = text.count("expect:")
    if not marks or meant != len(marks):
        sys.exit(f"{path}: {meant} lines speak of expectations, {len(marks)} can be read")
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    head = text[:marks[0].start()]
    kernels = [Kernel(mark, f"{head}#line {text.count(chr(10), 0, mark.end()) + 1}\n{text[mark.end():end]}")
               for mark, end in zip(marks, ends)]
    if len({kernel.name for kernel in kernels}) != len(kernels):
        sys.exit(f"{path}: two kernels have the same name")
    return kernels


def write(kernel, folder):
    """Its file, in a folder of its own."""
    own = os.path.join(folder, kernel.name)
    os.mkdir(own)
    file = os.path.join(own, f"{kernel.name}.c")
    pathlib.Path(file).write_text(kernel.text)
    return own, file


# ---- one by one


def judge(program, primitive, kernel, folder):
    own, file = write(kernel, folder)
    done = subprocess.run([sys.executable, TOP / "scripts/judge.py", "--verify-program", program, "judge", file, "--json",
                           "--no-speed", *(["--primitive", primitive] if primitive else [])],
                          capture_output=True, text=True, cwd=own, check=False)
    kernel.said = json.loads(done.stdout) if done.stdout else {"verdict": f"exit {done.returncode}: {done.stderr}"}


# ---- all in one process


class Together:
    """Several candidates before assay-verify, each an implementation under its own name."""

    def __init__(self, program, primitives, primitive, folder):
        self.program, self.primitives, self.primitive, self.folder = program, primitives, primitive, folder
        self.verifiers = {}  # kernel -> what can be asked about it alone

    def prepare(self, kernel):
        own, file = write(kernel, self.folder)
        try:
            found = candidate.prepare(file, self.primitives, self.primitive, [], own)
            plugin = adapter.build(found, own, kernel.variant)
        except Refused as error:
            kernel.said = {"verdict": "REFUSED", "error": f"{error}\n{error.shown}"}
            return
        self.verifiers[kernel] = stages.Verifier(self.program, found, plugin, own, PATIENCE, kernel.variant)

    def ask(self, kernels, *options):
        """Each kernel's first failure goes into `said`."""
        command = [self.program, "verify", *(self.verifiers[kernel].id for kernel in kernels), "--fail-fast", *options,
                   *(word for kernel in kernels for word in self.verifiers[kernel].common[:2]),
                   "--timeout", str(TIMEOUT), "--json", "-"]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        if not done.stdout:
            sys.exit(f"{' '.join(command)}\nexit status {done.returncode}: {done.stderr}")
        for row in json.loads(done.stdout)["results"]:
            kernel = next(kernel for kernel in kernels if kernel.variant == row["variant"])
            # the case files' random problems are not among the stages of assay judge
            if row["failures"] and not kernel.said and (row["kind"] != "random" or options):
                kernel.said = {"verdict": "WRONG", "failure": row["failures"][0]}

    def judge(self, kernels):
        for kernel in kernels:
            self.prepare(kernel)
        cover = [("--cover",)] if "--cover" in sys.argv else []
        for options in [(), *cover, ("--fuzz", str(stages.RANDOM_PROBLEMS))]:
            left = [kernel for kernel in kernels if not kernel.said]
            if left:
                self.ask(left, *options)
        for kernel in kernels:
            kernel.said = kernel.said or {"verdict": "RIGHT"}
            if kernel.said.get("failure"):
                kernel.said["cause"] = stages.diagnose(self.verifiers[kernel], kernel.said["failure"])


# ---- as expected?


def disagreement(expected, said):
    """What differs from what is expected, or None."""
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


def chosen(kernels, names):
    """Those named; else the sample; and whether that is all."""
    sample = os.environ.get("ASSAY_SAMPLE", "all")
    if names:
        unknown = set(names) - {kernel.name for kernel in kernels}
        if unknown:
            sys.exit(f"there is no kernel {', '.join(sorted(unknown))}")
        return [kernel for kernel in kernels if kernel.name in names], False
    if sample == "all":
        return kernels, True
    print(f"sample {sample}: every {SAMPLED}th kernel; ASSAY_SAMPLE={sample} chooses the same again")
    return kernels[int(sample) % SAMPLED::SAMPLED] or kernels, False


def false_alarms(together, kernels, problems):
    """How many of the right ones are refused on so many new problems."""
    right = [kernel for kernel in kernels if kernel.expected[1] == "RIGHT"]
    for kernel in right:
        together.prepare(kernel)
    left = [kernel for kernel in right if not kernel.said]
    if left:
        together.ask(left, "--fuzz", problems, "--seed", "fresh")
    wrong = [kernel for kernel in right if kernel.said]
    for kernel in wrong:
        failure = kernel.said.get("failure") or {"message": kernel.said.get("error")}
        print(f"false alarm: {kernel.told()}: {failure['message']}\n  {failure.get('repro')}")
    print(f"{len(right) - len(wrong)} of {len(right)} right kernels pass {problems} random problems")
    return wrong


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    fuzz = next((word.split("=")[1] for word in sys.argv if word.startswith("--fuzz=")), None)
    program, path = os.path.abspath(words[0]), pathlib.Path(words[1])
    kernels, all_of_them = chosen(read(path), words[2:])
    listed = subprocess.run([program, "list", "--json"], capture_output=True, text=True, check=True).stdout
    primitives = {entry["name"]: entry for entry in json.loads(listed)["primitives"]}
    primitive = path.stem if path.stem in primitives else None
    with tempfile.TemporaryDirectory(prefix="assay-corpus-") as folder:
        if fuzz:
            return 1 if false_alarms(Together(program, primitives, primitive, folder), kernels, fuzz) else 0
        if "--one-by-one" in sys.argv:
            for kernel in kernels:
                judge(program, primitive, kernel, folder)
        else:
            Together(program, primitives, primitive, folder).judge(kernels)
    wrong = 0
    for kernel in kernels:
        problem = disagreement(kernel.expected, kernel.said)
        wrong += problem is not None
        cause = kernel.said.get("cause")
        print(f"{'not as expected' if problem else 'as expected'}: {kernel.name}: {problem or kernel.said['verdict']}"
              + (f", {cause['defect']}" if not problem and cause else ""))
    if all_of_them and not any(kernel.said.get("cause") for kernel in kernels):
        print("not as expected: no cause was named at all")
        wrong += 1
    print(f"{len(kernels) - wrong} of {len(kernels)} as expected")
    return 1 if wrong or not kernels else 0


if __name__ == "__main__":
    sys.exit(main())
