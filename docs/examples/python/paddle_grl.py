"""A correct gradient reversal layer for PaddlePaddle."""

from paddle.autograd import PyLayer


class GradientReversal(PyLayer):
    """The identity forward; backward the gradient times -λ."""

    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.clone()

    @staticmethod
    def backward(ctx, upstream):
        return -ctx.lambda_ * upstream
