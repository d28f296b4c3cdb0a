import math

import torch
import torch.nn.functional as F

from . import family


def tails(f):
    """f with the limits at infinity that activation.h asks for, and the slopes there: torch makes Inf - Inf and 0 * Inf."""

    def limited(p, x):
        within = x.clamp(-1e4, 1e4)  # f is 0, or x, in float64 long before
        return f(p, within) + torch.relu(x - 1e4)

    return limited


def gelu(p, x):
    if p.approximate == "tanh":  # x (1 + tanh(v / 2)) / 2 without the cancellation
        return x * torch.sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    return x * torch.special.erfc(-x / math.sqrt(2)) / 2  # x (1 + erf) / 2 without the cancellation


SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717

FUNCTIONS = {
    "relu": lambda p, x: torch.relu(x),
    "leaky_relu": lambda p, x: F.leaky_relu(x, p.negative_slope),
    "sigmoid": lambda p, x: torch.sigmoid(x),
    "tanh": lambda p, x: torch.tanh(x),
    "gelu": tails(gelu),
    "silu": tails(lambda p, x: F.silu(x)),
    "softplus": lambda p, x: F.softplus(x, threshold=40),  # its 20 would cost 1e-10
    "elu": lambda p, x: torch.relu(x) + p.alpha * torch.expm1(x.clamp(max=0)),  # F.elu has exp(x) - 1
    "selu": lambda p, x: SELU_SCALE * (torch.relu(x) + SELU_ALPHA * torch.expm1(x.clamp(max=0))),
    "hardsigmoid": lambda p, x: F.relu6(x + 3) / 6,
    "hardswish": tails(lambda p, x: x * F.relu6(x + 3) / 6),  # the gradient of F.hardswish loses NaN
    "mish": tails(lambda p, x: F.mish(x)),
}
SCALES = {"hardsigmoid_backward": 4}  # of x: within 3 of 0 the gradient does not see it


@family("activation")
def activation(primitive, p, operand):
    """y = f(x), or the gradient of that: grad_x = grad_y f'(x), by autograd."""
    forward = FUNCTIONS.get(primitive.removesuffix("_backward"))
    if forward is None:
        return None
    if primitive in FUNCTIONS:
        return {"y": forward(p, operand("x", p.n))}
    grad_y = operand("grad_y", p.n)
    x = operand("x", p.n, scale=SCALES.get(primitive, 1)).requires_grad_()
    if primitive == "relu_backward":  # where nothing passes, a NaN in grad_y does not either
        forward(p, x).backward(grad_y)
        return {"grad_x": x.grad}
    forward(p, x).backward(torch.ones_like(x))
    slope = x.grad
    if primitive != "leaky_relu_backward":  # clamp and relu let no NaN through to the gradient
        slope = torch.where(x.isnan(), x, slope).detach()
    return {"grad_x": grad_y * slope}
