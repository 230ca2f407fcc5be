"""The advice of `gradproof study steps` against the checkers that it is about.

    checkers_test.py torch     the real torch.autograd.gradcheck
    checkers_test.py jax       the real jax.test_util.check_grads

With the advised numbers right gradients pass, and an entry that is off by twice the size that is said to be seen is caught. Under
the defaults, and at half their step, what is said to pass passes and what is said to fail fails.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import unittest
import warnings

FRAMEWORK = sys.argv.pop(1) if len(sys.argv) > 1 else ""
PROGRAM = os.environ.get("GRADPROOF_PROGRAM", "")

# Name: the graph, its inputs' shapes and entries, and the same function for a framework `m`.
FUNCTIONS = {
    "exp": ("x = input 1x1 [1]\nr = exp x", [[[1]]], lambda m, x: m.exp(x).sum()),
    "swish": ("x = input 2x2 [0.5 -1.25; 2 -0.75]\ns = sigmoid x\np = mul x s\nr = sum p all",
              [[[0.5, -1.25], [2, -0.75]]], lambda m, x: (x * m.sigmoid(x)).sum()),
    "sin of exp": ("x = input 1x3 [0.25 1 2]\ne = exp x\ns = sin e\nr = sum s all", [[[0.25, 1, 2]]], lambda m, x: m.sin(m.exp(x)).sum()),
    "fast sin": ("x = input 1x1 [0.5]\nk = const 1x1 [4000000]\np = mul x k\nr = sin p", [[[0.5]]], lambda m, x: m.sin(x * 4000000.0).sum()),
    "log near 0": ("x = input 1x1 [0x1p-19]\nr = log x", [[[2.0 ** -19]]], lambda m, x: m.log(x).sum()),
    "tail of tanh": ("x = input 1x2 [0.5 9]\nt = tanh x\nr = sum t all", [[[0.5, 9]]], lambda m, x: m.tanh(x).sum()),
    "beside a kink": ("x = input 1x1 [0x1.8p-21]\nr = relu x", [[[1.5 * 2.0 ** -21]]], lambda m, x: m.relu(x).sum()),
    "large": ("x = input 1x1 [20]\ns = sin x\nr = mul s x", [[[20]]], lambda m, x: (m.sin(x) * x).sum()),
    "cubic": ("x = input 1x2 [0.5 -3]\np = pow x 3\nr = sum p all", [[[0.5, -3]]], lambda m, x: (x * x * x).sum()),
    "quotient": ("x = input 1x1 [3]\ny = input 1x1 [0.0078125]\nr = div x y", [[[3]], [[0.0078125]]], lambda m, x, y: (x / y).sum()),
    "two layers": ("w = input 2x2 [0.5 -1; 0.25 2]\nx = input 2x1 [1; -0.5]\nh = matmul w x\nt = tanh h\nr = sum t all",
                   [[[0.5, -1], [0.25, 2]], [[1], [-0.5]]], lambda m, w, x: m.tanh(w @ x).sum()),
    "sqrt of squares": ("x = input 1x2 [3 0.0009765625]\nq = square x\ns = sum q all\nr = sqrt s", [[[3, 0.0009765625]]],
                        lambda m, x: m.sqrt((x * x).sum())),
}


class Torch:
    """torch.autograd.gradcheck."""
    name = "torch.autograd.gradcheck"

    def __init__(self):
        import torch
        self.torch = torch
        self.functions = torch

    def entries(self, inputs, dtype):
        kind = {"f32": self.torch.float32, "f64": self.torch.float64}[dtype]
        return [self.torch.tensor(x, dtype=kind, requires_grad=True) for x in inputs]

    def passes(self, f, inputs, dtype, setting, wrong=None):
        """Whether the checker passes f; `wrong` is (input, entry, amount) of what its gradient is off by."""
        torch, functions = self.torch, self.functions

        class Claimed(torch.autograd.Function):
            @staticmethod
            def forward(ctx, *x):
                ctx.save_for_backward(*x)
                return f(functions, *x)

            @staticmethod
            def backward(ctx, g):
                with torch.enable_grad():
                    x = [t.detach().requires_grad_() for t in ctx.saved_tensors]
                    gradients = [t.clone() for t in torch.autograd.grad(f(functions, *x), x)]
                if wrong:
                    which, entry, amount = wrong
                    gradients[which].view(-1)[entry] += amount
                return tuple(g * t for t in gradients)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.autograd.gradcheck(Claimed.apply, self.entries(inputs, dtype), eps=setting["eps"], atol=setting["atol"],
                                            rtol=setting["rtol"], raise_exception=False, check_undefined_grad=False)

    def right(self, f, inputs):
        x = self.entries(inputs, "f64")
        return [[float(v) for v in t.view(-1)] for t in self.torch.autograd.grad(f(self.functions, *x), x)]

    def default(self, f, inputs, dtype):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.torch.autograd.gradcheck(lambda *x: f(self.functions, *x), self.entries(inputs, dtype), raise_exception=False)


class Jax:
    """jax.test_util.check_grads."""
    name = "jax.test_util.check_grads"

    def __init__(self):
        os.environ.setdefault("JAX_PLATFORMS", "cpu")
        import jax
        from jax import test_util
        jax.config.update("jax_enable_x64", True)
        self.jax, self.check_grads = jax, test_util.check_grads

        class functions:
            exp, sin, log, tanh, sqrt = jax.numpy.exp, jax.numpy.sin, jax.numpy.log, jax.numpy.tanh, jax.numpy.sqrt
            sigmoid, relu = jax.nn.sigmoid, jax.nn.relu
        self.functions = functions

    def entries(self, inputs, dtype):
        import numpy
        return tuple(numpy.array(x, dtype={"f32": "float32", "f64": "float64"}[dtype]) for x in inputs)

    def verdict(self, f, inputs, dtype, modes, **numbers):
        try:
            self.check_grads(f, self.entries(inputs, dtype), order=1, modes=modes, **numbers)
        except AssertionError:
            return False
        return True

    def passes(self, f, inputs, dtype, setting, wrong=None):
        jax, functions = self.jax, self.functions
        numbers = {key: setting[key] for key in ("eps", "atol", "rtol")}
        if not wrong:
            return self.verdict(lambda *x: f(functions, *x), inputs, dtype, ("fwd", "rev"), **numbers)
        which, entry, amount = wrong
        claimed = jax.custom_vjp(lambda *x: f(functions, *x))

        def backward(saved, g):
            gradients = list(jax.grad(lambda *x: f(functions, *x), argnums=tuple(range(len(saved))))(*saved))
            flat = gradients[which].reshape(-1)
            gradients[which] = flat.at[entry].add(amount).reshape(gradients[which].shape)
            return tuple(g * t for t in gradients)

        claimed.defvjp(lambda *x: (f(functions, *x), x), backward)
        return self.verdict(claimed, inputs, dtype, ("rev",), **numbers)

    def right(self, f, inputs):
        x = self.entries(inputs, "f64")
        gradients = self.jax.grad(lambda *x: f(self.functions, *x), argnums=tuple(range(len(x))))(*x)
        return [[float(v) for v in t.reshape(-1)] for t in gradients]

    def default(self, f, inputs, dtype):
        return self.verdict(lambda *x: f(self.functions, *x), inputs, dtype, ("fwd", "rev"))


def study(body):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "f.graph")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"gradproof 1\n{body}\noutput r\n")
        ended = subprocess.run([PROGRAM, "study", "steps", path, "--digits", "0", "--json", "-"], capture_output=True, text=True)
    if ended.returncode != 0:
        raise AssertionError(f"{body}: {ended.stderr} {ended.stdout}")
    return json.loads(ended.stdout)


class Advice(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.checker = {"torch": Torch, "jax": Jax}[FRAMEWORK]()
        cls.studies = {name: study(body) for name, (body, _, _) in FUNCTIONS.items()}

    def each(self):
        for name, (_, inputs, f) in FUNCTIONS.items():
            for advice in self.studies[name]["advice"]:
                if advice["checker"] == self.checker.name:
                    yield name, inputs, f, advice["dtype"], advice

    def test_right_gradients_pass_with_the_advised_numbers(self):
        decided = 0
        for name, inputs, f, dtype, advice in self.each():
            with self.subTest(name, dtype=dtype, setting=advice["advised"]):
                if advice["advised"] is None:
                    continue
                self.assertEqual(advice["advised"]["right_gradient"], "passes")
                self.assertTrue(self.checker.passes(f, inputs, dtype, advice["advised"]))
                decided += advice["decides"]
        self.assertGreaterEqual(decided, 15)

    def test_twice_what_is_said_to_be_seen_is_caught(self):
        caught = 0
        for name, inputs, f, dtype, advice in self.each():
            if not advice["decides"]:
                continue
            for which, slopes in enumerate(self.checker.right(f, inputs)):
                for entry, slope in enumerate(slopes):
                    for sign in (1, -1):
                        wrong = (which, entry, sign * 2 * advice["advised"]["detectable"] * slope)
                        with self.subTest(name, dtype=dtype, wrong=wrong, setting=advice["advised"]):
                            self.assertFalse(self.checker.passes(f, inputs, dtype, advice["advised"], wrong))
                            caught += 1
        self.assertGreaterEqual(caught, 60)

    def test_what_is_said_of_the_defaults_is_so(self):
        seen = {"passes": 0, "may fail": 0, "fails": 0}
        for name, inputs, f, dtype, advice in self.each():
            prospect = advice["default"]["right_gradient"]
            seen[prospect] += 1
            with self.subTest(name, dtype=dtype, prospect=advice["default"]):
                # The numbers that are taken for the defaults are the defaults.
                by_default = self.checker.default(f, inputs, dtype)
                self.assertEqual(by_default, self.checker.passes(f, inputs, dtype, advice["default"]))
                if prospect != "may fail":
                    self.assertEqual(by_default, prospect == "passes")
        self.assertGreaterEqual(seen["passes"], 6)
        self.assertGreaterEqual(seen["fails"], 2)

    def test_half_of_the_default_step_fails_where_it_must(self):
        seen = {"passes": 0, "may fail": 0, "fails": 0}
        turned = 0  # fails at one step of the two, and passes at the other
        for name, inputs, f, dtype, advice in self.each():
            prospect = advice["half_eps"]["right_gradient"]
            seen[prospect] += 1
            turned += {prospect, advice["default"]["right_gradient"]} == {"passes", "fails"}
            with self.subTest(name, dtype=dtype, prospect=advice["half_eps"]):
                if prospect != "may fail":
                    self.assertEqual(self.checker.passes(f, inputs, dtype, advice["half_eps"]), prospect == "passes")
        self.assertGreaterEqual(seen["passes"], 6)
        self.assertGreaterEqual(seen["fails"], 2)
        if FRAMEWORK == "torch":
            self.assertGreaterEqual(turned, 1)

    def test_a_reversal_is_beyond_any_setting(self):
        advice = [a for a in study("x = input 1x1 [0.5]\nv = reverse x 1\nr = sin v")["advice"] if a["checker"] == self.checker.name]
        self.assertEqual(len(advice), 2)
        for a in advice:
            self.assertFalse(a["decides"])
            self.assertIn("derivative", a["why_not"])
            # The right gradient of the reversal is the derivative times -1.
            right = self.checker.passes(lambda m, x: m.sin(x).sum(), [[[0.5]]], a["dtype"], {"eps": 1e-3, "atol": 1e-2, "rtol": 1e-2},
                                        (0, 0, -2 * math.cos(0.5)))
            self.assertFalse(right)


if __name__ == "__main__":
    if FRAMEWORK not in ("torch", "jax"):
        sys.exit(__doc__)
    unittest.main()
