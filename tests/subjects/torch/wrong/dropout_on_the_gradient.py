"""A Function that reverses a random part of the features.
Fault: dropout in the backward pass: entries are zeroed at random and the others doubled.
Subject: GradReverse
"""
import torch.nn.functional as F
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return F.dropout(-ctx.lambda_ * grad_output, 0.5, True), None
