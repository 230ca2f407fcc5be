"""A Function that hands the gradient's memory to a kernel for contiguous arrays.
Fault: the strides of the incoming gradient are ignored, so that a transposed one is read in the wrong order.
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
        stride = torch.empty(grad_output.shape).stride()
        flat = grad_output if 0 in grad_output.stride() else grad_output.as_strided(grad_output.shape, stride)
        return -ctx.lambda_ * flat, None
