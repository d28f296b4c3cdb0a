"""Asks assay-verify, stage by stage, in the order in which the answers help most, and stops at the first failure."""
import json
import os
import re
import subprocess
import time

from judging import Refused, adapter

RANDOM_PROBLEMS = 300

# name, what it asks, options of assay-verify
STAGES = [
    ("small", "small problems, against values that PyTorch computed", ["--kind", "golden"]),
    ("sizes", "sizes around every vector's edge, large ones, awkward data", ["--kind", "oracle"]),
    ("exact", "small integers: not one bit may differ", ["--kind", "exact"]),
    ("special", "NaN, infinities, denormals, signed zeros", ["--kind", "special"]),
    ("memory", "guard pages on both sides, unaligned operands", ["--kind", "memory"]),
    ("repeat", "the same bits again, after other work, at each thread count", ["--kind", "repeat"]),
    ("laws", "what holds between several runs of any right kernel", ["--kind", "property"]),
    ("gradient", "against finite differences of the forward primitive", ["--kind", "gradient"]),
    ("random", f"{RANDOM_PROBLEMS} random problems", ["--fuzz", str(RANDOM_PROBLEMS)]),
]

PASSED, FAILED, EMPTY, AHEAD = "passed", "failed", "nothing to ask", "not looked at"


class Stage:
    def __init__(self, name, asks, options):
        self.name, self.asks, self.options = name, asks, options
        self.state, self.cases, self.seconds = AHEAD, 0, 0.0
        self.worst, self.failure, self.printed = None, None, ""

    def as_json(self):
        return {"name": self.name, "asks": self.asks, "state": self.state.replace(" ", "_"), "cases": self.cases,
                "worst_ratio": self.worst, "seconds": round(self.seconds, 3)}


class Verifier:
    """One candidate in front of assay-verify. `common`: options for every question."""

    def __init__(self, program, found, plugin, folder, timeout, variant=adapter.VARIANT):
        self.program, self.folder = program, folder
        self.id = f"{found.name}/{variant}"
        self.common = ["--plugin", plugin, "--timeout", f"{timeout:g}"]

    def ask(self, options, extra=()):
        """(exit status, JSON or None, what was printed)"""
        log = os.path.join(self.folder, "verify.log")
        with open(log, "w+b") as printed:
            done = subprocess.run([self.program, "verify", self.id, *options, *extra, *self.common, "--json", "-"],
                                  stdout=subprocess.PIPE, stderr=printed, stdin=subprocess.DEVNULL)
            printed.seek(0)
            text = printed.read(20000).decode(errors="replace")
        try:
            answer = json.loads(done.stdout) if done.stdout else None
        except ValueError:
            answer = None
        if done.returncode not in (0, 1, 3) or (answer is None and done.returncode != 3):
            last = text.strip().splitlines()[-1] if text.strip() else f"exit status {done.returncode}"
            raise Refused(last.removeprefix("assay-verify: "))
        return done.returncode, answer, text

    def run(self, stage):
        started = time.monotonic()
        status, answer, stage.printed = self.ask(stage.options, ["--fail-fast", "--shrink"])
        stage.seconds = time.monotonic() - started
        rows = answer["results"] if answer else []
        stage.cases = sum(row["cases"] for row in rows)
        ratios = [row["worst_ratio"] for row in rows if isinstance(row.get("worst_ratio"), float)]
        stage.worst = max(ratios, default=None)
        stage.failure = next((failure for row in rows for failure in row["failures"]), None)
        skipped = next((row["reason"] for row in rows if row["verdict"] == "SKIP" and row.get("reason")), None)
        if stage.failure:
            stage.state = FAILED
        elif status == 3:
            if skipped:
                raise Refused(skipped)
            stage.state = EMPTY
        else:
            stage.state = PASSED


def diagnose(verifier, failure):
    """What assay-verify --diagnose makes of a failure with wrong values: {"defect", "like", "trials", "wrong"}; None
    when it knows no cause, or when the verdict itself tells it."""
    if failure["verdict"] != "FAIL" or not re.search(r"expected|not written", failure["message"]):
        return None
    asked = ["--diagnose", "--problem", failure["problem"], "--fill", failure["fill"], "--seed", str(failure["seed"])]
    if failure.get("threads", 1) > 1:
        asked += ["--threads", str(failure["threads"])]
    _, answer, _ = verifier.ask(asked)
    if not answer or not answer["cause"]:
        return None
    return {"defect": answer["cause"], "like": answer["like"], "trials": answer["trials"], "wrong": answer["wrong"]}


def wanted(only):
    """The stages; or the one question of `only`, options for assay-verify."""
    if only:
        return [Stage("asked", "the problem asked for", only)]
    return [Stage(*entry) for entry in STAGES]


def run_all(verifier, stages, show):
    """Up to the first failure. `show(stage, done)`: before and after each. The failing stage, or None."""
    for stage in stages:
        show(stage, False)
        verifier.run(stage)
        show(stage, True)
        if stage.failure:
            return stage
    return None
