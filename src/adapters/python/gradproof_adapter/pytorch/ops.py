"""The ops of a graph, reversals apart, in plain PyTorch."""

import torch


class _StraightThroughRound(torch.autograd.Function):
    """Rounds half to even; the gradient passes as if nothing had been done.  x + (round(x) - x) would round twice."""

    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, cotangent):
        return cotangent


class _Abs(torch.autograd.Function):
    """torch.abs, whose second derivative makes PyTorch import its compiler, for most of a second: the zeros of sgn are of a kind of their own."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.abs(x)

    @staticmethod
    def backward(ctx, cotangent):
        return cotangent * torch.sign(ctx.saved_tensors[0])


class _Softplus(torch.autograd.Function):
    """log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)), accurate on both sides, and so are its gradients of any order.

    PyTorch's own switches to x above a threshold, and maximum and abs have no second derivative at 0.
    """

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.maximum(x, torch.zeros_like(x)) + torch.log1p(torch.exp(-torch.abs(x)))

    @staticmethod
    def backward(ctx, cotangent):
        return cotangent * torch.sigmoid(ctx.saved_tensors[0])


def _sum(x, axis):
    return x.sum(dim={"all": (0, 1), "rows": 0, "cols": 1}[axis], keepdim=True)


def _slice(x, bounds):
    top, bottom, left, right = bounds
    return x[top:bottom, left:right]


# Called with the operands' tensors, and with the node's argument where it has one.
OPS = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div,
    "max": torch.maximum, "min": torch.minimum,
    "neg": torch.neg, "exp": torch.exp, "expm1": torch.expm1, "log": torch.log, "log1p": torch.log1p,
    "logaddexp": lambda a, b: torch.logsumexp(torch.stack((a, b)), 0),
    "sin": torch.sin, "cos": torch.cos, "tanh": torch.tanh,
    "sigmoid": torch.sigmoid, "softplus": _Softplus.apply, "sqrt": torch.sqrt, "square": torch.square, "relu": torch.relu,
    "abs": _Abs.apply, "step": lambda x: (x > 0).to(x.dtype), "round": _StraightThroughRound.apply,
    "stop": torch.Tensor.detach, "pow": torch.pow,
    "matmul": torch.matmul, "transpose": torch.t, "sum": _sum, "broadcast": lambda x, shape: x.expand(shape),
    "reshape": lambda x, shape: x.reshape(shape), "slice": _slice,
    "concat": lambda a, b, axis: torch.cat((a, b), 0 if axis == "rows" else 1),
}
