"""The project's own adapters keep to the protocol: gradproof conformance with right layers of a framework.

    conformance_test.py FRAMEWORK

For a framework in Python it runs under a Python that has it; for one in JavaScript, GRADPROOF_WITH_FRAMEWORK_FOLDER names a folder whose
node_modules has it. GRADPROOF_PROGRAM names the program.
"""

import os
import re
import shlex
import shutil
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "cli"))

import exchange_schema  # noqa: E402
from program import leftovers, program, run  # noqa: E402

FRAMEWORK = sys.argv.pop(1) if len(sys.argv) > 1 else "torch"
JAVASCRIPT = FRAMEWORK in ("tfjs",)
RIGHT = os.path.join(ROOT, "tests", "subjects", FRAMEWORK, "right")
FOLDER = os.environ.get(f"GRADPROOF_WITH_{FRAMEWORK.upper()}_FOLDER", "")
# Layers whose λ is given in different ways, and clauses that the framework has to be able to be tried by.
LAYERS = {
    "torch": (("function_view_as", "module_lambda_at_forward"), ("dtype-bf16", "layout-expanded", "op-matmul", "twice", "step-set", "step-together")),
    "jax": (("custom_vjp", "factory"), ("dtype-bf16", "op-matmul", "step-backward")),
    "tf": (("custom_gradient", "keras_layer"), ("dtype-f16", "op-matmul", "step-backward")),
    "paddle": (("pylayer", "layer"), ("dtype-f64", "op-matmul", "step-backward")),
    "tfjs": (("custom_grad", "factory"), ("dtype-f32", "op-matmul", "step-backward")),
}


class Conformance(unittest.TestCase):
    def setUp(self):
        program()
        self.folder = tempfile.mkdtemp(prefix="gradproof-", dir=FOLDER or None)
        self.addCleanup(shutil.rmtree, self.folder)

    def target(self, layer):
        ending, mark, scheme = (".mjs", "// Subject: ", "js:") if JAVASCRIPT else (".py", "Subject: ", "py:")
        path = shutil.copy(os.path.join(RIGHT, layer + ending), self.folder)
        with open(path, encoding="utf-8") as file:
            return scheme + path + ":" + re.search(rf"^{mark}(\S+)$", file.read(), re.MULTILINE)[1]

    def test_it_conforms(self):
        layers, clauses = LAYERS[FRAMEWORK]
        for layer in layers:
            with self.subTest(layer):
                more = () if JAVASCRIPT else ("--python", sys.executable)
                ended = run("conformance", *more, "--start-timeout", "120", self.target(layer), cwd=self.folder, timeout=500)
                self.assertEqual(leftovers(ended.mark), [])
                self.assertEqual(ended.code, 0, ended.out + ended.err)
                for clause in clauses if layer == layers[0] else ():
                    self.assertRegex(ended.out, rf"(?m)^  {clause} +passed ")

    @unittest.skipIf(JAVASCRIPT, "what is recorded is the Python adapter")
    def test_what_is_said_fits_the_schema(self):
        file, _, name = self.target(LAYERS[FRAMEWORK][0][0])[3:].rpartition(":")
        recorder = os.path.join(ROOT, "tests", "cli", "recorder.py")
        adapter = os.path.join(ROOT, "src", "adapters", "python", "gradproof_adapter")
        command = shlex.join([sys.executable, recorder, "record", sys.executable, adapter, file, name])
        ended = run("verify", "cmd:" + command, "--start-timeout", "120", "--graphs", "12", "--dtype", "f32", cwd=self.folder, timeout=500)
        self.assertEqual(ended.code, 0, ended.out + ended.err)
        with open(os.path.join(self.folder, "record"), encoding="utf-8") as record:
            lines = record.read().splitlines()
        self.assertGreater(len(lines), 20)
        self.assertEqual(list(exchange_schema.wrong_in(lines)), [])

    def test_the_start_is_verified(self):
        """What `gradproof adapter init` writes, by the command that it names."""
        begun = run("adapter", "init", FRAMEWORK, cwd=self.folder)
        self.assertEqual(begun.code, 0, begun.err)
        command = shlex.split(begun.out.splitlines()[-1])
        self.assertEqual(command[:2], ["gradproof", "verify"])
        more = () if JAVASCRIPT else ("--python", sys.executable)
        ended = run(*command[1:], *more, "--start-timeout", "120", "--graphs", "12", "--dtype", "f32", cwd=self.folder, timeout=500)
        self.assertEqual(ended.code, 0, ended.out + ended.err)


if __name__ == "__main__":
    if JAVASCRIPT and not FOLDER:
        print(f"skipped: no folder with {FRAMEWORK}; run ./dev test --with {FRAMEWORK}")
        sys.exit(77)
    unittest.main()
