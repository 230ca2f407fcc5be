"""A file that needs a package which is not there.
Fault: importing it raises ModuleNotFoundError.
Subject: GRL
"""
import a_package_that_nobody_has  # noqa: F401


def GRL(x, lambda_):
    return x
