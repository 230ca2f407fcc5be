"""A Function that sends the reversed gradient through half precision, as for a smaller all-reduce.
Fault: the gradient is rounded to float16.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return (-ctx.lambda_ * grad_output).half().to(grad_output.dtype), None
