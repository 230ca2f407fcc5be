"""Reading the coefficient counts as a step.

Subject: Warmup
"""

import math


class Warmup:
    def __init__(self, n, lo=0.0, hi=1.0, alpha=10.0):
        self.n, self.lo, self.hi, self.alpha = n, lo, hi, alpha
        self.i = 0

    def step(self):
        self.i += 1

    @property
    def coeff(self):
        now, self.i = self.i, self.i + 1
        return self.lo + (self.hi - self.lo) * (2 / (1 + math.exp(-self.alpha * now / self.n)) - 1)
