import torch.nn.functional as F

from . import oracle


@oracle("conv2d")
def conv2d(p, operand):
    x = operand("x", p.n, p.c, p.h, p.w)
    weight = operand("weight", p.oc, p.c // p.groups, p.kh, p.kw)
    bias = operand("bias", p.oc) if p.bias else None
    return {"y": F.conv2d(x, weight, bias, p.stride, p.pad, p.dilation, p.groups)}
