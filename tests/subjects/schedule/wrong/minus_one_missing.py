"""(2/(1+e)) without the -1.

Subject: coeff
"""

import math


def coeff(i, n, lo, hi, alpha):
    return lo + (hi - lo) * 2 / (1 + math.exp(-alpha * i / n))
