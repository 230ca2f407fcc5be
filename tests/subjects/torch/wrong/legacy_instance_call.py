"""A Function in the form of PyTorch 0.1: an instance that is called.
Fault: autograd Functions with instance methods were removed; the call raises.
Subject: grad_reverse
"""
from torch.autograd import Function


class GradReverse(Function):
    def __init__(self, lambd):
        self.lambd = lambd

    def forward(self, x):
        return x.view_as(x)

    def backward(self, grad_output):
        return grad_output * -self.lambd


def grad_reverse(x, lambd=1.0):
    return GradReverse(lambd)(x)
