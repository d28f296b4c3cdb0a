import torch

from . import oracle


@oracle("max_pool1d")
def max_pool1d(p, operand):
    x = operand("x", p.n, p.length)
    outputs = (p.length - p.window) // p.stride + 1
    if p.n == 0:
        return {"y": x.new_empty(0, outputs)}
    return {"y": torch.nn.functional.max_pool1d(x[:, None], p.window, p.stride)[:, 0]}
