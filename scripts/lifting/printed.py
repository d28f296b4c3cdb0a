"""The reached declarations as one C file."""
import re
import textwrap

from lifting.units import INSTEAD

WIDTH = 100
# Headers that are printed only where they are needed; any other is always.
NEEDED = {"omp.h": r"\bomp_", "stdio.h": r"printf|\bputs|\bFILE\b", "string.h": r"\b(mem|str)[a-z]+\(",
          "float.h": r"\b(FLT|DBL)_", "stdarg.h": r"\bva_", "errno.h": r"\berrno\b", "time.h": r"\btime|clock",
          "stdlib.h": r"\b(malloc|free|calloc|realloc|getenv|abort|abs|aligned_alloc|posix_memalign)\(",
          "math.h": r"\b[a-z0-9_]+\(|INFINITY|NAN|HUGE_VAL", "stdbool.h": r"\b(bool|true|false)\b",
          "unistd.h": r"\bsysconf\(", "cpuid.h": r"\b__(get_)?cpuid|\bbit_"}
INLINE = "inline __attribute__((always_inline))"
TARGET = """\
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("{clang}"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("{gcc}")
#endif
"""
END = """\
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
"""


OPENS = re.compile(r"(\)|\b(struct|enum|union)\s*\w*|\b(else|do))\s*$")  # before a brace that is no initialiser's


def broken(text):
    """Long lines, as a macro's expansion is one, as lines of one statement each. Not where texts or comments stand."""
    if all(len(line) <= WIDTH for line in text.splitlines()) or "/*" in text or '"' in text:
        return text
    lines = []
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        if len(line) <= WIDTH or line.lstrip().startswith("#"):
            lines.append(line)
        else:
            lines += [folded(" " * (indent + 4 * depth) + statement) for depth, statement in statements(line)]
    return "\n".join(lines)


def statements(line):
    """[(depth, text)]"""
    found, depth, parens, here = [], 0, 0, ""
    for mark in line:
        parens += (mark == "(") - (mark == ")")
        if mark == "}" and not parens and not here.strip() and depth:
            depth -= 1
            found.append((depth, "}"))
            continue
        opens = mark == "{" and not parens and OPENS.search(here)
        here += mark
        if opens or (mark == ";" and not parens and here.count("{") == here.count("}")):
            if here.strip() == ";" and found:  # of a struct
                found[-1] = (found[-1][0], found[-1][1] + ";")
            else:
                found.append((depth, here.strip()))
            depth += bool(opens)
            here = ""
    return found + ([(depth, here.strip())] if here.strip() else [])


