"""With an optimiser of PyTorch's, and the loss returned as well.

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
    optimizer = torch.optim.SGD(list(params.values()), lr=0.1)
    optimizer.zero_grad()
    h = torch.tanh(batch["x"] @ params["W"])
    label = ((h @ params["V"] - batch["y"]) ** 2).sum()
    domain = ((Reverse.apply(h, lambda_) @ params["U"] - batch["d"]) ** 2).sum()
    loss = label + domain
    loss.backward()
    optimizer.step()
    return params, loss.item()
