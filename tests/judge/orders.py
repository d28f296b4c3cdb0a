#!/usr/bin/env python3
"""Right kernels in every order of operations that their header leaves open: none may be called wrong.

X.orders is a kernel of X with choices, each declared by a line

    /* order NAME: choice choice ... */

and made by `#if NAME_choice`. Of all combinations so many are judged that every pair of choices occurs in one (a
covering array). SUMS: and PRODUCT: are those of sums.h, which stands before each.

    orders.py VERIFY_PROGRAM FILE.orders [NUMBER ...]    through the stages of assay judge
    --fuzz=N                                             N random problems of a fresh seed instead
    --list                                               what is made, and nothing judged
Exit status 0 when all are called RIGHT. ASSAY_SAMPLE: as in corpus.py.
"""
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import corpus  # noqa: E402

ORDER = re.compile(r"^/\* order (\w+): (\w+(?: \w+)+) \*/$", re.M)


def covering(choices):
    """Combinations {name: choice} in which every pair of choices of two names occurs: greedily, always the same."""
    names = list(choices)
    pairs = {((a, x), (b, y)) for a, b in itertools.combinations(names, 2) for x in choices[a] for y in choices[b]}
    if not pairs:
        return [{name: choice} for name in names for choice in choices[name]]
    made = []
    while pairs:
        chosen = dict(min(pairs))
        for name in names:
            if name not in chosen:
                chosen[name] = max(choices[name], key=lambda choice, name=name: sum(
                    tuple(sorted(((name, choice), other), key=lambda pair: names.index(pair[0]))) in pairs
                    for other in chosen.items()))
        made.append({name: chosen[name] for name in names})
        pairs -= set(itertools.combinations(made[-1].items(), 2))
    return made


def read(path):
    """The kernels that a file stands for."""
    text = path.read_text()
    choices = {name: said.split() for name, said in ORDER.findall(text)}
    if not choices or text.count("/* order ") != len(choices):
        sys.exit(f"{path}: {text.count('/* order ')} lines speak of orders, {len(choices)} can be read")
    made_of = text + (path.parent / "sums.h").read_text()
    for name, choice in ((name, choice) for name in choices for choice in choices[name]):
        if not re.search(rf"^#(el)?if {name}_{choice}\b", made_of, re.M):
            sys.exit(f"{path}: nothing depends on the choice {choice} of {name}")
    kernels = []
    for at, chosen in enumerate(covering(choices)):
        head = "".join(f"#define {name}_{choice} 1\n" for name, choice in chosen.items())
        kernel = corpus.Kernel(("", "RIGHT", None, None, None, None, f"order_{at}"),
                               f'#pragma GCC optimize("fp-contract=off")\n{head}#include <math.h>\n'
                               f'#include "tests/judge/sums.h"\n#line 1\n{text}')
        kernel.note = ", ".join(f"{name} {choice}" for name, choice in chosen.items())
        kernels.append(kernel)
    return kernels


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    fuzz = next((word.split("=")[1] for word in sys.argv if word.startswith("--fuzz=")), None)
    program, path = os.path.abspath(words[0]), pathlib.Path(words[1])
    kernels, _ = corpus.chosen(read(path), [f"order_{number}" for number in words[2:]])
    if "--list" in sys.argv:
        for kernel in kernels:
            print(kernel.told())
        return 0
    listed = subprocess.run([program, "list", "--json"], capture_output=True, text=True, check=True).stdout
    primitives = {entry["name"]: entry for entry in json.loads(listed)["primitives"]}
    with tempfile.TemporaryDirectory(prefix="assay-orders-") as folder:
        together = corpus.Together(program, primitives, path.stem if path.stem in primitives else None, folder)
        if fuzz:
            return 1 if corpus.false_alarms(together, kernels, fuzz) else 0
        together.judge(kernels)
    wrong = [kernel for kernel in kernels if kernel.said["verdict"] != "RIGHT"]
    for kernel in wrong:
        print(f"called wrong: {kernel.told()}: {kernel.said.get('failure') or kernel.said.get('error')}")
    print(f"{len(kernels) - len(wrong)} of {len(kernels)} orders of operations are called RIGHT")
    return 1 if wrong or not kernels else 0


if __name__ == "__main__":
    sys.exit(main())
