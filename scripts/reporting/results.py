"""What a benchmark run found: measurements read from Google Benchmark's JSON, and the contests between them."""
import json
import math
import statistics
from collections import defaultdict
from dataclasses import dataclass, field

NANOSECONDS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}
# First words of variants that are somebody else's library, for results without the `peer` counter.
PEERS = {"openblas", "onednn", "libxsmm", "blis", "gsl", "sleef"}


class BadResults(Exception):
    """The file is not a result of `assay bench`; the text is one line that says why."""


@dataclass
class Measurement:
    """One implementation on one problem at one thread count."""
    primitive: str
    variant: str
    problem: str
    threads: int
    times: list = field(default_factory=list)  # ns per call, one per repetition
    counters: dict = field(default_factory=dict)
    verdict: str = "PASS"  # PASS, IMPOSSIBLE, FAIL, SKIP
    reason: str = ""

    @property
    def timed(self):
        return bool(self.times)

    @property
    def peer(self):
        return bool(self.counters.get("peer", self.variant.split("_")[0] in PEERS))

    @property
    def name(self):
        return f"{self.primitive}/{self.variant}"

    @property
    def median(self):
        return statistics.median(self.times)

    @property
    def quartiles(self):
        """First and third quartile of the times; the extremes when there are fewer than four."""
        if len(self.times) < 4:
            return min(self.times), max(self.times)
        first, _, third = statistics.quantiles(self.times, n=4, method="inclusive")
        return first, third

    @property
    def spread(self):
        """Interquartile range as a fraction of the median."""
        low, high = self.quartiles
        return (high - low) / self.median

    def rate(self, what, time=None):
        """`flops` or `bytes` per second at `time` ns (the median)."""
        return self.counters.get(what, 0.0) / (time or self.median) * 1e9

    @property
    def intensity(self):
        moved = self.counters.get("bytes", 0.0)
        return self.counters.get("flops", 0.0) / moved if moved else 0.0

    @property
    def roofline(self):
        return self.counters.get("roofline") or None

    @property
    def error(self):
        return self.counters.get("error_ratio")

    @property
    def size(self):
        return self.counters.get("flops") or self.counters.get("bytes") or 0.0


@dataclass
class Contest:
    """All that ran on one problem at one thread count."""
    primitive: str
    problem: str
    threads: int
    entries: list
    naive: Measurement = None

    @property
    def best(self):
        return fastest(m for m in self.entries if not m.peer and m.verdict == "PASS")

    @property
    def rival(self):
        return fastest(m for m in self.entries if m.peer and m.verdict == "PASS")

    @property
    def speedup(self):
        return ratio(self.naive, self.best)

    @property
    def against_rival(self):
        return ratio(self.rival, self.best)

    @property
    def verdict(self):
        verdicts = {m.verdict for m in self.entries}
        return next((v for v in ("FAIL", "IMPOSSIBLE", "PASS") if v in verdicts), "SKIP")


@dataclass
class Results:
    context: dict
    machine: dict
    measurements: list

    @property
    def primitives(self):
        return list(dict.fromkeys(m.primitive for m in self.measurements))

    def contests(self):
        """In the order of the file, one thread before many."""
        groups = defaultdict(list)
        for m in self.measurements:
            groups[m.primitive, m.problem, m.threads].append(m)
        naive = {(m.primitive, m.problem): m for m in self.measurements
                 if m.variant == "naive" and m.verdict == "PASS"}
        return [Contest(*key, entries, naive.get(key[:2])) for key, entries in groups.items()
                if key[2] == 1 or any(m.timed for m in entries)]

    def with_verdict(self, *verdicts):
        return [m for m in self.measurements if m.verdict in verdicts]

    def peak(self, threads):
        """Highest measured FLOP/s at this thread count, or None."""
        found = [f["flops_per_second"] for f in self.machine.get("flops", []) if f["threads"] == threads]
        return max(found, default=None)

    def bandwidth(self, threads):
        """[(level, bytes per second)]: the best of all access patterns, of every cache level."""
        return [(b["level"], max(b.get(k, 0.0) for k in ("read", "copy", "triad", "update")))
                for b in self.machine.get("bandwidth", []) if b["threads"] == threads]


def fastest(measurements):
    return min((m for m in measurements if m.timed), key=lambda m: m.median, default=None)


def ratio(slow, fast):
    """How many times as fast the second is, or None."""
    return slow.median / fast.median if slow and fast else None


def read(path):
    """Results of the file at `path`; BadResults when they are not."""
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
    except OSError as error:
        raise BadResults(error.strerror) from None
    except UnicodeDecodeError:
        raise BadResults("not a text file") from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadResults(f"not valid JSON ({error}); was the run interrupted?") from None
    return parse(data)


def parse(data):
    if not isinstance(data, dict) or not isinstance(data.get("benchmarks"), list):
        raise BadResults("no list `benchmarks`: not a result of `assay bench`")
    context = data.get("context")
    if not isinstance(context, dict):
        raise BadResults("no object `context`: not a result of `assay bench`")
    return Results(context, machine_of(context), measurements_of(data["benchmarks"]))


