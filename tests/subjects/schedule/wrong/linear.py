"""A straight line.

Subject: coeff
"""

def coeff(i, n, lo, hi, alpha):
    return lo + (hi - lo) * min(i / n, 1.0)
