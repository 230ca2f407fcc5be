"""lo is not used.

Subject: coeff
"""

import math


def coeff(i, n, lo, hi, alpha):
    return hi * (2 / (1 + math.exp(-alpha * i / n)) - 1)
