"""What an object file defines, read from its bytes: nothing of it is loaded or run.

As much of ELF-64 (System V ABI, x86-64 and AArch64 relocations) as that takes: the symbols it exports, and, of a
shared object, data as they will stand in memory but for the load address.
"""
import struct

NOT_ELF = "not a 64-bit little-endian ELF file, which is what compilers write here"
RELOCATABLE, SHARED = 1, 3  # e_type
LOAD, RELA_SECTION, SYMTAB, DYNSYM = 1, 4, 2, 11
RELATIVE = {8, 1027}  # R_X86_64_RELATIVE, R_AARCH64_RELATIVE: the addend is an address in this object
ABSOLUTE = {1, 6, 257, 1025}  # R_X86_64_64 and GLOB_DAT, R_AARCH64_ABS64 and GLOB_DAT: a symbol's address
FUNCTION, OBJECT = 2, 1


class BadObject(Exception):
    """One line."""


class Symbol:
    def __init__(self, name, value, size, kind, section):
        self.name, self.value, self.size, self.kind, self.section = name, value, size, kind, section

    @property
    def defined(self):
        return self.section != 0


class Object:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        if len(self.data) < 64 or self.data[:6] != b"\x7fELF\x02\x01":
            raise BadObject(NOT_ELF)
        try:
            self._read()
        except (struct.error, IndexError, UnicodeDecodeError, MemoryError):
            raise BadObject("a damaged ELF file") from None

    def _read(self):
        (self.type, _, _, _, segments, sections, _, _, segment_bytes, segment_count, section_bytes,
         section_count, _) = struct.unpack_from("<HHIQQQIHHHHHH", self.data, 16)
        if self.type not in (RELOCATABLE, SHARED):
            raise BadObject("neither an object file nor a shared object")
        self.segments = []  # address, offset in the file, bytes in the file
        for at in range(segment_count):
            kind, _, offset, address, _, bytes_, _, _ = struct.unpack_from("<IIQQQQQQ", self.data,
                                                                           segments + at * segment_bytes)
            if kind == LOAD:
                self.segments.append((address, offset, bytes_))
        # name, type, flags, address, offset, size, link, info, alignment, entry size
        self.sections = [struct.unpack_from("<IIQQQQIIQQ", self.data, sections + at * section_bytes)
                         for at in range(section_count)]
        self.symbols = [symbol for table in self.sections
                        if table[1] == (SYMTAB if self.type == RELOCATABLE else DYNSYM)
                        for symbol in self._symbols(table) if symbol]
        self.pointers = dict(self._pointers()) if self.type == SHARED else {}

    def _text(self, at):
        end = self.data.index(b"\0", at)
        return self.data[at:end].decode()

    def _symbols(self, table):
        """One for each entry, so that relocations can count; None for local ones."""
        strings = self.sections[table[6]][4]
        for at in range(table[4], table[4] + table[5], 24):
            name, info, _, section, value, size = struct.unpack_from("<IBBHQQ", self.data, at)
            yield Symbol(self._text(strings + name), value, size, info & 15, section) if info >> 4 else None

    def _pointers(self):
        """address -> what a pointer there will hold, less the load address"""
        for table in self.sections:
            if table[1] != RELA_SECTION:
                continue
            symbols = list(self._symbols(self.sections[table[6]])) if table[6] else []
            for at in range(table[4], table[4] + table[5], 24):
                address, info, addend = struct.unpack_from("<QQq", self.data, at)
                symbol = symbols[info >> 32] if info >> 32 < len(symbols) else None
                if info & 0xffffffff in RELATIVE:
                    yield address, addend
                elif info & 0xffffffff in ABSOLUTE and symbol and symbol.defined:
                    yield address, symbol.value + addend

    def defined(self, kind=FUNCTION):
        return [symbol for symbol in self.symbols if symbol.defined and symbol.kind == kind]

    def undefined(self):
        return [symbol.name for symbol in self.symbols if not symbol.defined]

    def find(self, name):
        return next((symbol for symbol in self.symbols if symbol.defined and symbol.name == name), None)

    # ---- a shared object's data

    def bytes_at(self, address, count):
        for start, offset, size in self.segments:
            if start <= address and address + count <= start + size:
                return self.data[offset + address - start:offset + address - start + count]
        raise BadObject("a descriptor points outside the object's data")

    def number_at(self, address):
        return struct.unpack("<I", self.bytes_at(address, 4))[0]

    def pointer_at(self, address):
        """None: NULL, or something of another object."""
        self.bytes_at(address, 8)
        return self.pointers.get(address)

    def text_at(self, address):
        for start, offset, size in self.segments:
            if address is not None and start <= address < start + size:
                end = self.data.index(b"\0", offset + address - start)
                return self.data[offset + address - start:end].decode(errors="replace")
        return ""
