"""The worked example in PyTorch: feature = X W1, without and with a gradient reversal layer.

The gradient of the sum of the feature with respect to W1 holds the column sums of X, each in a row of its own; behind
the layer, with λ = 1, it holds their negatives. The exit code says whether it does.
"""

import sys
from fractions import Fraction

import torch

from grl import GradientReversal

X = (("0.89340167", "-0.15996276", "0.21874999"),
     ("0.55430546", "0.46005", "0.35957455"))
W1 = ((0.5, -0.25), (0.125, 0.75), (-0.375, 1.0))


def gradient_of_w1(layer):
    """The gradient of the sum of layer(X W1) with respect to W1, in float64."""
    x = torch.tensor([[float(entry) for entry in row] for row in X], dtype=torch.float64)
    w1 = torch.tensor(W1, dtype=torch.float64, requires_grad=True)
    layer(x @ w1).sum().backward()
    return w1.grad


def column_sums():
    """(sum, sum of absolute values) of each column of X, exact: a decimal is a fraction."""
    for column in zip(*X):
        entries = [Fraction(entry) for entry in column]
        yield sum(entries), sum(map(abs, entries))


def is_near(observed, exact, magnitude):
    """Whether an entry is the column sum but for rounding. A sum of n decimals is rounded n times on its way: each entry
    once, and each of the n - 1 additions. Such a result is off by at most n u / (1 - n u) times the sum of the absolute
    values, where u = 2^-53 (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1)."""
    n = len(X)
    return abs(Fraction(observed) - exact) <= Fraction(n, 2**53 - n) * magnitude


def main():
    plain = gradient_of_w1(lambda feature: feature)
    reversed_ = gradient_of_w1(lambda feature: GradientReversal.apply(feature, 1.0))
    for title, gradient in (("without the layer", plain), ("behind the layer", reversed_)):
        print(title)
        for row in gradient.tolist():
            print("  " + "  ".join(f"{entry:+.8f}" for entry in row))
    sums = all(is_near(entry, exact, magnitude) for row, (exact, magnitude) in zip(plain.tolist(), column_sums())
               for entry in row)
    negatives = torch.equal(reversed_, -plain)
    print("each row holds a column sum of X, but for rounding:", "yes" if sums else "NO")
    print("the layer gives the negatives, bit for bit:", "yes" if negatives else "NO")
    return 0 if sums and negatives else 1


if __name__ == "__main__":
    sys.exit(main())
