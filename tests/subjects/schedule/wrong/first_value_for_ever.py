"""The first coefficient is kept.

Subject: coeff
"""

import math

FIRST = []


def coeff(i, n, lo, hi, alpha):
    FIRST.append(lo + (hi - lo) * (2 / (1 + math.exp(-alpha * i / n)) - 1))
    return FIRST[0]
