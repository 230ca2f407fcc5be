"""A module that smooths its gradients.
Fault: half of the last gradient is added to each.
Subject: GradientReversal
"""
from torch import nn
from torch.autograd import Function


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, layer):
        ctx.layer, ctx.alpha = layer, layer.alpha
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        velocity = ctx.layer.velocity
        if velocity is not None and velocity.shape == grad_output.shape and velocity.dtype == grad_output.dtype:
            grad_output = 0.5 * velocity + grad_output
        ctx.layer.velocity = grad_output.detach()
        return -ctx.alpha * grad_output, None


class GradientReversal(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha, self.velocity = alpha, None

    def forward(self, x):
        return _Reverse.apply(x, self)
