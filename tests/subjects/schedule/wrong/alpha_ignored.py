"""α is 10, whatever is given.

Subject: coeff
"""

import math


def coeff(i, n, lo, hi, alpha):
    return lo + (hi - lo) * (2 / (1 + math.exp(-10 * i / n)) - 1)
