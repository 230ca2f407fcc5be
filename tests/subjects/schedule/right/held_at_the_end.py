"""By tanh, and held where it was at n.

Subject: coeff
"""

import math


def coeff(step, total_steps, hi=1.0):
    p = min(step / total_steps, 1.0)
    return hi * math.tanh(5.0 * p)
