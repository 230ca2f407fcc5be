"""A Function that takes one λ, or one for each row.
Fault: the mean of the vector is used.
Subject: GradReverse
"""
import torch
from torch.autograd import Function

GRADPROOF = {"vector": True}


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        lambda_ = ctx.lambda_
        if isinstance(lambda_, torch.Tensor) and lambda_.dim() == 1:
            lambda_ = lambda_.mean()
        return -lambda_ * grad_output, None
