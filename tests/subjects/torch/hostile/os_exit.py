"""A function that ends its worker process.
Fault: it calls os._exit in the forward pass.
Subject: GRL
"""
import os


def GRL(x, lambda_):
    os._exit(0)
