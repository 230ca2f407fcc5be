"""The benchmarks' program: what it writes, and what it refuses.

GRADPROOF_BENCH is the program; it is empty where there was no Google Benchmark to build it with, and then this test is
skipped.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "cli")]

import page  # noqa: E402
import schema  # noqa: E402

PROGRAM = os.environ.get("GRADPROOF_BENCH", "")
SKIPPED = 77


class Program(unittest.TestCase):
    @staticmethod
    def run_it(*arguments):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=300, check=False)

    def test_what_it_writes_keeps_to_the_schema(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "figures.json"
            done = self.run_it("--quick", "--filter", "job A/(16|50)/(FLOOR|gradproof)|sweep.*/(16|50)/|chain.*/16/", "--json", str(file))
            self.assertEqual(0, done.returncode, done.stderr)
            figures = schema.parse(file.read_text(encoding="utf-8"))
        self.assertEqual([], list(schema.errors(figures, schema.published("bench.schema.json"))))
        medians = {(e["digits"], e["subject"], e["quantity"]): e["median_ns"] for e in figures if e["job"] == "job A"}
        for digits in (16, 50):
            self.assertGreater(medians[digits, "gradproof", "value+gradient"], medians[digits, "gradproof", "value"])
            ratio = next(e["ratio_to_floor"] for e in figures
                         if (e["job"], e["digits"], e["subject"], e["quantity"]) == ("job A", digits, "gradproof", "value"))
            self.assertAlmostEqual(1, ratio * medians[digits, "FLOOR", "value"] / medians[digits, "gradproof", "value"])
        self.assertIn("evaluation_bytes", {e["quantity"] for e in figures})
        self.assertIn("## Job A", page.page(figures))

    def test_wrong_use_is_refused(self):
        for arguments in (["--fast"], ["--filter"], ["--filter", "("], ["--json", "/nowhere/figures.json"]):
            done = self.run_it(*arguments)
            self.assertEqual((2, ""), (done.returncode, done.stdout), arguments)
            self.assertNotEqual("", done.stderr)


if __name__ == "__main__":
    if not PROGRAM:
        print("gradproof_bench was not built, for there is no Google Benchmark here")
        sys.exit(SKIPPED)
    unittest.main()
