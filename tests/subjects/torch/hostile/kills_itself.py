"""A function that dies as if memory had run out.
Fault: it sends itself SIGKILL in the forward pass.
Subject: GRL
"""
import os
import signal


def GRL(x, lambda_):
    os.kill(os.getpid(), signal.SIGKILL)
