#!/usr/bin/env python3
"""assay new and assay judge: write a kernel by hand, and hear what is wrong with it or how fast it is."""
import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import textwrap

sys.dont_write_bytecode = True  # as in report.py
from judging import Refused, adapter, answer, candidate, hints, ladder, machine_code, skeleton, stages

NEW_HELP = """\
assay new: a file to begin with.

  assay new                       the primitives there are
  assay new softmax > mysoftmax.c
  assay new softmax --cpp > mysoftmax.cpp

The skeleton says what the primitive is, in which order its parameters come and what to think of. It needs no header
of this project. It compiles as it stands; assay judge then says that it writes nothing.
"""

JUDGE_HELP = """\
assay judge: is this kernel right, where is it wrong, and how fast is it?

  assay judge mysoftmax.c         compile it, verify it through every check, then time it beside the others
  assay judge mysoftmax.cpp --cflags '-O2 -mavx2'
  assay judge libmine.so --primitive softmax --json

FILE is a .c, .cpp or .cc file, or a shared object. It defines a function with the natural signature that
`assay new PRIMITIVE` shows (int for int64_t will do, and float for double where a float holds
the parameter well enough: beta2 of adam_step needs a double), or an implementation written against
this project's headers (IMPL(softmax, mine, ...)), or it is a plugin.

  --primitive P     which one it is, when its name does not tell; primitive/variant picks one of several
  --cflags FLAGS    further flags for the compiler ($CC or cc, $CXX or c++), after {flags}
  --no-speed        stop after the verdict
  --budget SECONDS  about how long the timing should take ({budget})
  --json            one object for programs, schema assay-judge
  --kind K --problem P --fill F --seed S --threads N --fuzz N --isa ISA
                    only this: how a failure is repeated, the options of assay verify
  --stages A,B      only these of its stages, by the names that it prints ({stages}), and timed then
  --ulp             only this: every float, one by one, of a function of one variable
  --stride N        ... every Nth of them (1; all take some 20 seconds)
  --later SECONDS   how long the stage `later` waits ({later:g}; 0: it is left out)
  --timeout SECONDS longest time one call may take before it counts as hanging (5)

It looks, in this order, at: small problems; sizes; exact small integers; NaN and infinities; memory; repetition and
threads; laws of the primitive; problems that cover its fields; random problems; the same call some seconds later; of a
function of one variable every float. It stops at the first that fails, shrinks the problem to the smallest that still
fails, and names a cause only when the wrong results are those of exactly one known mistake.
If all is right, the kernel is timed beside the project's own and rival libraries, with one hint what limits it.

Where it runs. Compiling reads what you can read (#include). The kernel, and the constructors of its object, run in
the verifier's worker and nowhere else until every check has passed; what `assay verify --sandbox` says of it:

{sandbox}

Then its speed is measured in another process with the same filter (assay bench --sandbox); a forbidden call ends that
and is told. There it may handle crashes. --no-speed leaves the timing out.

Exit status: 0 right on all it takes (what it refuses is counted and said); 1 wrong, be it in a check or when it is
timed, faster than this machine can be, or it does what is forbidden when it is timed; 2 bad input (it does not compile, no
known function, bad usage); 3 nothing ran.
"""

# Options of assay verify that ask one question instead of all.
ONLY = ("kind", "problem", "fill", "seed", "threads", "fuzz", "isa")


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Refused(f"{message} ({self.prog} --help shows how)")


def arguments_of(words):
    parser = Parser(prog="assay", add_help=False)
    parser.add_argument("--verify-program", required=True)
    parser.add_argument("--bench-program")
    parser.add_argument("-h", "--help", action="store_true")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=Parser)
    new = commands.add_parser("new", prog="assay new", add_help=False)
    new.add_argument("primitive", nargs="?")
    new.add_argument("--cpp", action="store_true")
    judge = commands.add_parser("judge", prog="assay judge", add_help=False)
    judge.add_argument("file", nargs="?")
    for option in ("--primitive", *(f"--{name}" for name in ONLY)):
        judge.add_argument(option)
    judge.add_argument("--cflags", default="")
    judge.add_argument("--timeout", type=float, default=5)
    judge.add_argument("--budget", type=float, default=ladder.BUDGET)
    judge.add_argument("--stride", type=int, default=1)
    judge.add_argument("--later", type=float)
    judge.add_argument("--ulp", action="store_true")
    judge.add_argument("--stages", type=lambda names: names.split(","))
    judge.add_argument("--json", action="store_true")
    judge.add_argument("--no-speed", action="store_true")
    for command in (new, judge):
        command.add_argument("-h", "--help", action="store_true")
    return parser.parse_args(with_flags(words))


