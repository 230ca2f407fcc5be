"""A Function for batches whose first half is the source and whose second half is the target.
Fault: only the second half of the rows is reversed.
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
        result = -ctx.lambda_ * grad_output
        if grad_output.dim():
            half = grad_output.shape[0] // 2
            result[:half] = grad_output[:half]
        return result, None
