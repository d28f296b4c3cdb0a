#!/usr/bin/env python3
"""Where the time of scripts/test went: by suite, by kind of test, the longest; who could not run here; the budget.

    test_times.py FOLDER MODE ASSAY-VERIFY

FOLDER has `suites`, a line per suite: name, then of its build and of its tests "wall user system" in seconds, with
tabs between (nothing where there was none); and NAME.xml, what ctest --output-junit says of its tests.
"""
import collections
import json
import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree

BUDGET, PER_PRIMITIVE = 300, 15
KINDS_SHOWN, TESTS_SHOWN = 16, 10


def clock(text):
    """(wall, processor) seconds."""
    wall, user, system = map(float, text.split()) if text else (0, 0, 0)
    return wall, user + system


def suites_of(folder):
    for line in (folder / "suites").read_text().splitlines():
        name, build, tests = line.split("\t")
        yield name, clock(build), clock(tests)


def cases_of(folder, name):
    """(test, seconds, what it printed when it was skipped, or None)"""
    path = folder / f"{name}.xml"
    for case in xml.etree.ElementTree.parse(path).iter("testcase") if path.exists() else ():
        skipped = case.findtext("system-out", "") if case.find("skipped") is not None else None
        yield case.get("name"), float(case.get("time")), skipped


def primitives_of(program):
    """Their names; none when the build that tells failed."""
    if not os.path.exists(program):
        return set()
    listed = subprocess.run([program, "list", "--json"], capture_output=True, text=True, check=False).stdout
    return {entry["name"] for entry in json.loads(listed)["primitives"]} if listed else set()


def kind_of(test, primitives):
    """relu/oracle is of the kind oracle, judge/relu of the kind judge."""
    parts = test.split("/")
    return parts[1] if parts[0] in primitives and len(parts) > 1 else parts[0]


def minutes(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def print_suites(suites, counts):
    print(f"{'':<12}{'build':>8}{'processor':>11}{'tests':>8}{'processor':>11}{'number':>8}")
    for name, build, tests in suites:
        print(f"{name:<12}{build[0]:>7.0f}s{build[1]:>10.0f}s{tests[0]:>7.0f}s{tests[1]:>10.0f}s{counts[name]:>8}")
    total = [sum(column) for column in zip(*(build + tests for _, build, tests in suites))]
    print(f"{'all':<12}{total[0]:>7.0f}s{total[1]:>10.0f}s{total[2]:>7.0f}s{total[3]:>10.0f}s{sum(counts.values()):>8}")
    return total[0] + total[2]


def print_largest(what, seconds, shown):
    listed = ", ".join(f"{name} {spent:.0f}" for name, spent in seconds.most_common(shown))
    rest = sum(seconds.values()) - sum(spent for _, spent in seconds.most_common(shown))
    print(f"{what}, in seconds: {listed}" + (f", others {rest:.0f}" if len(seconds) > shown else ""))


def print_absent(absent):
    """Who was not verified, where and why."""
    for (suite, why), who in absent.items():
        print(f"not run in {suite}, {why}: {', '.join(who)}")


def say_budget(spent, primitives):
    cores, budget = len(os.sched_getaffinity(0)), BUDGET + PER_PRIMITIVE * primitives
    terms = f"{minutes(budget)} (5 minutes and {PER_PRIMITIVE} s for each of {primitives} primitives, on two cores)"
    here = "" if cores == 2 else f"; here are {cores}"
    if spent > budget:
        print(f"OVER ITS BUDGET: {minutes(spent)} of {terms}{here}. What grew is above; this alone fails nothing.")
    else:
        print(f"{minutes(spent)} of a budget of {terms}{here}")


def main():
    folder, mode, program = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    primitives = primitives_of(program)
    suites = list(suites_of(folder))
    kinds, tests, counts = collections.Counter(), collections.Counter(), collections.Counter()
    absent = collections.defaultdict(list)
    for suite, _, _ in suites:
        for test, seconds, skipped in cases_of(folder, suite):
            counts[suite] += 1
            kinds[kind_of(test, primitives)] += seconds
            tests[f"{suite}: {test}"] += seconds
            for line in (skipped or "").splitlines():
                if test.startswith("absent/") and line.startswith("SKIPPED "):
                    who, why = line.removeprefix("SKIPPED ").split(": ", 1)
                    absent[suite, why].append(who)
    print()
    spent = print_suites(suites, counts)
    print_largest("by kind of test", kinds, KINDS_SHOWN)
    print_largest("the longest", tests, TESTS_SHOWN)
    print_absent(absent)
    if mode == "gate":
        say_budget(spent, len(primitives))


if __name__ == "__main__":
    main()
