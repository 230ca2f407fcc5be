"""gradproof verify --contract schedule: right schedules are VERIFIED, wrong ones are NOT, for the reason that is the true one, and the case replays.

    schedule_test.py [torch]

Without an argument the schedules that need nothing but Python, Node or a C compiler; with it those that import PyTorch or numpy. The subjects
are in tests/subjects/schedule and tests/subjects/c: each names its schedule.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SUBJECTS = os.path.join(ROOT, "tests", "subjects", "schedule")
sys.path.insert(0, os.path.join(ROOT, "tests", "cli"))

from program import leftovers, program, run  # noqa: E402
import schema  # noqa: E402

WITH_FRAMEWORK = "torch" in sys.argv[1:2] and bool(sys.argv.pop(1))

# File: what the likely cause says.
CAUSES = {
    "advances_when_read.py": "advances each time that it is used",
    "alpha_ignored.py": "α is ignored: it is always 10",
    "cached_by_the_step.py": "given again where n, lo, hi or α are others",
    "count_on_the_class.py": "shared by all objects",
    "divided_by_n_minus_one.py": "divided by n - 1",
    "ends_at_hi.py": "ends at hi exactly",
    "exp_overflows.py": "exp overflows",
    "first_value_for_ever.py": "stuck at its first value",
    "integer_division.py": "integer division",
    "js_parentheses.mjs": r"parentheses.*2 / 1 \+ exp",
    "js_sigmoid.mjs": "sigmoid alone",
    "linear.py": "linear in i",
    "lo_ignored.py": "lo is ignored",
    "minus_one_missing.py": "-1 is missing",
    "minus_one_outside.py": "parentheses.*-1 is not multiplied",
    "never_steps.py": "stuck at its first value",
    "off_by_one.py": "a step ahead",
    "parentheses.py": "parentheses.*- hi - lo",
    "sign_of_the_exponent.py": "wrong sign",
    "single_inside.py": "computed in float32",
    "last_step_at_one.py": "divided by n - 1",
    "rounded_to_three.py": "rounded to 3 decimals",
    "steps_in_evaluation.py": "evaluation mode",
    "stuck_at_hi.py": "stuck at its first value",
}

# File: what the report's first line says behind the framework.
FORMS = {
    "counts.mjs": r"class Warmup\(n,lo,hi,alpha\), λ: the coefficient of step i, beyond n it goes on",
    "counts_in_training.py": r"class CountsInTraining\(n, lo, hi, alpha\), λ: the coefficient of step i, beyond n it is held",
    "counts_its_steps.py": r"class Warmup\(total, lo, hi, gamma\), λ: the coefficient of step i, beyond n it goes on",
    "held_at_the_end.py": r"function coeff\(step, total_steps, hi\), λ: the coefficient of step i, beyond n it is held",
    "other_names.py": r"function calc_coeff\(iter_num, high, low, alpha, max_iter\), λ: the coefficient of step i, beyond n it goes on",
    "part_done.py": r"function strength\(p\), λ: the coefficient of step i, beyond n it goes on",
    "plain.mjs": r"function coeff\(i,n,lo,hi,alpha\), λ: the coefficient of step i, beyond n it goes on",
    "plain.py": r"function coeff\(i, n, lo, hi, alpha\), λ: the coefficient of step i, beyond n it goes on",
    "warm_start_layer.py": r"class WarmStartReversal\(alpha, lo, hi, max_iters, auto_step\), λ: the coefficient of step i, beyond n it goes on",
}


def text_of(kind, name):
    with open(os.path.join(SUBJECTS, kind, name), encoding="utf-8") as file:
        return file.read()


def names(kind):
    """The subjects that this run can judge."""
    every = [name for name in sorted(os.listdir(os.path.join(SUBJECTS, kind))) if name.endswith((".py", ".mjs"))]
    return [name for name in every if bool(re.search(r"^import (torch|numpy)", text_of(kind, name), re.MULTILINE)) == WITH_FRAMEWORK
            and (name.endswith(".py") or shutil.which("node"))]


def target(kind, name):
    named = re.search(r"Subject: (\S+)$", text_of(kind, name), re.MULTILINE)[1]
    return f"{'py' if name.endswith('.py') else 'js'}:{os.path.join(SUBJECTS, kind, name)}:{named}"


class Schedules(unittest.TestCase):
    def setUp(self):
        program()
        self.folder = tempfile.mkdtemp(prefix="gradproof-schedule-")
        self.addCleanup(shutil.rmtree, self.folder)

    def judged(self, what, *more):
        ended = run("verify", what, "--contract", "schedule", "--python", sys.executable, "--quiet", "--json", "report.json", *more, cwd=self.folder)
        self.assertEqual(leftovers(ended.mark), [])
        with open(os.path.join(self.folder, "report.json"), encoding="utf-8") as file:
            document = schema.parse(file.read())
        self.assertEqual(list(schema.errors(document, schema.published("report.schema.json"))), [])
        return ended, document["reports"][0]

    def replayed(self, report):
        return run("replay", report["counterexamples"][0]["replay_file"], "--python", sys.executable, "--quiet", cwd=self.folder)

    def test_right_ones_are_verified(self):
        for name in names("right"):
            with self.subTest(name):
                ended, report = self.judged(target("right", name))
                self.assertEqual((ended.code, report["conclusion"]), (0, "VERIFIED"), ended.out + ended.err)
                self.assertRegex(ended.out.split("\n", 1)[0], FORMS[name] + "$")

    def test_wrong_ones_are_not_and_the_cause_is_named(self):
        for name in names("wrong"):
            with self.subTest(name):
                ended, report = self.judged(target("wrong", name))
                self.assertEqual((ended.code, report["conclusion"]), (1, "NOT VERIFIED"), ended.out + ended.err)
                self.assertRegex(report["diagnosis"]["cause"], CAUSES[name])
                # In a fresh process what a class or module keeps begins anew, and the first failing case alone is right.
                again = self.replayed(report)
                self.assertEqual(again.code, 0 if name in ("cached_by_the_step.py", "count_on_the_class.py", "first_value_for_ever.py") else 1, again.out + again.err)

    def test_every_file_has_its_row(self):
        listed = {kind: {name for name in os.listdir(os.path.join(SUBJECTS, kind)) if name.endswith((".py", ".mjs"))} for kind in ("right", "wrong")}
        self.assertEqual(listed, {"right": set(FORMS), "wrong": set(CAUSES)})


@unittest.skipIf(WITH_FRAMEWORK, "they need no framework")
class Others(Schedules):
    """What is no file of the collection."""

    test_right_ones_are_verified = test_wrong_ones_are_not_and_the_cause_is_named = test_every_file_has_its_row = None

    def plugin(self, name):
        return "so:" + os.path.join(os.path.dirname(program()), "subjects", "c", name + ".so")

    def written(self, text):
        path = os.path.join(self.folder, "subject.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return f"py:{path}:coeff"

    def test_the_engine_itself(self):
        self.assertEqual(self.judged("builtin")[1]["conclusion"], "VERIFIED")

    def test_plugins(self):
        self.assertEqual(self.judged(self.plugin("schedule_right"))[1]["conclusion"], "VERIFIED")
        ended, report = self.judged(self.plugin("schedule_wrong_integer_division"))
        self.assertEqual(ended.code, 1, ended.out)
        self.assertIn("integer division", report["diagnosis"]["cause"])
        self.assertEqual(self.judged(self.plugin("right_prints"))[0].code, 3)

    def test_what_the_author_says_of_the_parameters(self):
        right = "import math\ndef coeff(u, v, w=0.5):\n    return 1.5 + w * (2 / (1 + math.exp(-3 * u / v)) - 1)\n"
        said = "GRADPROOF = {'schedule': {'i': 'u', 'n': 'v', 'lo': 1.5, 'hi': 2, 'alpha': 3}}\n"
        self.assertEqual(self.judged(self.written(right + said))[1]["conclusion"], "VERIFIED")
        self.assertEqual(self.judged(self.written(right))[1]["conclusion"], "NOT VERIFIED")

    def test_a_schedule_that_raises_or_gives_no_number(self):
        for body, says in (("raise KeyError('lambda')", "the schedule raised KeyError"), ("return 'high'", "gave a str, not a number"),
                           ("import sys; sys.exit(3)", "SystemExit: 3")):
            with self.subTest(body):
                ended, report = self.judged(self.written(f"def coeff(i, n):\n    {body}\n"))
                self.assertEqual(ended.code, 1, ended.out)
                self.assertIn(says, ended.out)

    def test_one_that_lives_in_a_test(self):
        with open(os.path.join(self.folder, "living.py"), "w", encoding="utf-8") as file:
            file.write("import math\nimport gradproof\n\n\ndef coeff(i, n, alpha=10.0):\n    return math.tanh(alpha * i / n / 2)\n\n\n"
                       "print(gradproof.verify(coeff, contract='schedule'))\n"
                       "try:\n    gradproof.verify(lambda i, n: i / n, name='line', contract='schedule')\n"
                       "except AssertionError as wrong:\n    print(wrong)\n")
        ended = subprocess.run([sys.executable, "living.py"], cwd=self.folder, capture_output=True, text=True, check=False, timeout=60,
                               env={**os.environ, "PYTHONPATH": os.path.join(ROOT, "src", "adapters", "python")})
        self.assertIn("VERIFIED", ended.stdout, ended.stderr)
        self.assertIn("linear in i", ended.stdout)

    @unittest.skipUnless(shutil.which("node"), "needs Node")
    def test_one_that_lives_in_a_test_in_javascript(self):
        with open(os.path.join(self.folder, "living.mjs"), "w", encoding="utf-8") as file:
            file.write(f"import {{ verify }} from {os.path.join(ROOT, 'src', 'adapters', 'javascript', 'verify.js')!r};\n"
                       "console.log(await verify((i, n, alpha = 10) => Math.tanh(alpha * i / n / 2), { name: 'rise', contract: 'schedule' }));\n"
                       "await verify((i, n) => i / n, { name: 'line', contract: 'schedule' }).catch((wrong) => console.log(wrong.message));\n")
        ended = subprocess.run(["node", "living.mjs"], cwd=self.folder, capture_output=True, text=True, check=False, timeout=60)
        self.assertIn("VERIFIED", ended.stdout, ended.stderr)
        self.assertIn("linear in i", ended.stdout)

    def test_what_is_no_schedule(self):
        for text, says in (("coeff = 3.5\n", "coeff is a float"), ("def coeff(i):\n    return i\nGRADPROOF = {'schedule': {'i': 'i'}}\n", "of how many steps"),
                           ("def coeff(i, n):\n    return 0.5\nGRADPROOF = {'schedule': {'speed': 'i'}}\n", "must be a dictionary")):
            with self.subTest(text):
                ended, _ = self.judged(self.written(text))
                self.assertEqual(ended.code, 3, ended.out)
                self.assertIn(says, ended.out)

    def test_a_known_failure_is_accepted(self):
        with open(os.path.join(self.folder, "known"), "w", encoding="utf-8") as file:
            file.write("schedule-coefficients:* we like straight lines\n")
        ended, _ = self.judged(target("wrong", "linear.py"), "--known-failures", "known")
        self.assertEqual(ended.code, 0, ended.out)


if __name__ == "__main__":
    unittest.main()
