"""A right layer in a chatty file.
Fault: none; it prints when it is imported and whenever it runs.
Subject: GRL
"""
from torch.autograd import Function

print("training script 1.0")
print('{"looks": "like a reply"}', flush=True)


class GRL(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        print("forward", x.shape)
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        print("backward", grad_output.shape)
        return -ctx.lambda_ * grad_output, None
