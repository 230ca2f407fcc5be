"""Which forms a subject may have, and what hello says of each."""

import os
import sys
import tempfile
import textwrap
import unittest

from exchange import PACKAGES, SUBJECTS, Adapter, case, subject_files, subject_name
from numbers_of import decoded

try:
    import torch
except ImportError:
    torch = None

# What a file of right/ is, and how λ is given to it.
COLLECTION = {
    "a_view_as_declared.py": ("autograd.Function", "second argument of apply"),
    "compiled.py": ("factory", "factory argument scale"),
    "function_view_as.py": ("autograd.Function", "second argument of apply"),
    "given_the_factor.py": ("autograd.Function", "second argument of apply"),
    "under_vmap.py": ("autograd.Function", "second argument of apply"),
    "within_torch_func.py": ("autograd.Function", "second argument of apply"),
    "neg_then_mul.py": ("autograd.Function", "second argument of apply"),
    "saved_lambda_tensor.py": ("autograd.Function", "second argument of apply"),
    "lambda_as_tensor.py": ("autograd.Function", "second argument of apply, as a tensor"),
    "apply_alias.py": ("autograd.Function", "first argument of apply"),
    "module_over_function.py": ("nn.Module class", "constructor argument alpha"),
    "module_lambda_at_forward.py": ("nn.Module class", "argument alpha of forward"),
    "module_set_lambda.py": ("nn.Module class", "method set_lambda"),
    "module_attribute.py": ("nn.Module class", "attribute grl_weight"),
    "module_instance.py": ("nn.Module instance", "attribute alpha"),
    "factory_closure.py": ("factory", "factory argument lambd"),
    "factory_with_setter.py": ("factory", "factory argument strength"),
    "warm_start.py": ("nn.Module class", "constructor arguments lo and hi"),
    "callable_class.py": ("factory", "constructor argument strength"),
    "plain_function.py": ("function", "argument coeff of the function"),
    "hook_on_clone.py": ("function", "argument lambda_ of the function"),
    "setup_context.py": ("autograd.Function", "second argument of apply"),
    "once_differentiable.py": ("autograd.Function", "second argument of apply"),
    "returns_the_input.py": ("autograd.Function", "second argument of apply"),
    "buffer_read_at_forward.py": ("nn.Module class", "constructor argument lambda_"),
    "nested_with_default.py": ("nn.Module class", "argument lambd of forward"),
    "schedule_object.py": ("nn.Module class", "method set_lambda"),
    "dataclass_config.py": ("factory", "factory argument strength"),
    "partial_application.py": ("function", "argument lambda_ of the function"),
    "strength_for_each_row.py": ("autograd.Function", "second argument of apply"),
    "too_many_nones.py": ("function", "argument lambda_ of the function"),
}

REVERSE = """
    import functools
    import torch
    from torch import nn
    from torch.autograd import Function

    class Reverse(Function):
        @staticmethod
        def forward(ctx, x, strength):
            ctx.strength = strength
            return x.view_as(x)

        @staticmethod
        def backward(ctx, grad_output):
            return grad_output * -ctx.strength, None
"""

