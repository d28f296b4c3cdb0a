#!/usr/bin/env python3
"""Hostile golden files: one defect each, which the program must refuse with exit status 2 and one clear line.

    hostile.py PROGRAM [ARGUMENT...]        runs PROGRAM ARGUMENT... FILE for every file
    hostile.py --noise N PROGRAM ...        N files with random bytes: exit status 0 or 2, never a crash
    hostile.py --keep FOLDER ...            leaves the files there

Every file is a good one with one thing changed, and the good one must be accepted: else nothing is shown.
"""

import argparse
import pathlib
import random
import re
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"SKIPPED: {missing}; scripts/setup installs it")
    sys.exit(3)

FIELDS = {"outer": 3, "axis_len": 5, "inner": 2}
CASE = "a"


def good(path, libver="v110"):
    x = np.random.default_rng(1).standard_normal((3, 5, 2)).astype(np.float32)
    power = np.exp(x.astype(np.float64))
    with h5py.File(path, "w", libver=(libver, "v110")) as file:
        file.attrs.update({"schema": "assay-golden", "version": 1, "primitive": "softmax", "oracle": "numpy float64",
                           "created": "2024-01-01"})
        for name in (CASE, "b"):
            group = file.create_group(name)
            group.attrs.update(FIELDS)
            group.create_dataset("in/x", data=x, compression="gzip", shuffle=True, fletcher32=True)
            group.create_dataset("out/y", data=power / power.sum(1, keepdims=True))


HOSTILE = {}


def hostile(expected):
    """The line on stderr must match `expected`. The function changes the good file, open for writing."""

    def register(function):
        HOSTILE[function.__name__] = (expected, function)
        return function

    return register


def replace(group, name, **options):
    del group[name]
    return group.create_dataset(name, **options)


# ---- root attributes


@hostile(r"attribute 'schema' is missing")
def no_schema(file):
    del file.attrs["schema"]


@hostile(r"attribute 'schema' is 'somebody-elses', not 'assay-golden'")
def other_schema(file):
    file.attrs["schema"] = "somebody-elses"


@hostile(r"attribute 'schema' is not a \(short\) string")
def schema_is_a_number(file):
    file.attrs["schema"] = 1


@hostile(r"attribute 'schema' is not a \(short\) string")
def long_schema(file):
    file.attrs["schema"] = "assay-golden" * 100


@hostile(r"attribute 'schema' is not a \(short\) string")
def long_fixed_schema(file):
    file.attrs["schema"] = np.bytes_("assay-golden" * 100)


@hostile(r"attribute 'schema' is not a single value")
def list_of_schemas(file):
    file.attrs["schema"] = np.array([b"assay-golden", b"assay-golden"])


@hostile(r"attribute 'schema' is not a single value")
def empty_schema(file):
    file.attrs["schema"] = h5py.Empty("S12")


@hostile(r"'assay-golden\?second line', not")
def schema_with_a_newline(file):
    file.attrs["schema"] = "assay-golden\nsecond line"


@hostile(r"schema version 2; this program reads version 1")
def version_2(file):
    file.attrs["version"] = 2


@hostile(r"schema version -1; this program reads version 1")
def version_negative(file):
    file.attrs["version"] = -1


@hostile(r"attribute 'version' is not an integer")
def version_real(file):
    file.attrs["version"] = 1.0


@hostile(r"attribute 'version' is not an integer")
def version_text(file):
    file.attrs["version"] = "1"


@hostile(r"attribute 'version' is not an integer")
def version_beyond_int64(file):
    file.attrs["version"] = np.uint64(2**64 - 1)


@hostile(r"attribute 'version' is missing")
def no_version(file):
    del file.attrs["version"]


@hostile(r"attribute 'primitive' is missing")
def no_primitive(file):
    del file.attrs["primitive"]


@hostile(r"there is no primitive 'hardmax'")
def unknown_primitive(file):
    file.attrs["primitive"] = "hardmax"


@hostile(r"attribute 'oracle' is missing")
def no_oracle(file):
    del file.attrs["oracle"]


@hostile(r"attribute 'created' is missing")
def no_date(file):
    del file.attrs["created"]


# ---- cases


@hostile(r"holds no case")
def no_case(file):
    del file[CASE], file["b"]


@hostile(r"case 'c': the case is not a group")
def dataset_for_a_case(file):
    file["c"] = np.zeros(3)


@hostile(r"case 'c': the case is not a group")
def type_for_a_case(file):
    file["c"] = np.dtype("f8")


@hostile(r"case 'c': the case is a soft or external link")
def soft_link_for_a_case(file):
    file["c"] = h5py.SoftLink("/a")


@hostile(r"case 'c': the case is a soft or external link")
def soft_link_to_itself(file):
    file["c"] = h5py.SoftLink("/c")


