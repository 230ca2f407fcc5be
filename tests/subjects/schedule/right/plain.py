"""The schedule of DANN in plain Python.

Subject: coeff
"""

import math


def coeff(i, n, lo, hi, alpha):
    return lo + (hi - lo) * (2.0 / (1.0 + math.exp(-alpha * i / n)) - 1.0)
