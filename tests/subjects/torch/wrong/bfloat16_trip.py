"""A Function that keeps gradients in bfloat16, as the accelerator does.
Fault: the gradient is rounded to bfloat16.
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
        return (-ctx.lambda_ * grad_output.to(torch.bfloat16)).to(grad_output.dtype), None
