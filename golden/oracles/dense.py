import torch

from . import oracle


@oracle("gemm")
def gemm(p, operand):
    """Not torch.baddbmm: with beta=0, that of PyTorch 1.13 now and then lets the memory of its result shine through."""
    a = operand("a", p.batch, *((p.k, p.m) if p.trans_a else (p.m, p.k)), read=p.alpha != 0)
    b = operand("b", p.batch, *((p.n, p.k) if p.trans_b else (p.k, p.n)), read=p.alpha != 0)
    c = operand("c", p.batch, p.m, p.n, read=p.beta != 0)
    a = a.transpose(1, 2) if p.trans_a else a
    b = b.transpose(1, 2) if p.trans_b else b
    product = p.alpha * torch.bmm(a, b) if p.alpha else torch.zeros_like(c)
    return {"c": product + p.beta * c if p.beta else product}
