"""Where a right kernel stands: timed by assay-bench, in one run with the project's own and rival libraries."""
import fnmatch
import json
import re
import resource
import signal
import subprocess
from collections import defaultdict

from judging import adapter
from reporting import results

PROBLEMS, BUDGET, LONGEST_CALL, CPU_SECONDS = 3, 40, 2, 600
RUNGS = ["naive", "avx2", "avx512", "*omp"]  # and every rival
BAR = 36
UNITS = [(1e9, "s"), (1e6, "ms"), (1e3, "us"), (1, "ns")]


class Failed(Exception):
    """One line: why there are no times."""


class Forbidden(Exception):
    """What the kernel did that the sandbox stops, and only when it was timed."""


class Wrong(Exception):
    """What the kernel did that no right one does, and only when it was timed: verdict, message, problem."""

    def __init__(self, verdict, message, problem="one of those timed"):
        super().__init__(message)
        self.failure = {"verdict": verdict, "message": message, "problem": problem}


class Rung:
    """One line of the ladder: `seconds` per call, or None and the reason."""

    def __init__(self, measurement):
        self.variant, self.threads, self.peer = measurement.variant, measurement.threads, measurement.peer
        self.seconds = measurement.median * 1e-9 if measurement.timed else None
        self.roofline, self.reason = measurement.roofline, measurement.reason
        self.verdict = measurement.verdict
        self.flops, self.bytes = measurement.counters.get("flops", 0), measurement.counters.get("bytes", 0)

    @property
    def yours(self):
        return self.variant == adapter.VARIANT

    @property
    def name(self):
        return self.variant + (f" ({self.threads} threads)" if self.threads > 1 else "")

    @property
    def bound(self):
        """Seconds that the roofline allows, or None."""
        return self.seconds * self.roofline if self.seconds and self.roofline else None

    def as_json(self):
        return {"variant": self.variant, "threads": self.threads, "peer": self.peer, "seconds": self.seconds,
                "roofline": self.roofline, "verdict": self.verdict, "reason": self.reason or None}


class Ladder:
    """One problem's rungs, slowest first."""

    def __init__(self, problem, rungs, short):
        self.problem, self.short = problem, short
        self.timed = sorted((rung for rung in rungs if rung.seconds), key=lambda rung: -rung.seconds)
        self.left_out = [rung for rung in rungs if not rung.seconds]

    @property
    def yours(self):
        return next((rung for rung in self.timed if rung.yours), None)

    def fastest(self, keep):
        return min((rung for rung in self.timed if keep(rung)), key=lambda rung: rung.seconds, default=None)

    def bounds(self):
        """[(threads, seconds)] of the roofline."""
        found = {}
        for rung in self.timed:
            if rung.bound:
                found.setdefault(rung.threads, rung.bound)
        return sorted(found.items())

    def as_json(self):
        return {"problem": self.problem, "rungs": [rung.as_json() for rung in self.timed + self.left_out],
                "roofline_seconds": {str(threads): seconds for threads, seconds in self.bounds()}}


# ---- measuring


def limit():
    """In the child that times, beside its sandbox, which limits what is written: not for ever."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


def run(program, options, limited=True, foreign=False):
    """`foreign`: somebody's kernel runs in it."""
    done = subprocess.run([program, *options], capture_output=True, text=True, errors="replace",
                          stdin=subprocess.DEVNULL, preexec_fn=limit if limited else None, check=False)
    said = (done.stderr.strip().splitlines() or [f"assay-bench ended with status {done.returncode}"])[-1]
    forbidden = re.search(rf"assay-bench: \w+/{adapter.VARIANT}/.*?: ((?:tried to|made a forbidden) .*)", said)
    if done.returncode == -signal.SIGSYS:
        raise Forbidden("made a forbidden system call")
    if done.returncode == 1 and forbidden:
        raise Forbidden(forbidden[1])
    crashed = re.search(r"assay-bench: crashed \((SIG\w+)\)", said)
    if foreign and crashed:
        raise Wrong("CRASH", f"{crashed[1]}, when it was called again and again")
    if foreign and done.returncode == -signal.SIGXCPU:
        raise Wrong("TIMEOUT", f"no answer within {CPU_SECONDS} s of processor time")
    if foreign and done.returncode < 0:
        raise Wrong("CRASH", f"{signal.Signals(-done.returncode).name} ended the whole program")
    if done.returncode not in (0, 1) or not done.stdout:
        raise Failed(said)
    return done.stdout


def problems(program, name):
    """A few of the default sweep's: the first, the last, and one between them."""
    listed = run(program, [f"{name}/naive", "--benchmark_list_tests"]).split()
    every = list(dict.fromkeys(line.split("/", 2)[2] for line in listed))
    if len(every) <= PROBLEMS:
        return every
    return [every[round(at * (len(every) - 1) / (PROBLEMS - 1))] for at in range(PROBLEMS)]


