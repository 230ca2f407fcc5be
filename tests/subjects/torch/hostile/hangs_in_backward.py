"""A Function that waits for a peer which is not there.
Fault: the backward pass never ends.
Subject: GRL
"""
import time

from torch.autograd import Function


class GRL(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        while True:
            time.sleep(1)
