"""What the adapter answers to run: every op, layout, rank and literal, several outputs, damage, unsupported cases."""

import base64
import math
import os
import struct
import unittest
from decimal import Decimal, getcontext
from fractions import Fraction

from exchange import SUBJECTS, Adapter, case, in_a_copy, subject_name
from numbers_of import decoded, rounded, same, unit_at

try:
    import torch
except ImportError:
    torch = None

RIGHT = os.path.join(SUBJECTS, "right", "function_view_as.py")

# op, operands after x (y is 2x3, m is 3x2), and the same in plain PyTorch.
OPS = (
    ("add x y", lambda x, y, m: x + y), ("sub x y", lambda x, y, m: x - y), ("mul x y", lambda x, y, m: x * y),
    ("div x y", lambda x, y, m: x / y), ("max x y", lambda x, y, m: torch.maximum(x, y)),
    ("min x y", lambda x, y, m: torch.minimum(x, y)), ("neg x", lambda x, y, m: -x),
    ("exp x", lambda x, y, m: torch.exp(x)), ("log y", lambda x, y, m: torch.log(y)),
    ("sin x", lambda x, y, m: torch.sin(x)), ("cos x", lambda x, y, m: torch.cos(x)),
    ("tanh x", lambda x, y, m: torch.tanh(x)), ("sigmoid x", lambda x, y, m: torch.sigmoid(x)),
    ("sqrt y", lambda x, y, m: torch.sqrt(y)), ("square x", lambda x, y, m: x * x),
    ("relu x", lambda x, y, m: torch.clamp(x, min=0)), ("abs x", lambda x, y, m: torch.where(x > 0, x, -x)),
    ("step x", lambda x, y, m: (x > 0).double() + 0 * x), ("stop x", lambda x, y, m: x.detach() + 0 * x),
    ("pow x 3", lambda x, y, m: x ** 3), ("pow x -2", lambda x, y, m: x ** -2),
    ("matmul x m", lambda x, y, m: x @ m), ("transpose x", lambda x, y, m: x.T),
    ("sum x all", lambda x, y, m: x.sum().reshape(1, 1)), ("sum x rows", lambda x, y, m: x.sum(0).reshape(1, 3)),
    ("sum x cols", lambda x, y, m: x.sum(1).reshape(2, 1)),
    ("reshape x 3x2", lambda x, y, m: x.reshape(3, 2)), ("slice x 0:2 1:3", lambda x, y, m: x[0:2, 1:3]),
    ("concat x y rows", lambda x, y, m: torch.cat((x, y), 0)),
    ("concat x y cols", lambda x, y, m: torch.cat((x, y), 1)),
    ("round x", lambda x, y, m: x + (torch.round(x) - x).detach()),
    ("expm1 x", lambda x, y, m: torch.exp(x) - 1), ("log1p y", lambda x, y, m: torch.log(1 + y)),
    ("logaddexp x y", lambda x, y, m: torch.log(torch.exp(x) + torch.exp(y))),
    ("softplus x", lambda x, y, m: torch.log1p(torch.exp(x))),
)
X = [[0.5, -1.25, 2.0], [3.5, -0.75, 1.0]]
Y = [[1.5, 0.25, 4.0], [0.5, 2.5, 3.0]]
M = [[1.0, -2.0], [0.5, 4.0], [-3.0, 0.25]]
LEAVES = ("x = input 2x3 [0.5 -1.25 2; 3.5 -0.75 1]\ny = input 2x3 [1.5 0.25 4; 0.5 2.5 3]\n"
          "m = input 3x2 [1 -2; 0.5 4; -3 0.25]\n")


def plainly(function):
    """Shape and values of a function of X, Y, M, its gradients for the cotangent 1, 2, 3, …, and that as text."""
    leaves = [torch.tensor(rows, dtype=torch.float64, requires_grad=True) for rows in (X, Y, M)]
    value = function(*leaves)
    cotangent = torch.arange(1.0, value.numel() + 1, dtype=torch.float64).reshape(value.shape)
    gradients = torch.autograd.grad(value, leaves, cotangent, allow_unused=True)
    return (list(value.shape), value.flatten().tolist(), [g if g is None else g.flatten().tolist() for g in gradients],
            "; ".join(" ".join(map(str, row)) for row in cotangent.tolist()))


