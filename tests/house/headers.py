#!/usr/bin/env python3
"""Does every header compile alone?   headers.py BUILD

Twice in one file, with the flags of a file that includes it: of a plain one where there is one, else once per
instruction set.
"""
import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
FOLDERS = ("golden", "bench", "tests")  # house/headers/<isa> look at kernels and reference
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)
ALONE = ("-fsyntax-only", "-Wno-unused-function", "-Wno-unused-const-variable")  # what its includer would use


def flags_of(command):
    """The compiler and its flags, without the input, the output and what is included by force; and the latter."""
    words = [word for word in shlex.split(command) if not word.endswith("ccache")]
    kept, forced, words = [words[0]], [], iter(words[1:])
    for word in words:
        if word in ("-o", "-c"):
            next(words)
        elif word == "-include":
            forced.append(os.path.relpath(next(words), TOP))
        else:
            kept.append(word)
    return kept, forced


def isa_of(flags):
    return "avx512" if "-mavx512f" in flags else "avx2" if "-mavx2" in flags else ""


def reached(texts, names, seen):
    """What these files include, and what those do."""
    for name in names:
        if name in texts and name not in seen:
            seen.add(name)
            reached(texts, INCLUDE.findall(texts[name]), seen)
    return seen


def includers(build, texts):
    """{header: {isa: flags of a file that reaches it}}"""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    found = {}
    for entry in entries:
        name = os.path.relpath(entry["file"], TOP)
        if not name.endswith(".c") or name not in texts:
            continue
        flags, forced = flags_of(entry["command"])
        for header in reached(texts, [name, *forced], set()) - {name}:
            own = re.search(r"_(avx2|avx512)\.h$", header)  # its name says for which, as a file's does
            if own and own[1] != isa_of(flags):
                continue
            known = found.setdefault(header, {})
            if isa_of(flags) not in known or dearness(flags) < dearness(known[isa_of(flags)]):
                known[isa_of(flags)] = flags
    return found


def dearness(flags):
    """Files compiled once per instruction set first, then the fewest flags."""
    return not any(word.startswith("-DASSAY_ISA") for word in flags), len(flags)


def compile_alone(job):
    header, isa, flags = job
    done = subprocess.run([*flags, *ALONE, "-x", "c", "-"], input=f'#include "{header}"\n' * 2, cwd=TOP,
                          capture_output=True, text=True, check=False)
    told = [line for line in done.stderr.splitlines() if "error" in line] or ["it has no message for it"]
    return header, isa, told[0] if done.returncode else ""


def main(build):
    texts = {str(path.relative_to(TOP)): path.read_text(encoding="utf-8") for folder in FOLDERS
             for path in sorted((TOP / folder).rglob("*.[ch]"))}
    headers, found = [name for name in texts if name.endswith(".h")], includers(build, texts)
    jobs = [(header, isa, flags) for header in headers if header in found
            for isa, flags in sorted(found[header].items()) if not isa or "" not in found[header]]
    if len(jobs) < len(headers) / 2:
        print(f"only {len(jobs)} of {len(headers)} headers are included by what this build compiles")
        return 1
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(compile_alone, jobs))
    wrong = [f"{header}{f' ({isa})' if isa else ''} does not compile alone: {error}"
             for header, isa, error in results if error]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    for header in headers:
        if header not in found:
            print(f"not looked at: {header}, which nothing in this build includes")
    print(f"{len(results)} compiled, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
