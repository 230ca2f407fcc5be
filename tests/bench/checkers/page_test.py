"""The comparison of checkers: it is counted from the verdicts, these are complete, and gradproof's are what they have to be."""

import unittest

import page
import peers

GENERIC_AND_PROMISED = "gradproof, generic f, 2 ulps promised"


class Verdicts(unittest.TestCase):
    def test_all_checkers_are_there(self):
        self.assertEqual(len(page.SOURCES), len(page.entries()))

    def test_each_claim_has_a_verdict(self):
        names = [case["name"] for case in peers.cases()]
        self.assertEqual(23, len(names))
        for entry in page.entries():
            with self.subTest(checker=entry["checker"]):
                self.assertEqual(names, list(entry["verdicts"]))
                for verdicts in entry["verdicts"].values():
                    self.assertEqual(["right", *page.FAULTS], list(verdicts))
                    self.assertLessEqual(set(verdicts.values()), {"accepted", "rejected", "undecided", "below sight"})

    def test_gradproof_is_never_mistaken(self):
        own = [entry for entry in page.entries() if entry["checker"].startswith("gradproof")]
        self.assertEqual(4, len(own))
        for entry in own:
            with self.subTest(checker=entry["checker"]):
                counts = page.counts(entry)
                self.assertEqual((0, 0), (counts["false alarms"], counts["accepted faults"]))
                if entry["checker"] == GENERIC_AND_PROMISED:
                    self.assertEqual((0, 0), (counts["undecided"], counts["below sight"]))

    def test_each_other_checker_is_mistaken(self):
        for entry in page.entries():
            if not entry["checker"].startswith("gradproof"):
                with self.subTest(checker=entry["checker"]):
                    counts = page.counts(entry)
                    self.assertGreater(counts["false alarms"] + counts["accepted faults"], 0)


class Counting(unittest.TestCase):
    def test_a_mistake_is_counted(self):
        honest = {"right": "accepted", **{fault: "rejected" for fault in page.FAULTS}}
        self.assertEqual(0, sum(page.counts({"verdicts": {"a": honest}}).values()))
        alarm = page.counts({"verdicts": {"a": honest, "b": {**honest, "right": "rejected"}}})
        self.assertEqual((1, 0), (alarm["false alarms"], alarm["accepted faults"]))
        blind = page.counts({"verdicts": {"a": {**honest, "zeroed": "accepted", "+1e-9": "undecided", "+4 ulp": "below sight"}}})
        self.assertEqual((0, 1, 1, 1), (blind["false alarms"], blind["accepted faults"], blind["undecided"], blind["below sight"]))
        self.assertEqual(1, blind["zeroed"])

    def test_functions_are_read_as_they_are_written(self):
        run = peers.function("d = sub x 1\ny = pow d 3", peers.arithmetic())
        self.assertEqual(8.0, run(3.0))
        self.assertEqual(-6.0, peers.function("y = mul x -2", peers.arithmetic())(3.0))


class Page(unittest.TestCase):
    def test_the_readme_shows_what_was_counted(self):
        readme = (peers.HERE.parents[2] / "README.md").read_text(encoding="utf-8")
        head = ("| checker, at its defaults | right gradients rejected, of 23 | wrong ones accepted, of 138 | undecided, of 161 |\n"
                "|---|---|---|---|\n")
        self.assertEqual(1, readme.count(head))
        shown = readme.split(head)[1].split("\n\n")[0].splitlines(keepends=True)
        self.assertEqual(8, len(shown))
        known = list(page.summary())
        for line in shown:
            self.assertIn(line.rstrip("\n") + "\n", known)
        generic = next(entry for entry in page.entries() if entry["checker"] == "gradproof, generic f")
        below = [claim for verdicts in generic["verdicts"].values() for claim, word in verdicts.items() if word == "below sight"]
        self.assertEqual({"+4 ulp"}, set(below))
        self.assertIn(f"gradproof lets {len(below)} wrong gradients hold, off by 4 ulps all of them", readme)

    def test_it_is_counted_from_the_verdicts(self):
        self.assertEqual(page.text(), (peers.HERE / "peers.md").read_text(encoding="utf-8"),
                         "python3 tests/bench/checkers/page.py writes it")


if __name__ == "__main__":
    unittest.main()