def folded(line):
    if len(line) <= WIDTH or line.lstrip().startswith("#"):
        return line
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    return textwrap.fill(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def features(machine):
    """-mavx2 -mfma -> what the target pragmas call them: {gcc, clang}."""
    words = [word[2:] for word in machine]
    return {"gcc": ",".join(words), "clang": ",".join(word for word in words if "=" not in word)}


def extern_split(reached, item, given, defined):
    """`extern const struct x a, b;` as tentative definitions of those that are needed and not there yet."""
    renamed, lines = reached.renamed(item, given), []
    head = "".join(text for kind, text in item.tokens[:item.declares[0]] if kind not in ("comment", "marker")).strip()
    head = re.sub("^extern", "static", head)
    for number in item.declares:
        key = item.uses[number]
        target = reached.definition(item.unit, key)
        if target in reached.same and target is not item and reached.same[target] not in defined:
            lines.append(f"{head} {renamed.get(number, key)};".replace("* ", "*"))
    return "\n".join(lines)


def declared(reached, given, entries):
    """[(text, machine flags of its code or None, item)] of every declaration that is printed, in order."""
    defined, result = set(), []
    for item in reached.in_order(reached.same.values()):
        text, machine = None, None
        renamed = reached.renamed(item, given)
        if item.kind == "prototype":
            target = reached.same.get(reached.definition(item.unit, next(iter(item.names))), item)
            if target not in defined and target not in entries:
                machine = reached.machine(target)
                text = item.text(renamed, "static" if target.kind == "function" else None)
        elif item.kind == "declaration":
            text = extern_split(reached, item, given, defined)
        elif item.kind in ("function", "object"):
            machine = reached.machine(item) if item.kind == "function" else None
            text = item.text(renamed, "" if item in entries else "static")
        elif item.kind != "assertion" and not (item.kind == "forward" and forwarded(reached, item, defined)):
            text = item.text(renamed)
        if text:
            defined.add(item)
            text = re.sub(r"\n{2,}", "\n", text.strip()).replace(INLINE, "ALWAYS_INLINE")
            result.append((broken(text), machine, item))
    return result


def forwarded(reached, item, defined):
    """Is the struct that it announces there already?"""
    return any(found.kind == "type" and reached.same.get(found) in defined
               for key in item.names for found in item.unit.declared[key])


def comment(lines):
    body = "\n".join((" * " + line).rstrip() for line in lines)
    return "/*" + body[2:] + " */\n" if len(lines) == 1 else "/*" + body[2:] + "\n */\n"


def prototypes(entries, reached, given):
    """Of the functions that the file is for."""
    lines = []
    for item in entries:
        text = item.text(reached.renamed(item, given), "")
        head = re.sub(r"/\*.*?\*/", "", text[:text.index("{")], flags=re.S)
        head = re.sub(r"\binline\b|__attribute__\(\(\w+\)\)", "", head)
        lines.append(folded(re.sub(r"\s+", " ", head).strip() + ";"))
    return "\n".join(lines)


def c_file(about, reached, given, roots, entry):
    """The text of the file. `about`: {name, primitive, title, formula, technique, fields}; `roots`: {member of the
    descriptor: item}; `entry`: the unit that has the descriptor."""
    entries = list(dict.fromkeys(roots.values()))
    parts, region, file, told = [], None, None, set()
    for text, machine, item in declared(reached, given, entries):
        wanted = machine if machine and not set(machine) <= set(entry.machine) else None
        if wanted != region and item.kind in ("function", "prototype"):
            parts += [END] if region else []
            parts += [TARGET.format(**features(wanted))] if wanted else []
            region = wanted
        if item.file != file:
            file = item.file
            parts.append(banner(item, told))
        if item in entries and len(entries) > 1 and "prototypes" not in told:
            told.add("prototypes")
            parts.append(prototypes(entries, reached, given) + "\n")
        parts.append("\n".join([*item.comments, text]) + "\n")
    parts += [END] if region else []
    body = "\n".join(parts)
    return head(about, reached, entry, body) + "\n" + body


def banner(item, told):
    """Where what follows comes from, and once what that file says of itself; not what it says of the harness."""
    top = item.unit.tops.get(item.file, "")
    if item.file in told or item.file.startswith("kernels/core/") or re.search(r"\bCMake\b|\bIMPL", top):
        top = ""
    told.add(item.file)
    return f"/* ---- {item.file} ---- */\n" + (top + "\n" if top else "")


def head(about, reached, entry, body):
    headers = {}
    for unit in reached.order:
        for name in unit.system:
            if re.search(NEEDED.get(name, ""), body):
                headers[name] = None
    openmp = "omp_" in body or re.search(r"#\s*pragma omp", body)
    flags = ["-std=c11", "-O3", "-fno-math-errno", *entry.machine, *(["-fopenmp"] if openmp else [])]
    lines = [about["title"], "", f"    {about['formula']}", ""]
    lines += textwrap.wrap("How: " + about["technique"], WIDTH - 3)
    lines += ["", f"struct {about['primitive']}_problem:"]
    width = max(len(name) for name, _ in about["fields"])
    for name, told in about["fields"]:
        lines += textwrap.wrap(f"  {name:{width}}  {told}", WIDTH - 3, subsequent_indent=" " * (width + 4))
    lines += ["", "Compile (links with -lm):"]
    lines += [f"    cc {' '.join(flags)} -c {about['name']}.c", ""]  # one line: to be copied
    lines += ["Lifted out of Assay. Licensed under the Apache License, Version 2.0.",
              "SPDX-License-Identifier: Apache-2.0"]
    text = comment(lines)
    gnu = any("#define _GNU_SOURCE" in reached.project.texts[unit.file] for unit in reached.order
              if unit.file not in INSTEAD)
    asked = {"_GNU_SOURCE": ""} if gnu else {"_DEFAULT_SOURCE": "", "_POSIX_C_SOURCE": " 200809L"}
    for macro, value in asked.items():
        text += f"#ifndef {macro}\n#define {macro}{value}\n#endif\n"
    if "-mavx512f" in entry.machine:
        text += '#ifndef __AVX512F__\n#error "compile it for AVX-512, as said above"\n#endif\n'
    elif "-mavx2" in entry.machine:
        text += '#if !defined __AVX2__ || !defined __FMA__\n#error "compile it for AVX2, as said above"\n#endif\n'
    if "ALWAYS_INLINE" in body:
        text += f"#define ALWAYS_INLINE {INLINE}\n"
    return text + "\n" + "".join(f"#include <{name}>\n" for name in sorted(headers))
