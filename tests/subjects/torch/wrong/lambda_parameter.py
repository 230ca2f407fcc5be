"""An nn.Module that has λ in state_dict as a parameter.
Fault: backward gives λ a gradient, so that the optimiser trains the reversal away.
Subject: GradientReversal
"""
import torch
from torch import nn
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.save_for_backward(x, lambda_)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        x, lambda_ = ctx.saved_tensors
        return -lambda_ * grad_output, (x * grad_output).sum().to(lambda_.dtype)


class GradientReversal(nn.Module):
    def __init__(self, lambda_=1.0):
        super().__init__()
        self.lambda_ = nn.Parameter(torch.tensor(float(lambda_), dtype=torch.float64))

    def forward(self, x):
        return _Reverse.apply(x, self.lambda_)
