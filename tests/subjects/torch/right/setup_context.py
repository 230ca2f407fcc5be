"""A Function in the style of torch.func: forward without a context, and a setup_context beside it.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x, lambda_):
        return x.view_as(x)

    @staticmethod
    def setup_context(ctx, inputs, output):
        _, ctx.lambda_ = inputs

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None
