#!/usr/bin/env python3
"""Golden files: expected outputs computed by PyTorch in float64 (schema: golden/SCHEMA.md).

    scripts/python golden/generate.py [PRIMITIVE...]            write the files that are missing or stale
    scripts/python golden/generate.py --force [PRIMITIVE...]    write them whether stale or not
    scripts/python golden/generate.py --check [PRIMITIVE...]    recompute every output, write nothing
    scripts/python golden/generate.py --checksums               verify SHA256SUMS only

The cases are the lines of the [golden] sections of tests/cases/*.cases. --check reads the inputs back from the
files, so that it judges the stored data and not the random numbers; an output agrees when it differs by no
more than 1e-12 of the largest finite magnitude in its tensor, and NaN and infinities are where they were. A
case that stands in the file and not in the case file, or the other way round, is an error.

Exit status: 0 all well; 1 a file is stale, damaged or disagrees; 2 bad usage or bad input.
"""

import argparse
import datetime
import hashlib
import os
import pathlib
import signal
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.dont_write_bytecode = True  # python leaves a cut file behind where the disk is full, and stumbles over it ever after

from golden import case_files  # noqa: E402  (numpy, h5py and torch are imported where they are needed)

AGREEMENT = 1e-12
DTYPES = {"float32": "<f4", "float64": "<f8", "int64": "<i8", "uint8": "|u1"}


def data_folder():
    return pathlib.Path(os.environ.get("ASSAY_GOLDEN", HERE / "data"))


def path_of(primitive):
    return data_folder() / f"{primitive}.h5"


# ---- computing ------------------------------------------------------------------------------------------------


def evaluate(primitive, case, stored=None):
    """(inputs, outputs) by name, as numpy arrays. `stored`: a case's group to take the inputs from."""
    import torch
    from golden import fills, oracles

    inputs = {}

    def operand(name, *shape, read=True, **domain):
        if stored is not None:
            inputs[name] = stored["in"][name][()]
            if inputs[name].shape != shape:
                raise ValueError(f"in/{name} has shape {inputs[name].shape}, not {shape}")
        else:
            text = f"{primitive}/{case.name}/{name}"
            inputs[name] = fills.fill(case.fill if read else "nan", case.seed, text, shape, **domain)
        real = inputs[name].dtype.kind == "f"
        return torch.from_numpy(inputs[name]).to(torch.float64 if real else torch.int64, copy=True)

    torch.set_num_threads(1)  # one order of summation
    outputs = oracles.evaluate(primitive, case_files.family_of(primitive), case.problem, operand)
    return inputs, {name: value.detach().numpy() for name, value in outputs.items()}


# ---- writing --------------------------------------------------------------------------------------------------


def create(path):
    """An empty file without time stamps, in the compact format of HDF5 1.10, which checksums its metadata."""
    import h5py

    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_V110, h5py.h5f.LIBVER_V110)
    plan = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    plan.set_obj_track_times(False)
    return h5py.File(h5py.h5f.create(str(path).encode(), h5py.h5f.ACC_TRUNC, plan, access))


def create_group(parent, name):
    import h5py

    plan = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
    plan.set_obj_track_times(False)
    return h5py.Group(h5py.h5g.create(parent.id, name.encode(), gcpl=plan))


def write_tensors(parent, name, tensors):
    group = create_group(parent, name)
    for operand, value in tensors.items():
        filtered = value.size > 0 and value.ndim > 0  # HDF5 filters chunks; these have none
        options = dict(chunks=value.shape, compression=9, shuffle=True, fletcher32=True) if filtered else {}
        group.create_dataset(operand, data=value, dtype=DTYPES[value.dtype.name], track_times=False, **options)


def set_attribute(object, name, value):
    import numpy

    object.attrs[name] = numpy.bytes_(value) if isinstance(value, str) else value


def attributes(case):
    """What the group of this case says about it."""
    said = dict(case.values)
    if case.fill != "normal":
        said["fill"] = case.fill
    if case.seed != 1:
        said["seed"] = case.seed
    if case.constant:
        said["constant"] = 1
    return said


