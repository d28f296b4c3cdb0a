#!/usr/bin/env python3
"""Is what assay lift prints a kernel on its own, and the right one?   lifted.py BUILD

Each implementation of ours is lifted, compiled by itself as its comment says (optimisation apart), may export nothing
but what its comment names, and is then verified under the name lifted_<variant>: its kernel and its callbacks in place
of the originals', whose traits it keeps. ASSAY_SAMPLE=N: the Nth of every few of each family; all: all of them.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "scripts"))
sys.dont_write_bytecode = True

import lift  # noqa: E402
from lifting import units  # noqa: E402

BUILD = ""
STEP = 16  # of a sample
COMMAND = re.compile(r"^ \*     cc (.*) -c (\w+)\.c$", re.M)

PLUGIN = """#include <string.h>

#include "kernels/core/plugin.h"

static struct implementation made[{count}];
static const struct implementation *list[{count} + 1];
{declarations}

static const struct implementation *const *generate(void) {{
    int n = 0;
{body}
    return list;
}}

extern const struct assay_plugin assay_plugin_v2;
const struct assay_plugin assay_plugin_v2 = {{ASSAY_PLUGIN("lifted"), .generate = generate}};
"""


def program():
    return os.path.join(BUILD, "bin", "assay-verify")


def run(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, check=False, **more)


def sampled(found):
    """Of {id: (primitive, implementation)}: all, or every few of each family from one that ASSAY_SAMPLE chooses."""
    sample = os.environ.get("ASSAY_SAMPLE", "all")
    if sample == "all":
        return found
    families = {}
    for name, (primitive, _) in found.items():
        families.setdefault(primitive["family"], []).append(name)
    names = [name for members in families.values() for name in members[int(sample) % min(STEP, len(members))::STEP]]
    return {name: found[name] for name in names}


def adapter(names):
    """A plugin's source: the lifted functions of {symbol: [callbacks]} under the originals' descriptors."""
    declarations, body = [], []
    for (name, identity, isa, threads), callbacks in names.items():
        primitive, variant = identity.split("/")
        declarations.append(f"extern const struct implementation impl_{name} __attribute__((weak));\nvoid {name}(void);")
        body.append(f"    if (&impl_{name}) made[n] = impl_{name}; /* the verifier; the worker needs no traits */\n"
                    f'    made[n].size = sizeof made[n];\n    made[n].primitive = "{primitive}";\n'
                    f'    made[n].variant = "lifted_{variant}";\n    made[n].technique = "lifted";\n'
                    f"    made[n].isa = ISA_{isa.upper()};\n    made[n].uses_threads = {int(threads)};\n"
                    f"    made[n].kernel = {name};\n    made[n].promise = 0; /* not for plugins */")
        for callback in lift.CALLBACKS:
            if callback in callbacks:
                declarations.append(f"void {name}_{callback}(void);")
                body.append(f"    *(void (**)(void))&made[n].{callback} = {name}_{callback};")
        body.append("    list[n] = &made[n];\n    n++;")
    return PLUGIN.format(count=len(names), declarations="\n".join(declarations), body="\n".join(body))


class Lifted(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def compiled(self, text, name):
        """Its object; what it may export is checked. `cc` is the compiler of this build."""
        flags, said = COMMAND.search(text).groups()
        self.assertEqual(said, name)
        Path(self.folder, f"{name}.c").write_text(text)
        words = [self.project.units[0].compiler, *flags.replace("-O3", "-O1").split(), "-Wall", "-Werror", "-shared",
                 "-fPIC", "-Wl,--no-undefined", f"{name}.c", "-o", f"{name}.so", "-lm"]
        done = run(*words, cwd=self.folder)
        self.assertEqual(done.returncode, 0, f"{' '.join(words)}\n{done.stderr[:2000]}")
        self.assertNotRegex(text, r'#\s*include\s*"|\bassay_|struct implementation')
        symbols = run("nm", "-D", "--defined-only", f"{name}.so", cwd=self.folder).stdout.split()[2::3]
        callbacks = [symbol.removeprefix(f"{name}_") for symbol in symbols if symbol != name]
        self.assertLessEqual(set(callbacks), set(lift.CALLBACKS), f"{name}.so exports more than its kernel")
        self.assertIn(name, symbols)
        return callbacks

    def test_every_one(self):
        self.project = units.Project(TOP, BUILD)
        found = sampled(lift.ours(lift.listed(program())))
        names, ids = {}, []
        for identity, (primitive, implementation) in found.items():
            if not implementation["available"]:
                print(f"SKIPPED {identity}: not on this machine", flush=True)
                continue
            with self.subTest(identity):
                name = identity.replace("/", "_")
                text = lift.lift(self.project, primitive, implementation)
                names[name, identity, implementation["isa"], implementation["threads"]] = self.compiled(text, name)
                ids.append(f"{primitive['name']}/lifted_{implementation['variant']}")
        self.assertTrue(ids, "nothing ran")
        self.verify(names, ids)

    def verify(self, names, ids):
        Path(self.folder, "plugin.c").write_text(adapter(names))
        objects = [os.path.join(self.folder, f"{name}.so") for name, *_ in names]
        plugin = os.path.join(self.folder, "plugin.so")
        done = run("cc", "-std=c11", "-shared", "-fPIC", "-I", str(TOP), "plugin.c", *objects, "-o", plugin,
                   f"-Wl,-rpath,{self.folder}", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = run(program(), "*/lifted_*", "--plugin", plugin, "--kind", "golden", "--json", "-",
                     env={**os.environ, "OMP_NUM_THREADS": "2"}, cwd=TOP)
        self.assertIn(answer.returncode, (0, 1), answer.stderr)
        rows = {f"{row['primitive']}/{row['variant']}": row for row in json.loads(answer.stdout)["results"]}
        self.assertEqual(sorted(rows), sorted(ids))
        for identity, row in rows.items():
            with self.subTest(identity):
                self.assertEqual(row["verdict"], "PASS", row)
                self.assertGreater(row["cases"], 0)
        print(f"{len(rows)} lifted, compiled alone and verified")


class CommandLine(unittest.TestCase):
    def lift(self, *words):
        return run(sys.executable, str(TOP / "scripts/lift.py"), "--build", BUILD, *words, cwd="/")

    def refused(self, line, *words):
        done = self.lift(*words)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertRegex(done.stderr, rf"^assay lift: {line}\n$")

    def test_unknown(self):
        self.refused(r"there is no implementation 'softmax/avx'; did you mean .*softmax/avx2.*\?", "softmax/avx")
        self.refused(r"there is no implementation 'nonsense': assay lift lists them", "nonsense")
        self.refused(r"there is no implementation 'softmax'.*", "softmax")

    def test_rival(self):
        primitives = lift.listed(program())
        rival = next((implementation["id"] for primitive in primitives
                      for implementation in primitive["implementations"] if implementation["peer"]), None)
        if rival:
            self.refused(f"{rival} is a rival's library, nothing to lift", rival)

    def test_usage(self):
        self.refused(r".*--nonsense.*", "softmax/naive", "--nonsense")
        done = self.lift("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("assay lift softmax/avx2 > softmax_avx2.c", done.stdout)
        done = self.lift()
        self.assertEqual(done.returncode, 0)
        self.assertIn("softmax/naive", done.stdout.splitlines())
        self.assertNotIn("softmax/onednn", done.stdout.splitlines())

    def test_what_it_says(self):
        done = self.lift("softmax/naive")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        signature = "void softmax_naive(const struct softmax_problem *p, const float *x, float *y)"
        for word in (f"\n{signature} {{\n", "SPDX-License-Identifier: Apache-2.0", "How: ", "axis_len",
                     "y = exp(x - max x) / sum exp(x - max x)"):
            self.assertIn(word, done.stdout)

    def test_full_device(self):
        if os.path.exists("/dev/full"):
            with open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([sys.executable, str(TOP / "scripts/lift.py"), "--build", BUILD, "relu/naive"],
                                      stdout=full, stderr=subprocess.PIPE, text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertEqual(len(done.stderr.splitlines()), 1)


if __name__ == "__main__":
    BUILD = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=1)
