"""What a primitive's fields are, and which of its problems are golden cases.

The field list is read by the one program that cannot misread it, the C compiler: a program of a few lines
includes <primitive>.h, expands the X-macro into printf calls and is run. That needs no build of the project
and follows a changed default at once.
"""

import os
import pathlib
import re
import subprocess
import tempfile
import types

TOP = pathlib.Path(__file__).resolve().parent.parent

KINDS = tuple(re.findall(r"^(?:KIND|SECTION)\(([a-z-]+)", (TOP / "reference/kinds.def").read_text(), re.M))

PRINT_FIELDS = """
#include <stdio.h>
#include "{header}"
#define INT(name, initial, low, high, ...) \\
    printf("int\\t%s\\t%lld\\t%lld\\t%lld\\n", #name, (long long)(initial), (long long)(low), (long long)(high));
#define REAL(name, initial, low, high, ...) \\
    printf("real\\t%s\\t%.17g\\t%.17g\\t%.17g\\n", #name, (double)(initial), (double)(low), (double)(high));
#define FLAG(name, initial, ...) printf("int\\t%s\\t%d\\t0\\t1\\n", #name, (int)(initial));
#define CHOICE(name, initial, choices, ...) printf("choice\\t%s\\t%d\\t%s\\n", #name, (int)(initial), choices);
int main(void) {{
    {fields}(INT, REAL, FLAG, CHOICE)
    return 0;
}}
"""


class BadInput(Exception):
    """One line that names the file and the place."""


class Field:
    def __init__(self, kind, name, initial, *rest):
        self.kind, self.name = kind, name
        if kind == "choice":
            self.choices = rest[0].split("|")
            self.initial = self.choices[int(initial)]
        else:
            self.number = int if kind == "int" else float
            self.initial, self.lowest, self.highest = map(self.number, (initial, *rest))

    def parse(self, text):
        if self.kind == "choice":
            if text not in self.choices:
                raise ValueError(f"{self.name}={text} is not one of {', '.join(self.choices)}")
            return text
        try:
            value = self.number(text)
        except ValueError:
            raise ValueError(f"{self.name}={text} is not a number") from None
        if not self.lowest <= value <= self.highest:
            raise ValueError(f"{self.name}={text} is not in [{self.lowest}, {self.highest}]")
        return value


def primitives():
    """Names, in the order of kernels/registry.def."""
    registry = (TOP / "kernels/registry.def").read_text()
    return re.findall(r"^PRIMITIVE\((\w+)", registry, re.MULTILINE)


def header_of(primitive):
    """kernels/<family>/<primitive>.h; a gradient without one of its own stands in that of its function."""
    for name in dict.fromkeys((primitive, primitive.removesuffix("_backward"))):
        headers = sorted(TOP.glob(f"kernels/*/{name}.h"))
        if len(headers) > 1:
            raise BadInput(f"kernels/*/{name}.h: found {len(headers)} files, not one")
        if headers:
            return headers[0]
    raise BadInput(f"kernels/*/{primitive}.h: there is none")


def fields(primitive):
    """name -> Field, in the order of the field list."""
    header = header_of(primitive)
    lists = [f"{name.upper()}_FIELDS" for name in (primitive, primitive.removesuffix("_backward"))]
    own = f"#define {lists[0]}(" in header.read_text()
    source = PRINT_FIELDS.format(header=header.relative_to(TOP), fields=lists[0] if own else lists[1])
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "fields")
        command = [os.environ.get("CC", "cc"), "-std=c11", "-x", "c", "-I", str(TOP), "-o", program, "-"]
        try:
            built = subprocess.run(command, input=source, capture_output=True, text=True)
        except OSError as error:
            raise BadInput(f"{command[0]}: {error.strerror}; a C compiler reads the field list") from None
        if built.returncode:
            first = (re.findall(r"error: .*", built.stderr) or ["no message"])[0]
            raise BadInput(f"{header.relative_to(TOP)}: cannot read its field list: {first}")
        printed = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    return {field.name: field for field in (Field(*line.split("\t")) for line in printed.splitlines())}


class Case:
    """One line of a case file. `name` is its text: what the group in the golden file is called."""

    def __init__(self, name, values, fill, seed, constant):
        self.name, self.values, self.fill, self.seed, self.constant = name, values, fill, seed, constant

    @property
    def problem(self):
        return types.SimpleNamespace(**self.values)


def parse_problem(text, known):
    values = {name: field.initial for name, field in known.items()}
    seen = set()
    for pair in [] if text == "-" else text.split(","):
        key, equals, value = pair.partition("=")
        if not equals:
            raise ValueError(f"'{pair}' is not of the form key=value")
        if key not in known:
            raise ValueError(f"there is no field '{key}'; the fields are {', '.join(known)}")
        if key in seen:
            raise ValueError(f"{key} is given twice")
        seen.add(key)
        values[key] = known[key].parse(value)
    return values


def parse_case(line, known):
    problem, *options = line.split()
    fill, seed, constant = "normal", 1, False
    for option in options:
        key, _, value = option.partition("=")
        if option == "constant":
            constant = True
        elif key == "fill":
            fill = value
        elif key == "seed" and value.isdigit():
            seed = int(value)
        else:
            raise ValueError(f"cannot read '{option}' (fill=, seed= or constant)")
    name = " ".join([problem] + options)
    if len(name) > 159:
        raise ValueError("the line is longer than 159 characters, the longest name of a golden case")
    return Case(name, parse_problem(problem, known), fill, seed, constant)


def family_of(primitive):
    """The folder that it stands in."""
    return header_of(primitive).parent.name


def golden_cases(primitive):
    """The golden cases of tests/cases/<family>.cases and <primitive>.cases (which and what: reference/cases.h)."""
    folder = pathlib.Path(os.environ.get("ASSAY_CASES", TOP / "tests/cases"))
    own = primitive if (folder / f"{primitive}.cases").exists() else primitive.removesuffix("_backward")
    names = dict.fromkeys((family_of(primitive), own))
    paths = [path for name in names if (path := folder / f"{name}.cases").exists()]
    known, cases = fields(primitive) if paths else {}, {}
    for path in paths:
        read_cases(path, known, cases)
    return list(cases.values())


def read_cases(path, known, cases):
    """Add a file's golden cases to `cases`, name -> Case."""
    wanted = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        line = line.partition("#")[0].strip()
        try:
            if line.startswith("["):
                kinds = line[1:].partition("]")[0].split()
                if set(kinds) - set(KINDS):
                    raise ValueError(f"there is no kind of case '{(set(kinds) - set(KINDS)).pop()}'")
                wanted = "golden" in kinds
            elif line and wanted:
                case = parse_case(line, known)
                if case.name in cases:
                    raise ValueError("the same golden case stands above, or in the family's file")
                cases[case.name] = case
        except ValueError as error:
            raise BadInput(f"{path.name}:{number}: {error}") from None