def rivals(primitive):
    """Whom it is set beside, of those that run here."""
    return [one["variant"] for one in primitive["implementations"] if one["available"]
            and (one.get("peer") or any(fnmatch.fnmatch(one["variant"], rung) for rung in RUNGS))]


def measure(program, found, plugin, budget):
    """(ladders, results): one ladder for each problem."""
    run(program, ["machine", "--json"], limited=False)  # the ceilings, before anything foreign is loaded
    asked = problems(program, found.name)
    options = [f"{found.name}/{variant}" for variant in [*rivals(found.primitive), adapter.VARIANT]]
    options += [f"--problem={problem}" for problem in asked]
    text = run(program, [*options, "--plugin", plugin, f"--budget={budget:g}", f"--longest-call={LONGEST_CALL}",
                         "--benchmark_format=json", "--sandbox"], foreign=True)
    try:
        found_times = results.parse(json.loads(text))
    except (ValueError, results.BadResults) as error:
        raise Failed(f"assay-bench: {error}") from None
    rungs = defaultdict(list)
    for measurement in found_times.measurements:
        rungs[measurement.problem].append(Rung(measurement))
    short = results.short_names(list(rungs))
    return [Ladder(problem, rungs[problem], short[problem]) for problem in rungs], found_times


def failed(ladders):
    """The first rung on which the kernel was found wrong, as a failure of the verifier; None."""
    for at in ladders:
        for rung in at.left_out:
            if rung.yours and rung.verdict == "FAIL":
                return {"verdict": "CRASH" if re.match(r"SIG[A-Z]+\b", rung.reason) else
                        "MISTRUSTED" if "could not have failed" in rung.reason else "FAIL",
                        "message": rung.reason, "problem": at.problem, "threads": rung.threads}
    return None


def too_slow(ladders):
    """Problems whose one call took longer than anybody waits, the smallest of those timed first."""
    slow = [(len(at.problem), at.problem) for at in ladders for rung in at.left_out
            if rung.yours and "takes longer than" in rung.reason]
    return [problem for _, problem in sorted(slow)]


def impossible(ladders):
    """The problems on which the kernel was faster than this machine can be."""
    return [at.problem for at in ladders if at.yours and at.yours.verdict == "IMPOSSIBLE"]


# ---- drawing


def time_text(seconds):
    nanoseconds = seconds * 1e9
    for unit, name in UNITS:
        if nanoseconds >= unit:
            return f"{nanoseconds / unit:.3g} {name}"
    return f"{nanoseconds:.2g} ns"


def draw(ladder, voice):
    """The slowest first; bars are speeds, as parts of the fastest line."""
    lines = [(rung.name, rung.seconds, rung) for rung in ladder.timed]
    lines += [("roofline" + (f" ({threads} threads)" if threads > 1 else ""), seconds, None)
              for threads, seconds in ladder.bounds()]
    lines.sort(key=lambda line: -line[1])
    if not lines:
        return []
    width, best = max(len(name) for name, _, _ in lines), lines[-1][1]
    out = [ladder.short or ladder.problem]
    for name, seconds, rung in lines:
        bar = ("#" if rung else "-") * max(1, round(BAR * best / seconds))
        note = "  IMPOSSIBLE: faster than this machine can be" if rung and rung.verdict == "IMPOSSIBLE" else ""
        line = f"  {name:<{width}}  {time_text(seconds):>8}  {bar}{note}"
        out.append(voice.paint(line, "1;36") if rung and rung.yours else line)
    out += [f"  {rung.name:<{width}}  {rung.reason}" for rung in ladder.left_out if rung.yours]
    return out


def standing(ladder):
    """"yours: 2.1 times as fast as naive, ...; 12 % of the roofline", beside those with no more threads."""
    yours = ladder.yours
    if not yours or yours.verdict == "IMPOSSIBLE":
        return None
    parts = []
    for label, keep in (("naive", lambda rung: rung.variant == "naive"),
                        ("the best here", lambda rung: not rung.peer and not rung.yours
                         and rung.threads <= yours.threads and rung.variant != "naive"),
                        ("the best rival", lambda rung: rung.peer and rung.threads <= yours.threads)):
        other = ladder.fastest(keep)
        if other:
            named = label if label == "naive" else f"{label} ({other.variant})"
            first = "times as fast as" if not parts else "as"
            parts.append(f"{other.seconds / yours.seconds:.2g} {first} {named}")
    roof = f"; {100 * yours.roofline:.2g} % of the roofline" if yours.roofline else ""
    return f"yours: {', '.join(parts)}{roof}"
