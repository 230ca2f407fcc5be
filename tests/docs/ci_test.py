"""docs/how-to/use-in-ci.md: its pre-commit hook and its GitHub workflow are read by a YAML parser, and their commands run, on a right layer and on
a wrong one; so are its tests for pytest and for node:test. GRADPROOF_WITH_TORCH_PYTHON, where it is there, is the Python that layers are judged
with, and GRADPROOF_WITH_TFJS_FOLDER the folder whose node_modules has TensorFlow.js.
"""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import unittest

import yaml

from page import Page, root_folder
from running import Folder

ROOT = root_folder()
PROGRAM = os.environ.get("GRADPROOF_PROGRAM", "")
TFJS = os.environ.get("GRADPROOF_WITH_TFJS_FOLDER", "")
NODE = os.environ.get("GRADPROOF_WITH_TFJS_NODE") or os.environ.get("GRADPROOF_NODE") or "node"
TORCH = os.environ.get("GRADPROOF_WITH_TORCH_PYTHON", "")


def configurations():
    page = Page(ROOT, ROOT / "docs/how-to/use-in-ci.md")
    hooks, workflow = (yaml.safe_load(block.body) for block in page.blocks if block.language == "yaml")
    return hooks, workflow


class PreCommit(unittest.TestCase):
    def test_the_hook_fails_on_a_wrong_layer_alone(self):
        hook, = configurations()[0]["repos"][0]["hooks"]
        self.assertEqual(("system", False), (hook["language"], hook["pass_filenames"]))
        self.assertTrue(re.search(hook["files"], "layers/grl.c"))
        for name, expected in (("right", 0), ("wrong", 1)):
            with self.subTest(name), Folder(PROGRAM) as folder:
                (folder.path / "layers").mkdir()
                source = (ROOT / f"docs/examples/c/{name}_grl.c").read_text(encoding="utf-8")
                (folder.path / "layers/grl.c").write_text(source, encoding="utf-8")
                # pre-commit takes the entry apart as a shell would, and runs it with no shell.
                done = subprocess.run(shlex.split(hook["entry"]), cwd=folder.path, env=folder.environment, capture_output=True,
                                      encoding="utf-8", timeout=300, check=False)
                self.assertEqual(expected, done.returncode, done.stdout + done.stderr)


class Workflow(unittest.TestCase):
    def setUp(self):
        self.steps = configurations()[1]["jobs"]["verify"]["steps"]

    def judged(self, folder, source, python):
        """The last command of the workflow, where ./gradproof/dev is the program of this build in place of one that is yet to be built."""
        (folder.path / "my_project").mkdir()
        (folder.path / "my_project/grl.py").write_text(source, encoding="utf-8")
        (folder.path / "gradproof").mkdir()
        door = folder.path / "gradproof/dev"
        door.write_text(f'#!/bin/sh\nGRADPROOF_PYTHON="{python}" exec gradproof "$@"\n', encoding="utf-8")
        door.chmod(0o755)
        command, = (step["run"] for step in self.steps if "gradproof" in step.get("run", ""))
        code, said = folder.run(command)
        return code, said

    def test_the_command_is_understood(self):
        with Folder(PROGRAM) as folder:
            code, said = self.judged(folder, "class GradientReversal: pass\n", sys.executable)
        # Nothing there that is a layer: the command was right, and the file is not.
        self.assertEqual(3, code, said)
        self.assertIn("NO SUBJECT", said)

    @unittest.skipUnless(TORCH, "needs PyTorch")
    def test_a_wrong_layer_fails_the_job_and_leaves_what_is_uploaded(self):
        source = (ROOT / "docs/examples/python/grl.py").read_text(encoding="utf-8")
        wrong = re.sub(r"-(ctx\.\w+)", r"\1", source)
        self.assertNotEqual(source, wrong)
        upload = next(step for step in self.steps if step.get("uses", "").startswith("actions/upload-artifact"))
        self.assertEqual("failure()", upload["if"])
        for text, expected in ((source, 0), (wrong, 1)):
            with self.subTest(expected), Folder(PROGRAM) as folder:
                code, said = self.judged(folder, text, TORCH)
                self.assertEqual(expected, code, said)
                left = [(folder.path / place).exists() for place in upload["with"]["path"].split()]
                self.assertEqual([True, code == 1], left)


def block(language):
    """The one example of the page in that language."""
    found, = (each.body for each in Page(ROOT, ROOT / "docs/how-to/use-in-ci.md").blocks if each.language == language)
    return found


# What pytest does with the file, for a Python that has no pytest: it calls each function that is named like a test.
BY_HAND = "import test_layers\nfor name in dir(test_layers):\n    if name.startswith('test_'):\n        getattr(test_layers, name)()\n"


class InTests(unittest.TestCase):
    def outcomes(self, folder, command):
        done = subprocess.run(command, cwd=folder.path, env=folder.environment, capture_output=True, encoding="utf-8", timeout=600, check=False)
        return done.returncode, done.stdout + done.stderr

    def check(self, layer, wrong, name, test, command, prepare):
        """The test passes with the layer, and fails with the wrong one and says the verdict."""
        self.assertNotEqual(layer, wrong)
        for text, expected in ((layer, 0), (wrong, 1)):
            with self.subTest(expected), Folder(PROGRAM) as folder:
                (folder.path / name[0]).write_text(text, encoding="utf-8")
                (folder.path / name[1]).write_text(test, encoding="utf-8")
                prepare(folder)
                code, said = self.outcomes(folder, command)
                self.assertEqual(expected, code, said)
                self.assertEqual(expected == 1, "likely cause: the minus sign is missing" in said, said)

    @unittest.skipUnless(TORCH, "needs PyTorch")
    def test_pytest(self):
        layer = (ROOT / "docs/examples/python/grl.py").read_text(encoding="utf-8")
        has_pytest = subprocess.run([TORCH, "-c", "import pytest"], capture_output=True, check=False).returncode == 0
        command = [TORCH, "-m", "pytest", "-q", "test_layers.py"] if has_pytest else [TORCH, "-c", BY_HAND]

        def prepare(folder):
            folder.environment["PYTHONPATH"] = str(ROOT / "src/adapters/python")

        self.check(layer, re.sub(r"-(ctx\.\w+)", r"\1", layer), ("grl.py", "test_layers.py"), block("python"), command, prepare)

    @unittest.skipUnless(TFJS, "needs TensorFlow.js")
    def test_node(self):
        layer = (ROOT / "src/adapters/starts/tfjs.mjs").read_text(encoding="utf-8")

        def prepare(folder):
            modules = folder.path / "node_modules"
            modules.mkdir()
            for each in (pathlib.Path(TFJS) / "node_modules").iterdir():
                if each.name != "gradproof":
                    (modules / each.name).symlink_to(each)
            shutil.copytree(ROOT / "src/adapters/javascript", modules / "gradproof")

        self.check(layer, layer.replace("mul(-lambda)", "mul(lambda)"), ("grl.mjs", "layers.test.mjs"), block("js"), [NODE, "--test", "layers.test.mjs"], prepare)


if __name__ == "__main__":
    if not os.access(PROGRAM, os.X_OK):
        sys.exit("GRADPROOF_PROGRAM must name the program")
    unittest.main()