@hostile(r"case 'c': the case is a soft or external link")
def external_link(file):
    file["c"] = h5py.ExternalLink("/etc/passwd", "/")


@hostile(r"case 'c': '.*' does not belong here")
def root_as_a_case(file):
    file["c"] = file["/"]


@hostile(r"the name 'x{60}\.\.\.' is longer than 159 characters")
def long_name(file):
    file.move("b", "x" * 200)


@hostile(r"case 'b\?c': attribute 'inner' is missing")
def newline_in_a_name(file):
    file.move("b", "b\nc")
    del file["b\nc"].attrs["inner"]


@hostile(r"case 'a': 'notes' does not belong here; a case holds 'in' and 'out'")
def extra_member(file):
    file[CASE].create_group("notes")


@hostile(r"case 'a': in is missing")
def no_inputs(file):
    del file[CASE]["in"]


@hostile(r"case 'a': out is missing")
def no_outputs(file):
    del file[CASE]["out"]


@hostile(r"case 'a': in is not a group")
def inputs_are_a_dataset(file):
    replace(file[CASE], "in", data=np.zeros(3))


@hostile(r"case 'a': in/a: softmax has no such input")
def group_in_itself(file):
    del file[CASE]["in"]
    file[CASE]["in"] = file["/"]


# ---- fields


@hostile(r"case 'a': attribute 'axis_len' is missing")
def no_field(file):
    del file[CASE].attrs["axis_len"]


@hostile(r"case 'a': attribute 'axes': softmax has no such field")
def unknown_field(file):
    file[CASE].attrs["axes"] = 1


@hostile(r"case 'a': attribute 'axis_len' is not an integer")
def field_as_text(file):
    file[CASE].attrs["axis_len"] = "5"


@hostile(r"case 'a': attribute 'axis_len' is not an integer")
def field_as_real(file):
    file[CASE].attrs["axis_len"] = 5.0


@hostile(r"case 'a': attribute 'axis_len' is not an integer")
def field_as_record(file):
    file[CASE].attrs["axis_len"] = np.array((5, 5), dtype=[("a", "i4"), ("b", "i4")])


@hostile(r"case 'a': attribute 'axis_len' is not a single value")
def field_as_list(file):
    file[CASE].attrs["axis_len"] = [5, 5]


@hostile(r"case 'a': axis_len=-5 is not in \[0, ")
def field_out_of_range(file):
    file[CASE].attrs["axis_len"] = -5


@hostile(r"case 'a': axis_len=9223372036854775807 is not in \[0, ")
def huge_field(file):
    file[CASE].attrs["axis_len"] = 2**63 - 1


@hostile(r"case 'a': outer\*axis_len\*inner must be below 2\^40")
def huge_problem(file):
    file[CASE].attrs.update({name: 2**24 for name in FIELDS})


@hostile(r"case 'a': there is no fill 'fluffy'")
def unknown_fill(file):
    file[CASE].attrs["fill"] = "fluffy"


@hostile(r"case 'a': attribute 'fill' is not a \(short\) string")
def fill_as_number(file):
    file[CASE].attrs["fill"] = 3


@hostile(r"case 'a': attribute 'seed' is not an integer")
def seed_as_text(file):
    file[CASE].attrs["seed"] = "7"


@hostile(r"case 'a': attribute 'constant' is not an integer")
def constant_as_text(file):
    file[CASE].attrs["constant"] = "yes"


# ---- datasets


@hostile(r"case 'a': in/x is missing")
def no_input(file):
    del file[CASE]["in/x"]


@hostile(r"case 'a': out/y is missing")
def no_output(file):
    del file[CASE]["out/y"]


@hostile(r"case 'a': in/z: softmax has no such input")
def unknown_input(file):
    file[CASE]["in/z"] = np.zeros(3, np.float32)


@hostile(r"case 'a': in/y: softmax has no such input")
def output_as_input(file):
    file[CASE]["in/y"] = file[CASE]["out/y"]


@hostile(r"case 'a': out/x: softmax has no such output")
def input_as_output(file):
    file[CASE]["out/x"] = file[CASE]["in/x"]


@hostile(r"case 'a': in/x is not a dataset")
def group_as_input(file):
    del file[CASE]["in/x"]
    file[CASE].create_group("in/x")


@hostile(r"case 'a': in/x is a soft or external link")
def soft_input(file):
    del file[CASE]["in/x"]
    file[CASE]["in/x"] = h5py.SoftLink("/b/in/x")


@hostile(r"case 'a': in/x is a soft or external link")
def dangling_input(file):
    del file[CASE]["in/x"]
    file[CASE]["in/x"] = h5py.SoftLink("/nowhere")


