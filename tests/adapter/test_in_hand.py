"""gradproof.verify on layers that exist in this process alone."""

import contextlib
import os
import sys
import tempfile
import unittest

from exchange import PACKAGES

sys.path.insert(0, PACKAGES)
try:
    import torch
except ImportError:
    torch = None
else:
    import gradproof


def reversal(sign):
    """A layer that closes over what no other process has."""
    class Reverse(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, scale):
            ctx.scale = scale
            return x.view_as(x)

        @staticmethod
        def backward(ctx, grad):
            return grad * (sign * ctx.scale), None
    return Reverse


@unittest.skipIf(torch is None or not os.environ.get("GRADPROOF_PROGRAM"), "needs PyTorch, and GRADPROOF_PROGRAM")
class InHand(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.program = os.environ["GRADPROOF_PROGRAM"]

    def verify(self, layer, **options):
        return gradproof.verify(layer, graphs=20, dtypes=["f64"], failures=self.folder, **options)

    def test_a_right_layer_passes(self):
        report = self.verify(reversal(-1))
        self.assertIn("socket:Reverse   PyTorch", report)
        self.assertIn("\nVERIFIED\n", report)

    def test_a_wrong_layer_fails_with_the_report_and_is_replayed(self):
        with self.assertRaises(AssertionError) as failed:
            self.verify(reversal(1), name="no minus")
        for words in ("NOT VERIFIED", "likely cause: the minus sign is missing", "counterexample for backward-rounded"):
            self.assertIn(words, str(failed.exception))
        self.assertRegex(str(failed.exception), r"^NOT VERIFIED: the minus sign is missing[^\n]*\n\nsocket:")
        self.assertIn("in the test, gradproof.verify(layer, replay=", str(failed.exception))
        replay = os.path.join(self.folder, "socket-no-minus-backward-rounded.graph")
        with self.assertRaises(AssertionError):
            gradproof.verify(reversal(1), replay=replay)
        self.assertIn("\nHOLDS\n", gradproof.verify(reversal(-1), replay=replay))

    def test_after_the_test_has_gone_backward_itself(self):
        x = torch.ones(300, 300, requires_grad=True)
        (x @ x).sum().backward()
        threads = torch.get_num_threads()
        self.verify(lambda x, scale: reversal(-1).apply(x, scale), name="after")
        self.assertEqual(torch.get_num_threads(), threads)

    def test_what_is_no_layer_is_said(self):
        with self.assertRaisesRegex(AssertionError, "NO SUBJECT: layer is a int"):
            self.verify(5, name="layer")

    def test_the_author_says_how_lambda_is_given(self):
        layer = reversal(-1)
        report = self.verify(lambda first, second: layer.apply(second, first), name="swapped", **{"lambda": "call:first"})
        self.assertIn("argument first", report)

    def test_a_program_that_is_not_there(self):
        os.environ["GRADPROOF_PROGRAM"] = "no-such-program"
        self.addCleanup(os.environ.__setitem__, "GRADPROOF_PROGRAM", self.program)
        with self.assertRaisesRegex(RuntimeError, "put gradproof on the path"):
            self.verify(reversal(-1))

    def test_wrong_use_is_no_verdict(self):
        with self.assertRaisesRegex(RuntimeError, "exit code 2"), contextlib.suppress(AssertionError):
            gradproof.verify(reversal(-1), graphs=-1)


if __name__ == "__main__":
    unittest.main()
