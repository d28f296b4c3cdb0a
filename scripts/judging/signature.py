"""The natural signature of a primitive: its fields as plain scalars, then its operands as pointers.

Derived from what `assay list --json` says; nothing here knows a primitive. A field that has the name of an operand
(conv2d's bias) is not passed: the operand is NULL where the field is 0.
"""
import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parents[2]
SCALARS = {"integer": "int64_t", "real": "double", "flag": "int", "choice": "int"}
ELEMENTS = {"float32": "float", "float64": "double", "int64": "int64_t", "uint8": "uint8_t"}


class Parameter:
    """A field (`index` in the problem) or an operand (`index` in the invocation)."""

    def __init__(self, entry, index, operand):
        self.name, self.index, self.operand = entry["name"], index, operand
        self.entry = entry
        self.kind = "operand" if operand else entry["kind"]
        self.element = ELEMENTS[entry["dtype"]] if operand else None
        self.written = operand and entry["role"] != "in"

    @property
    def declaration(self):
        if not self.operand:
            return f"{SCALARS[self.kind]} {self.name}"
        return f"{'' if self.written else 'const '}{self.element} *{self.name}"


def parameters_of(primitive):
    operands = {operand["name"] for operand in primitive["operands"]}
    fields = [Parameter(field, index, False) for index, field in enumerate(primitive["fields"])
              if field["name"] not in operands]
    return fields + [Parameter(operand, index, True) for index, operand in enumerate(primitive["operands"])]


def declaration(primitive, separator=", "):
    arguments = separator.join(parameter.declaration for parameter in parameters_of(primitive))
    return f"void {primitive['name']}({arguments})"


def header_comment(name):
    """The comment at the top of the primitive's public header, then that of its family's, where it has one; a list of
    lines; [] for a plugin's primitive."""
    path = next((path for one in (name, name.removesuffix("_backward")) for path in TOP.glob(f"kernels/*/{one}.h")), None)
    if not path:
        return []
    family = path.with_stem(path.parent.name)
    shared = first_comment(family) if family != path and family.exists() else []
    return first_comment(path) + ([""] + shared if shared else [])


def first_comment(path):
    found = re.match(r"/\*(.*?)\*/", path.read_text(), re.S)
    if not found:
        return []
    lines = [re.sub(r"^ \* ?", "", line).rstrip() for line in found.group(1).strip("\n").split("\n")]
    return [line.strip() if at == 0 else line for at, line in enumerate(lines)]


def shape_of(operand):
    """"[outer, axis_len, inner]", as the descriptor has it; "" where it does not say."""
    return operand["shape"] or ""


DOMAINS = {"real": "", "nonnegative": "not negative", "mask": "0 or 1", "bytes": "", "index": "any whole number"}


def values_of(operand):
    """What its elements are: "0 to classes - 1"; "" for any number."""
    if operand["domain"] == "probability":
        along = operand["along"]
        return f"in [0, 1], sums to 1 along {along}" if along else "in [0, 1]"
    if operand["below"]:
        return f"0 to {int(operand['below']) - 1}" if operand["below"].isdigit() else f"0 to {operand['below']} - 1"
    return DOMAINS[operand["domain"]]
