# A schedule of λ with a pair of parentheses missing, which shows only where lo is not 0.
import math


def coeff(i, n, lo=0.0, hi=1.0, alpha=10.0):
    return 2.0 * (hi - lo) / (1.0 + math.exp(-alpha * i / n)) - hi - lo + lo
