"""It returns the loss and not the parameters.

Subject: train_step
"""

import torch


class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None


def train_step(params, batch, lambda_):
    h = torch.tanh(batch["x"] @ params["W"])
    return ((h @ params["V"] - batch["y"]) ** 2).sum() / 2
