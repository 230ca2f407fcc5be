"""A function that makes one Function class for each strength, and keeps them.
Fault: the cache forgets λ in its key, so that the first λ is used for ever.
Subject: grad_reverse
"""
from torch.autograd import Function

_made = {}


def _function_for(dtype, lambda_):
    if dtype not in _made:
        class Reverse(Function):
            @staticmethod
            def forward(ctx, x):
                return x.view_as(x)

            @staticmethod
            def backward(ctx, grad_output):
                return -lambda_ * grad_output

        _made[dtype] = Reverse
    return _made[dtype]


def grad_reverse(x, lambda_=1.0):
    return _function_for(x.dtype, lambda_).apply(x)
