"""One function per primitive: what PyTorch says in float64.

    @oracle("softmax")
    def softmax(p, operand):
        x = operand("x", p.outer, p.axis_len, p.inner)
        return {"y": torch.softmax(x, 1)}

`p` has the problem's fields as attributes (choices as strings). `operand(name, *extents)` gives an input as a
float64 tensor: made up when a file is generated, read back when it is checked, so that this one function
serves both. In-out operands are asked for and returned under the same name. Every file of this folder is
imported.
"""

import importlib
import pkgutil

from golden.case_files import BadInput

ORACLES = {}


def oracle(primitive):
    def register(function):
        if primitive in ORACLES:
            raise BadInput(f"golden/oracles has two functions for {primitive}")
        ORACLES[primitive] = function
        return function

    return register


def load():
    """primitive -> function"""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return ORACLES
