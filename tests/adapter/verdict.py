"""A small judge of gradient reversal layers, independent of gradproof's own, for the collections of subjects.

Each question is a case with its answer: outputs that must be equal in bits, and gradients that must be -λ·g rounded.
"""

import itertools
import math
from fractions import Fraction

from numbers_of import decoded, rounded, same, unit_at

STRENGTHS = (0.25, 1.0, 0.0, -0.5, -1.0, 2.0, 0.1, 0.3, 1e-30, 1e6, 3.7)
RANKS = ((2, 3, 2), (3, 1, 2), (1, 5, 1), (1, 1, 0), (2, 3, 3), (2, 2, 4), (0, 3, 2), (1, 257, 2))
VALUES = (-1.5, 0.1, -0.0, 3.0, 1e-8, -7.25, 60000.0, 0.0, 1 / 3)
COTANGENTS = (2.5, -0.7, 1.0, -3.0, 0.001, 17.0, -0.2)


def questions():
    """(case, check) pairs, where check(result) gives None or what is wrong."""
    layouts = ("contiguous", "transposed", "strided", "offset", "expanded")
    for dtype, strength in itertools.product(("f64", "f32", "bf16", "f16"), STRENGTHS):
        yield layer_alone(dtype, strength, "contiguous", (2, 3, 2))
    for layout, rank in itertools.product(layouts, RANKS):
        if rank[2] > 1 or layout in ("contiguous", "offset"):
            yield layer_alone("f64", 0.3, layout, rank)
    for dtype in ("f64", "f32"):
        yield layer_alone(dtype, -0.5, "contiguous", (1, 4, 2), [math.inf, -math.inf, math.nan, 5e-45],
                          [math.nan, math.inf, -math.inf, 1e-42])
        yield layer_alone(dtype, 2.0, "contiguous", (1, 2, 2), [3e38, -1e-38], [1e38, -1e-38])
    for text, gradients in GRAPHS:
        yield exact_graph(text, gradients)


def layer_alone(dtype, strength, layout, rank, values=VALUES, cotangents=COTANGENTS):
    rows, columns, dimensions = rank
    count = rows * columns
    x = spread(values, rows, columns, layout, dtype)
    g = spread(cotangents, rows, columns, layout, dtype)
    text = (f"x = input {rows}x{columns} {bracketed(x, columns)}\nr = reverse x {strength.hex()}\n"
            f"output r cotangent {bracketed(g, columns)}\n")
    request = {"graph": text, "dtype": dtype, "layout": layout, "rank": dimensions}

    def check(result):
        if "error" in result:
            return result["error"]["message"]
        output, gradient = result["outputs"][0], result["gradients"][0]
        if gradient is None:
            return "no gradient"
        if output["dtype"] != dtype or gradient["dtype"] != dtype or math.prod(output["shape"]) != count:
            return "wrong dtype or shape"
        if "damage" in result:
            return f"damaged {result['damage']}"
        if not all(map(same, decoded(output), x)):
            return f"the value changed: {decoded(output)} for {x}"
        wrong = [(a, b) for a, b in zip(decoded(gradient), g) if not is_reversed(a, b, strength, dtype)]
        return f"-{strength} * {wrong[0][1]} came out as {wrong[0][0]}" if wrong else None
    return request, check


def spread(numbers, rows, columns, layout, dtype):
    """As many of these numbers as are needed, each a number of the dtype; equal rows for the layout that wants them."""
    row = [numbers[i % len(numbers)] for i in range(rows * columns)]
    if layout == "expanded":
        row = row[:columns] * rows
    return [x if not math.isfinite(x) or x == 0 else rounded(Fraction(x), dtype) for x in row]


def bracketed(numbers, columns):
    words = [x.hex() if math.isfinite(x) else str(x) for x in numbers]
    rows = [" ".join(words[i:i + columns]) for i in range(0, len(words), max(columns, 1))]
    return f"[{'; '.join(rows)}]"


def is_reversed(found, g, strength, dtype):
    """fl(-λ·g) in double; elsewhere also fl(-fl(λ)·g), and one unit in the last place."""
    if not math.isfinite(g):
        return same(found, -strength * g) or (math.isnan(found) and math.isnan(-strength * g))
    exact = -Fraction(strength) * Fraction(g)
    if dtype == "f64":
        return found == rounded(exact, dtype)
    near = rounded(Fraction(strength), dtype)
    if math.isinf(near) and same(found, -near * g):
        return True
    candidates = [exact] + ([-Fraction(near) * Fraction(g)] if math.isfinite(near) else [])
    for candidate in candidates:
        right = rounded(candidate, dtype)
        if found == right:
            return True
        if math.isfinite(right) and math.isfinite(found):
            if abs(Fraction(found) - Fraction(right)) <= unit_at(candidate, dtype):
                return True
    return False


def exact_graph(text, gradients):
    """A graph of small integers and powers of two, on which every correct layer gives the very same numbers."""
    def check(result):
        if "error" in result:
            return result["error"]["message"]
        if "damage" in result:
            return f"damaged {result['damage']}"
        found = [gradient and decoded(gradient) for gradient in result["gradients"]]
        return None if found == gradients else f"the gradients are {found}, not {gradients}"
    return {"graph": text, "dtype": "f64", "layout": "contiguous", "rank": 2}, check


# Each with its gradients worked out by hand: one factor -λ for every reversal on the way.
GRAPHS = (
    # stacked: (-2)(-0.5) = 1, and (-2)(-4) = 8
    ("x = input 1x2 [1 2]\na = reverse x 2\nb = reverse a 0.5\noutput b cotangent [3 5]", [[3.0, 5.0]]),
    ("x = input 1x2 [1 2]\na = reverse x 2\nb = reverse a 4\noutput b cotangent [3 5]", [[24.0, 40.0]]),
    # fan-out, beside the layer: 3·1 + (-2)·5
    ("x = input 1x1 [4]\nr = reverse x 2\na = mul x 3\nb = mul r 5\ns = add a b\noutput s", [[-7.0]]),
    # and behind it: -2·(3 + 5)
    ("x = input 1x1 [4]\nr = reverse x 2\na = mul r 3\nb = mul r 5\ns = add a b\noutput s", [[-16.0]]),
    # two leaves, two strengths, gradients of one shape
    ("x = input 1x2 [1 2]\ny = input 1x2 [3 4]\na = reverse x 0.5\nb = reverse y 8\np = mul a b\ns = sum p all\n"
     "output s", [[-1.5, -2.0], [-8.0, -16.0]]),
    # the cotangent that reaches the layer reaches a sibling as well
    ("x = input 1x2 [1 2]\ny = input 1x2 [3 4]\na = reverse x 0.5\ns = add y a\noutput s cotangent [2 6]",
     [[-1.0, -3.0], [2.0, 6.0]]),
    # two outputs
    ("x = input 2x1 [1; 2]\nr = reverse x 2\ns = sum r all\noutput r cotangent [1; 2]\noutput s cotangent [4]",
     [[-10.0, -12.0]]),
    # a layer that reaches nothing
    ("x = input 1x1 [1]\ny = input 1x1 [2]\nr = reverse x 2\ns = mul y 2\noutput s", [None, [2.0]]),
    # λ from a node, which gets no gradient
    ("x = input 1x1 [3]\nl = input 1x1 [2]\nm = mul l 2\nr = reverse x m\noutput r cotangent [5]", [[-20.0], None]),
)