@hostile(r"case 'a': out/y is a soft or external link")
def external_output(file):
    del file[CASE]["out/y"]
    file[CASE]["out/y"] = h5py.ExternalLink("other.h5", "/y")


@hostile(r"case 'a': in/x is not float32")
def double_input(file):
    replace(file[CASE], "in/x", data=np.zeros((3, 5, 2)))


@hostile(r"case 'a': in/x is not float32")
def half_input(file):
    replace(file[CASE], "in/x", data=np.zeros((3, 5, 2), np.float16))


@hostile(r"case 'a': in/x is not float32")
def integer_input(file):
    replace(file[CASE], "in/x", data=np.zeros((3, 5, 2), np.int32))


@hostile(r"case 'a': in/x is not float32")
def text_input(file):
    replace(file[CASE], "in/x", data=np.full((3, 5, 2), b"text"))


@hostile(r"case 'a': in/x is not float32")
def variable_length_input(file):
    replace(file[CASE], "in/x", shape=(3, 5, 2), dtype=h5py.vlen_dtype(np.float32))


@hostile(r"case 'a': in/x is not float32")
def reference_input(file):
    replace(file[CASE], "in/x", shape=(3, 5, 2), dtype=h5py.ref_dtype)


@hostile(r"case 'a': in/x is not float32")
def complex_input(file):
    replace(file[CASE], "in/x", data=np.zeros((3, 5, 2), np.complex64))


@hostile(r"case 'a': out/y is not float64")
def single_output(file):
    replace(file[CASE], "out/y", data=np.zeros((3, 5, 2), np.float32))


@hostile(r"case 'a': out/y is not float64")
def integer_output(file):
    replace(file[CASE], "out/y", data=np.zeros((3, 5, 2), np.int64))


@hostile(r"case 'a': in/x has shape \[3,2,5\]; the problem asks for \[3,5,2\]")
def turned_input(file):
    replace(file[CASE], "in/x", data=np.zeros((3, 2, 5), np.float32))


@hostile(r"case 'a': out/y has shape \[30\]; the problem asks for \[3,5,2\]")
def flat_output(file):
    replace(file[CASE], "out/y", data=np.zeros(30))


@hostile(r"case 'a': in/x has shape \[\]; the problem asks for")
def scalar_input(file):
    replace(file[CASE], "in/x", data=np.float32(1))


@hostile(r"case 'a': in/x has no extent")
def null_input(file):
    replace(file[CASE], "in/x", data=h5py.Empty(np.float32))


@hostile(r"case 'a': in/x has shape \[(1,){31}1\]; the problem")
def many_axes(file):
    replace(file[CASE], "in/x", data=np.zeros((1,) * 32, np.float32))


@hostile(r"case 'a': in/x has shape \[1099511627776,1099511627776\]; the problem")
def astronomic_extent(file):
    replace(file[CASE], "in/x", shape=(2**40, 2**40), dtype=np.float32, chunks=(1, 8))


@hostile(r"case 'a': in/x has shape \[16777216,64,2\]: more than \d+ elements")
def declared_and_enormous(file):
    file[CASE].attrs.update({"outer": 2**24, "axis_len": 64, "inner": 2})
    for side, name, kind in (("in", "x", np.float32), ("out", "y", np.float64)):
        replace(file[CASE][side], name, shape=(2**24, 64, 2), dtype=kind, chunks=(8, 8, 2))


@hostile(r"case 'a': in/x was declared but never written")
def never_written(file):
    replace(file[CASE], "in/x", shape=(3, 5, 2), dtype=np.float32)


@hostile(r"case 'a': in/x was declared but never written")
def never_written_chunks(file):
    replace(file[CASE], "in/x", shape=(3, 5, 2), dtype=np.float32, chunks=(1, 5, 2))


@hostile(r"case 'a': in/x has chunks of an unreasonable size")
def enormous_chunk(file):
    replace(file[CASE], "in/x", shape=(3, 5, 2), maxshape=(None, None, None), dtype=np.float32,
            chunks=(2**10, 2**10, 2**9))


@hostile(r"case 'a': in/x uses a filter other than deflate, shuffle and Fletcher32")
def lossy_filter(file):
    replace(file[CASE], "in/x", data=np.ones((3, 5, 2), np.float32), scaleoffset=2)


@hostile(r"case 'a': in/x uses a filter other than deflate, shuffle and Fletcher32")
def unknown_filter(file):
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_chunk((3, 5, 2))
    plan.set_filter(12345, h5py.h5z.FLAG_OPTIONAL)
    del file[CASE]["in/x"]
    h5py.h5d.create(file[CASE]["in"].id, b"x", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((3, 5, 2)), plan)