def with_flags(words):
    """`--cflags -mavx2`: argparse takes what begins with a dash for an option of its own."""
    at = words.index("--cflags") if "--cflags" in words[:-1] else None
    return words if at is None else [*words[:at], f"--cflags={words[at + 1]}", *words[at + 2:]]


def primitives_of(program):
    done = subprocess.run([program, "list", "--json"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{program} list: {done.stderr.strip() or done.returncode}")
    return {primitive["name"]: primitive for primitive in json.loads(done.stdout)["primitives"]}


def known(primitives, name):
    if name not in primitives:
        raise Refused(f"there is no primitive '{name}'; there are {', '.join(primitives)}")
    return primitives[name]


# ---- assay new


def new(options):
    if options.help:
        print(NEW_HELP, end="")
        return 0
    primitives = primitives_of(options.verify_program)
    if not options.primitive:
        width = max(map(len, primitives))
        print("assay new PRIMITIVE > FILE.c, with one of\n")
        for name, primitive in primitives.items():
            print(f"  {name:<{width}}  {primitive['summary']}")
        return 0
    print(skeleton.skeleton(known(primitives, options.primitive), options.cpp), end="")
    return 0


# ---- assay judge


def only_of(options):
    """What assay verify is asked instead of every stage, or None."""
    asked = [part for name in ONLY
             if getattr(options, name) is not None for part in (f"--{name}", getattr(options, name))]
    if options.ulp:
        asked += ["--ulp", "--stride", str(options.stride)]
    if asked and options.later is not None:
        asked += ["--later", f"{options.later:g}"]
    return asked or None


def judge_in(options, folder):
    voice = answer.Voice(quiet=options.json)
    primitives = primitives_of(options.verify_program)
    if options.primitive:
        known(primitives, options.primitive.split("/")[0])
    try:
        cflags = shlex.split(options.cflags)
    except ValueError as error:
        raise Refused(f"--cflags {options.cflags}: {error}") from None
    voice.passing(f"compiling {options.file}")
    found = candidate.prepare(options.file, primitives, options.primitive, cflags, folder)
    plugin = adapter.build(found, folder)
    voice.passing("")
    if found.warnings:
        sys.stderr.write(found.warnings)
        sys.stderr.flush()
    verifier = stages.Verifier(options.verify_program, found, plugin, folder, options.timeout)
    later = stages.LATER if options.later is None else options.later
    every = stages.wanted(only_of(options), found.primitive, options.stride, later, options.stages)
    failed = stages.run_all(verifier, every, answer.show_stage(voice, found))
    if failed:
        voice.passing("comparing the results with those of known mistakes")
        cause = stages.diagnose(verifier, failed.failure)
        voice.passing("")
        answer.wrong(voice, found, failed, cause, every)
        if options.json:
            print(answer.as_json(found, every, "WRONG", 1, cause))
        return 1
    if not any(stage.state == stages.PASSED for stage in every):
        raise Refused(next(iter(stages.reasons(every)), f"{found.path}: nothing could be asked of it"))
    timing, say_speed = {}, lambda: None
    if not options.no_speed and not only_of(options):
        timing, say_speed = time_it(options, voice, found, plugin, verifier)
    verdict, code = conclude(voice, found, every, timing)
    if code == 0 and options.stages:
        voice.say("  as far as --stages lets it be asked; without it, everything is")
    say_speed()
    if options.json:
        print(answer.as_json(found, every, verdict, code, **timing))
    return code


def conclude(voice, found, every, timing):
    """Says the verdict on what all checks passed: its timing may have found it wrong. (verdict, exit status)"""
    if timing.get("forbidden"):
        answer.forbidden(voice, timing["forbidden"])
        return "FORBIDDEN", 1
    if timing.get("wrong_when_timed"):
        answer.wrong_when_timed(voice, found, timing["wrong_when_timed"])
        return "WRONG", 1
    if timing.get("impossible"):
        answer.impossible(voice, timing["impossible"])
        return "IMPOSSIBLE", 1
    answer.right(voice, every)
    return answer.verdict_of_right(every), 0


def hangs_when_timed(verifier, ladders):
    """What was given up as too slow, and answers the verifier in half that time: a failure; None."""
    for problem in ladder.too_slow(ladders)[:1]:
        stage = stages.Stage("timing", "", ["--kind", "oracle", "--problem", problem,
                                            "--timeout", f"{ladder.LONGEST_CALL / 2:g}"])
        verifier.run(stage)
        if stage.state == stages.PASSED:
            return {"verdict": "TIMEOUT", "problem": problem, "message": f"no answer within {ladder.LONGEST_CALL} s, "
                    f"and one within {ladder.LONGEST_CALL / 2:g} s when it was verified"}
    return None


def time_it(options, voice, found, plugin, verifier):
    """What the answer says of its speed (ladders and a hint, or why there are none), and how to print that."""
    if not options.bench_program:
        raise Refused("no --bench-program: --no-speed goes without")
    voice.passing(f"timing it beside the others, about {options.budget:g} s")
    try:
        ladders, times = ladder.measure(options.bench_program, found, plugin, options.budget)
    except ladder.Forbidden as error:
        return {"forbidden": str(error)}, lambda: None
    except ladder.Wrong as error:
        return {"wrong_when_timed": error.failure}, lambda: None
    except ladder.Failed as error:
        why = f"Speed: not measured: {error}"
        return {"not_timed": str(error)}, lambda: voice.say("", why)
    finally:
        voice.passing("")
    wrong = ladder.failed(ladders) or hangs_when_timed(verifier, ladders)
    hint = None if wrong else hints.hint(ladders, times, machine_code.read(found.object))
    said = {"ladders": ladders, "hint": hint, "wrong_when_timed": wrong, "impossible": ladder.impossible(ladders) or None}
    return said, lambda: answer.speed(voice, ladders, hint)


def judge(options):
    if options.help:
        sandbox = subprocess.run([options.verify_program, "--sandbox"], capture_output=True, text=True, check=False)
        print(JUDGE_HELP.format(flags=" ".join(candidate.FLAGS[:2]), budget=ladder.BUDGET, stages=", ".join(stages.NAMES),
                                later=stages.LATER,
                                sandbox=textwrap.indent(sandbox.stdout.strip(), "  ")), end="")
        return 0
    if not options.file:
        raise Refused("which file? (assay judge --help shows how)")
    if options.later is not None and not 0 <= options.later <= 3600:
        raise Refused("--later takes seconds, up to 3600")
    if not options.timeout > 0:
        raise Refused("--timeout takes seconds")
    unknown = [name for name in options.stages or [] if name not in stages.NAMES]
    if unknown:
        raise Refused(f"--stages: there is no stage '{unknown[0]}'; there are {', '.join(stages.NAMES)}")
    if not options.budget > 0:
        raise Refused("--budget takes seconds")
    with tempfile.TemporaryDirectory(prefix="assay-judge-") as folder:
        try:
            return judge_in(options, folder)
        except Refused as error:
            if options.json:
                print(answer.refused_json(options.file, str(error), error.shown))
            raise


def stop(number, _):
    """Leaves through every `with`, so that the temporary folder goes."""
    raise SystemExit(128 + number)


def main():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="surrogateescape")  # names of files, as they are
    try:
        options = arguments_of(sys.argv[1:])
        status = {"new": new, "judge": judge}[options.command](options)
        sys.stdout.flush()
        return status
    except Refused as error:
        sys.stderr.write(error.shown)
        print(f"assay: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:  # a full disk
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"assay: {error.strerror or error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
