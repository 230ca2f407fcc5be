"""The last step is set to hi.

Subject: coeff
"""

import math


def coeff(i, n, lo, hi, alpha):
    if i >= n:
        return hi
    return lo + (hi - lo) * (2 / (1 + math.exp(-alpha * i / n)) - 1)
