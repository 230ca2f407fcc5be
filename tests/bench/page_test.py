"""The page of figures: what it says of a small file of them, and that the published page is that of the published file."""

import pathlib
import sys
import unittest
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
REFERENCE = ROOT / "docs" / "reference"
sys.path[:0] = [str(HERE), str(HERE.parent / "cli")]

import chart  # noqa: E402
import page  # noqa: E402
import schema  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"


def entry(job, digits, subject, quantity, **more):
    return {"job": job, "digits": digits, "subject": subject, "quantity": quantity, "median_ns": None, "ratio_to_floor": None, **more}


def small():
    figures = [
        entry("machine", 0, "processor", "machine", text="a small one"),
        entry("job A", 50, "FLOOR", "value", median_ns=2e7, ratio_to_floor=1.0),
        entry("job A", 50, "gradproof", "value+gradient", median_ns=9e6, ratio_to_floor=0.45),
        entry("job B", 16, "gradproof", "value", median_ns=1234.0),
        entry("job A", 16, "Sacado", "skipped", text="it was not there"),
        entry("random graphs", 16, "gradproof", "generated", median_ns=1e4, amount=1e5, unit="a second"),
        entry("job A", 50, "gradproof", "target", amount=0.45, unit="ratio", text="job A at 50 digits", at_most=0.5, met=True),
        entry("job A", 100, "gradproof", "target", amount=0.6, unit="ratio", text="job A at 100 digits", at_most=0.55, met=False),
        entry("job A", 1000, "gradproof", "target", amount=None, unit="ratio", text="job A at 1000 digits", at_least=5, met=None),
    ]
    figures += [entry("job A", 50, "gradproof, enclosed", "entries_enclosing_truth", amount=10433, unit="entries"),
                entry("job A", 50, "gradproof, enclosed", "digits_lost", amount=7.5, unit="decimal digits")]
    for kind, size in (("graph_bytes", 2**20), ("evaluation_bytes", 2**21), ("peak_bytes", 2**22)):
        figures.append(entry("memory: a chain", 16, "gradproof", kind, amount=size, unit="bytes"))
    for digits, bits, ns, correct in ((16, 53, 2e3, 14.8), (50, 191, 3e5, 56.2), (10000, 33279, 2e8, 10016.3)):
        figures += [entry("sweep: a network", digits, "gradproof", "value+gradient", median_ns=ns),
                    entry("sweep: a network", digits, "gradproof", "precision", amount=bits, unit="bits"),
                    entry("sweep: a network", digits, "gradproof", "correct_digits", amount=correct, unit="decimal digits")]
    return figures


class Page(unittest.TestCase):
    def test_every_figure_has_its_place(self):
        text = page.page(small())
        for row in ("| processor | a small one |",
                    "| 50 | gradproof | value+gradient | 9 ms | 0.45 |",
                    "| double | gradproof | value | 1.23 µs |  |",
                    "| job A | double | Sacado | it was not there |",
                    "| random graphs | double | generated | 10 µs | 100,000 |",
                    "| job A at 50 digits | ≤ 0.5 | 0.45 | met |",
                    "| job A at 100 digits | ≤ 0.55 | 0.6 | **not met** |",
                    "| job A at 1000 digits | ≥ 5 |  | not measured |",
                    "| 50 | gradproof, enclosed | entries enclosing truth | 10,433 |",
                    "| 50 | gradproof, enclosed | digits lost | 7.5 |",
                    "| a chain | double | 1 MiB | 2 MiB | 4 MiB |",
                    "| 10,000 | 33,279 | 200 ms | 10,016.3 |"):
            self.assertIn(row + "\n", text)

    def test_what_was_not_measured_has_no_section(self):
        text = page.page(small()[:1])
        for title in ("Job A: a network", "Precision", "Memory", "Targets", "What was left out"):
            self.assertNotIn(f"## {title}", text)
        self.assertIsNone(page.sweep_chart(small()[:1]))


class Chart(unittest.TestCase):
    def drawn(self):
        return xml.etree.ElementTree.fromstring(page.sweep_chart(small()))

    def test_one_dot_for_each_point_inside_the_frame(self):
        picture = self.drawn()
        dots = picture.findall(f"{SVG}circle")
        self.assertEqual(4, len(dots))  # two points of Real in two panels
        for dot in dots:
            self.assertTrue(chart.LEFT < float(dot.get("cx")) < chart.RIGHT)
            self.assertTrue(any(top < float(dot.get("cy")) < bottom for top, bottom in (chart.UPPER, chart.LOWER)))
        self.assertEqual(2, len([r for r in picture.findall(f"{SVG}rect") if r.get("class") == "double"]))

    def test_more_is_higher_and_further_right(self):
        costs = [(float(d.get("cx")), float(d.get("cy"))) for d in self.drawn().findall(f"{SVG}circle")][:2]
        self.assertLess(costs[0][0], costs[1][0])
        self.assertGreater(costs[0][1], costs[1][1])

    def test_a_decade_is_as_wide_as_the_next(self):
        axis = chart.Axis(10, 10000, 0, 300)
        self.assertEqual([10, 100, 1000, 10000], axis.decades())
        for value, place in ((10, 0), (100, 100), (10000, 300)):
            self.assertAlmostEqual(place, axis.place(value))

    def test_all_words_stand_inside_the_picture(self):
        for words in self.drawn().findall(f"{SVG}text"):
            if words.get("transform"):
                continue
            x, half = float(words.get("x")), 4 * len(words.text)  # 8 pixels a letter is wide for this size
            left, right = {"start": (x, x + 2 * half), "middle": (x - half, x + half), "end": (x - 2 * half, x)}[words.get("text-anchor")]
            self.assertTrue(left >= 0 and right <= chart.WIDTH, words.text)


class Format(unittest.TestCase):
    def valid(self, figures):
        return not list(schema.errors(figures, schema.published("bench.schema.json")))

    def test_the_schema_takes_what_is_right_and_nothing_else(self):
        self.assertEqual([], list(schema.errors(small(), schema.published("bench.schema.json"))))
        wrong = small()
        del wrong[1]["ratio_to_floor"]
        self.assertFalse(self.valid(wrong))
        for change in ({"median_ns": "fast"}, {"digits": 1.5}, {"unit": "furlongs"}, {"extra": 1}):
            wrong = small()
            wrong[1].update(change)
            self.assertFalse(self.valid(wrong), change)


class Published(unittest.TestCase):
    def figures(self):
        return schema.parse((REFERENCE / "performance.json").read_text(encoding="utf-8"))

    def test_the_file_keeps_to_the_schema(self):
        self.assertEqual([], list(schema.errors(self.figures(), schema.published("bench.schema.json"))))

    def test_the_page_and_the_chart_are_made_from_the_file(self):
        figures = self.figures()
        again = "is out of date: python3 tests/bench/page.py docs/reference/performance.json makes it anew"
        for name, text in ((page.PAGE, page.page(figures)), (page.CHART, page.sweep_chart(figures))):
            self.assertEqual(text, (REFERENCE / name).read_text(encoding="utf-8"), f"{name} {again}")


if __name__ == "__main__":
    unittest.main()
