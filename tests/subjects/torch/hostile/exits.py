"""A function with a command line script's habits.
Fault: it calls sys.exit when it is used.
Subject: GRL
"""
import sys


def GRL(x, lambda_):
    sys.exit(3)
