"""The formula with exp(+αp), which overflows.

Subject: coeff
"""

import math


def coeff(i, n, lo, hi, alpha):
    e = math.exp(alpha * i / n)
    return lo + (hi - lo) * (e - 1) / (e + 1)
