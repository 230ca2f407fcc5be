"""Truth against an independent source: what gradproof encloses and what mpmath computes agree in every one of 60 digits.

mpmath is arithmetic of its own on Python's integers: it shares no code with MPFR or Arb, and its derivative is a difference in several
times the digits. Skipped, by name, where the package is missing (Debian: python3-mpmath).
"""

import decimal
import json
import os
import subprocess
import sys
import tempfile
import unittest

try:
    import mpmath
    from mpmath import mp, mpf
except ImportError:
    print("skipped: mpmath is not installed (python3-mpmath)")
    sys.exit(77)

PROGRAM = os.environ.get("GRADPROOF_PROGRAM", "")
DIGITS = 60
WORKING = 400  # of mpmath: a difference leaves a third of them, and tails cancel a hundred more


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


def logsumexp(*xs):
    return mpmath.log(sum(mpmath.exp(x) for x in xs))


# Name: the graph's lines from x on (and y), the same function for mpmath, and the points. Tails and points beside zeros are among them.
FUNCTIONS = {
    "exp": ("r = exp x", mpmath.exp, [("0.1",), ("-745",), ("700",), ("1e-30",)]),
    "expm1": ("r = expm1 x", mpmath.expm1, [("1e-30",), ("-50",), ("700",), ("0.5",)]),
    "log": ("r = log x", mpmath.log, [("3",), ("1e-300",), ("0x1.0000000000001p0",)]),
    "log1p": ("r = log1p x", mpmath.log1p, [("1e-30",), ("-0x1.fffffffffffffp-1",), ("1e300",)]),
    "sin": ("r = sin x", mpmath.sin, [("1",), ("1e22",), ("3.14159265358979311600",)]),
    "cos": ("r = cos x", mpmath.cos, [("0.5",), ("1e15",), ("1.57079632679489655800",)]),
    "tanh": ("r = tanh x", mpmath.tanh, [("0.3",), ("25",), ("-60",), ("1e-20",)]),
    "sigmoid": ("r = sigmoid x", sigmoid, [("0.7",), ("-80",), ("90",)]),
    "softplus": ("r = softplus x", lambda x: mpmath.log(1 + mpmath.exp(x)), [("1.5",), ("-100",), ("100",)]),
    "logaddexp": ("r = logaddexp x y", logsumexp, [("1", "1"), ("1/3", "-700"), ("-90", "10"), ("-0.5", "-1")]),
    "sqrt": ("r = sqrt x", mpmath.sqrt, [("2",), ("1e-200",)]),
    "square": ("r = square x", lambda x: x * x, [("1/3",), ("-1e100",)]),
    "cube": ("r = pow x 3", lambda x: x ** 3, [("1/7",), ("-2.5",)]),
    "reciprocal": ("r = pow x -1", lambda x: 1 / x, [("7",), ("-1e-9",)]),
    "relu": ("r = relu x", lambda x: x if x > 0 else mpf(0) * x, [("1/3",)]),
    "abs": ("r = abs x", abs, [("-1/3",), ("2/7",)]),
    "swish": ("s = sigmoid x\nr = mul x s", lambda x: x * sigmoid(x), [("-1.2784645427610738",), ("-40",), ("3",)]),
    "sin of exp": ("e = exp x\nr = sin e", lambda x: mpmath.sin(mpmath.exp(x)), [("5",), ("20",)]),
    "log of cos": ("c = cos x\nr = log c", lambda x: mpmath.log(mpmath.cos(x)), [("1.5",), ("1e-10",)]),
    "tanh cubed of sin": ("s = sin x\nt = tanh s\nr = pow t 3", lambda x: mpmath.tanh(mpmath.sin(x)) ** 3, [("2",), ("100",)]),
    "1 - cos": ("c = cos x\none = const 1x1 [1]\nr = sub one c", lambda x: 1 - mpmath.cos(x), [("1e-8",), ("0.25",)]),
    "gaussian": ("q = square x\nm = neg q\nr = exp m", lambda x: mpmath.exp(-x * x), [("1.25",), ("12",)]),
    "quotient": ("r = div x y", lambda x, y: x / y, [("1", "3"), ("-2e10", "7e-5")]),
    "product with sin": ("s = sin y\nr = mul x s", lambda x, y: x * mpmath.sin(y), [("2", "0.25"), ("1e5", "1e5")]),
    "difference of exps": ("a = exp x\nb = exp y\nr = sub a b", lambda x, y: mpmath.exp(x) - mpmath.exp(y), [("1", "1.0000001"), ("-9", "3")]),
    "max": ("r = max x y", lambda x, y: x if x > y else y, [("1/3", "0.3"), ("-5", "2/3")]),
    "hypotenuse": ("a = square x\nb = square y\nc = add a b\nr = sqrt c", mpmath.hypot, [("3e-9", "4"), ("1/3", "-2/3")]),
    "logsumexp of two": ("l = concat x y cols\nr = logsumexp l", logsumexp, [("1", "2"), ("-300", "300")]),
}


