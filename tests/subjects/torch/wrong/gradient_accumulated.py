"""An nn.Module that keeps its gradients, for a plot.
Fault: the gradients of earlier backward passes are added to each later one.
Subject: GradientReversal
"""
from torch import nn


class GradientReversal(nn.Module):
    def __init__(self, lambda_=1.0):
        super().__init__()
        self.lambda_ = lambda_
        self.seen = None

    def forward(self, x):
        strength = self.lambda_

        def flip(grad):
            self.seen = grad if self.seen is None or self.seen.shape != grad.shape else self.seen + grad
            return -strength * self.seen

        y = x.clone()
        if y.requires_grad:
            y.register_hook(flip)
        return y
