"""The scripts that gradproof verify writes for wrong C plugins: each compiles as `cc file.c -ldl`, shows the fault without gradproof, and does not show
it of a right plugin of the same form in the wrong one's place. A script catches the signals of a crash, so that this too ends with 1."""

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

from program import run  # noqa: E402

SUBJECTS = os.path.join(ROOT, "tests", "subjects", "c")
# A vector of λ is nothing that a script in C gives a layer.
UNSHOWN = ["wrong_rows_along_columns"]
WRONG = sorted(name[:-2] for name in os.listdir(SUBJECTS) if name.startswith("wrong_") and name[:-2] not in UNSHOWN)

# Which right plugin takes a wrong one's place: one with the same functions, by how the wrong one's name begins.
RIGHT = {"wrong_object_": "right_object", "wrong_add_": "right_adds", "wrong_double_backward_": "right_double_backward", "wrong_factor_": "right_factor", "": "right_all_dtypes"}


def right_for(name):
    return next(right for beginning, right in RIGHT.items() if name.startswith(beginning))


def compiled(arguments, folder):
    return subprocess.run([os.environ.get("CC") or "cc", *arguments], cwd=folder, capture_output=True, text=True, timeout=120)


def plugin(name, folder):
    built = compiled(["-O1", "-shared", "-fPIC", "-I", os.path.join(ROOT, "include"), os.path.join(SUBJECTS, name + ".c"), "-o", name + ".so"], folder)
    if built.returncode:
        raise AssertionError(built.stderr)


class Scripts(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="gradproof-scripts-")
        self.addCleanup(shutil.rmtree, self.folder)

    def test_each_shows_its_fault_and_no_right_plugin_has_it(self):
        self.assertGreaterEqual(len(WRONG), 15)
        for right in RIGHT.values():
            plugin(right, self.folder)
        for name in WRONG:
            with self.subTest(name):
                plugin(name, self.folder)
                ended = run("verify", f"so:./{name}.so", "--graphs", "5", "--dtype", "f64,f32", "--quiet", "--json", "r.json", cwd=self.folder)
                self.assertEqual(ended.code, 1, ended.out)
                with open(os.path.join(self.folder, "r.json"), encoding="utf-8") as written:
                    script = json.load(written)["reports"][0]["counterexamples"][0]["script_file"]
                self.assertIn("script: cc " + script + " -ldl", ended.out)
                built = compiled(["-Wall", "-Wno-unused", script, "-o", "shows", "-ldl"], self.folder)
                self.assertEqual((built.returncode, built.stderr), (0, ""))
                self.assert_tells_apart(name, [])
                self.assert_tells_apart(right_for(name), [f"./{right_for(name)}.so"])

    def assert_tells_apart(self, name, arguments):
        shown = subprocess.run(["./shows", *arguments], cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertEqual((name, shown.returncode), (name, 1 if name in WRONG else 0), shown.stdout[-2000:] + shown.stderr)

    def test_a_plugin_without_the_function_that_was_asked_shows_nothing(self):
        for name in ("wrong_add_writes", "wrong_double_backward_sign"):
            with self.subTest(name):
                plugin(name, self.folder)
                plugin("right_all_dtypes", self.folder)
                run("verify", f"so:./{name}.so", "--graphs", "5", "--dtype", "f64", "--quiet", "--json", "r.json", cwd=self.folder)
                with open(os.path.join(self.folder, "r.json"), encoding="utf-8") as written:
                    script = json.load(written)["reports"][0]["counterexamples"][0]["script_file"]
                self.assertEqual(compiled([script, "-o", "shows", "-ldl"], self.folder).returncode, 0)
                shown = subprocess.run(["./shows", "./right_all_dtypes.so"], cwd=self.folder, capture_output=True, text=True, timeout=60)
                self.assertEqual(shown.returncode, 2, shown.stdout)
                self.assertIn("there is no grl_", shown.stdout)


if __name__ == "__main__":
    unittest.main()
