"""An nn.Module that was meant to become a reversal.
Fault: it does nothing, so that the gradient passes with factor 1.
Subject: GradientReversal
"""
from torch import nn


class GradientReversal(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return x.view_as(x)
