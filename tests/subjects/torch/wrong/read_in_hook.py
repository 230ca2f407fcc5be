"""An nn.Module that reverses by a hook on a clone.
Fault: the hook reads self.alpha when the gradient arrives, which is another λ once a schedule has gone on.
Subject: GradientReversal
"""
from torch import nn


class GradientReversal(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        y = x.clone()
        if y.requires_grad:
            y.register_hook(lambda grad: -self.alpha * grad)
        return y
