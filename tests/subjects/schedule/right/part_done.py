"""Of the part that is done alone, as a float32 tensor.

Subject: strength
"""

import torch


def strength(p):
    return 2 / (1 + torch.exp(torch.tensor(-10.0 * p, dtype=torch.float32))) - 1