@unittest.skipIf(torch is None, "needs PyTorch")
class Run(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.adapter = Adapter(RIGHT, subject_name(RIGHT))
        cls.known = cls.adapter.hello()

    @classmethod
    def tearDownClass(cls):
        cls.adapter.close()

    def one(self, text, **how):
        return self.adapter.run(case(text, **how))[0]

    def gradients(self, text, **how):
        result = self.one(text, **how)
        self.assertNotIn("error", result)
        return [gradient and decoded(gradient) for gradient in result["gradients"]]


class Ops(Run):
    def test_every_op_behind_a_reversal_agrees_with_plain_autograd(self):
        for statement, plain in OPS:
            with self.subTest(statement):
                shape, value, gradients, cotangent = in_a_copy(plainly, plain)
                result = self.one(f"{LEAVES}v = {statement}\nr = reverse v 0.25\noutput r cotangent [{cotangent}]")
                self.assertEqual(shape, result["outputs"][0]["shape"])
                self.check(value, decoded(result["outputs"][0]), statement)
                for want, got in zip(gradients, result["gradients"]):
                    if got is None:
                        self.assertFalse(want and any(want))
                    else:
                        self.check([-0.25 * g for g in want], decoded(got), statement)

    def check(self, expected, found, statement):
        """Equal in value; for those whose plain form rounds otherwise, within a few units in the last place."""
        for want, got in zip(expected, found):
            near = 4 * math.ulp(want) if statement[:5] in ("round", "softp", "expm1", "logad") else 0
            self.assertLessEqual(abs(want - got), near)

    def test_broadcast_of_each_kind(self):
        for leaf, target, want in (("1x1 [2]", "2x3", [-10.5]), ("1x3 [1 2 3]", "2x3", [-2.5, -3.5, -4.5]),
                                   ("2x1 [1; 2]", "2x3", [-3.0, -7.5])):
            with self.subTest(leaf):
                text = (f"x = input {leaf}\nb = broadcast x {target}\nr = reverse b 0.5\n"
                        "output r cotangent [1 2 3; 4 5 6]")
                self.assertEqual([want], self.gradients(text))

    def test_every_op_that_hello_names_is_tested(self):
        tested = {statement.split()[0] for statement, _ in OPS} | {"input", "const", "reverse", "broadcast"}
        self.assertEqual(tested, set(self.known["ops"]))

    def test_rounding_goes_to_even_and_lets_the_gradient_through(self):
        result = self.one("x = input 1x4 [0.5 1.5 -2.5 0.3]\nv = round x\noutput v cotangent [1 2 3 4]")
        self.assertEqual([0.0, 2.0, -2.0, 0.0], decoded(result["outputs"][0]))
        self.assertEqual([1.0, 2.0, 3.0, 4.0], decoded(result["gradients"][0]))

    def test_kinks_at_zero(self):
        self.assertEqual([[0.0]], self.gradients("x = input 1x1 [0]\nv = relu x\noutput v"))
        self.assertEqual([[0.0]], self.gradients("x = input 1x1 [0]\nv = abs x\noutput v"))
        self.assertEqual([[0.5]], self.gradients("x = input 1x1 [0]\nv = softplus x\noutput v"))

    def test_softplus_and_its_gradient_are_accurate_everywhere(self):
        getcontext().prec = 400             # 1 + exp(-745) must not be 1.
        points = [-745.0, -700.25, -40.0, -20.5, -3.0, -0.5, -1e-9, 1e-9, 0.5, 3.0, 19.5, 20.5, 36.0, 40.0, 700.0]
        text = f"x = input 1x{len(points)} [{' '.join(map(repr, points))}]\nv = softplus x\noutput v"
        result = self.one(text)
        for x, y, slope in zip(points, decoded(result["outputs"][0]), decoded(result["gradients"][0])):
            power = Decimal(x).exp()
            for found, exact in ((y, (1 + power).ln()), (slope, power / (1 + power))):
                exact = Fraction(exact)
                self.assertLessEqual(abs(Fraction(found) - exact), 4 * unit_at(exact, "f64"), x)


class Text(Run):
    def value(self, word, dtype="f64"):
        return decoded(self.one(f"x = input 1x1 [{word}]\noutput x", dtype=dtype)["outputs"][0])[0]

    def test_literals(self):
        for word, want in (("-1.25", -1.25), ("1e-3", 1e-3), ("0x1.8p-3", 0.1875), ("-0x1p-1074", -5e-324),
                           ("1/3", 1 / 3), ("-2/7", -2 / 7), ("inf", math.inf), ("-inf", -math.inf), ("nan", math.nan),
                           ("-0", -0.0), ("0", 0.0), ("1e400", math.inf), ("-0x1p5000", -math.inf), ("+2", 2.0)):
            with self.subTest(word):
                self.assertTrue(same(want, self.value(word)))

    def test_values_are_rounded_to_the_dtype_once(self):
        # In f16, 1 + 2^-11 is halfway; a hair above it goes up, which a detour over float32 would forget.
        hair = 1 + 2.0 ** -11 + 2.0 ** -40
        self.assertEqual(1 + 2.0 ** -10, self.value(repr(hair), "f16"))
        self.assertEqual(-(1 + 2.0 ** -7), self.value(repr(-(1 + 2.0 ** -8 + 2.0 ** -45)), "bf16"))
        for dtype in ("f16", "bf16", "f32"):
            for x in (0.1, 1 / 3, 65519.99, 65520.0, 1e-7, 3e-8, 2.9e-8, 1e-40, -7e-46, 3.4e38, 1e39):
                with self.subTest(dtype=dtype, x=x):
                    self.assertEqual(rounded(Fraction(x), dtype), self.value(repr(x), dtype))

    def test_a_literal_operand_is_a_constant(self):
        self.assertEqual([[-15.0]], self.gradients("x = input 1x1 [2]\nv = mul x 5\nr = reverse v 3\noutput r"))

    def test_comments_metadata_spaces_and_a_name_that_is_a_word_of_the_format(self):
        text = ("gradproof 1\n@subject py:grl.py:GRL # not a comment\n\n  # nothing\nx=input 1x2 [ 1   2 ] # leaf\n"
                "output = reverse x 2\noutput output cotangent [3]\n")
        self.assertEqual([[-6.0, -6.0]], self.gradients(text))

    def test_the_cotangent_may_be_left_out(self):
        self.assertEqual([[-2.0, -2.0]], self.gradients("x = input 1x2 [1 2]\nr = reverse x 2\noutput r"))

    def test_empty_shapes(self):
        result = self.one("x = input 0x3 []\nr = reverse x 2\noutput r cotangent []")
        self.assertEqual(([0, 3], ""), (result["outputs"][0]["shape"], result["outputs"][0]["data"]))
        self.assertEqual([0, 3], result["gradients"][0]["shape"])


class Gradients(Run):
    def test_none_where_nothing_comes_back(self):
        text = "x = input 1x1 [1]\ny = input 1x1 [2]\nd = stop x\nv = mul d y\noutput v"
        self.assertEqual([None, [1.0]], self.gradients(text))
        self.assertEqual([None], self.gradients("x = input 1x1 [1]\nc = const 1x1 [2]\nr = reverse c 2\noutput r"))

    def test_a_graph_without_inputs(self):
        self.assertEqual([], self.gradients("c = const 1x1 [2]\nr = reverse c 2\noutput r"))

    def test_several_outputs_one_of_them_twice_and_one_a_leaf(self):
        text = ("x = input 1x2 [1 2]\nr = reverse x 2\noutput r cotangent [1 0]\noutput r cotangent [0 1]\n"
                "output x cotangent [10 20]")
        result = self.one(text)
        self.assertEqual(3, len(result["outputs"]))
        self.assertEqual([8.0, 18.0], decoded(result["gradients"][0]))

    def test_lambda_from_a_node_is_detached(self):
        text = "x = input 1x1 [3]\nl = input 1x1 [0.5]\nm = add l 1\nr = reverse x m\nv = mul r l\noutput v"
        self.assertEqual([[-0.75], [3.0]], self.gradients(text))

    def test_the_worked_example_of_the_first_reversal_layer(self):
        # feature = X W1; the gradient of its sum with respect to W1 has the column sums of X in every column.
        text = ("X = const 2x3 [0.7 0.1 0.5; 0.74770713 0.20008724 0.07832454]\n"
                "W1 = input 3x2 [0.1 0.2; 0.3 0.4; 0.5 0.6]\nfeature = matmul X W1\n{}s = sum {} all\noutput s")
        plain, = self.gradients(text.format("", "feature"))
        reversed_, = self.gradients(text.format("r = reverse feature 1\n", "r"))
        for column in (0, 1):
            for found, want in zip(plain[column::2], (1.44770713, 0.30008724, 0.57832454)):
                self.assertLessEqual(abs(found - want), 2 * math.ulp(want))
        self.assertEqual(plain, [-g for g in reversed_])


class Layouts(Run):
    LAYER = "x = input 2x3 [1 2 3; 4 5 6]\nr = reverse x 0.5\noutput r cotangent [1 2 3; 4 5 6]"
    ROWS = "x = input 2x3 [1 2 3; 1 2 3]\nr = reverse x 0.5\noutput r cotangent [4 5 6; 4 5 6]"

    def test_every_layout_gives_the_same_numbers(self):
        for layout in self.known["layouts"]:
            with self.subTest(layout):
                text = self.ROWS if layout == "expanded" else self.LAYER
                self.assertEqual(self.one(text), self.one(text, layout=layout))

    def test_what_the_layer_sees(self):
        """Shape, strides and offset of the leaf in forward and the cotangent in backward, from a layer that tells."""
        file = os.path.join(os.path.dirname(__file__), "telltale.py")
        strides = {"contiguous": ([3, 1], 0), "transposed": ([1, 2], 0), "strided": ([6, 2], 0), "offset": ([3, 1], 1),
                   "expanded": ([0, 1], 0)}
        with Adapter(file, "Telltale") as adapter:
            adapter.hello()
            for layout, (stride, offset) in strides.items():
                with self.subTest(layout):
                    result = adapter.run(case(self.ROWS, "f32", layout))[0]
                    told = [2.0, *map(float, stride), float(offset)]
                    self.assertEqual(told, decoded(result["outputs"][0])[:4])
                    self.assertEqual(told, decoded(result["gradients"][0])[:4])

    def test_ranks(self):
        row = "x = input 1x3 [1 2 3]\nr = reverse x 0.5\noutput r"
        cell = "x = input 1x1 [7]\nr = reverse x 0.5\noutput r"
        larger = "x = input 6x4 [3]\nr = reverse x 0.5\noutput r"
        for text, rank, shape in ((cell, 0, []), (row, 1, [3]), (row, 2, [1, 3]), (self.LAYER, 3, [2, 1, 3]),
                                  (self.LAYER, 4, [2, 1, 3, 1]), (larger, 3, [2, 3, 4]), (larger, 4, [2, 3, 2, 2])):
            with self.subTest(rank):
                result = self.one(text, rank=rank)
                self.assertEqual(shape, result["outputs"][0]["shape"])
                self.assertEqual(shape, result["gradients"][0]["shape"])

    def test_unsupported(self):
        larger = "x = input 1x1 [1]\nr = reverse x 2\nv = neg r\noutput v"
        for text, how, words in (
                (self.LAYER, {"dtype": "f8"}, "dtype"), (self.LAYER, {"layout": "tiled"}, "layout"),
                (self.LAYER, {"rank": 5}, "rank"), (self.LAYER, {"rank": 1}, "2x3"), (self.LAYER, {"rank": 0}, "2x3"),
                (larger, {"rank": 1}, "inputs and reversals"), (self.LAYER, {"layout": "expanded"}, "rows"),
                ("x = input 1x1 [1]\nr = reverse x 2\noutput r", {"rank": 0, "layout": "strided"}, "0-dim"),
                ("x = input 1x1 [1]\nv = erf x\noutput v", {}, "erf")):
            with self.subTest(words):
                error = self.one(text, **how)["error"]
                self.assertEqual("unsupported", error["kind"])
                self.assertIn(words, error["message"])


class Damage(Run):
    def damage(self, name, text, layout="contiguous"):
        file = os.path.join(SUBJECTS, "wrong", name)
        with Adapter(file, subject_name(file)) as adapter:
            adapter.hello()
            return adapter.run(case(text, layout=layout))[0].get("damage")

    def test_what_was_written_to_is_named(self):
        text = "first = input 1x2 [1 2]\nr = reverse first 0.5\noutput r cotangent [3 4]"
        self.assertEqual(["cotangent 0"], self.damage("inplace_negation.py", text))
        self.assertEqual(["input first"], self.damage("input_overwritten.py", text))
        self.assertEqual(["input first"], self.damage("input_overwritten.py", text, "strided"))

    def test_nothing_is_reported_of_a_right_layer(self):
        self.assertNotIn("damage", self.one("x = input 1x2 [nan -0]\nr = reverse x 0.5\noutput r cotangent [nan 4]"))


class Wire(Run):
    def test_bytes_are_little_endian_row_major(self):
        result = self.one("x = input 2x2 [1 2; 3 4]\nr = reverse x 0.5\noutput r", dtype="f32", layout="transposed")
        self.assertEqual(struct.pack("<4f", 1, 2, 3, 4), base64.b64decode(result["outputs"][0]["data"]))

    def test_results_come_in_the_order_of_the_cases(self):
        texts = [f"x = input 1x1 [{i}]\nr = reverse x 0.5\noutput r" for i in range(50)]
        results = self.adapter.run(*(case(text) for text in texts))
        self.assertEqual([float(i) for i in range(50)], [decoded(result["outputs"][0])[0] for result in results])

    def test_a_large_tensor(self):
        text = "x = input 300x400 [0.5]\nr = reverse x 0.5\noutput r cotangent [2]"
        self.assertEqual({-1.0}, set(self.gradients(text)[0]))


if __name__ == "__main__":
    unittest.main()