def number(word):
    """The number that a graph's literal stands for, to the working precision."""
    if word.startswith(("0x", "-0x")):
        return mpf(float.fromhex(word))
    numerator, _, denominator = word.partition("/")
    return mpf(numerator) / mpf(denominator) if denominator else mpf(word)


def digits_of(value):
    """A number of mpmath rounded to nearest at so many significant digits, as (sign, digits, exponent)."""
    exact = decimal.Decimal(mpmath.nstr(value, WORKING // 2, strip_zeros=False, min_fixed=1, max_fixed=0))
    with decimal.localcontext() as context:
        context.prec = DIGITS
        context.Emax, context.Emin = decimal.MAX_EMAX, decimal.MIN_EMIN
        return (+exact).normalize()


def agrees(text, value):
    """Whether a decimal of gradproof is this number in all of its digits."""
    try:
        claimed = decimal.Decimal(text)
    except decimal.InvalidOperation:
        return False  # an interval: not all digits are known
    with decimal.localcontext() as context:
        context.prec = DIGITS + 5
        context.Emax, context.Emin = decimal.MAX_EMAX, decimal.MIN_EMIN
        return claimed.normalize() == digits_of(value)


def partial(f, at, k):
    """df/dx_k: a difference of mpmath's, which takes more digits than it is asked for."""
    if k == 0 and f is abs:
        return mpf(1) if at[0] > 0 else mpf(-1)
    return mpmath.diff(f, tuple(at), tuple(int(i == k) for i in range(len(at)))) if len(at) > 1 else mpmath.diff(f, at[0])


def enclosed(body, words):
    """What gradproof says: the value, and the gradient in the order of the inputs."""
    lines = ["gradproof 1"] + [f"{name} = input 1x1 [{word}]" for name, word in zip("xy", words)] + [body, "output r"]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "f.graph")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        ended = subprocess.run([PROGRAM, "check", path, "--digits", str(DIGITS), "--json", "-"], capture_output=True, text=True)
    if not ended.stdout:
        raise AssertionError(f"{body}: {ended.stderr}")
    report = json.loads(ended.stdout)
    return report["values"][0]["value"], [entry["value"] for entry in report["gradient"]]


class Truth(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not os.access(PROGRAM, os.X_OK):
            sys.exit(f"GRADPROOF_PROGRAM is {PROGRAM!r}, which is no program")
        mp.dps = WORKING

    def test_all_digits_are_those_of_mpmath(self):
        functions = points = numbers = 0
        for name, (body, f, places) in FUNCTIONS.items():
            functions += 1
            for words in places:
                points += 1
                at = [number(w) for w in words]
                value, gradient = enclosed(body, words)
                with self.subTest(name, at=words):
                    self.assertTrue(agrees(value, f(*at)), f"value: {value} and {digits_of(f(*at))}")
                    for k, text in enumerate(gradient):
                        right = partial(f, at, k)
                        self.assertTrue(agrees(text, right), f"derivative {k}: {text} and {digits_of(right)}")
                        numbers += 1
        self.assertGreaterEqual(functions, 20)
        self.assertGreaterEqual(points, 50)
        self.assertGreater(numbers, points)

    def test_any_wrong_digit_is_seen(self):
        value, gradient = enclosed(FUNCTIONS["sin"][0], ("1",))
        seen = 0
        for text, right in ((value, mpmath.sin(1)), (gradient[0], mpmath.cos(1))):
            self.assertTrue(agrees(text, right))
            mantissa = text.index("e")
            for i, c in enumerate(text[:mantissa]):
                if c.isdigit():
                    mutated = text[:i] + str((int(c) + 1) % 10) + text[i + 1:]
                    self.assertFalse(agrees(mutated, right), f"digit {i} of {text}")
                    seen += 1
            self.assertFalse(agrees("-" + text, right))
        self.assertEqual(seen, 2 * DIGITS)
        # An interval, which gradproof prints where digits are missing, is no agreement.
        self.assertFalse(agrees("[0.84, 0.85]", mpmath.sin(1)))


if __name__ == "__main__":
    unittest.main()
