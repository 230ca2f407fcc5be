"""A ready instance with λ in a double precision buffer, which a checkpoint then holds; the reversal is a hook.
Subject: reversal
"""
import torch
from torch import nn


class Reversal(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("alpha", torch.tensor(1.0, dtype=torch.float64))

    def forward(self, x):
        y = x.clone()
        if y.requires_grad:
            alpha = self.alpha.item()
            y.register_hook(lambda grad: grad * -alpha)
        return y


reversal = Reversal()
