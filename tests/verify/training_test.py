"""gradproof verify --contract training: right training steps are VERIFIED, wrong ones are NOT, for the reason that is the true one.

    training_test.py FRAMEWORK

Runs under a Python that has the framework. The subjects are in tests/subjects/FRAMEWORK/training, each a right_ or a wrong_ one.
"""

import os
import re
import shutil
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "cli"))

from program import leftovers, program, run  # noqa: E402
import schema  # noqa: E402

FRAMEWORK = sys.argv.pop(1) if len(sys.argv) > 1 else "torch"
SUBJECTS = os.path.join(ROOT, "tests", "subjects", FRAMEWORK, "training")

# Framework: file: what the likely cause says.
CAUSES = {
    "torch": {
        "wrong_behind_the_head": "behind the domain head",
        "wrong_both_heads": "label head is behind the layer too",
        "wrong_detached": "features are detached",
        "wrong_double_negation": "double negation",
        "wrong_forgotten_zero_grad": "never set to zero",
        "wrong_head_left_out": "U are not trained",
        "wrong_lambda_not_passed": "not passed on: the layer uses 1",
        "wrong_lambda_twice": "λ is applied twice",
        "wrong_not_wired_in": "not wired in",
        "wrong_returns_the_loss": "does not return the parameters",
        "wrong_subtracted": "subtracted in place of a reversal",
    },
    "jax": {"wrong_not_wired_in": "not wired in"},
}

# Framework: file: the losses that the report names.
LOSSES = {
    "torch": {"right_functional": "half the sum of squares", "right_in_place": "the mean of squares and the mean logistic loss",
              "right_optimizer": "the sum of squares"},
    "jax": {"right_tree": "the mean of squares"},
}


class Trainings(unittest.TestCase):
    def setUp(self):
        program()
        self.folder = tempfile.mkdtemp(prefix="gradproof-training-")
        self.addCleanup(shutil.rmtree, self.folder)

    def judged(self, name):
        target = f"py:{os.path.join(SUBJECTS, name)}.py:train_step"
        ended = run("verify", target, "--contract", "training", "--python", sys.executable, "--start-timeout", "120", "--quiet",
                    "--json", "report.json", cwd=self.folder)
        self.assertEqual(leftovers(ended.mark), [])
        with open(os.path.join(self.folder, "report.json"), encoding="utf-8") as file:
            document = schema.parse(file.read())
        self.assertEqual(list(schema.errors(document, schema.published("report.schema.json"))), [])
        return ended, document["reports"][0]

    def test_right_ones_are_verified(self):
        for name, losses in LOSSES[FRAMEWORK].items():
            with self.subTest(name):
                ended, report = self.judged(name)
                self.assertEqual((ended.code, report["conclusion"]), (0, "VERIFIED"), ended.out + ended.err)
                self.assertTrue(report["subject"]["lambda"].endswith("losses: " + losses), report["subject"])

    def test_wrong_ones_are_not_and_the_cause_is_named(self):
        for name, cause in CAUSES[FRAMEWORK].items():
            with self.subTest(name):
                ended, report = self.judged(name)
                self.assertEqual((ended.code, report["conclusion"]), (1, "NOT VERIFIED"), ended.out + ended.err)
                self.assertRegex(report["diagnosis"]["cause"], cause)
                again = run("replay", report["counterexamples"][0]["replay_file"], "--python", sys.executable, "--start-timeout", "120",
                            "--quiet", cwd=self.folder)
                self.assertEqual(again.code, 1, again.out + again.err)

    def test_every_file_has_its_row(self):
        files = {name[:-3] for name in os.listdir(SUBJECTS) if re.fullmatch(r"(right|wrong)_\w+\.py", name)}
        self.assertEqual(files, set(CAUSES[FRAMEWORK]) | set(LOSSES[FRAMEWORK]))


if __name__ == "__main__":
    unittest.main()
