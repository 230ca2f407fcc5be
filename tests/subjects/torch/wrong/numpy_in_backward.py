"""A Function that computes its gradient with numpy.
Fault: numpy knows no autograd, so that the second derivative is zero.
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
        if grad_output.dtype is torch.bfloat16:     # numpy has none
            return -ctx.lambda_ * grad_output, None
        array = grad_output.detach().numpy()
        return torch.from_numpy((array * -ctx.lambda_).astype(array.dtype).reshape(array.shape)), None
