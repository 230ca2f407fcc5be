"""gradproof verify on layers of a framework other than PyTorch: right ones are VERIFIED, wrong ones are NOT, for the reason that is the true one.

    python frameworks_test.py FRAMEWORK [unittest's arguments]

Runs under a Python that has the framework; GRADPROOF_PROGRAM names the program. The subjects are in tests/subjects/FRAMEWORK: each file names its
layer and, where there is one, its fault.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "cli"))

from program import leftovers, program, run  # noqa: E402
import schema  # noqa: E402

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
MENDS = {"jax": {"no_minus": ("return strength * cotangent", "return -strength * cotangent")},
         "tf": {"no_minus": ("upstream: strength", "upstream: -strength")},
         "paddle": {"no_minus": ("return ctx.strength", "return -ctx.strength")}}

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
SUBJECTS = os.path.join(ROOT, "tests", "subjects", FRAMEWORK)
PYTHON = ["--python", sys.executable, "--start-timeout", "120"]
# Frameworks that compile each op for each shape are slow with every new graph, and few graphs show these faults.
MORE = {"right": ["--graphs", "10"], "wrong": ["--graphs", "5", "--dtype", "f64,f32"]}


def names(kind):
    return sorted(f[:-3] for f in os.listdir(os.path.join(SUBJECTS, kind)) if f.endswith(".py"))


def target(kind, name):
    path = os.path.join(SUBJECTS, kind, name + ".py")
    with open(path, encoding="utf-8") as file:
        return f"py:{path}:" + re.search(r"^Subject: (\S+)$", file.read(), re.MULTILINE)[1]


class Judged:
    """A subject judged, its report, and the first counterexample replayed."""

    def __init__(self, kind, name):
        self.folder = os.path.join(WORK, kind + "-" + name)
        os.mkdir(self.folder)
        self.run = run("verify", target(kind, name), *PYTHON, *MORE[kind], "--json", "report.json", cwd=self.folder, timeout=600)
        self.left = leftovers(self.run.mark)
        with open(os.path.join(self.folder, "report.json"), encoding="utf-8") as file:
            self.report = schema.parse(file.read())["reports"][0]
        if kind == "wrong" and self.report["counterexamples"]:
            self.again = run("replay", self.report["counterexamples"][0]["replay_file"], *PYTHON, cwd=self.folder, timeout=300)
            self.script = subprocess.run([sys.executable, "-I", self.report["counterexamples"][0]["script_file"]], cwd=self.folder,
                                         capture_output=True, text=True, timeout=300)


WORK = tempfile.mkdtemp(prefix="gradproof-frameworks-")
# JAX spends most of its time on compiling the same small ops for each subject.
os.environ.update(JAX_COMPILATION_CACHE_DIR=os.path.join(WORK, "compiled"), JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS="0",
                  JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES="-1")
POOL = ThreadPoolExecutor(2)
JUDGED = {}


def setUpModule():
    program()
    for kind in ("right", "wrong"):
        for name in names(kind):
            JUDGED[kind, name] = POOL.submit(Judged, kind, name)


def tearDownModule():
    POOL.shutdown(cancel_futures=True)
    shutil.rmtree(WORK)


class Subjects(unittest.TestCase):
    """The tests of each file are added below."""

    def judged(self, kind, name):
        result = JUDGED[kind, name].result()
        self.assertEqual(result.left, [], "processes are left over")
        self.assertEqual(result.run.code, result.report["exit_code"])
        return result

    def right_verdict(self, name):
        result = self.judged("right", name)
        self.assertEqual((result.run.code, result.report["conclusion"]), (0, "VERIFIED"), result.run.out)
        self.assertEqual({t["dtype"] for t in result.report["properties"]}, DTYPES[FRAMEWORK])
        self.assertRegex(result.run.out.split("\n", 1)[0].split("   ")[-1], "^" + FORMS[FRAMEWORK][name] + "$")

    def wrong_verdict(self, name):
        result = self.judged("wrong", name)
        self.assertEqual((result.run.code, result.report["conclusion"]), (1, "NOT VERIFIED"), result.run.out)
        self.assertLessEqual(result.report["counterexamples"][0]["nodes"], 4)

    def wrong_cause(self, name):
        result = self.judged("wrong", name)
        said = result.report["diagnosis"]
        if not said["cause"]:
            said["cause"] = result.report["counterexamples"][0]["property"] + ":"
        self.assertRegex(said["cause"] + "\n" + said["headline"] + "\n" + result.report["subject"]["form"], CAUSES[FRAMEWORK][name])

    def wrong_replay(self, name):
        result = self.judged("wrong", name)
        self.assertEqual(result.again.code, 1, result.again.out)

    def wrong_script(self, name):
        result = self.judged("wrong", name)
        self.assertIn("script: python " + result.report["counterexamples"][0]["script_file"], result.run.out)
        self.assertEqual(result.script.returncode, 1, result.script.stdout + result.script.stderr)
        # A script that is no program ends with 1 as well.
        if result.report["counterexamples"][0]["worst"]["residual"] not in ("no answer", "shape"):
            self.assertIn("The fault shows.", result.script.stdout, result.script.stderr)
        if name in MENDS[FRAMEWORK]:
            old, new = MENDS[FRAMEWORK][name]
            with open(os.path.join(SUBJECTS, "wrong", name + ".py"), encoding="utf-8") as source:
                text = source.read()
            self.assertIn(old, text)
            with open(os.path.join(result.folder, "mended.py"), "w", encoding="utf-8") as mended:
                mended.write(text.replace(old, new))
            after = subprocess.run([*result.script.args, mended.name], cwd=result.folder, capture_output=True, text=True, timeout=300)
            self.assertEqual(after.returncode, 0, after.stdout + after.stderr)

    def test_every_file_has_its_row(self):
        self.assertEqual(names("wrong"), sorted(CAUSES[FRAMEWORK]))
        self.assertEqual(names("right"), sorted(FORMS[FRAMEWORK]))


def add_tests():
    for kind, checks in (("right", ["verdict"]), ("wrong", ["verdict", "cause", "replay", "script"])):
        for name in names(kind):
            for check in checks:
                setattr(Subjects, f"test_{kind}_{name}_{check}",
                        lambda self, kind=kind, name=name, check=check: getattr(self, f"{kind}_{check}")(name))


add_tests()


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
                    "--graphs", "5", "--dtype", "f64,f32", cwd=WORK, timeout=300)
        self.assertEqual(ended.code, 0, ended.out)
        self.assertIn("in graph mode", ended.out)


if __name__ == "__main__":
    unittest.main()
