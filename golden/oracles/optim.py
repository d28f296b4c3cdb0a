import torch

from . import oracle


@oracle("adam_step")
def adam_step(p, operand):
    """The optimizer itself takes one step from a state set to what it would be after step - 1."""
    param = torch.nn.Parameter(operand("param", p.n))
    param.grad = operand("grad", p.n)
    state = {"step": torch.tensor(float(p.step - 1), dtype=torch.float64), "exp_avg": operand("exp_avg", p.n),
             "exp_avg_sq": operand("exp_avg_sq", p.n, domain="nonnegative")}
    if p.amsgrad:
        state["max_exp_avg_sq"] = operand("max_exp_avg_sq", p.n, domain="nonnegative")
    kind = torch.optim.AdamW if p.decoupled else torch.optim.Adam
    optimizer = kind([param], lr=p.lr, betas=(p.beta1, p.beta2), eps=p.eps, weight_decay=p.weight_decay,
                     amsgrad=bool(p.amsgrad), maximize=bool(p.maximize), foreach=False)
    optimizer.state[param] = state
    optimizer.step()
    return {"param": param, **{name: value for name, value in state.items() if name != "step"}}
