import torch

from . import oracle


@oracle("gemm")
def gemm(p, operand):
    a = operand("a", p.batch, *((p.k, p.m) if p.trans_a else (p.m, p.k)), read=p.alpha != 0)
    b = operand("b", p.batch, *((p.n, p.k) if p.trans_b else (p.k, p.n)), read=p.alpha != 0)
    c = operand("c", p.batch, p.m, p.n, read=p.beta != 0)
    if p.alpha == 0:  # a and b are not read
        return {"c": c * p.beta if p.beta else torch.zeros_like(c)}
    a = a.transpose(1, 2) if p.trans_a else a
    b = b.transpose(1, 2) if p.trans_b else b
    return {"c": torch.baddbmm(c, a, b, beta=p.beta, alpha=p.alpha)}
