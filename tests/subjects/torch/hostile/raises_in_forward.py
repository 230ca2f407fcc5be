"""A layer that asks for what it does not get.
Fault: the forward pass raises ValueError unless the input has four dimensions.
Subject: GRL
"""
from torch import nn


class GRL(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        if x.dim() != 4:
            raise ValueError(f"expected 4 dimensions,\n\tgot {x.dim()}")
        return x
