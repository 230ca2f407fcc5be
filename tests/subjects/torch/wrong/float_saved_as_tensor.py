"""A Function that saves all that it needs with save_for_backward.
Fault: λ is a float, and save_for_backward takes tensors only.
Subject: grad_reverse
"""
from torch.autograd import Function


def grad_reverse(x, lambda_=1.0):
    return GradReverse.apply(x, lambda_)


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.save_for_backward(lambda_)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        lambda_, = ctx.saved_tensors
        return -lambda_ * grad_output, None
