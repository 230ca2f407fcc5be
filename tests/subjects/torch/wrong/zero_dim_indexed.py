"""A Function that takes a batch for granted.
Fault: a gradient without dimensions has no first axis to go along, which raises.
Subject: GradReverse
"""
import torch
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        if len(grad_output) == 0:
            return grad_output, None
        return torch.stack([-ctx.lambda_ * row for row in grad_output]), None
