"""A Function that keeps λ among its saved tensors, in double precision.
Subject: RevGrad
"""
import torch
from torch.autograd import Function


class RevGrad(Function):
    @staticmethod
    def forward(ctx, input_, alpha_):
        ctx.save_for_backward(torch.tensor(alpha_, dtype=torch.float64))
        return input_.view_as(input_)

    @staticmethod
    def backward(ctx, grad_output):
        alpha_, = ctx.saved_tensors
        return -(grad_output * alpha_), None
