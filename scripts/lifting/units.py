"""The project's translation units: what the build compiles, preprocessed without the system's headers."""
import hashlib
import json
import os
import re
import shlex
import subprocess
import tempfile

from lifting import Refused, items

INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*<([^>]+)>", re.M)


ISA = "-DASSAY_ISA="
# What stands for a file whose state is the harness's: a kernel on its own asks OpenMP.
INSTEAD = {"kernels/core/threads.c": """\
# 1 "kernels/core/threads.c"
# 1 "{stubs}/omp.h" 1
# 1 "kernels/core/threads.c" 2
/* OMP_NUM_THREADS, or what omp_set_num_threads() was told */
int threads_get(void) { return omp_get_max_threads(); }
"""}


class Unit:
    """One file as it is compiled once: flags that choose code, and its declarations."""

    def __init__(self, project, file, isa, command):
        self.project, self.file, self.isa, self.command = project, file, isa, command
        chosen = re.compile(r"-(D|I|m|std=|fopenmp|include$)")
        self.compiler = command[0]
        self.flags = [word for word in command[1:] if chosen.match(word)]
        if "-include" in command:  # the emulation of AVX-512, which is no part of any kernel
            self.flags.remove("-include")
        self.machine = tuple(word for word in self.flags if word.startswith("-m"))
        self.items = None

    def __repr__(self):
        return self.file + (f" ({self.isa})" if self.isa else "")

    def stem(self):
        stem = os.path.splitext(os.path.basename(self.file))[0]
        return re.sub("_simd$", f"_{self.isa}", stem) if self.isa else stem

    def level(self):
        return "avx512" if "-mavx512f" in self.machine else "avx2" if "-mavx2" in self.machine else "scalar"

    def parse(self):
        if self.items is None:
            text = self.project.preprocessed(self)
            try:
                self.items, self.tops, self.system = items.cut(text, self, self.project.normal)
            except (ValueError, IndexError) as error:
                raise Refused(f"cannot read {self}: {error}") from error
            self.declared = {}
            for item in self.items:
                for name in item.names:
                    self.declared.setdefault(name, []).append(item)
        return self

    def defines(self, name):
        """Its definition of a name that other files may link to."""
        return next((item for item in self.parse().declared.get(name, [])
                     if item.kind in ("function", "object") and not item.static and item.file == self.file), None)


class Project:
    def __init__(self, top, build):
        self.top, self.stubs = os.path.realpath(top), tempfile.TemporaryDirectory(prefix="assay-lift-")
        self.units, self.texts, self.known = [], {}, {}
        path = os.path.join(build, "compile_commands.json")
        try:
            with open(path, encoding="utf-8") as file:
                commands = json.load(file)
        except (OSError, ValueError) as error:
            raise Refused(f"{path}: {error}; it is made by cmake --preset") from error
        for entry in commands:
            name = os.path.relpath(entry["file"], self.top)
            if name.startswith("kernels/") and not name.startswith("kernels/host/"):
                command = [word for word in shlex.split(entry["command"]) if not word.endswith("ccache")]
                isa = next((word[len(ISA):] for word in command if word.startswith(ISA)), "")
                self.units.append(Unit(self, name, isa, command))
        self.openmp = any(word.startswith("-fopenmp") for unit in self.units for word in unit.flags)
        self.stub_headers()

    def stub_headers(self):
        for folder, _, names in os.walk(os.path.join(self.top, "kernels")):
            for name in names:
                if name.endswith((".c", ".h")):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as file:
                        text = self.texts[os.path.relpath(path, self.top)] = file.read()
                    for header in INCLUDE.findall(text):
                        stub = os.path.join(self.stubs.name, header)
                        os.makedirs(os.path.dirname(stub), exist_ok=True)
                        with open(stub, "w", encoding="utf-8"):
                            pass

    def normal(self, path):
        full = os.path.normpath(os.path.join(self.top, path))
        if full.startswith(self.stubs.name + os.sep):
            return False, os.path.relpath(full, self.stubs.name)
        return not path.startswith("<"), os.path.relpath(full, self.top)

    def preprocessed(self, unit):
        if unit.file in INSTEAD:
            text = INSTEAD[unit.file].replace("{stubs}", self.stubs.name)
            return text if self.openmp else text.replace("omp_get_max_threads()", "1")
        command = [unit.compiler, "-E", "-C", "-nostdinc", *unit.flags, "-isystem", self.stubs.name, unit.file]
        done = subprocess.run(command, cwd=self.top, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Refused(f"cannot preprocess {unit}: {(done.stderr.strip().splitlines() or ['?'])[0]}")
        return done.stdout

    def likely(self, name, folder):
        """Where a name may be defined: units that mention it, or what SIMD() makes it of; then those where a macro may
        paste it together."""
        unsure = []
        home = f"kernels/{folder}/"
        for unit in sorted(self.units, key=lambda unit: (not unit.file.startswith(home), unit.file)):
            plain = re.sub(rf"_{unit.isa}(_omp)?$", "", name) if unit.isa else name
            if re.search(rf"\b{plain}\b", self.texts[unit.file]):
                yield unit
            elif unit.file.startswith((f"kernels/{folder}/", "kernels/blocks/")):
                unsure.append(unit)
        yield from unsure

    def find(self, name, folder):
        """The one definition of a name with external linkage, or None: it is the system's."""
        if name not in self.known:
            defined = (unit.defines(name) for unit in self.likely(name, folder))
            self.known[name] = next((found for found in defined if found), None)
        return self.known[name]

    def descriptor(self, primitive, variant, folder):
        """The item of impl_<primitive>_<variant>."""
        wanted = f"impl_{primitive}_{variant}"
        base = re.sub("_backward$", "", primitive)

        def rank(unit):
            stem = unit.stem()
            return (not unit.file.startswith(f"kernels/{folder}/"), not stem.startswith(base),
                    bool(unit.isa) and unit.isa not in variant, stem != f"{primitive}_{variant}", len(stem))

        for unit in sorted(self.units, key=rank):
            for item in unit.parse().declared.get(wanted, []):
                if item.kind == "object":
                    return item
        return None


def digest(*parts):
    return hashlib.sha256(repr(parts).encode()).hexdigest()
