"""x sigmoid(x) with a backward pass of its own, and one that lost a term.
Contract: derivative, forward in swish.graph
"""
import torch


class Swish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        s = torch.sigmoid(x)
        ctx.save_for_backward(x, s)
        return x * s

    @staticmethod
    def backward(ctx, grad_output):
        x, s = ctx.saved_tensors
        return grad_output * (s + x * s * (1 - s))


class SwishWithoutProductRule(Swish):
    """Fault: the derivative of x sigmoid(x) taken as if x were constant."""

    @staticmethod
    def backward(ctx, grad_output):
        x, s = ctx.saved_tensors
        return grad_output * (x * s * (1 - s))


def right(x):
    return Swish.apply(x)


def wrong(x):
    return SwishWithoutProductRule.apply(x)
