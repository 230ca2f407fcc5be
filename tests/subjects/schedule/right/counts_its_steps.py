"""An object without a framework that counts its steps.

Subject: Warmup
"""

import math


class Warmup:
    def __init__(self, total, lo=0.0, hi=1.0, gamma=10.0):
        self.total, self.lo, self.hi, self.gamma = total, lo, hi, gamma
        self.done = 0

    def step(self):
        self.done += 1

    @property
    def coeff(self):
        return self.lo + (self.hi - self.lo) * (2 / (1 + math.exp(-self.gamma * self.done / self.total)) - 1)
