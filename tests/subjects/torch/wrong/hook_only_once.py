"""An nn.Module that takes care not to register its hook twice.
Fault: the hook is put on the first result only; from the second call on the gradient passes as it is.
Subject: GradientReversal
"""
from torch import nn


class GradientReversal(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
        self._hooked = False

    def forward(self, x):
        y = x.clone()
        if y.requires_grad and not self._hooked:
            alpha = self.alpha
            y.register_hook(lambda grad: -alpha * grad)
            self._hooked = True
        return y
