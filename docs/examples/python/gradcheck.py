"""What torch.autograd.gradcheck says of a correct gradient reversal layer, and of one that does nothing."""

import torch

from grl import GradientReversal


class DoesNothing(torch.autograd.Function):
    """Takes λ, and reverses nothing."""

    @staticmethod
    def forward(ctx, x, lambda_):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, None


x = torch.tensor([0.3, -1.2, 2.5], dtype=torch.float64, requires_grad=True)
for title, layer in (("a correct layer", GradientReversal), ("a layer that does nothing", DoesNothing)):
    for lambda_ in (0.1, 1.0, 2.0):
        accepted = torch.autograd.gradcheck(lambda x: layer.apply(x, lambda_), (x,), raise_exception=False)
        print(f"{title}, λ = {lambda_}: {'accepted' if accepted else 'rejected'}")
