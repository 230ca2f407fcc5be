"""A Function in the form of PyTorch 0.1, named itself: its objects were made with λ and then called.
Fault: autograd Functions with instance methods were removed; the call raises.
Subject: GradReverse
"""
from torch.autograd import Function


class GradReverse(Function):
    def __init__(self, lambd):
        self.lambd = lambd

    def forward(self, x):
        return x.view_as(x)

    def backward(self, grad_output):
        return grad_output * -self.lambd
