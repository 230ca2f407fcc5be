"""An nn.Module that keeps λ in a buffer, so that checkpoints have it.
Fault: torch.tensor makes a float32 buffer, so that λ is rounded to single precision under a double gradient.
Subject: GradientReversal
"""
import torch
from torch import nn


class GradientReversal(nn.Module):
    def __init__(self, lambda_=1.0):
        super().__init__()
        self.register_buffer("lambda_", torch.tensor(lambda_))

    def forward(self, x):
        y = x.clone()
        if y.requires_grad:
            y.register_hook(lambda grad: -self.lambda_ * grad)
        return y