@hostile(r"case 'a': in/x keeps its values in another file")
def external_storage(file):
    replace(file[CASE], "in/x", shape=(3, 5, 2), dtype=np.float32, external=[("/etc/passwd", 0, 120)])


@hostile(r"case 'a': in/x is a view of other datasets")
def virtual_input(file):
    layout = h5py.VirtualLayout((3, 5, 2), np.float32)
    layout[...] = h5py.VirtualSource(file["b/in/x"])
    del file[CASE]["in/x"]
    file[CASE]["in"].create_virtual_dataset("x", layout)


# ---- bytes


def corrupt_chunk(path):
    with h5py.File(path, "r") as file:
        place = file[CASE]["in/x"].id.get_chunk_info(0).byte_offset
    flip(path, place + 5)


def flip(path, place):
    data = bytearray(path.read_bytes())
    data[place] ^= 0x10
    path.write_bytes(data)


def byte_files(folder):
    """(name, path, expected) of files that no HDF5 library would write."""
    whole = folder / "good.h5"
    data = whole.read_bytes()
    for length in sorted({0, 1, 7, 8, 9, 16, 47, 48, len(data) - 1, *range(96, len(data), 97)}):
        yield f"cut at {length}", data[:length], r"is damaged: truncated|is not an HDF5 file|is damaged"
    yield "text", b"Not HDF5 at all.\n" * 40, r"is not an HDF5 file"
    yield "signature alone", data[:8] + bytes(4000), r"is damaged"
    yield "superblock of the future", data[:8] + b"\x63" + data[9:], r"is damaged"
    chunk = folder / "chunk.h5"
    chunk.write_bytes(data)
    corrupt_chunk(chunk)
    yield "chunk", chunk.read_bytes(), r"case 'a': in/x cannot be read: .*(checksum|Fletcher32|inflate)"


# ---- running


def run(command, path):
    return subprocess.run([*command, str(path)], capture_output=True, text=True, errors="replace", timeout=120)


def complaint(result, path, expected):
    """None, or what is wrong with the answer."""
    lines = result.stderr.splitlines()
    if result.returncode != 2:
        return f"exit status {result.returncode}, not 2; it says: {result.stderr.strip() or 'nothing'}"
    if len(lines) != 1:
        return f"{len(lines)} lines on stderr, not 1: {lines}"
    if path.name not in lines[0]:
        return f"does not name the file: {lines[0]}"
    if not re.search(expected, lines[0]):
        return f"says: {lines[0]}; expected: {expected}"
    return None


def refuse(command, folder):
    whole = folder / "good.h5"
    good(whole)
    answer = run(command, whole)
    if answer.returncode:
        return [f"the good file is refused: {answer.stderr.strip()}"]
    wrong, count = [], 0

    def judge(name, path, expected):
        what = complaint(run(command, path), path, expected)
        wrong.extend([f"{name}: {what}"] if what else [])

    for name, (expected, change) in HOSTILE.items():
        path = folder / f"{name}.h5"
        path.write_bytes(whole.read_bytes())
        with h5py.File(path, "r+") as file:
            change(file)
        judge(name, path, expected)
        count += 1
    for name, data, expected in byte_files(folder):
        path = folder / (name.replace(" ", "_") + ".h5")
        path.write_bytes(data)
        judge(name, path, expected)
        count += 1
    judge("a folder", folder, r"is not a file")
    judge("no such file", folder / "nowhere.h5", r"No such file")
    print(f"{count + 2} hostile files, {len(wrong)} answered wrongly")
    return wrong


def noise(command, folder, count):
    """Random bytes in the old format, whose structures have no checksums, and in the new one."""
    draw, wrong, accepted = random.Random(20240101), [], 0
    for number in range(count):
        path = folder / f"noise{number}.h5"
        good(path, "earliest" if number % 4 else "v110")
        data = bytearray(path.read_bytes())
        for _ in range(draw.choice((1, 1, 2, 4, 8))):
            place = draw.randrange(len(data))
            data[place] = draw.choice((0, 1, 127, 128, 255, data[place] ^ 1 << draw.randrange(8)))
        path.write_bytes(data)
        answer = run(command, path)
        accepted += answer.returncode == 0
        if answer.returncode:
            what = complaint(answer, path, "")
            wrong += [f"{path.name}: {what}"] if what else []
    print(f"{count} noisy files: {accepted} accepted, {count - accepted - len(wrong)} refused, {len(wrong)} wrong")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--noise", type=int, default=0, metavar="N")
    parser.add_argument("--keep", metavar="FOLDER")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if not options.command:
        parser.error("which program?")
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(options.keep or scratch)
        folder.mkdir(exist_ok=True)
        wrong = noise(options.command, folder, options.noise) if options.noise else refuse(options.command, folder)
    for line in wrong:
        print(f"FAIL {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
