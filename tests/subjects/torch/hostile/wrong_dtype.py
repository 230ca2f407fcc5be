"""A layer that converts to what the rest of its author's network uses.
Fault: the result has dtype bfloat16, whatever the input has.
Subject: GRL
"""
import torch
from torch.autograd import Function


class GRL(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.to(torch.bfloat16)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None
