"""A Function with a rule for torch.func.vmap of its own.
Fault: the rule hands on the batch as it is, so that nothing is reversed under vmap.
Subject: GradReverse
"""
import torch


class GradReverse(torch.autograd.Function):

    @staticmethod
    def forward(x, lambda_):
        return x.view_as(x)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.lambda_ = inputs[1]

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None

    @staticmethod
    def vmap(info, in_dims, x, lambda_):
        return x.view_as(x), in_dims[0]


GRADPROOF = {"under": "vmap"}
