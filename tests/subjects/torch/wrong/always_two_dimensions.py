"""A Function that flattens features to a matrix in the backward pass.
Fault: the gradient comes back as rows × everything, which does not fit inputs of another rank.
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
        rows = grad_output.shape[0] if grad_output.dim() else 1
        columns = grad_output.numel() // rows if rows else 1
        return -ctx.lambda_ * grad_output.reshape(rows, columns), None
