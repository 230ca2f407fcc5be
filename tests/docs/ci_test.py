"""docs/how-to/use-in-ci.md: its pre-commit hook and its GitHub workflow are read by a YAML parser, and their commands run, on a right layer and on
a wrong one. GRADPROOF_WITH_TORCH_PYTHON, where it is there, is the Python that the workflow's layer is judged with.
"""

import os
import re
import shlex
import subprocess
import sys
import unittest

import yaml

from page import Page, root_folder
from running import Folder

ROOT = root_folder()
PROGRAM = os.environ.get("GRADPROOF_PROGRAM", "")
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


if __name__ == "__main__":
    if not os.access(PROGRAM, os.X_OK):
        sys.exit("GRADPROOF_PROGRAM must name the program")
    unittest.main()
