"""A hook on a clone.
Fault: it is put on whatever comes, so that a tensor that asks for no gradient raises, as all do under torch.no_grad.
Subject: reverse
"""


def reverse(x, lambda_):
    y = x.clone()
    y.register_hook(lambda grad: -lambda_ * grad)
    return y
