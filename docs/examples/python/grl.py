"""A correct gradient reversal layer for PyTorch."""

from torch.autograd import Function


class GradientReversal(Function):
    """The identity forward; backward the gradient times -λ."""

    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None