def machine_of(context):
    """The ceilings, which travel as JSON text inside the context; {} when there are none."""
    try:
        machine = json.loads(context.get("machine") or "{}")
        rates = [f["flops_per_second"] * f["threads"] for f in machine.get("flops", [])]
        levels = [b["threads"] for b in machine.get("bandwidth", []) if b["level"]]
    except (TypeError, KeyError, AttributeError, ValueError):
        raise BadResults("context.machine does not hold machine ceilings") from None
    return machine if rates or levels else {}


def measurements_of(rows):
    found = {}
    for row in rows:
        primitive, variant, problem, threads = identity(row)
        key = primitive, variant, problem, threads
        measurement = found.setdefault(key, Measurement(*key))
        try:
            absorb(measurement, row)
        except (KeyError, TypeError, ValueError) as error:
            raise BadResults(f"{row.get('name')}: bad or missing {error}") from None
    for measurement in found.values():
        finish(measurement)
    return in_order(found.values())


def in_order(measurements):
    """Primitives and problems as in the file; naive, then the project's own, then rivals: runs are interleaved at
    random, and a report should not be."""
    places = {}
    for m in measurements:
        places.setdefault(m.primitive, len(places))
        places.setdefault((m.primitive, m.problem), len(places))
    return sorted(measurements, key=lambda m: (places[m.primitive], places[m.primitive, m.problem], m.threads, m.peer,
                                               m.variant != "naive", m.variant))


def identity(row):
    name = row.get("run_name") or row.get("name") if isinstance(row, dict) else None
    parts = name.split("/") if isinstance(name, str) else []
    if len(parts) < 3:
        raise BadResults(f"benchmark {name!r} is not primitive/variant/problem: not a result of `assay bench`")
    named = next((p[len("threads:"):] for p in parts[3:] if p.startswith("threads:")), None)
    threads = int(float(row.get("threads") or 1))
    return parts[0], parts[1], parts[2], int(named) if named and named.isdigit() else threads


def absorb(measurement, row):
    """One row of the file: a repetition, an aggregate over repetitions, or an error."""
    if row.get("error_occurred"):
        reason = row.get("error_message") or "no reason given"
        skipped = reason.startswith("SKIP")
        measurement.verdict = "SKIP" if skipped else "FAIL"
        measurement.reason = reason.split(":", 1)[-1].strip() if reason[:5] in ("SKIP:", "FAIL:") else reason
        measurement.times = []
        return
    if measurement.verdict in ("FAIL", "SKIP"):
        return
    aggregate = row.get("aggregate_name")
    if aggregate and aggregate != "median":
        return
    time = float(row["real_time"]) * NANOSECONDS[row.get("time_unit", "ns")]
    if not (math.isfinite(time) and time > 0):
        raise ValueError("real_time")
    if "IMPOSSIBLE" in row.get("label", ""):
        measurement.verdict = "IMPOSSIBLE"
        measurement.reason = "faster than the measured ceilings of this machine allow"
    numbers = {k: float(v) for k, v in row.items() if isinstance(v, (int, float)) and not isinstance(v, bool)}
    samples = measurement.counters.setdefault("aggregate" if aggregate else "samples", [])
    samples.append((time, numbers))


def finish(measurement):
    """Samples to times and median counters; the median row alone when repetitions were not written."""
    samples = measurement.counters.pop("samples", []) or measurement.counters.pop("aggregate", [])
    measurement.counters = {}
    if measurement.verdict in ("FAIL", "SKIP"):
        return
    if not samples:
        measurement.verdict, measurement.reason = "FAIL", "no times in the file"
        return
    measurement.times = [time for time, _ in samples]
    for key in {key for _, numbers in samples for key in numbers}:
        measurement.counters[key] = statistics.median(n[key] for _, n in samples if key in n)


def fields(problem):
    """"m=1,n=2" as a dict."""
    return dict(part.split("=", 1) if "=" in part else (part, "") for part in problem.split(","))


def short_names(problems):
    """{problem: the fields in which these problems differ, equal neighbours joined: "m=n=k=512"}."""
    table = {p: fields(p) for p in problems}
    keys = list(dict.fromkeys(k for f in table.values() for k in f))
    varying = [k for k in keys if len({f.get(k) for f in table.values()}) > 1] or keys
    alike = {(a, b) for a, b in zip(varying, varying[1:]) if all(f.get(a) == f.get(b) for f in table.values())}
    names = {}
    for problem, values in table.items():
        parts = []
        for key in (k for k in varying if k in values):
            last, value = parts[-1] if parts else ([""], None)
            extents = len(last[-1]) == len(key) == 1 and len(values[key]) > 1
            if value == values[key] and (extents or (last[-1], key) in alike):
                last.append(key)
            else:
                parts.append(([key], values[key]))
        names[problem] = " ".join("=".join(k) + f"={v}" for k, v in parts)
    return names
