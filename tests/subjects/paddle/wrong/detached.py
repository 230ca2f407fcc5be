"""A function that forgets to reverse.
Fault: no gradient passes.
Subject: grl
"""
import paddle


def grl(x, coeff):
    return paddle.assign(x.detach())
