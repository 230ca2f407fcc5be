"""gradproof verify on layers of a framework other than PyTorch: right ones are VERIFIED, wrong ones are NOT, for the reason that is the true one.

    python frameworks_test.py FRAMEWORK [unittest's arguments]

Runs under a Python that has the framework; GRADPROOF_PROGRAM names the program. The subjects are in tests/subjects/FRAMEWORK: each file names its
layer and, where there is one, its fault.
"""

import os
import subprocess
import sys
import tempfile
import unittest

import collection
from collection import ROOT, run

# File: what the report says of the cause.
CAUSES = {
    "jax": {
        "abs_lambda": r"\|λ\| is used",
        "clipped_cotangent": "clipped",
        "detached": "no gradient passes",
        "first_lambda_stays": "first λ stays for ever",
        "forward_rule_differs": "λ is applied to the forward value",
        "lambda_ignored": "λ is ignored",
        "no_minus": "minus sign is missing",
        "primal_differs": "λ is applied to the forward value",
        "stop_gradient_trick": "stop-gradient trick",
        "through_half": "float16",
        "vector_along_the_columns": "vector of λ lies along the wrong axis",
    },
    "tf": {
        "clamped": r"clamped to \[0, 1\]",
        "divided_by_batch": "divided by the batch size",
        "flip_gradient_eager": "(?s)the layer does nothing.*gradient_override_map does nothing in eager mode",
        "flip_gradient_two_builders": "raises an exception\n.*KeyError.*FlipGradient0",
        "lambda_ignored": "λ is ignored",
        "lambda_on_forward": "λ is applied to the forward value",
        "lambda_on_the_class": "last \\(or first\\) writer",
        "no_minus": "minus sign is missing",
        "stop_gradient_trick": "stop-gradient trick",
        "through_float32": "forward value goes through float32",
    },
    "paddle": {
        "clamped": r"clamped to \[0, 1\]",
        "detached": "no gradient passes",
        "divided_by_batch": "divided by the batch size",
        # Paddle itself stops it where the gradient will be differentiated once more.
        "inplace_negation": "(?s)belongs to the caller is written to|raises an exception.*inplace strategy",
        "lambda_ignored": "λ is ignored",
        "lambda_on_forward": "λ is applied to the forward value",
        "lambda_on_the_class": "last \\(or first\\) writer",
        "no_minus": "minus sign is missing",
    },
}

# File: what is replaced by what to mend it; a script must then no longer show the fault.
MENDS = {"jax": {"no_minus": [("return strength * cotangent", "return -strength * cotangent")]},
         "tf": {"no_minus": [("upstream: strength", "upstream: -strength")]},
         "paddle": {"no_minus": [("return ctx.strength", "return -ctx.strength")]}}

# What the first line of the report says of each right layer, behind its target.
FORMS = {
    "jax": {
        "custom_vjp": r"JAX [\d.]+, function, λ: argument strength of the function",
        "differentiated_twice": r"JAX [\d.]+, function, λ: argument strength of the function",
        "factory": r"JAX [\d.]+, factory, λ: factory argument alpha",
        "nondiff_argnums": r"JAX [\d.]+, function, λ: argument lam of the function",
        "strength_for_each_row": r"JAX [\d.]+, function, λ: argument strength of the function",
        "under_jit": r"JAX [\d.]+ under jit, function, λ: argument strength of the function",
        "under_vmap": r"JAX [\d.]+ under vmap, function, λ: argument coeff of the function",
    },
    "tf": {
        "custom_gradient": r"TensorFlow [\d.]+, Keras [\d.]+ eager, function, λ: argument strength of the function",
        "factory": r"TensorFlow [\d.]+, Keras [\d.]+ eager, factory, λ: factory argument lambda_",
        "flip_gradient_builder": r"TensorFlow [\d.]+, Keras [\d.]+ in graph mode, function, λ: argument l of the call",
        "keras_layer": r"TensorFlow [\d.]+, Keras [\d.]+ eager, Keras layer class, λ: constructor argument strength",
        "traced": r"TensorFlow [\d.]+, Keras [\d.]+ under tf.function, function, λ: argument strength of the function",
    },
    "paddle": {
        "function": r"PaddlePaddle [\d.]+, function, λ: argument coeff of the function",
        "layer": r"PaddlePaddle [\d.]+, nn.Layer class, λ: constructor argument alpha",
        "pylayer": r"PaddlePaddle [\d.]+, PyLayer, λ: second argument of apply",
    },
}

