"""Computed in float32, handed out as a float.

Subject: coeff
"""

import torch


def coeff(i, n, lo, hi, alpha):
    e = torch.exp(torch.tensor(-alpha * i / n, dtype=torch.float32))
    return float(lo + (hi - lo) * (2 / (1 + e) - 1))
