"""The parameters of one function, from the debugging information of an object file, as readelf prints it."""
import re
import subprocess

ENTRY = re.compile(r"^ <(\d+)><([0-9a-f]+)>: Abbrev Number: \d+(?: \(DW_TAG_(\w+)\))?")
ATTRIBUTE = re.compile(r"^\s+<[0-9a-f]+>\s+DW_AT_(\w+)\s*:\s*(.*)$")
QUALIFIERS = {"typedef", "const_type", "volatile_type", "restrict_type", "atomic_type"}


class Entry:
    def __init__(self, depth, at, tag):
        self.depth, self.at, self.tag, self.value = depth, at, tag, {}

    def text(self, name):
        """An attribute without "(indirect string, offset: 0x33): " before it or " (signed)" after it."""
        return re.sub(r"^\(.*?\): ", "", self.value.get(name, "")).split("\t")[0].strip()

    def number(self, name):
        text = self.text(name)
        return int(text, 0) if re.fullmatch(r"\d+|0x[0-9a-f]+", text) else 0

    @property
    def type(self):
        return self.text("type").strip("<>").removeprefix("0x")


class Type:
    """kind: int, float, pointer or other; bytes; of a pointer: what it points to."""

    def __init__(self, kind, bytes_=0, signed=True, target=None):
        self.kind, self.bytes, self.signed, self.target = kind, bytes_, signed, target

    def __str__(self):
        if self.kind == "pointer":
            return f"{self.target} *"
        if self.kind == "float":
            return {4: "float", 8: "double", 16: "long double"}.get(self.bytes, f"float{8 * self.bytes}_t")
        if self.kind == "int":
            return f"{'' if self.signed else 'u'}int{8 * self.bytes}_t"
        return self.kind


def entries(path):
    """[] without readelf or without debugging information."""
    try:
        text = subprocess.run(["readelf", "-wi", path], capture_output=True, text=True, errors="replace",
                              check=False).stdout
    except OSError:
        return []
    found = []
    for line in text.splitlines():
        if match := ENTRY.match(line):
            found.append(Entry(int(match[1]), match[2], match[3]))
        elif found and (match := ATTRIBUTE.match(line)):
            found[-1].value.setdefault(match[1], match[2])
    return found


def resolve(table, at, depth=0):
    entry = table.get(at)
    if entry is None or depth > 20:
        return Type("void")
    if entry.tag in QUALIFIERS:
        return resolve(table, entry.type, depth + 1)
    if entry.tag == "pointer_type":
        return Type("pointer", 8, target=resolve(table, entry.type, depth + 1))
    if entry.tag == "enumeration_type":
        return Type("int", entry.number("byte_size"))
    if entry.tag != "base_type":
        return Type(entry.tag.removesuffix("_type").replace("structure", "struct"))
    encoding = entry.number("encoding")  # DW_ATE_: 2 boolean, 4 float, 5 signed, 6 char, 7 unsigned, 8 unsigned char
    kind = {2: "int", 4: "float", 5: "int", 6: "int", 7: "int", 8: "int"}.get(encoding, "other")
    return Type(kind, entry.number("byte_size"), encoding in (5, 6))


def parameters(path, function):
    """[(name, Type)], or None when the file does not tell. `function`: as the object file has it, mangled or not."""
    everything = entries(path)
    table = {entry.at: entry for entry in everything}
    for at, entry in enumerate(everything):
        if entry.tag != "subprogram" or "declaration" in entry.value:
            continue
        if entry.text("linkage_name" if "linkage_name" in entry.value else "name") != function:
            continue
        found = []
        for child in everything[at + 1:]:
            if child.depth <= entry.depth:
                break
            if child.depth == entry.depth + 1 and child.tag == "formal_parameter":
                found.append((child.text("name"), resolve(table, child.type)))
        if all(name for name, _ in found):
            return found
    return None
