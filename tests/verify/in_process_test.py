"""verify() of the npm package, called from node:test on layers that exist in the test alone.

GRADPROOF_WITH_TFJS_FOLDER names a folder whose node_modules has TensorFlow.js; without it the test is skipped.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "cli"))

from program import program  # noqa: E402

FOLDER = os.environ.get("GRADPROOF_WITH_TFJS_FOLDER", "")
NODE = os.environ.get("GRADPROOF_WITH_TFJS_NODE") or os.environ.get("GRADPROOF_NODE") or "node"

LAYERS = """
import test from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { verify } from 'gradproof';

const signs = { right: -1, wrong: 1 };
const layer = (sign) => (x, lambda) => tf.customGrad((input) => ({
  value: input.clone(),
  gradFunc: (dy) => dy.mul(signs[sign] * lambda),
}))(x);

test(process.env.TEST, () => ({
  right: () => verify(layer('right'), { graphs: 20, name: 'my layer' }),
  wrong: () => verify(layer('wrong'), { graphs: 20, name: 'noMinus' }),
  again: () => verify(layer('wrong'), { replay: process.env.REPLAY, name: 'noMinus' }),
  mended: () => verify(layer('right'), { replay: process.env.REPLAY, name: 'noMinus' }),
  none: () => verify(null),
  told: () => verify((first, second) => layer('right')(second, first), { graphs: 20, lambda: 'call:first' }),
  misuse: () => verify(layer('right'), { graphs: -1 }),
})[process.env.TEST]().then((text) => console.log(text)));
"""


class InProcess(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="gradproof-", dir=FOLDER)
        self.addCleanup(shutil.rmtree, self.folder)
        # As npm puts it: the package's own folder, found by its name.
        os.mkdir(os.path.join(self.folder, "node_modules"))
        shutil.copytree(os.path.join(ROOT, "src", "adapters", "javascript"), os.path.join(self.folder, "node_modules", "gradproof"))
        with open(os.path.join(self.folder, "layers.test.mjs"), "w", encoding="utf-8") as file:
            file.write(LAYERS)

    def outcome(self, name, **changes):
        """The exit code of node:test, and all that it printed."""
        ended = subprocess.run([NODE, "--test", "layers.test.mjs"], cwd=self.folder, capture_output=True, text=True, timeout=200,
                               env={**os.environ, "GRADPROOF_PROGRAM": program(), "TEST": name, **changes})
        self.assertEqual([each for each in os.listdir(self.folder) if each.startswith("gradproof-") and each != "gradproof-failures"], [])
        return ended.returncode, ended.stdout + ended.stderr

    def test_a_right_layer_passes(self):
        code, out = self.outcome("right")
        self.assertEqual(code, 0, out)
        self.assertIn("socket:my_layer   TensorFlow.js", out)
        self.assertIn("VERIFIED", out)

    def test_a_wrong_layer_fails_with_the_report_and_is_replayed(self):
        code, out = self.outcome("wrong")
        self.assertEqual(code, 1, out)
        for words in ("ERR_ASSERTION", "NOT VERIFIED", "likely cause: the minus sign is missing", "counterexample for backward-rounded"):
            self.assertIn(words, out)
        replay = os.path.join(self.folder, "gradproof-failures", "socket-noMinus-backward-rounded.graph")
        self.assertTrue(os.path.isfile(replay), os.listdir(self.folder))
        self.assertEqual(self.outcome("again", REPLAY=replay)[0], 1)
        self.assertEqual(self.outcome("mended", REPLAY=replay)[0], 0)

    def test_what_is_no_layer_is_said(self):
        code, out = self.outcome("none")
        self.assertEqual(code, 1, out)
        self.assertIn("NO SUBJECT: layer is null", out)

    def test_the_author_says_how_lambda_is_given(self):
        code, out = self.outcome("told")
        self.assertEqual(code, 0, out)
        self.assertIn("first argument of the function", out)

    def test_wrong_use_is_no_verdict(self):
        code, out = self.outcome("misuse")
        self.assertEqual(code, 1, out)
        self.assertIn("exit code 2", out)
        self.assertNotIn("ERR_ASSERTION", out)

    def test_a_program_that_is_not_there(self):
        code, out = self.outcome("right", GRADPROOF_PROGRAM="no-such-program")
        self.assertEqual(code, 1, out)
        self.assertIn("put gradproof on the path, or name it in GRADPROOF_PROGRAM", out)

    def test_the_package_holds_what_it_imports(self):
        with open(os.path.join(ROOT, "src", "adapters", "javascript", "package.json"), encoding="utf-8") as file:
            listed = json.load(file)["files"]
        # The program goes into `bin`, if anywhere, before the package is packed.
        found = set(os.listdir(os.path.join(ROOT, "src", "adapters", "javascript"))) - {"package.json"}
        self.assertEqual(sorted(listed), sorted(found | {"bin"}))


if __name__ == "__main__":
    if not FOLDER:
        print("skipped: no folder with tfjs; run ./dev test --with tfjs")
        sys.exit(77)
    unittest.main()
