"""`pip install .` in a fresh virtual environment: it builds the program and carries it.

It compiles all of gradproof once more and gets scikit-build-core by pip, so that it runs only where GRADPROOF_WITH_WHEEL is set; else it is
skipped (77). GRADPROOF_WITH_TORCH_PYTHON, where it is there, is a Python with PyTorch.
"""

import os
import pathlib
import shutil
import sys
import tempfile
import unittest

import installed
from installed import BUILD, CXX, ROOT, commands_in, run

VENV = BUILD / "tests/package/venv"
PYTHON = VENV / "bin/python"

IN_A_TEST = """
import gradproof
from grl import GradientReversal
gradproof.verify(GradientReversal, graphs=5, framework="torch")
"""


def setUpModule():
    shutil.rmtree(VENV, ignore_errors=True)
    environment = {"CXX": CXX, **os.environ}
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet"]
    for words in ([sys.executable, "-m", "venv", str(VENV)], [*pip, "scikit-build-core"],
                  [*pip, "--no-build-isolation", "--config-settings", f"build-dir={BUILD / 'tests/package/wheel'}", str(ROOT)]):
        code, said = run(words, BUILD, environment, seconds=3600)
        assert code == 0, said


class Wheel(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gradproof-wheel-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.environment = installed.clean_environment(VENV)

    def succeeds(self, words, expected=0, **more):
        code, said = run(words, self.folder, {**self.environment, **more})
        self.assertEqual(expected, code, said)
        return said

    def test_the_program_is_carried_with_its_adapters(self):
        for start in (f"{PYTHON} -m gradproof", f"{VENV}/bin/gradproof"):
            said = self.succeeds(f"{start} doctor", PATH="/usr/bin:/bin")
            self.assertRegex(said, rf"(?m)^adapters +{VENV}/lib/.*/gradproof/installation/share/gradproof/adapters$")
            self.assertIn(f"({PYTHON})", said)

    def test_a_layer_in_c(self):
        for command in commands_in(self.succeeds("gradproof adapter init c")):
            said = self.succeeds(command)
        self.assertIn("\nVERIFIED\n", said)

    def test_layers_in_python(self):
        python = os.environ.get("GRADPROOF_WITH_TORCH_PYTHON")
        if not python:
            self.skipTest("needs PyTorch")
        judge, = commands_in(self.succeeds("gradproof adapter init torch"))
        self.assertIn("\nVERIFIED\n", self.succeeds(f"{judge} --graphs 5", GRADPROOF_PYTHON=python))
        packages, = (VENV / "lib").glob("python*/site-packages")
        (self.folder / "in_a_test.py").write_text(IN_A_TEST, encoding="utf-8")
        self.succeeds([python, "in_a_test.py"], PYTHONPATH=str(packages), PATH="/usr/bin:/bin")


if __name__ == "__main__":
    if not os.environ.get("GRADPROOF_WITH_WHEEL"):
        print("skipped: it builds everything once more; set GRADPROOF_WITH_WHEEL=1 to have it")
        sys.exit(77)
    unittest.main()