def write(primitive, cases, created):
    import torch

    path = path_of(primitive)
    fresh = path.with_suffix(".fresh")
    try:
        with create(fresh) as file:
            for name, value in (("schema", "assay-golden"), ("version", 1), ("primitive", primitive),
                                ("oracle", f"PyTorch {torch.__version__.partition('+')[0]} float64"),
                                ("created", created)):
                set_attribute(file, name, value)
            for case in cases:
                group = create_group(file, case.name)
                for name, value in attributes(case).items():
                    set_attribute(group, name, value)
                inputs, outputs = evaluate(primitive, case)
                write_tensors(group, "in", inputs)
                write_tensors(group, "out", outputs)
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def today():
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.datetime.now(datetime.timezone.utc)
    return (datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc) if epoch else now).date().isoformat()


def created_before(primitive):
    """The date in the file that stands there: a file keeps it, so that generating twice changes nothing."""
    import h5py

    try:
        with h5py.File(path_of(primitive), "r") as file:
            return file.attrs["created"].decode()
    except (OSError, KeyError, AttributeError):
        return None


# ---- checksums ------------------------------------------------------------------------------------------------


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_checksums():
    files = sorted(data_folder().glob("*.h5"))
    fresh = data_folder() / "SHA256SUMS.fresh"
    try:
        fresh.write_text("".join(f"{digest(path)}  {path.name}\n" for path in files))
        os.replace(fresh, data_folder() / "SHA256SUMS")
    finally:
        fresh.unlink(missing_ok=True)


def check_checksums():
    """What is wrong, one line each."""
    sums = data_folder() / "SHA256SUMS"
    if not sums.exists():
        return [f"{sums} is missing"]
    listed = {}
    for number, line in enumerate(sums.read_text().splitlines(), 1):
        value, space, name = line.partition("  ")
        if not space or len(value) != 64:
            return [f"{sums}:{number}: cannot read '{line}'"]
        listed[name] = value
    present = {path.name: path for path in data_folder().glob("*.h5")}
    wrong = [f"{name} is listed in SHA256SUMS and missing" for name in sorted(listed.keys() - present.keys())]
    wrong += [f"{name} is not listed in SHA256SUMS" for name in sorted(present.keys() - listed.keys())]
    wrong += [f"{name} is not the file that SHA256SUMS lists" for name in sorted(listed.keys() & present.keys())
              if digest(present[name]) != listed[name]]
    return wrong


# ---- checking -------------------------------------------------------------------------------------------------


def plain(value):
    """An attribute as Python has it."""
    if isinstance(value, bytes):
        return value.decode()
    return value.item() if hasattr(value, "item") else value


def disagreement(stored, computed):
    """None, or what differs."""
    import numpy

    if stored.shape != computed.shape or stored.dtype != computed.dtype:
        return f"is {stored.dtype}{list(stored.shape)}, not {computed.dtype}{list(computed.shape)}"
    stored, computed = stored.astype(numpy.float64), computed.astype(numpy.float64)
    finite = numpy.isfinite(stored)
    if not numpy.array_equal(stored[~finite], computed[~finite], equal_nan=True):
        return "has NaN or infinities in other places"
    scale = numpy.abs(stored[finite]).max(initial=0.0)
    error = numpy.abs(stored[finite] - computed[finite]).max(initial=0.0)
    if not error <= AGREEMENT * scale:
        return f"differs by {error:.3g}, which is {error / scale if scale else numpy.inf:.2g} of its scale"
    return None


def check_case(primitive, case, group, recompute):
    said = {name: plain(value) for name, value in group.attrs.items()}
    if said != attributes(case):
        return [f"{case.name}: is stale, its attributes are not what the case file says"]
    if not recompute:
        return []
    try:
        inputs, outputs = evaluate(primitive, case, stored=group)
    except (KeyError, ValueError) as error:
        return [f"{case.name}: {error}"]
    wrong = []
    for side, expected in (("in", inputs), ("out", outputs)):
        if set(group[side]) != set(expected):
            wrong.append(f"{case.name}: {side} holds {sorted(group[side])}, not {sorted(expected)}")
    for name in outputs.keys() & set(group["out"]):
        what = disagreement(group["out"][name][()], outputs[name])
        if what:
            wrong.append(f"{case.name}: out/{name} {what}")
    return wrong


