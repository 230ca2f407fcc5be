"""A Function that negates its saved λ tensor in the backward pass.
Fault: neg_ changes what was saved, so that the second backward pass has the other sign.
Subject: GradReverse
"""
import torch
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = torch.tensor(float(lambda_), dtype=torch.float64)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return ctx.lambda_.neg_() * grad_output, None
