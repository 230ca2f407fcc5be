"""A file that is not Python.
Fault: a parenthesis is missing.
Subject: GRL
"""


def GRL(x, lambda_:
    return x
