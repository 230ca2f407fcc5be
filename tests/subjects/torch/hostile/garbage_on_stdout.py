"""A right layer that writes to standard output behind Python's back.
Fault: none, but descriptor 1 is flooded with bytes that are no text.
Subject: GRL
"""
import os

from torch.autograd import Function


class GRL(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        os.write(1, b"\xff\xfe\x00{\"id\":1,\"ok\":true}\n\x80" * 50)
        print("\udcff {", end="")
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        os.write(1, b"\n{\n")
        return -ctx.lambda_ * grad_output, None
