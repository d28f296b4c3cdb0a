import torch

from . import oracle


@oracle("adam_step")
def adam_step(p, operand):
    """One step of the optimiser itself, from a state put there by hand."""
    param = operand("param", p.n).requires_grad_()
    param.grad = operand("grad", p.n)
    state = {"exp_avg": operand("exp_avg", p.n), "exp_avg_sq": operand("exp_avg_sq", p.n, nonnegative=True)}
    if p.amsgrad:
        state["max_exp_avg_sq"] = operand("max_exp_avg_sq", p.n, nonnegative=True)
    optimiser = (torch.optim.AdamW if p.decoupled else torch.optim.Adam)(
        [param], lr=p.lr, betas=(p.beta1, p.beta2), eps=p.eps, weight_decay=p.weight_decay,
        amsgrad=bool(p.amsgrad), maximize=bool(p.maximize))
    optimiser.state[param] = {"step": torch.tensor(float(p.step - 1)), **state}
    optimiser.step()
    return {"param": param, **state}
