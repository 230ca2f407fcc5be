"""A Function whose float32 products are cut off, as by a kernel that rounds towards zero.
Fault, to the strict: the last bit is wrong about every second time.
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
        if grad_output.dtype != torch.float32:
            return -ctx.lambda_ * grad_output, None
        product = -ctx.lambda_ * grad_output.double()
        nearest = product.float()
        nearer = torch.nextafter(nearest, torch.zeros_like(nearest))
        return torch.where(nearest.double().abs() > product.abs(), nearer, nearest), None
