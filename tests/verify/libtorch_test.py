"""Layers of LibTorch, judged in their own process: the example and the subjects are built against the LibTorch that a Python package brings.

GRADPROOF_LINK is what a program that uses the library is linked with; the Python that runs this has PyTorch. GRADPROOF_CXX is the compiler.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import torch
from torch.utils.cpp_extension import include_paths, library_paths

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs/examples/libtorch"


def built(source, folder):
    program = pathlib.Path(folder) / source.stem
    libraries = library_paths()
    command = [os.environ.get("GRADPROOF_CXX", "c++"), "-std=c++20", "-O1", "-w", f"-I{ROOT / 'include'}", f"-I{EXAMPLE}",
               f"-D_GLIBCXX_USE_CXX11_ABI={int(torch.compiled_with_cxx11_abi())}",
               *[f"-isystem{path}" for path in include_paths()], str(source), "-o", str(program), *os.environ["GRADPROOF_LINK"].split(" "),
               *[f"-L{path}" for path in libraries], *[f"-Wl,-rpath,{path}" for path in libraries], "-ltorch", "-ltorch_cpu", "-lc10"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return program


class LibTorch(unittest.TestCase):
    CAUSES = {
        "no_minus": "the minus sign is missing",
        "in_place": "the layer changed the cotangent in place",
        "global": "the last (or first) writer",
        "detached": "the second derivative is wrong",
        "trick": "the stop-gradient trick",
    }

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="gradproof-libtorch-")
        cls.layers = built(ROOT / "tests/subjects/libtorch/layers.cpp", cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def verdict(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        return done.returncode, done.stdout + done.stderr

    def test_the_example_is_verified(self):
        code, said = self.verdict(built(EXAMPLE / "grl.cpp", self.folder.name))
        self.assertEqual(0, code, said)
        self.assertIn("\nVERIFIED\n", said)

    def test_another_right_form_is_verified(self):
        code, said = self.verdict(self.layers, "cloned")
        self.assertEqual(0, code, said)

    def test_wrong_layers_are_caught_and_named(self):
        for name, cause in self.CAUSES.items():
            with self.subTest(layer=name):
                code, said = self.verdict(self.layers, name)
                self.assertEqual(1, code, said)
                self.assertIn("NOT VERIFIED", said)
                self.assertIn(cause, said)


if __name__ == "__main__":
    if not os.environ.get("GRADPROOF_LINK"):
        sys.exit("GRADPROOF_LINK must name what a program that uses gradproof is linked with")
    unittest.main()
