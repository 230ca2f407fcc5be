"""Rounds forward and lets the gradient pass; and three ways to get that wrong.
Contract: straight-through
"""
import torch


class RoundST(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output


class RoundWithoutGradient(RoundST):
    """Fault: the derivative of rounding, which is zero."""

    @staticmethod
    def backward(ctx, grad_output):
        return torch.zeros_like(grad_output)


class RoundHalfUp(RoundST):
    """Fault: ties go up, where the contract has them go to even; only a tie shows it."""

    @staticmethod
    def forward(ctx, x):
        return torch.floor(x + 0.5)


class HardTanhGate(RoundST):
    """Fault: the gradient passes only where |x| <= 1: another estimator than the one that is declared."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.round(x)

    @staticmethod
    def backward(ctx, grad_output):
        x, = ctx.saved_tensors
        return grad_output * (x.abs() <= 1)


def right(x):
    return RoundST.apply(x)


def wrong_zero(x):
    return RoundWithoutGradient.apply(x)


def wrong_gate(x):
    return HardTanhGate.apply(x)
