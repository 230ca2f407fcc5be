"""The coefficients that were computed once are kept, by their steps alone.

Subject: coeff
"""

import math

kept = {}


def coeff(i, n, lo=0.0, hi=1.0, alpha=10.0):
    if i not in kept:
        kept[i] = lo + (hi - lo) * (2 / (1 + math.exp(-alpha * i / n)) - 1)
    return kept[i]
