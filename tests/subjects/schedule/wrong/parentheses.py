"""hi - lo is subtracted as - hi - lo, which is right where lo is 0.

Subject: coeff
"""

import math


def coeff(i, n, lo, hi, alpha):
    return 2 * (hi - lo) / (1 + math.exp(-alpha * i / n)) - hi - lo + lo
