"""step() changes a copy of the count.

Subject: Warmup
"""

import math


class Warmup:
    def __init__(self, n, lo=0.0, hi=1.0, alpha=10.0):
        self.n, self.lo, self.hi, self.alpha = n, lo, hi, alpha
        self.i = 0

    def step(self):
        i = self.i
        i += 1

    @property
    def coeff(self):
        return self.lo + (self.hi - self.lo) * (2 / (1 + math.exp(-self.alpha * self.i / self.n)) - 1)
