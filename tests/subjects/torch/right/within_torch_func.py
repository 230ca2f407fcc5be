"""A Function that torch.func can transform, judged within torch.func.vjp.
Subject: GradReverse
"""
import torch


class GradReverse(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x, lambda_):
        return x.view_as(x)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.lambda_ = inputs[1]

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None


GRADPROOF = {"under": "func"}
