#!/usr/bin/env python3
"""assay lift: an implementation with everything it needs, as one C file to take home."""
import argparse
import difflib
import json
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True  # as in report.py
from lifting import Refused, printed, reach, units

HELP = """\
assay lift: an implementation as one self-contained C file.

  assay lift softmax/avx2 > softmax_avx2.c     then compile it as its first comment says
  assay lift                                   the ids there are

The file holds the public typed kernel, `softmax_avx2(p, x, y)`, the problem's struct, the contract of the primitive's
header, and of this project's headers and sources what the kernel reaches, macros expanded; it includes system headers
only. Where an implementation wants scratch memory (aligned to 64 bytes), or packs its weights
beforehand, the functions that say how much and that do it stand beside it: gemm_avx2_workspace_bytes(p),
_prepared_bytes(p), _prepare(p, operands, prepared); _supports(p) is NULL, or why a problem is not for it. Everything
else is static.

Threads are OpenMP's: OMP_NUM_THREADS. Code for more than one instruction set is chosen when it runs, capped by
ASSAY_MAX_ISA (scalar, avx2, avx512) as in the project.

An id is primitive/variant as in `assay list`. Rival libraries' are not ours to lift. What is printed is what this
build compiles: its instruction sets, and OpenMP or none.

Exit status: 0 printed; 2 no such implementation, or bad usage.
"""
CALLBACKS = ("supports", "workspace_bytes", "prepared_bytes", "prepare")


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Refused(f"{message} (assay lift --help shows how)")


def listed(program):
    done = subprocess.run([program, "list", "--json"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{program} list: {done.stderr.strip() or done.returncode}")
    return json.loads(done.stdout)["primitives"]


def ours(primitives):
    """{id: (primitive, implementation)}, rivals left out."""
    return {implementation["id"]: (primitive, implementation) for primitive in primitives
            for implementation in primitive["implementations"] if not implementation["peer"]}


def chosen(primitives, wanted):
    found = ours(primitives)
    if wanted in found:
        primitive, implementation = found[wanted]
        if implementation.get("built", True):
            return primitive, implementation
        raise Refused(f"{wanted} is left out of this build: {implementation.get('reason') or 'see assay list'}")
    known = {implementation["id"] for primitive in primitives for implementation in primitive["implementations"]}
    if wanted in known:
        raise Refused(f"{wanted} is a rival's library, nothing to lift")
    close = difflib.get_close_matches(wanted, found, 3, 0.6)
    raise Refused(f"there is no implementation '{wanted}'" + (f"; did you mean {', '.join(close)}?" if close else
                                                              ": assay lift lists them"))


def field(entry):
    told = f"{entry['help']}; default {entry['default']}"
    if entry.get("lowest") is not None:
        told += f", {entry['lowest']} to {entry['highest']}"
    return entry["name"], told


def lift(project, primitive, implementation):
    """The text of the file."""
    name = f"{primitive['name']}_{implementation['variant']}"
    descriptor = project.descriptor(primitive["name"], implementation["variant"], primitive["family"])
    if descriptor is None:
        raise Refused(f"{implementation['id']}: no file of kernels/ defines impl_{name}")
    roots, given = {}, {}
    for member in ("kernel", *CALLBACKS):
        function = descriptor.calls(member)
        item = None
        if function:
            item = next((found for found in descriptor.unit.declared.get(function, []) if found.kind == "function"),
                        None) or project.find(function, primitive["family"])
        if item:
            roots[member] = item
            given[item, function] = name if member == "kernel" else f"{name}_{member}"
    if "kernel" not in roots:
        raise Refused(f"{implementation['id']}: it has no typed kernel of its own")
    reached = reach.Reached(project, list(roots.values()), primitive["family"])
    about = {"name": name, "primitive": primitive["name"], "title": f"{implementation['id']}: {primitive['summary']}",
             "formula": primitive["formula"], "technique": implementation["technique"],
             "fields": [field(entry) for entry in primitive["fields"]]}
    return printed.c_file(about, reached, given, roots, descriptor.unit)


def main(words):
    parser = Parser(prog="assay lift", add_help=False)
    parser.add_argument("--build", required=True)
    parser.add_argument("-h", "--help", action="store_true")
    parser.add_argument("id", nargs="?")
    options = parser.parse_args(words)
    if options.help:
        print(HELP, end="")
        return 0
    primitives = listed(os.path.join(options.build, "bin", "assay-verify"))
    if not options.id:
        print("\n".join(ours(primitives)))
        return 0
    primitive, implementation = chosen(primitives, options.id)
    project = units.Project(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), options.build)
    print(lift(project, primitive, implementation), end="")
    return 0


if __name__ == "__main__":
    try:
        status = main(sys.argv[1:])
        sys.stdout.flush()
    except Refused as refused:
        print(f"assay lift: {refused}", file=sys.stderr)
        status = 2
    except OSError as error:  # a full disk, a reader that has gone
        print(f"assay lift: {error.strerror or error}", file=sys.stderr)
        status = 2
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(status)
