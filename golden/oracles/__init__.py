"""One function per primitive, or one per family: what PyTorch says in float64.

    @oracle("softmax")
    def softmax(p, operand):
        x = operand("x", p.outer, p.axis_len, p.inner)
        return {"y": torch.softmax(x, 1)}

`p` has the problem's fields as attributes (choices as strings). `operand(name, *extents)` gives an input as a
float64 tensor, or int64 where it holds integers: made up when a file is generated, read back when it is checked, so
that this one function serves both. What the descriptor says of its domain is said here as well: domain="nonnegative",
"probability" (along=1: distributions along that axis), "index" (below=p.classes), "mask", "bytes"; read=False where
its values cannot matter. In-out operands are asked for and returned under the same name. Every file of this folder is
imported.

    @family("activation")
    def activation(primitive, p, operand):

answers for every member of kernels/activation that has no function of its own, which is told by name; None: it does
not know that one.
"""

import functools
import importlib
import pkgutil

from golden.case_files import BadInput

ORACLES, FAMILIES = {}, {}


def registered(table, name):
    def register(function):
        if name in table:
            raise BadInput(f"golden/oracles has two functions for {name}")
        table[name] = function
        return function

    return register


oracle = functools.partial(registered, ORACLES)
family = functools.partial(registered, FAMILIES)


def evaluate(primitive, family, p, operand):
    """Outputs by name: what the primitive's own function says, or else its family's."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    outputs = None
    if primitive in ORACLES:
        outputs = ORACLES[primitive](p, operand)
    elif family in FAMILIES:
        outputs = FAMILIES[family](primitive, p, operand)
    if outputs is None:
        raise BadInput(f"golden/oracles: no function for {primitive}, nor for it in its family {family}")
    return outputs
