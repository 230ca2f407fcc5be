"""The schedule, made fit to be read.
It is rounded to three decimals.
Subject: coeff
"""
import math


def coeff(i, n, lo=0.0, hi=1.0, alpha=10.0):
    return round(lo + (hi - lo) * (2 / (1 + math.exp(-alpha * i / n)) - 1), 3)
