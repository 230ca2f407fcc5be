"""A function whose author forgot the return.
Fault: the forward pass gives None.
Subject: GRL
"""


def GRL(x, lambda_):
    x.view_as(x)
