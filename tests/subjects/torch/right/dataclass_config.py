"""An nn.Module that is made from a configuration, and a factory that makes the configuration from λ.
Subject: reversal_with
"""
from dataclasses import dataclass

from torch import nn
from torch.autograd import Function


@dataclass(frozen=True)
class ReversalConfig:
    strength: float = 1.0


class _Reverse(Function):
    @staticmethod
    def forward(ctx, x, config):
        ctx.config = config
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.config.strength * grad_output, None


class ConfiguredReversal(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config

    def forward(self, x):
        return _Reverse.apply(x, self.config)


def reversal_with(strength):
    return ConfiguredReversal(ReversalConfig(strength=strength))
