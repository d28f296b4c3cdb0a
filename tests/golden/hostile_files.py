"""The files of hostile.py: a good one, and functions that each put one defect into it."""

import pathlib

import h5py
import numpy as np

TOP = pathlib.Path(__file__).resolve().parents[2]

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


def root(name, value=None):
    """Changes a root attribute, or takes it away."""
    return lambda file: change(file.attrs, name, value)


def field(name, value=None):
    return lambda file: change(file[CASE].attrs, name, value)


def member(path, value=None):
    """Puts something else there (an array makes a dataset), or nothing."""
    return lambda file: change(file, path, value)


def dataset(path, **options):
    def replace(file):
        file.pop(path)
        file.create_dataset(path, **options)

    return replace


def change(where, name, value):
    if name in where.keys():
        del where[name]
    if value is not None:
        where[name] = value


# name -> (what the line on stderr must match, what changes the good file, open for writing)
HOSTILE = {
    # root attributes
    "no_schema": (r"attribute 'schema' is missing", root("schema")),
    "other_schema": (r"attribute 'schema' is 'somebody-elses', not 'assay-golden'", root("schema", "somebody-elses")),
    "schema_is_a_number": (r"attribute 'schema' is not a \(short\) string", root("schema", 1)),
    "long_schema": (r"attribute 'schema' is not a \(short\) string", root("schema", "assay-golden" * 100)),
    "long_fixed_schema": (
        r"attribute 'schema' is not a \(short\) string",
        root("schema", np.bytes_("assay-golden" * 100))),
    "list_of_schemas": (
        r"attribute 'schema' is not a single value",
        root("schema", np.array([b"assay-golden", b"assay-golden"]))),
    "empty_schema": (r"attribute 'schema' is not a single value", root("schema", h5py.Empty("S12"))),
    "schema_with_a_newline": (r"'assay-golden\?second line', not", root("schema", "assay-golden\nsecond line")),
    "version_2": (r"schema version 2; this program reads version 1", root("version", 2)),
    "version_negative": (r"schema version -1; this program reads version 1", root("version", -1)),
    "version_real": (r"attribute 'version' is not an integer", root("version", 1.0)),
    "version_text": (r"attribute 'version' is not an integer", root("version", "1")),
    "version_beyond_int64": (r"attribute 'version' is not an integer", root("version", np.uint64(2**64 - 1))),
    "no_version": (r"attribute 'version' is missing", root("version")),
    "no_primitive": (r"attribute 'primitive' is missing", root("primitive")),
    "unknown_primitive": (r"there is no primitive 'hardmax'", root("primitive", "hardmax")),
    "no_oracle": (r"attribute 'oracle' is missing", root("oracle")),
    "no_date": (r"attribute 'created' is missing", root("created")),
    # cases
    "dataset_for_a_case": (r"case 'c': the case is not a group", member("c", np.zeros(3))),
    "type_for_a_case": (r"case 'c': the case is not a group", member("c", np.dtype("f8"))),
    "soft_link_for_a_case": (r"case 'c': the case is a soft or external link", member("c", h5py.SoftLink("/a"))),
    "soft_link_to_itself": (r"case 'c': the case is a soft or external link", member("c", h5py.SoftLink("/c"))),
    "external_link": (
        r"case 'c': the case is a soft or external link",
        member("c", h5py.ExternalLink("/etc/passwd", "/"))),
    "no_inputs": (r"case 'a': in is missing", member("a/in")),
    "no_outputs": (r"case 'a': out is missing", member("a/out")),
    "inputs_are_a_dataset": (r"case 'a': in is not a group", member("a/in", np.zeros(3))),
    # fields
    "no_field": (r"case 'a': attribute 'axis_len' is missing", field("axis_len")),
    "unknown_field": (r"case 'a': attribute 'axes': softmax has no such field", field("axes", 1)),
    "field_as_text": (r"case 'a': attribute 'axis_len' is not an integer", field("axis_len", "5")),
    "field_as_real": (r"case 'a': attribute 'axis_len' is not an integer", field("axis_len", 5.0)),
    "field_as_record": (
        r"case 'a': attribute 'axis_len' is not an integer",
        field("axis_len", np.array((5, 5), dtype=[("a", "i4"), ("b", "i4")]))),
    "field_as_list": (r"case 'a': attribute 'axis_len' is not a single value", field("axis_len", [5, 5])),
    "field_out_of_range": (r"case 'a': axis_len=-5 is not in \[0, ", field("axis_len", -5)),
    "huge_field": (r"case 'a': axis_len=9223372036854775807 is not in \[0, ", field("axis_len", 2**63 - 1)),
    "unknown_fill": (r"case 'a': there is no fill 'fluffy'", field("fill", "fluffy")),
    "fill_as_number": (r"case 'a': attribute 'fill' is not a \(short\) string", field("fill", 3)),
    "seed_as_text": (r"case 'a': attribute 'seed' is not an integer", field("seed", "7")),
    "constant_as_text": (r"case 'a': attribute 'constant' is not an integer", field("constant", "yes")),
    # datasets
    "no_input": (r"case 'a': in/x is missing", member("a/in/x")),
    "no_output": (r"case 'a': out/y is missing", member("a/out/y")),
    "unknown_input": (r"case 'a': in/z: softmax has no such input", member("a/in/z", np.zeros(3, np.float32))),
    "soft_input": (r"case 'a': in/x is a soft or external link", member("a/in/x", h5py.SoftLink("/b/in/x"))),
    "dangling_input": (r"case 'a': in/x is a soft or external link", member("a/in/x", h5py.SoftLink("/nowhere"))),
    "external_output": (
        r"case 'a': out/y is a soft or external link",
        member("a/out/y", h5py.ExternalLink("other.h5", "/y"))),
    "double_input": (r"case 'a': in/x is not float32", member("a/in/x", np.zeros((3, 5, 2)))),
    "half_input": (r"case 'a': in/x is not float32", member("a/in/x", np.zeros((3, 5, 2), np.float16))),
    "integer_input": (r"case 'a': in/x is not float32", member("a/in/x", np.zeros((3, 5, 2), np.int32))),
    "text_input": (r"case 'a': in/x is not float32", member("a/in/x", np.full((3, 5, 2), b"text"))),
    "variable_length_input": (
        r"case 'a': in/x is not float32",
        dataset("a/in/x", shape=(3, 5, 2), dtype=h5py.vlen_dtype(np.float32))),
    "reference_input": (r"case 'a': in/x is not float32", dataset("a/in/x", shape=(3, 5, 2), dtype=h5py.ref_dtype)),
    "complex_input": (r"case 'a': in/x is not float32", member("a/in/x", np.zeros((3, 5, 2), np.complex64))),
    "single_output": (r"case 'a': out/y is not float64", member("a/out/y", np.zeros((3, 5, 2), np.float32))),
    "integer_output": (r"case 'a': out/y is not float64", member("a/out/y", np.zeros((3, 5, 2), np.int64))),
    "turned_input": (
        r"case 'a': in/x has shape \[3,2,5\]; the problem asks for \[3,5,2\]",
        member("a/in/x", np.zeros((3, 2, 5), np.float32))),
    "flat_output": (
        r"case 'a': out/y has shape \[30\]; the problem asks for \[3,5,2\]",
        member("a/out/y", np.zeros(30))),
    "scalar_input": (r"case 'a': in/x has shape \[\]; the problem asks for", member("a/in/x", np.float32(1))),
    "null_input": (r"case 'a': in/x has no extent", member("a/in/x", h5py.Empty(np.float32))),
    "many_axes": (
        r"case 'a': in/x has shape \[(1,){31}1\]; the problem",
        member("a/in/x", np.zeros((1,) * 32, np.float32))),
    "astronomic_extent": (
        r"case 'a': in/x has shape \[1099511627776,1099511627776\]; the problem",
        dataset("a/in/x", shape=(2**40, 2**40), dtype=np.float32, chunks=(1, 8))),
    "never_written": (
        r"case 'a': in/x was declared but never written",
        dataset("a/in/x", shape=(3, 5, 2), dtype=np.float32)),
    "never_written_chunks": (
        r"case 'a': in/x was declared but never written",
        dataset("a/in/x", shape=(3, 5, 2), dtype=np.float32, chunks=(1, 5, 2))),
    "enormous_chunk": (
        r"case 'a': in/x has chunks of an unreasonable size",
        dataset("a/in/x", shape=(3, 5, 2), maxshape=(None, None, None), dtype=np.float32, chunks=(2**10, 2**10, 2**9))),
    "lossy_filter": (
        r"case 'a': in/x uses a filter other than deflate, shuffle and Fletcher32",
        dataset("a/in/x", data=np.ones((3, 5, 2), np.float32), scaleoffset=2)),
    "external_storage": (
        r"case 'a': in/x keeps its values in another file",
        dataset("a/in/x", shape=(3, 5, 2), dtype=np.float32, external=[("/etc/passwd", 0, 120)])),
}


