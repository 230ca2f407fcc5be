"""A layer that flattens, as the one after it would have wanted.
Fault: the result has another shape than the input.
Subject: GRL
"""
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_, ctx.shape = lambda_, x.shape
        return x.reshape(-1, 1, 1)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output.reshape(ctx.shape), None


def GRL(x, lambda_):
    return _Reverse.apply(x, lambda_)
