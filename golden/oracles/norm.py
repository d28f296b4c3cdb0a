import torch.nn.functional as F

from . import oracle


@oracle("layer_norm")
def layer_norm(p, operand):
    x = operand("x", p.rows, p.cols)
    weight = operand("weight", p.cols) if p.affine else None
    bias = operand("bias", p.cols) if p.affine else None
    return {"y": F.layer_norm(x, (p.cols,), weight, bias, p.eps), "mean": x.mean(1),
            "rstd": (x.var(1, unbiased=False) + p.eps).rsqrt()}