# Source below REVERSE, name, form, how λ is given.
FORMS = (
    ("", "Reverse.apply", "autograd.Function", "second argument of apply"),
    ("class Layers:\n    grl = Reverse", "Layers.grl", "autograd.Function", "second argument of apply"),
    ("""
    class Reverse2(Function):
        @staticmethod
        def forward(ctx, *args):
            ctx.strength = args[1]
            return args[0].view_as(args[0])
        @staticmethod
        def backward(ctx, g):
            return g * -ctx.strength, None
     """, "Reverse2", "autograd.Function", "second argument of apply"),
    ("""
    class Reverse3(Function):
        weight = 1.0
        @staticmethod
        def forward(ctx, x):
            return x.view_as(x)
        @staticmethod
        def backward(ctx, g):
            return g * -Reverse3.weight
     """, "Reverse3", "autograd.Function", "class attribute weight"),
    ("""
    class Reverse4(Function):
        @staticmethod
        def forward(ctx, x, p, verbose=False):
            ctx.p = p
            return x.view_as(x)
        @staticmethod
        def backward(ctx, g):
            return g * -ctx.p, None
     """, "Reverse4", "autograd.Function", "second argument of apply"),
    ("""
    class GRL(nn.Module):
        def __init__(self, dim=64, *, lmbda=1.0):
            super().__init__()
            self.strength = lmbda
        def forward(self, x, mask=None):
            return Reverse.apply(x, self.strength)
     """, "GRL", "nn.Module class", "constructor argument lmbda"),
    ("""
    class GRL(nn.Module):
        def __init__(self, q):
            super().__init__()
            self.q = q
        def forward(self, *inputs):
            return Reverse.apply(inputs[0], self.q)
     """, "GRL", "nn.Module class", "constructor argument q"),
    ("""
    class GRL(nn.Module):
        def __init__(self, alpha=1., *args, **kwargs):
            super().__init__(*args, **kwargs)
            self._alpha = torch.tensor(alpha, dtype=torch.float64, requires_grad=False)
        def forward(self, input_):
            return Reverse.apply(input_, self._alpha)
     """, "GRL", "nn.Module class", "constructor argument alpha"),
    ("""
    class GRL(nn.Module):
        def __init__(self):
            super().__init__()
            self.coeff = nn.Parameter(torch.tensor(1.0, dtype=torch.float64), requires_grad=False)
        def forward(self, x):
            return Reverse.apply(x, float(self.coeff))
     """, "GRL", "nn.Module class", "attribute coeff"),
    ("""
    class GRL(nn.Module):
        _l = 1.0
        @property
        def lambd(self):
            return self._l
        @lambd.setter
        def lambd(self, value):
            self._l = value
        def forward(self, x):
            return Reverse.apply(x, self._l)
    grl = nn.Sequential(GRL())[0]
     """, "grl", "nn.Module instance", "attribute _l"),
    ("""
    class GRL(nn.Module):
        def forward(self, x, *, factor):
            return Reverse.apply(x, factor)
    layer = GRL()
     """, "layer", "nn.Module instance", "argument factor of forward"),
    ("""
    def make(p):
        def layer(x):
            return Reverse.apply(x, p)
        return layer
     """, "make", "factory", "factory argument p"),
    ("@functools.lru_cache(None)\ndef make(p):\n    return lambda x: Reverse.apply(x, p)", "make", "factory", "factory argument p"),
    ("""
    def make(coefficient, name="grl"):
        class GRL(nn.Module):
            def forward(self, x):
                return Reverse.apply(x, coefficient)
        return GRL
     """, "make", "factory", "factory argument coefficient"),
    ("""
    class GRL:
        def __init__(self):
            self.alpha = 1.0
        def __call__(self, x):
            return Reverse.apply(x, self.alpha)
    def build():
        return GRL()
    one = GRL()
     """, "build", "factory", "attribute alpha"),
    ("class GRL:\n    alpha = 1.0\n    def __call__(self, x):\n        return Reverse.apply(x, self.alpha)\n"
     "one = GRL()", "one", "function", "attribute alpha"),
    ("f = lambda a, x: Reverse.apply(x, a)", "f", "function", "argument a of the function"),
    ("f = lambda t, lam: Reverse.apply(t, lam)", "f", "function", "argument lam of the function"),
    ("def f(x, *, alpha=1.0):\n    return Reverse.apply(x, alpha)", "f", "function", "argument alpha of the function"),
    ("def f(*args):\n    return Reverse.apply(*args)", "f", "function", "second argument of the function"),
    ("def g(x, alpha, beta):\n    return Reverse.apply(x, alpha * beta)\nf = functools.partial(g, beta=1.0)",
     "f", "function", "argument alpha of the function"),
    ("def f(x, lambda_):\n    return Reverse.apply(x, lambda_.item())", "f", "function",
     "argument lambda_ of the function, as a tensor"),
    ("def f(v, gamma=1.0, tau=1.0):\n    return Reverse.apply(v, tau)\nGRADPROOF = {'lambda': 'call:tau'}",
     "f", "function", "argument tau of the function"),
    ("""
    class GRL(nn.Module):
        def __init__(self, alpha=10.0, hi=1.0):
            super().__init__()
            self.hi = hi
        def forward(self, x):
            return Reverse.apply(x, self.hi)
    GRADPROOF = {"lambda": "ctor:hi"}
     """, "GRL", "nn.Module class", "constructor argument hi"),
    ("""
    class GRL(nn.Module):
        q, alpha = 1.0, 2.0
        def tune(self, q):
            self.q = q
        def forward(self, x):
            return Reverse.apply(x, self.q)
    GRADPROOF = {"lambda": "method:tune"}
     """, "GRL", "nn.Module class", "method tune"),
    ("""
    class GRL(nn.Module):
        q, alpha = 1.0, 2.0
        def forward(self, x):
            return Reverse.apply(x, self.q)
    GRADPROOF = {"lambda": "attribute:q"}
     """, "GRL", "nn.Module class", "attribute q"),
)

