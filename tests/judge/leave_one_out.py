#!/usr/bin/env python3
"""Is a diagnosis ever wrong? Each mutant in turn is somebody's kernel, and all the others are the known mistakes.

Its own mistake is then unknown, so nothing may be said, unless another mutant states the same mistake in the same
words, or what a saboteur of every primitive or a published kernel does is the very same.

    leave_one_out.py VERIFY_PROGRAM PRIMITIVE [STEP]      every STEP-th mutant; exit status 0 when none is wrong
"""
import json
import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "scripts"))

from judging import candidate, elf  # noqa: E402


def mutants(program, primitive):
    """Variants of the plugins beside the program that are written for this primitive."""
    build = pathlib.Path(program).resolve().parents[1]
    for path in sorted([*build.glob("mutants/*.so"), *build.glob("wild/*.so")]):
        shared = elf.Object(path)
        at = shared.pointer_at(shared.find(candidate.PLUGIN).value + 24)
        while at is not None and (address := shared.pointer_at(at)) is not None:
            if shared.text_at(shared.pointer_at(address + 8)) == primitive:
                yield shared.text_at(shared.pointer_at(address + 16))
            at += 8


def diagnose(program, name):
    done = subprocess.run([program, name, "--diagnose", "--json", "-", "--timeout", "5"], capture_output=True, text=True,
                          check=False)
    return json.loads(done.stdout) if done.stdout else {"cause": f"exit {done.returncode}: {done.stderr}", "like": []}


def main():
    program, primitive, step = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1
    names = [name for name in mutants(program, primitive) if name != "unmutated"]  # right: nothing to diagnose
    sample = os.environ.get("ASSAY_SAMPLE", "all")  # N: the Nth alone
    names = names[::step] if sample == "all" or not names else [names[int(sample) % len(names)]]
    wrong = 0
    for variant in names:
        said = diagnose(program, f"{primitive}/{variant}")
        general = all(name.startswith(("saboteur_", "wild_")) for name in said["like"])  # the same in other words
        mistaken = said["cause"] and said["cause"] != said.get("defect") and not general
        wrong += bool(mistaken)
        if said["cause"]:
            print(f"{'WRONG' if mistaken else 'same'}: {variant}, whose mistake is '{said.get('defect')}': "
                  f"{said['cause']} (like {', '.join(said['like'])})", flush=True)
    print(f"{len(names)} mutants of {primitive}, {wrong} of them diagnosed as something else")
    return 1 if wrong or not names else 0


if __name__ == "__main__":
    sys.exit(main())
