"""The worked example of the first gradient reversal layer: feature = X W1, and the gradient of its sum with respect to W1.

The gradient has the column sums of X in its rows, and their negatives behind a reversal of strength 1.
"""

COLUMN_SUMS = (1.44770713, 0.30008724, 0.57832454)
# Each column adds up to its sum in double precision without rounding.
X = ((0.5, 0.25, 0.125), tuple(total - part for total, part in zip(COLUMN_SUMS, (0.5, 0.25, 0.125))))
W1 = ((0.5, -1), (2, 0.25), (-0.75, 1.5))


def matrix(rows):
    return "[" + "; ".join(" ".join(float(v).hex() for v in row) for row in rows) + "]"


GRAPH = (f"x = const 2x3 {matrix(X)}\nw1 = input 3x2 {matrix(W1)}\nfeature = matmul x w1\n"
         "reversed = reverse feature 1\ntotal = sum reversed all\noutput total\n")
PLAIN = GRAPH.replace("reversed = reverse feature 1\n", "").replace("sum reversed", "sum feature")

for _column, _total in enumerate(COLUMN_SUMS):
    assert X[0][_column] + X[1][_column] == _total