LAYER = "x = input 1x2 [1 2]\nr = reverse x {}\noutput r cotangent [3 5]"
TWO = "x = input 1x2 [1 2]\na = reverse x 0.5\nb = reverse a 4\noutput b cotangent [3 5]"


@unittest.skipIf(torch is None, "needs PyTorch")
class Written(unittest.TestCase):
    """Tests that write a subject of their own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, source, name="subject.py"):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(source)
        return path

    def below_reverse(self, source):
        return self.write(textwrap.dedent(REVERSE) + textwrap.dedent(source))


class Forms(Written):
    def test_the_collection(self):
        self.assertEqual(set(COLLECTION), {os.path.basename(file) for file in subject_files("right")})
        for file in subject_files("right"):
            with self.subTest(os.path.basename(file)), Adapter(file, subject_name(file)) as adapter:
                hello = adapter.hello()
                self.assertEqual(COLLECTION[os.path.basename(file)], (hello.get("form"), hello.get("lambda")), hello)
                self.assertNotIn("fixed_lambda", hello)

    def test_forms_written_otherwise(self):
        for source, name, form, strength in FORMS:
            with self.subTest(source), Adapter(self.below_reverse(source), name) as adapter:
                hello = adapter.hello()
                self.assertEqual((form, strength), (hello.get("form"), hello.get("lambda")), hello)
                first, second = adapter.run(case(LAYER.format(0.25)), case(LAYER.format(-2)))
                self.assertEqual([-0.75, -1.25], decoded(first["gradients"][0]))
                self.assertEqual([6.0, 10.0], decoded(second["gradients"][0]))

    def test_layers_that_hold_their_lambda_are_copied_for_a_second_one(self):
        for name in ("module_attribute.py", "module_instance.py", "module_set_lambda.py"):
            file = os.path.join(SUBJECTS, "right", name)
            with self.subTest(name), Adapter(file, subject_name(file)) as adapter:
                adapter.hello()
                self.assertEqual([6.0, 10.0], decoded(adapter.run(case(TWO))[0]["gradients"][0]))

    @unittest.skipIf(torch is not None and not hasattr(torch.autograd.Function, "setup_context"), "PyTorch 2 only")
    def test_a_function_with_a_setup_context(self):
        file = self.write(textwrap.dedent("""
            import torch
            class GRL(torch.autograd.Function):
                @staticmethod
                def forward(x, alpha):
                    return x.view_as(x)
                @staticmethod
                def setup_context(ctx, inputs, output):
                    _, ctx.alpha = inputs
                @staticmethod
                def backward(ctx, g):
                    return g * -ctx.alpha, None
            """))
        with Adapter(file, "GRL") as adapter:
            self.assertEqual("second argument of apply", adapter.hello()["lambda"])
            self.assertEqual([-0.75, -1.25], decoded(adapter.run(case(LAYER.format(0.25)))[0]["gradients"][0]))

    def test_a_file_in_a_package_with_relative_imports(self):
        self.write("", "mine/__init__.py")
        self.write(textwrap.dedent(REVERSE), "mine/functional.py")
        file = self.write("from .functional import Reverse\n\ndef grl(x, alpha):\n    return Reverse.apply(x, alpha)\n",
                          "mine/layers.py")
        with Adapter(file, "grl") as adapter:
            self.assertTrue(adapter.hello()["ok"])

    def test_a_file_beside_its_helpers_and_with_the_name_of_a_standard_module(self):
        self.write(textwrap.dedent(REVERSE), "functional.py")
        file = self.write("from functional import Reverse\n", "random.py")
        with Adapter(file, "Reverse", fresh=True) as adapter:
            self.assertTrue(adapter.hello()["ok"])

    def test_nothing_is_left_beside_the_file(self):
        file = self.below_reverse("")
        with Adapter(file, "Reverse", fresh=True) as adapter:
            self.assertTrue(adapter.hello()["ok"])
        self.assertEqual(["subject.py"], os.listdir(self.folder))


class FixedLambda(Written):
    def test_told_by_a_constant_of_the_file(self):
        file = self.below_reverse("ALPHA = 0.5\ndef f(x):\n    return Reverse.apply(x, ALPHA)")
        with Adapter(file, "f") as adapter:
            hello = adapter.hello()
            self.assertEqual(("fixed", 0.5), (hello["lambda"], hello["fixed_lambda"]))
            right, other = adapter.run(case(LAYER.format(0.5)), case(LAYER.format(0.25)))
            self.assertEqual([-1.5, -2.5], decoded(right["gradients"][0]))
            self.assertEqual("unsupported", other["error"]["kind"])
            self.assertIn("0.5", other["error"]["message"])

    def test_told_by_a_property_that_can_not_be_set(self):
        file = self.below_reverse("""
            class GRL(nn.Module):
                @property
                def alpha(self):
                    return 0.25
                def forward(self, x):
                    return Reverse.apply(x, self.alpha)
            """)
        with Adapter(file, "GRL") as adapter:
            self.assertEqual(0.25, adapter.hello()["fixed_lambda"])

    def test_told_by_the_author(self):
        file = self.below_reverse("def f(x):\n    return Reverse.apply(x, 2.0)\nGRADPROOF = {'lambda': 'fixed:2'}")
        with Adapter(file, "f") as adapter:
            self.assertEqual(2.0, adapter.hello()["fixed_lambda"])

    def test_unknown(self):
        file = self.below_reverse("def f(x):\n    return Reverse.apply(x, 2.0)")
        with Adapter(file, "f") as adapter:
            hello = adapter.hello()
            self.assertEqual(("fixed", None), (hello["lambda"], hello["fixed_lambda"]))
            self.assertEqual([-6.0, -10.0], decoded(adapter.run(case(LAYER.format(0.5)))[0]["gradients"][0]))


class Refused(Written):
    def refusal(self, source, name):
        with Adapter(self.below_reverse(source), name) as adapter:
            hello = adapter.hello()
            self.assertFalse(hello["ok"])
            return hello["error"]["kind"], hello["error"]["message"]

    def test_no_such_name_and_the_nearest_ones_first(self):
        kind, message = self.refusal("def grl(x, a):\n    return x", "reverse")
        self.assertEqual("missing", kind)
        self.assertRegex(message, r"has no 'reverse'; it has Reverse, grl$")
        kind, message = self.refusal("class Box:\n    grl = Reverse", "Box.GRL")
        self.assertEqual("missing", kind)
        self.assertRegex(message, r": Box has no 'GRL'; it has grl$")

    def test_a_function_that_needs_more_than_it_can_be_given(self):
        kind, message = self.refusal("def f(x, alpha, domain):\n    return x", "f")
        self.assertEqual("form", kind)
        self.assertIn("f is a function", message)

    def test_what_was_tried_is_said(self):
        kind, message = self.refusal("def f(q):\n    return lambda: None", "f")
        self.assertEqual("form", kind)
        self.assertIn("tried function with λ as fixed: gave a function; factory with λ as factory argument q", message)

    def test_hints_that_can_not_be(self):
        for hint, words in (("'alpha'", "must be a dictionary"), ("{'lambda': 'ctr:a'}", "one of ctor, call"),
                            ("{'lambda': 'fixed:x'}", "fixed takes a number"),
                            ("{'lambda': 'call:nothing'}", "says that λ is given as call:nothing")):
            with self.subTest(hint):
                kind, message = self.refusal(f"GRADPROOF = {hint}", "Reverse")
                self.assertEqual("form", kind)
                self.assertIn(words, message)


class Programs(Written):
    """The two ways to start the adapter, each with its first import of PyTorch."""

    def test_as_a_module_and_as_a_folder(self):
        file = os.path.join(SUBJECTS, "right", "function_view_as.py")
        for command in ([sys.executable, "-m", "gradproof_adapter"],
                        [sys.executable, os.path.join(PACKAGES, "gradproof_adapter")]):
            with self.subTest(command[1:]), Adapter(None, None, command=[*command, file, "GradReverse"]) as adapter:
                hello = adapter.hello()
                self.assertTrue(hello["framework"].startswith("PyTorch "), hello)
                self.assertEqual({"ok": True, "id": 1}, adapter.ask({"command": "bye"}))
                self.assertEqual(0, adapter.status())

    def test_the_current_folder_stands_in_for_nothing(self):
        for name in ("torch.py", "json.py", "case.py"):
            self.write("raise RuntimeError('imported from the current folder')\n", name)
        file = os.path.join(SUBJECTS, "right", "function_view_as.py")
        before = os.getcwd()
        os.chdir(self.folder)
        try:
            with Adapter(file, "GradReverse", fresh=True) as adapter:
                self.assertTrue(adapter.hello()["ok"])
        finally:
            os.chdir(before)


if __name__ == "__main__":
    unittest.main()