DTYPES = {"jax": {"f64", "f32", "f16", "bf16"}, "tf": {"f64", "f32", "f16", "bf16"},
          "paddle": {"f64", "f32"}}

FRAMEWORK = sys.argv.pop(1) if len(sys.argv) > 1 and sys.argv[1] in CAUSES else "jax"
PYTHON = ["--python", sys.executable, "--start-timeout", "120"]
# Frameworks that compile each op for each shape are slow with every new graph, and few graphs show these faults.
OPTIONS = {"right": ["--graphs", "5" if FRAMEWORK == "jax" else "10"], "wrong": ["--graphs", "3", "--dtype", "f64,f32"]}
# What compiles each graph takes half a minute of a processor with any more.
SLOW = {"jax": ["under_jit", "under_vmap"], "tf": ["flip_gradient_builder", "traced"], "paddle": []}
OPTIONS.update((("right", name), ["--graphs", "2"]) for name in SLOW[FRAMEWORK])
EVERY = {"jax": {"verdict": 2}, "tf": {"replay": 2, "script": 2}, "paddle": {}}[FRAMEWORK]
# They give λ as others do.
SELDOM = {"jax": {"differentiated_twice"}, "tf": set(), "paddle": set()}[FRAMEWORK]

# JAX spends most of its time on compiling the same small ops for each subject.
COMPILED = tempfile.TemporaryDirectory(prefix="gradproof-compiled-")
os.environ.update(JAX_COMPILATION_CACHE_DIR=COMPILED.name, JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS="0",
                  JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES="-1")

COLLECTION = collection.Collection(FRAMEWORK, right=FORMS[FRAMEWORK], causes=CAUSES[FRAMEWORK], mends=MENDS[FRAMEWORK], options=OPTIONS,
                                   always=PYTHON, patience=600, every=EVERY, seldom=SELDOM, graphs=30 if FRAMEWORK == "jax" else 600,
                                   plain="differentiated_twice" if FRAMEWORK == "jax" else "")
setUpModule, tearDownModule = COLLECTION.begin, COLLECTION.end


class Subjects(collection.Subjects):
    collection = COLLECTION
    dtypes = DTYPES[FRAMEWORK]

    def right_description(self, name, result):
        self.assertRegex(result.run.out.split("\n", 1)[0].split("   ")[-1], "^" + FORMS[FRAMEWORK][name] + "$")

    def said(self, report):
        """A layer that raises or does nothing has no other cause than what the framework or its form says of it."""
        cause = report["diagnosis"]["cause"] or report["counterexamples"][0]["property"] + ":"
        return "\n".join((cause, report["diagnosis"]["headline"], report["subject"]["form"]))


collection.add_tests(Subjects)


class WorkedExample(unittest.TestCase):
    """docs/examples/python/flip_gradient.py, the first gradient reversal layer, in TensorFlow's own graph mode."""

    @unittest.skipUnless(FRAMEWORK == "tf", "it is TensorFlow's")
    def test_it_is_the_column_sums_and_their_negatives(self):
        example = os.path.join(ROOT, "docs", "examples", "python", "flip_gradient.py")
        ended = subprocess.run([sys.executable, example], capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        sums = (1.44770713, 0.30008724, 0.57832454)
        rows = {sign: "\n".join(f"  {sign * total:+.8f}  {sign * total:+.8f}" for total in sums) for sign in (1, -1)}
        self.assertEqual(ended.stdout, f"without the layer, num_calls 0\n{rows[1]}\nbehind the layer, num_calls 1\n{rows[-1]}\n"
                                       f"and once more, num_calls 2\n{rows[-1]}\n")

    @unittest.skipUnless(FRAMEWORK == "tf", "it is TensorFlow's")
    def test_the_verdict(self):
        ended = run("verify", "py:" + os.path.join(ROOT, "docs", "examples", "python", "flip_gradient.py") + ":flip_gradient", *PYTHON,
                    "--graphs", "5", "--dtype", "f64,f32", cwd=COLLECTION.work, timeout=300)
        self.assertEqual(ended.code, 0, ended.out)
        self.assertIn("in graph mode", ended.out)


if __name__ == "__main__":
    unittest.main()
