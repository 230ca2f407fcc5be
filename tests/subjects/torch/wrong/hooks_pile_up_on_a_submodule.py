"""An nn.Module that reverses by a backward hook on a submodule.
Fault: each forward pass registers one more hook, so that the second call reverses twice.
Subject: GradientReversal
"""
from torch import nn


class GradientReversal(nn.Module):
    def __init__(self, lambda_=1.0):
        super().__init__()
        self.lambda_ = lambda_
        self.passage = nn.Identity()

    def forward(self, x):
        strength = self.lambda_
        self.passage.register_full_backward_hook(lambda module, inputs, outputs: (-strength * inputs[0],))
        return self.passage(x.clone())
