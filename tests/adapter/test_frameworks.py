"""Which framework a file is taken to be written for. This needs none of them."""

import os
import subprocess
import sys
import tempfile
import unittest

from exchange import PACKAGES
from gradproof_adapter.frameworks import FRAMEWORKS, framework_of
from gradproof_adapter.trouble import SubjectTrouble


class Detection(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, source, name="layer.py"):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(source)
        return path

    def test_by_import(self):
        for source, framework in (("import torch.nn as nn", "torch"), ("from jax import numpy", "jax"),
                                  ("import keras", "tensorflow"), ("from tensorflow.keras import layers", "tensorflow"),
                                  ("def f():\n    import paddle", "paddle"), ("import numpy, jax\nimport torch", "jax")):
            with self.subTest(source):
                self.assertEqual(framework, framework_of(self.write(source)))

    def test_what_the_author_says_overrules_it(self):
        self.assertEqual("jax", framework_of(self.write("import torch\nGRADPROOF = {'framework': 'jax'}")))
        with self.assertRaisesRegex(SubjectTrouble, "'theano'; known: torch, jax, tensorflow, paddle"):
            framework_of(self.write("GRADPROOF = {'framework': 'theano'}"))

    def test_by_a_file_beside_it(self):
        self.write("import paddle\nimport layer", "functional.py")
        self.assertEqual("paddle", framework_of(self.write("from functional import f")))
        self.assertEqual("paddle", framework_of(self.write("from .functional import f")))

    def test_a_file_that_is_wrong_has_some_framework_all_the_same(self):
        self.assertIn(framework_of(self.write("def f(:")), FRAMEWORKS)
        self.assertIn(framework_of(os.path.join(self.folder, "nowhere.py")), FRAMEWORKS)

    def test_no_framework_is_imported_before_hello(self):
        code = ("import sys, gradproof_adapter.service, gradproof_adapter.frameworks as f\n"
                f"f.framework_of({self.write('import jax')!r})\n"
                "sys.exit(any(name in sys.modules for name in ('torch', 'jax', 'tensorflow', 'paddle', 'numpy')))")
        self.assertEqual(0, subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": PACKAGES},
                                           check=False).returncode)


if __name__ == "__main__":
    unittest.main()
