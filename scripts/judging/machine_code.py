"""What the compiler made of a kernel: its loops, read from the disassembly."""
import re
import subprocess

INSTRUCTION = re.compile(r"^\s+([0-9a-f]+):\t(\S+)\s*(.*)$")
PACKED = re.compile(r"v?(add|sub|mul|div|max|min|sqrt|fn?m(add|sub)\w*)p[sd]$")
SCALAR = re.compile(r"v?(add|sub|mul|div|max|min|sqrt|u?comi|fn?m(add|sub)\w*)s[sd]$")
CHAIN = re.compile(r"v?(add|max|min|fn?m(add|sub)231)[ps][sd]$")  # results that may be the next round's operand
LIBM = re.compile(r"<((?:exp|exp2|expm1|log|pow|tanh|sqrt|fmax|fmin|fma|erf)f?)@plt>")  # calls of a shared object


class Code:
    """Of one shared object: how many packed and scalar float instructions, which functions of the maths library it
    calls, and of each innermost loop that sums: how many sums it keeps going."""

    def __init__(self, packed, scalar, calls, chains):
        self.packed, self.scalar, self.calls, self.chains = packed, scalar, calls, chains

    @property
    def vectorised(self):
        return self.packed > 0

    @property
    def scalar_only(self):
        return self.packed == 0 and self.scalar > 0


def instructions(path):
    """([(address, mnemonic, operands)], text) of the file's code; ([], "") when there is no objdump."""
    try:
        text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", "-j", ".text", path], capture_output=True,
                              text=True, errors="replace", check=False).stdout
    except OSError:
        return [], ""
    found = [(int(match[1], 16), match[2], match[3]) for line in text.splitlines()
             if (match := INSTRUCTION.match(line))]
    return found, text


def innermost_loops(code):
    """Lists of instructions between a jump back and its target that hold no other such loop."""
    spans = []
    for at, name, operands in code:
        target = re.match(r"([0-9a-f]+)\b", operands)
        if name.startswith("j") and target and int(target[1], 16) <= at:
            spans.append((int(target[1], 16), at))
    inner = [span for span in spans if not any(other != span and span[0] <= other[0] and other[1] <= span[1]
                                               for other in spans)]
    return [[one for one in code if first <= one[0] <= last] for first, last in inner]


def accumulators(loop):
    """Registers that a sum or maximum of this loop goes on in: written by it and read by it in every round."""
    found = set()
    for _, name, operands in loop:
        registers = re.findall(r"%[xyz]mm\d+", operands)
        if CHAIN.match(name) and len(registers) >= 2:
            if "231" in name or registers[-1] in registers[:-1]:
                found.add(registers[-1])
    return found


def read(path):
    """None when nothing can be told."""
    code, text = instructions(path)
    if not code:
        return None
    packed = sum(1 for _, name, _ in code if PACKED.match(name))
    scalar = sum(1 for _, name, _ in code if SCALAR.match(name))
    calls = sorted({match[1] for line in text.splitlines() if (match := LIBM.search(line))})
    chains = [len(accumulators(loop)) for loop in innermost_loops(code)]
    return Code(packed, scalar, calls, [count for count in chains if count])
