"""A script without a main guard.
Fault: it ends the interpreter when it is imported.
Subject: GRL
"""
import sys


def GRL(x, lambda_):
    return x.view_as(x)


sys.exit("usage: train.py --data FOLDER")