def hostile(expected):
    def register(function):
        HOSTILE[function.__name__] = (expected, function)
        return function

    return register


@hostile(r"holds no case")
def no_case(file):
    del file[CASE], file["b"]


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


@hostile(r"case 'a': in/a: softmax has no such input")
def group_in_itself(file):
    del file[CASE]["in"]
    file[CASE]["in"] = file["/"]


@hostile(r"case 'a': outer\*axis_len\*inner must be below 2\^40")
def huge_problem(file):
    file[CASE].attrs.update({name: 2**24 for name in FIELDS})


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


@hostile(r"case 'a': in/x has shape \[16777216,64,2\]: more than \d+ elements")
def declared_and_enormous(file):
    file[CASE].attrs.update({"outer": 2**24, "axis_len": 64, "inner": 2})
    for path, kind in (("a/in/x", np.float32), ("a/out/y", np.float64)):
        dataset(path, shape=(2**24, 64, 2), dtype=kind, chunks=(8, 8, 2))(file)


@hostile(r"case 'a': in/x uses a filter other than deflate, shuffle and Fletcher32")
def unknown_filter(file):
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_chunk((3, 5, 2))
    plan.set_filter(12345, h5py.h5z.FLAG_OPTIONAL)
    del file[CASE]["in/x"]
    h5py.h5d.create(file[CASE]["in"].id, b"x", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((3, 5, 2)), plan)


