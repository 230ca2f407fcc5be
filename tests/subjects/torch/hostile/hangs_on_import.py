"""A script that starts to work when it is imported.
Fault: the import never ends.
Subject: GRL
"""
import time


def GRL(x, lambda_):
    return x.view_as(x)


while True:
    time.sleep(1)
