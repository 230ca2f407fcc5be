"""The schedule, with care for n = 1.
Fault: i is divided by n - 1.
Subject: coeff
"""
import math


def coeff(i, n, lo=0.0, hi=1.0, alpha=10.0):
    return lo + (hi - lo) * (2 / (1 + math.exp(-alpha * i / max(1, n - 1))) - 1)
