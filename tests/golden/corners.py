#!/usr/bin/env python3
"""Right golden cases that look as if they could not fail, or ask what a primitive leaves open: none is refused.

    corners.py PROGRAM    PROGRAM is assay-verify
"""

import importlib.util
import pathlib
import re
import subprocess
import sys
import tempfile


def write(path, primitive, fields, inputs, outputs, said, **how):
    import h5py

    with h5py.File(path, "w", **how) as file:
        file.attrs.update({"schema": "assay-golden", "version": 1, "primitive": primitive, "oracle": "numpy float64",
                           "created": "2024-01-01"})
        case = file.create_group("a case")
        case.attrs.update({**fields, **said})
        for name, value in inputs.items():
            case.create_dataset(f"in/{name}", data=value.astype("float32"))
        for name, value in outputs.items():
            case.create_dataset(f"out/{name}", data=value)


def relu(x):
    return "relu", {"n": len(x)}, {"x": x}, {"y": x.clip(0)}


def adam(beta1, beta2):
    import numpy as np

    draw = np.random.default_rng(1)
    param, grad, m, v = (draw.standard_normal(20).astype(np.float32).astype(np.float64) for _ in range(4))
    v = v**2
    v = v.astype(np.float32).astype(np.float64)
    fields = {"n": 20, "step": 3, "lr": 0.5, "beta1": beta1, "beta2": beta2, "eps": 1e-8, "weight_decay": 0.0,
              "decoupled": 0, "amsgrad": 0, "maximize": 0}
    before = {"param": param, "grad": grad, "exp_avg": m, "exp_avg_sq": v}
    m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
    moved = 0.5 / (1 - beta1**3) * m / (np.sqrt(v / (1 - beta2**3)) + 1e-8)
    return "adam_step", fields, before, {"param": param - moved, "exp_avg": m, "exp_avg_sq": v}


def layer_norm(scale):
    import numpy as np

    x = (np.random.default_rng(1).standard_normal((3, 70)) * scale).astype(np.float32).astype(np.float64)
    mean, rstd = x.mean(1), 1 / np.sqrt(x.var(1) + 1e-5)
    y = (x - mean[:, None]) * rstd[:, None]
    return ("layer_norm", {"rows": 3, "cols": 70, "eps": 1e-5, "affine": 0}, {"x": x},
            {"y": y, "mean": mean, "rstd": rstd})


def files_of_others(path, made):
    """A file with something before HDF5's part, a case that fails, by its name; a file that is still being written."""
    import h5py

    good = True

    def expect(status, pattern):
        nonlocal good
        done = subprocess.run([sys.argv[1], "relu/naive", "--golden", path], capture_output=True, text=True)
        if done.returncode != status or not re.search(pattern, done.stdout + done.stderr):
            good = False
            print(f"FAIL: exit status {done.returncode}, not {status}, or not {pattern}: {done.stdout}{done.stderr}")

    for block in (512, 4096):
        write(path, *made, {}, userblock_size=block)
        expect(0, "PASS +relu/naive +golden +1 case")
    write(path, *made[:3], {"y": made[3]["y"] * 2}, {})
    expect(1, "relu/naive/n=3, case 'a case'\n")
    with h5py.File(path, "r+"):
        expect(2, "^assay-verify: .*file.h5: is open for writing in another program: .*\n$")
    return good


def main():
    if not all(map(importlib.util.find_spec, ("numpy", "h5py"))):
        print("SKIPPED: no numpy or no h5py; scripts/setup installs them")
        return 3
    import numpy as np

    ones = np.ones(3)
    # name, what is written, attributes besides, exit status, what is said
    cases = [
        ("equal values", relu(ones), {}, 0, "^PASS +relu/naive"),
        ("equal values, and wrong", relu(ones)[:3] + ({"y": ones * 2},), {}, 1, "^FAIL +relu/naive"),
        ("no first moment", adam(0.0, 0.9), {}, 0, "^PASS +adam_step/naive"),
        ("no second moment", adam(0.9, 0.0), {}, 0, "^PASS +adam_step/naive"),
        ("neither", adam(0.0, 0.0), {}, 0, "^PASS +adam_step/naive"),
        ("squares beyond float32", layer_norm(1e30), {}, 0, "^PASS +layer_norm/"),
        ("idle, and it is not", layer_norm(1), {"idle": "x"}, 1, "the case says idle=x, but changing it moves an output"),
        ("idle, and no input", layer_norm(1), {"idle": "y"}, 2, "attribute 'idle': layer_norm has no input 'y'"),
    ]
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "file.h5"
        for name, made, said, status, pattern in cases:
            write(path, *made, said)
            done = subprocess.run([sys.argv[1], "--golden", path], capture_output=True, text=True)
            text = done.stdout + done.stderr
            if done.returncode != status or not re.search(pattern, text, re.MULTILINE):
                bad += 1
                print(f"FAIL {name}: exit status {done.returncode}, not {status}, or it does not say {pattern}:")
                print(*(f"| {line}" for line in text.splitlines()), sep="\n")
        bad += not files_of_others(path, relu(ones))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
