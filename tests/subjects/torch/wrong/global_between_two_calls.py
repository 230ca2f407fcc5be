"""A function that passes λ to its Function by a global, as the Function takes only tensors.
Fault: between the writing and the reading another thread may write, so that threads get each other's λ.
Subject: grad_reverse
"""
from torch.autograd import Function

_lambda = 0.0


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.lambda_ = _lambda
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output


def grad_reverse(x, lambda_=1.0):
    global _lambda
    _lambda = float(lambda_)
    return _Reverse.apply(x)
