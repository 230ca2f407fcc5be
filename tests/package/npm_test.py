"""The npm package as a user gets it: packed, installed into an empty folder, and called from node:test.

GRADPROOF_PROGRAM is the program. A schedule needs no framework; layers are judged where GRADPROOF_WITH_TFJS_FOLDER names a folder whose
node_modules has TensorFlow.js.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src/adapters/javascript"
PROGRAM = os.environ.get("GRADPROOF_PROGRAM", "")
TFJS = os.environ.get("GRADPROOF_WITH_TFJS_FOLDER", "")
NODE = os.environ.get("GRADPROOF_WITH_TFJS_NODE") or os.environ.get("GRADPROOF_NODE") or shutil.which("node")
NPM = shutil.which("npm")

SCHEDULE = """
import test from 'node:test';
import { verify } from 'gradproof';

const right = (p, { gamma = 10 } = {}) => 2 / (1 + Math.exp(-gamma * p)) - 1;
const wrong = (p, { gamma = 10 } = {}) => 1 / (1 + Math.exp(-gamma * p)) - 1;
test('the schedule rises from 0 to 1', async () => {
  console.log(await verify({ right, wrong }[process.env.TEST], { contract: 'schedule' }));
});
"""

LAYER = """
import test from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { verify } from 'gradproof';

const sign = { right: -1, wrong: 1 }[process.env.TEST];
const layer = (x, lambda) => tf.customGrad((input) => ({ value: input.clone(), gradFunc: (dy) => dy.mul(sign * lambda) }))(x);
test('the layer reverses', async () => console.log(await verify(layer, { graphs: 20 })));
"""


class Installed(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)
        self.path = self.folder / "path"
        self.path.mkdir()

    def environment(self, **more):
        """No gradproof but what the test says, and nothing of the user's own settings of npm."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("GRADPROOF_", "NODE_", "npm_"))}
        return {**kept, "PATH": f"{self.path}:{kept['PATH']}", "HOME": str(self.folder), "npm_config_cache": str(self.folder / "cache"), **more}

    def npm(self, *words, cwd):
        done = subprocess.run([NPM, *words, "--offline", "--no-audit", "--no-fund", "--no-update-notifier"], cwd=cwd, env=self.environment(),
                              capture_output=True, encoding="utf-8", timeout=300, check=False)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def installed(self, package=PACKAGE):
        """An empty folder into which the packed package is installed."""
        user = self.folder / "user"
        user.mkdir()
        self.npm("pack", str(package), "--pack-destination", str(self.folder), cwd=self.folder)
        archive, = self.folder.glob("gradproof-*.tgz")
        self.npm("install", str(archive), cwd=user)
        self.assertFalse((user / "node_modules/gradproof").is_symlink())
        return user

    def outcome(self, user, which, text=SCHEDULE, **more):
        (user / "it.test.mjs").write_text(text, encoding="utf-8")
        done = subprocess.run([NODE, "--test", "it.test.mjs"], cwd=user, env=self.environment(TEST=which, **more), capture_output=True,
                              encoding="utf-8", timeout=300, check=False)
        return done.returncode, done.stdout + done.stderr

    def check_verdicts(self, user, text=SCHEDULE, cause="", **more):
        code, said = self.outcome(user, "right", text, **more)
        self.assertEqual(0, code, said)
        self.assertIn("VERIFIED", said)
        code, said = self.outcome(user, "wrong", text, **more)
        self.assertEqual(1, code, said)
        self.assertIn("NOT VERIFIED", said)
        self.assertIn(cause, said)

    def test_named_by_the_environment(self):
        user = self.installed()
        self.check_verdicts(user, GRADPROOF_PROGRAM=PROGRAM, cause="likely cause")
        files = {path.name for path in (user / "node_modules/gradproof").iterdir()}
        self.assertEqual({"package.json", "verify.js", "adapter"}, files)
        self.assertIn("gradproof", json.loads((user / "package.json").read_text(encoding="utf-8"))["dependencies"])

    def test_found_on_the_path(self):
        (self.path / "gradproof").symlink_to(PROGRAM)
        self.check_verdicts(self.installed())

    def test_bundled(self):
        package = self.folder / "package"
        shutil.copytree(PACKAGE, package)
        (package / "bin").mkdir()
        shutil.copy(PROGRAM, package / "bin/gradproof")
        self.check_verdicts(self.installed(package))

    def test_no_program(self):
        code, said = self.outcome(self.installed(), "right", PATH="/nowhere")
        self.assertEqual(1, code, said)
        self.assertIn("put gradproof on the path, or name it in GRADPROOF_PROGRAM", said)
        self.assertNotIn("ERR_ASSERTION", said)

    @unittest.skipUnless(TFJS, "needs TensorFlow.js")
    def test_layers(self):
        user = self.installed()
        for each in (pathlib.Path(TFJS) / "node_modules").iterdir():
            if each.name not in ("gradproof", ".bin", ".package-lock.json"):
                (user / "node_modules" / each.name).symlink_to(each)
        self.check_verdicts(user, LAYER, "likely cause: the minus sign is missing", GRADPROOF_PROGRAM=PROGRAM)


if __name__ == "__main__":
    if not NODE or not NPM:
        print("skipped: there is no Node with npm (Debian's packages nodejs and npm)")
        sys.exit(77)
    unittest.main()
