"""A Function that takes its argument for the progress of the training.
Fault: the gradient is scaled by 2/(1+exp(-10λ)) - 1 where it should be by λ.
Subject: GradReverse
"""
import math

from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = 2.0 / (1.0 + math.exp(-10.0 * lambda_)) - 1.0 if lambda_ > -70 else -1.0
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None
