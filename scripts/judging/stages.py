"""Asks assay-verify, stage by stage, in the order in which the answers help most, and stops at the first failure."""
import json
import os
import re
import shlex
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
    ("use", "thousands of calls, then beside another thread's", ["--kind", "use"]),
    ("laws", "what holds between several runs of any right kernel", ["--kind", "property"]),
    ("gradient", "against finite differences of the forward primitive", ["--kind", "gradient"]),
    ("cover", "all pairs of extremes, block edges, ends of ranges, the largest and the timed sizes", ["--cover"]),
    ("found", "problems that once found a mistake", ["--kind", "random"]),
    ("random", f"{RANDOM_PROBLEMS} random problems", ["--fuzz", str(RANDOM_PROBLEMS)]),
    ("later", "the same bits {:g} seconds after a first call", ["--kind", "use", "--later", "{:g}"]),
]
LATER = 6
FLOATS = ("floats", f"all {2**32:,} floats, one by one", ["--ulp"])
NAMES = [name for name, _, _ in [*STAGES, FLOATS]]

PASSED, FAILED, EMPTY, AHEAD, REFUSED = "passed", "failed", "nothing to ask", "not looked at", "refused"


class Stage:
    def __init__(self, name, asks, options):
        self.name, self.asks, self.options = name, asks, options
        self.state, self.asked, self.passed, self.seconds = AHEAD, 0, 0, 0.0
        self.skips = []  # {"reason", "cases", "refused"}: by the kernel, or not for this check
        self.worst, self.failure, self.printed = None, None, ""

    @property
    def skipped(self):
        return sum(skip["cases"] for skip in self.skips)

    @property
    def refused(self):
        return sum(skip["cases"] for skip in self.skips if skip["refused"])

    def as_json(self):
        return {"name": self.name, "asks": self.asks, "state": self.state.replace(" ", "_"), "cases": self.asked,
                "passed": self.passed, "skipped": self.skipped, "refused": self.refused, "skips": self.skips,
                "worst_ratio": self.worst, "seconds": round(self.seconds, 3)}


LOADING = ("loading it switches denormals off for the whole process, other people's code too: that is what linking with "
           "-ffast-math or -Ofast does; it was undone before anything was judged")


LENIENT = "judged with the leniency that its own descriptor asks for: {}"


class Verifier:
    """One candidate in front of assay-verify. `common`: options for every question."""

    def __init__(self, program, found, plugin, folder, timeout, variant=adapter.VARIANT):
        self.program, self.folder, self.notes = program, folder, found.notes
        self.id = f"{found.name}/{variant}"
        self.common = ["--plugin", plugin, "--timeout", f"{timeout:g}"]

    def ask(self, options, extra=()):
        """(exit status, JSON or None, what was printed)"""
        log = os.path.join(self.folder, "verify.log")
        with open(log, "w+b") as printed:
            done = subprocess.run([self.program, "verify", self.id, *self.common, *options, *extra, "--json", "-"],
                                  stdout=subprocess.PIPE, stderr=printed, stdin=subprocess.DEVNULL)
            printed.seek(0)
            text = printed.read(20000).decode(errors="replace")
        lenient = re.search(r"its descriptor asks for leniency: (.*)", text)
        if lenient and not any("leniency" in note for note in self.notes):
            self.notes.append(LENIENT.format(lenient[1]))
        if re.search(r"loading it changed the floating-point control", text) and LOADING not in self.notes:
            self.notes.append(LOADING)
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
        sweep = "--ulp" in stage.options
        status, answer, stage.printed = self.ask(stage.options, [] if sweep else ["--fail-fast", "--shrink"])
        stage.seconds = time.monotonic() - started
        rows = answer["results"] if answer else []
        if sweep:
            rows = [swept(row, shlex.join(["assay", "verify", self.id, *stage.options])) for row in rows]
        stage.asked = sum(row["cases"] for row in rows)
        stage.passed = sum(row["passed"] for row in rows)
        stage.skips = [skip for row in rows for skip in row.get("skips", [])]
        ratios = [row["worst_ratio"] for row in rows if isinstance(row.get("worst_ratio"), float)]
        stage.worst = max(ratios, default=None)
        stage.failure = next((failure for row in rows for failure in row["failures"]), None)
        if stage.failure:
            stage.state = FAILED
            thrown = re.search(r"terminate called[^\n]*", stage.printed)
            if thrown and "SIGABRT" in stage.failure["message"]:
                stage.failure["thrown"] = thrown[0]
        elif status == 3:
            stage.state = REFUSED if stage.refused else EMPTY
        else:
            stage.state = PASSED


def swept(row, repro):
    """A result of the sweep over all floats as one case: they would outnumber all others."""
    failures, at = [], row.get("first_wrong")
    if row["verdict"] not in ("PASS", "SKIP"):
        message = row.get("message") or (
            f"of {row['inputs']} floats {row['wrong']} are wrong, the smallest x = {at['x']} "
            f"({float.fromhex(at['x']):.9g}): expected {at['value']:.9g}, got {float(at['got']):.9g}")
        failures = [{"verdict": row["verdict"], "message": message, "problem": row["function"], "repro": repro}]
    skips = [{"reason": row.get("reason", ""), "cases": 1, "refused": 1}] if row["verdict"] == "SKIP" else []
    return {"cases": 1, "passed": int(row["verdict"] == "PASS"), "failures": failures, "skips": skips}


def diagnose(verifier, failure):
    """What assay-verify --diagnose makes of a failure with wrong values: {"defect", "like", "trials", "wrong"}; None
    when it knows no cause, or when the verdict itself tells it."""
    if failure["verdict"] != "FAIL" or "fill" not in failure or not re.search(r"expected|not written", failure["message"]):
        return None
    asked = ["--diagnose", "--problem", failure["problem"], "--fill", failure["fill"], "--seed", str(failure["seed"])]
    if failure.get("threads", 1) > 1:
        asked += ["--threads", str(failure["threads"])]
    _, answer, _ = verifier.ask(asked)
    if not answer or not answer["cause"]:
        return None
    return {"defect": answer["cause"], "like": answer["like"], "trials": answer["trials"], "wrong": answer["wrong"]}


def reasons(stages):
    """{reason: cases} of what the kernel refused, the most first."""
    found = {}
    for skip in (skip for stage in stages for skip in stage.skips if skip["refused"]):
        found[skip["reason"]] = found.get(skip["reason"], 0) + skip["cases"]
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def wanted(only, primitive, stride, later, named=None):
    """The stages, of these names if there are any; or the one question of `only`, options for assay-verify. `stride`: of
    the sweep over all floats. `later`: seconds of the stage of that name; 0: without it."""
    if only:
        return [Stage("asked", "the problem asked for", only)]
    name, asks, options = FLOATS
    if stride > 1:
        asks = f"every {stride}th float"
    floats = [(name, asks, [*options, "--stride", str(stride)])] if primitive["univariate"] else []
    return [Stage(name, asks.format(later), [option.format(later) for option in options])
            for name, asks, options in STAGES + floats
            if (name in named if named else True) and (later or name != "later")]


def run_all(verifier, stages, show):
    """Up to the first failure. `show(stage, done)`: before and after each. The failing stage, or None."""
    for stage in stages:
        show(stage, False)
        verifier.run(stage)
        show(stage, True)
        if stage.failure:
            return stage
    return None