def check(primitive, cases, recompute):
    """What is wrong with the primitive's file, one line each."""
    import h5py

    path = path_of(primitive)
    if not path.exists():
        return [f"{path.name} is missing"]
    try:
        with h5py.File(path, "r") as file:
            named = {case.name: case for case in cases}
            wrong = [f"{name}: is stale, no such line in the case file" for name in file if name not in named]
            wrong += [f"{name}: is not in the file" for name in named if name not in file]
            if plain(file.attrs["primitive"]) != primitive:
                wrong.append(f"is a file of {plain(file.attrs['primitive'])}")
            for case in cases:
                if case.name in file:
                    wrong += check_case(primitive, case, file[case.name], recompute)
            return [f"{path.name}: {line}" for line in wrong]
    except (OSError, KeyError, RuntimeError) as error:
        return [f"{path.name}: {error}"]


# ---- the command ----------------------------------------------------------------------------------------------


def has_torch():
    try:
        import torch  # noqa: F401
    except ImportError:
        return False
    return True


def report(wrong):
    for line in wrong:
        print(f"golden: {line}", file=sys.stderr)
    if wrong:
        print("golden: if that is meant, run `scripts/python golden/generate.py` and commit what changes",
              file=sys.stderr)
    return 1 if wrong else 0


def check_all(wanted, cases):
    wrong = check_checksums()
    strangers = {path.stem for path in data_folder().glob("*.h5")} - set(case_files.primitives())
    wrong += [f"{name}.h5: there is no primitive {name}" for name in sorted(strangers)]
    recompute = has_torch()
    for primitive in wanted:
        if cases[primitive]:
            wrong += check(primitive, cases[primitive], recompute)
        elif path_of(primitive).exists():
            wrong.append(f"{primitive}.h5: the case file has no golden case")
    status = report(wrong)
    if status == 0 and recompute:
        print(f"golden: {sum(map(len, cases.values()))} cases of {len(wanted)} primitives agree to {AGREEMENT:g}")
    elif status == 0:
        print("SKIPPED: cases and checksums are right; without torch the outputs are not recomputed")
    return status


def generate(wanted, cases, force):
    if not has_torch():
        raise case_files.BadInput("torch is not importable (apt-get install python3-torch, or ASSAY_PYTHON)")
    data_folder().mkdir(parents=True, exist_ok=True)
    wrong = []
    for primitive in wanted:
        path = path_of(primitive)
        if not cases[primitive]:
            print(f"{primitive:16} no golden case")
            continue
        if not force and not check(primitive, cases[primitive], True):
            print(f"{primitive:16} current")
            continue
        write(primitive, cases[primitive], created_before(primitive) or today())
        print(f"{primitive:16} {len(cases[primitive])} cases, {path.stat().st_size} bytes")
        wrong += check(primitive, cases[primitive], True)  # PyTorch has been seen to compute differently twice
    write_checksums()
    return report(wrong)


def told_to_end(*_):
    """What SIGTERM does: clean up on the way out."""
    print("golden: told to end", file=sys.stderr)
    sys.exit(143)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog="See the top of this file.")
    parser.add_argument("primitive", nargs="*", help="default: every one in kernels/registry.def")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="recompute every output, write nothing")
    mode.add_argument("--checksums", action="store_true", help="verify SHA256SUMS only")
    mode.add_argument("--force", action="store_true", help="write files that are not stale, too")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, told_to_end)
    try:
        known = case_files.primitives()
        unknown = [name for name in options.primitive if name not in known]
        if unknown:
            raise case_files.BadInput(f"there is no primitive '{unknown[0]}'; there are {', '.join(known)}")
        if options.checksums:
            return report(check_checksums())
        wanted = options.primitive or known
        cases = {primitive: case_files.golden_cases(primitive) for primitive in wanted}
        return check_all(wanted, cases) if options.check else generate(wanted, cases, options.force)
    except case_files.BadInput as error:
        print(f"golden: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("golden: interrupted", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"golden: {str(error).splitlines()[0]}", file=sys.stderr)
    except ModuleNotFoundError as error:
        if error.name not in ("numpy", "h5py", "torch"):
            raise
        print(f"{'SKIPPED' if options.check else 'golden'}: {error}; scripts/setup installs it", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
