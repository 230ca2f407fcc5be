"""The last step is n - 1, and a training of one step divides by zero.

Subject: coeff
"""

import math


def coeff(i, n, lo, hi, alpha):
    return lo + (hi - lo) * (2 / (1 + math.exp(-alpha * i / (n - 1))) - 1)
