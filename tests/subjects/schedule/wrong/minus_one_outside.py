"""The -1 is outside of the product, which is right for lo = 0 and hi = 1.

Subject: coeff
"""

import math


def coeff(i, n, lo, hi, alpha):
    return lo + (hi - lo) * 2 / (1 + math.exp(-alpha * i / n)) - 1