@hostile(r"case 'a': in/x is a view of other datasets")
def virtual_input(file):
    layout = h5py.VirtualLayout((3, 5, 2), np.float32)
    layout[...] = h5py.VirtualSource(file["b/in/x"])
    del file[CASE]["in/x"]
    file[CASE]["in"].create_virtual_dataset("x", layout)


@hostile(r"case 'a': attribute 'axis_len' is not a single value")
def attribute_of_a_million_values(file):
    file[CASE].attrs["axis_len"] = np.zeros(10**6)


@hostile(r"attribute 'schema' is not a \(short\) string")
def text_of_sixteen_million_characters(file):
    file.attrs["schema"] = np.bytes_("assay-golden" * 1398101)


@hostile(r"case 'a': attribute 'n\d+': softmax has no such field")
def thousands_of_attributes(file):
    for number in range(3000):
        file[CASE].attrs[f"n{number}"] = number


@hostile(r"case 'a': in/x is not a dataset")
def deep_groups_as_input(file):
    del file[CASE]["in/x"]
    place = file[CASE]["in"]
    for _ in range(2000):
        place = place.create_group("x")


@hostile(r"case 'a0': attribute '\w+' is missing")
def thousands_of_cases(file):
    for number in range(3000):
        file.create_group(f"a{number}")


@hostile(r"case 'a': 'again' does not belong here")
def case_in_itself(file):
    file[CASE]["again"] = file[CASE]


@hostile(r"case 'a': out/x: softmax has no such output")
def sides_are_one_group(file):
    del file[CASE]["out"]
    file[CASE]["out"] = file[CASE]["in"]


@hostile(r"holds more than \d+ bytes of data")
def bomb(file):
    """A few kilobytes that become a gigabyte: one chunk is there, all others are the fill value."""
    shape = (2**20, 96, 1)
    file[CASE].attrs.update(dict(zip(FIELDS, shape)))
    for path, kind in (("a/in/x", np.float32), ("a/out/y", np.float64)):
        dataset(path, shape=shape, dtype=kind, chunks=(2**10, 96, 1), compression="gzip")(file)
        file[path][0, 0, 0] = 1


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
    """(name, bytes, expected) of files that are not the good one with something changed through HDF5."""
    whole = folder / "good.h5"
    data = whole.read_bytes()
    for length in sorted({0, 1, 7, 8, 9, 16, 47, 48, len(data) - 1, *range(64, len(data), 64)}):
        yield f"cut at {length}", data[:length], r"is damaged: truncated|is not an HDF5 file|is damaged"
    yield "text", b"Not HDF5 at all.\n" * 40, r"is not an HDF5 file"
    yield "signature alone", data[:8] + bytes(4000), r"is damaged"
    yield "superblock of the future", data[:8] + b"\x63" + data[9:], r"is damaged"
    negative = folder / "negative.h5"
    negative.write_bytes((TOP / "golden/data/adam_step.h5").read_bytes())
    with h5py.File(negative, "r+") as file:
        file["n=40,step=10,lr=0.1/in/exp_avg_sq"][3] = -1
    yield "negative", negative.read_bytes(), r"in/exp_avg_sq\[3\] is -1; it must be no less than 0"
    chunk = folder / "chunk.h5"
    chunk.write_bytes(data)
    corrupt_chunk(chunk)
    yield "chunk", chunk.read_bytes(), r"case 'a': in/x cannot be read: .*(checksum|Fletcher32|inflate)"
