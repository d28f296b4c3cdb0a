"""assay new: a file to begin with, made from the primitive's descriptor and the comment of its header."""
import re
import textwrap

from judging import signature

WIDTH = 96

HOW = """\
Compile:  cc -O3 -march=native -fPIC -shared -Wall {file} -o {object} -lm
Judge:    assay judge {file}      (compiles it itself; a .so will do as well)
"""

EDGES = [
    "extents that no vector divides: 1, 7, 17, 1000003; do the last few elements come out?",
    "every element of every output must be written; what is in it before is garbage",
    "no byte outside an operand may be read or written, and inputs stay as they are",
    "operands are aligned to their element (4 bytes of a float) and to nothing more",
    "NaN, infinities, denormals and both zeros among the inputs",
    "large sums: how does the rounding error grow with the number of terms?",
    "the same inputs give the same bits at each number of threads, whatever was called before",
]


def comment(lines):
    return "\n".join(["/*" + (" " + lines[0] if lines[0] else "")] +
                     [(" * " + line).rstrip() for line in lines[1:]] + [" */"])


def number(value):
    return f"{value:g}" if isinstance(value, float) else str(value)


def field_line(parameter):
    entry = parameter.entry
    if parameter.kind == "choice":
        allowed = ", ".join(f"{at} = {name}" for at, name in enumerate(entry["choices"]))
    elif parameter.kind == "flag":
        allowed = "0 or 1"
    else:
        low, high = entry["lowest"], entry["highest"]
        allowed = f"{number(low)} to {'2^' + str(high.bit_length() - 1) if is_power(high) else number(high)}"
    return f"  {parameter.name:<14} {entry['help']} ({allowed})"


def is_power(value):
    return isinstance(value, int) and value > 4096 and value & (value - 1) == 0


def operand_line(parameter):
    entry = parameter.entry
    role = {"in": "read", "out": "written", "in-out": "read and written"}[entry["role"]]
    said = [signature.shape_of(entry), signature.values_of(entry), absence(entry)]
    return f"  {parameter.name:<14} {role:<17} {'; '.join(filter(None, said))}".rstrip()


def absence(entry):
    """A field that has the operand's name is no parameter (signature.py)."""
    if not entry["absent"]:
        return ""
    return "or NULL" if entry["absent"].partition("=")[0] == entry["name"] else f"NULL with {entry['absent']}"


def edges(primitive):
    lines = list(EDGES)
    extents = " ".join(map(signature.shape_of, primitive["operands"]))
    zero = [field["name"] for field in primitive["fields"] if field["kind"] == "integer" and field["lowest"] == 0
            and re.search(rf"\b{field['name']}\b", extents)]
    if zero:
        lines.insert(0, f"nothing to do: {', '.join(zero)} = 0 (pointers may then be anything)")
    absent = [operand["name"] for operand in primitive["operands"] if operand["absent"]]
    if absent:
        lines.insert(1, f"{', '.join(absent)}: NULL where the problem has none")
    return [line for edge in lines
            for line in textwrap.wrap(edge, WIDTH - 6, initial_indent="  - ", subsequent_indent="    ")]


def skeleton(primitive, cpp):
    name = primitive["name"]
    header = signature.header_comment(name)
    parameters = signature.parameters_of(primitive)
    file = f"my{name}.{'cpp' if cpp else 'c'}"
    lines = header or [f"{name}: {primitive['summary']}", "", "  " + primitive["formula"]]
    lines = lines + ["", "Parameters, in this order:"]
    lines += [field_line(parameter) for parameter in parameters if not parameter.operand]
    lines += [operand_line(parameter) for parameter in parameters if parameter.operand]
    lines += ["All operands are dense and row-major: the last index is the fastest.", ""]
    lines += HOW.format(file=file, object=f"my{name}.so").splitlines()
    lines += ["", "Think of:"] + edges(primitive)
    return "\n".join([comment(lines), *body(primitive, parameters, cpp)]) + "\n"


# <math.h>, whose names a kernel cannot have; assay judge finds one that has the primitive's as a word of its own.
MATH = set("""acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 expm1 fabs fdim floor fma
fmax fmin fmod frexp hypot ilogb ldexp lgamma llrint llround log log10 log1p log2 logb lrint lround modf nan nearbyint
nextafter pow remainder remquo rint round scalbln scalbn sin sinh sqrt tan tanh tgamma trunc""".split())


def function_name(primitive):
    return f"my_{primitive['name']}" if primitive["name"] in MATH else primitive["name"]


def body(primitive, parameters, cpp):
    includes = ["#include <cmath>", "#include <cstdint>"] if cpp else ["#include <math.h>", "#include <stdint.h>"]
    head = f"void {function_name(primitive)}("
    one_word = ", ".join(parameter.declaration.replace(" ", "\0") for parameter in parameters) + ")\0{"
    rows = [row.replace("\0", " ") for row in textwrap.wrap(one_word, WIDTH - len(head))]
    linkage = ['extern "C"'] if cpp else []
    return [*includes, "", *linkage, head + rows[0], *(" " * len(head) + row for row in rows[1:]),
            "    /* Your kernel. So far it writes nothing, which `assay judge` will notice. */",
            "}"]
