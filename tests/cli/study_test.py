"""gradproof study: what it writes fits the schemas, says the same in every form, needs nothing from anywhere, and refuses what makes no sense."""
import html.parser
import json
import math
import os
import re
import shutil
import tempfile
import unittest

from program import ROOT, run
import schema

SWISH = os.path.join(ROOT, "docs", "examples", "graphs", "swish.graph")
REVERSED = os.path.join(ROOT, "docs", "examples", "graphs", "worked-example-reversed.graph")


VOID = ("meta", "link", "br", "path", "input")


def cells(row):
    """A row of Markdown without what escapes its characters."""
    return [cell.strip().replace("\\", "") for cell in row.strip("|").split("|")]


def figure(v):
    """A number as the tables of a study of conditions have it."""
    return "inf" if v == "inf" else f"{v:.3g}" if v < 1000 else f"{v:.2e}"


def size(log10):
    """An error that is known by its decimal logarithm, as the tables of a study of steps have it."""
    return "0" if log10 is None else f"{10 ** log10:.1e}" if log10 > -300 else log10


def rows_of(points):
    """Counts, medians and maxima by decades of the condition, from the entries themselves."""
    decades = {}
    for condition, ulps in zip(points["condition"], points["ulps"], strict=True):
        decades.setdefault(min(17, int(math.log10(condition))), []).append(ulps)
    return [(len(errors), sorted(errors)[(len(errors) + 1) // 2 - 1], max(errors)) for _, errors in sorted(decades.items())]


def lost(rows, page, markdown):
    """Of the rows that a study has, those that its page or its Markdown has not."""
    written = [cells(line) for line in markdown.splitlines() if line.startswith("|")]
    return [row for row in rows if row not in page.rows or row not in written]


class Page(html.parser.HTMLParser):
    """What would be fetched, what is not closed, and how many charts and tables there are."""

    def __init__(self, text):
        super().__init__()
        self.open, self.fetched, self.count, self.named, self.rows, self.dots = [], [], {}, [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.count[tag] = self.count.get(tag, 0) + 1
        self.fetched += [found[k] for k in ("src", "href") if k in found]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
        if found.get("class", "").startswith("dots"):
            self.dots.append(found["d"].count("M"))
        if tag == "svg":
            self.named.append(found.get("aria-label", ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data):
        if self.rows and {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.open.append("broken by " + tag)


class Study(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def study(self, *words, code=0, text=None):
        ended = run("study", *words, cwd=self.folder, text=text)
        self.assertEqual(ended.code, code, ended.out + ended.err)
        return ended

    def json_of(self, kind, *words, code=0, text=None):
        report = json.loads(self.study(kind, *words, "--json", "-", code=code, text=text).out)
        self.assertEqual(list(schema.errors(report, schema.published(f"{kind}.schema.json"))), [])
        return report

    def test_functions_that_are_zero_near_the_point(self):
        for body in ("x = input 1x1 [-1]\ny = relu x", "x = input 1x3 [-1 -2 -3]\ny = relu x", "x = input 1x1 [0.5]\ny = mul x 0"):
            with self.subTest(body):
                report = self.json_of("steps", "-", "--dtype", "f64", "--digits", "0", text=f"gradproof 1\n{body}\noutput y\n")
                # Nothing is relative to entries that are all 0; where one is none, there is something.
                outlooks = [o for a in report["advice"] for o in (a["advised"], a["default"], a["half_eps"]) if o]
                self.assertTrue(outlooks and all(o["detectable"] is None for o in outlooks), outlooks)
        report = self.json_of("steps", "-", "--dtype", "f64", "--digits", "0", text="gradproof 1\nx = input 1x2 [-1 1]\ny = relu x\noutput y\n")
        self.assertTrue(all(o["detectable"] > 0 for a in report["advice"] for o in (a["advised"], a["default"], a["half_eps"]) if o))

    def test_options_in_any_order_and_contradictions(self):
        path = self.graph("x = input 1x1 [1]\ny = exp x\noutput y\n")
        self.study("steps", "--dtype", "f64", path)
        self.study("precision", "--digits", "16", path)
        for words, says in ((["steps", path, "--seed", "3"], "two graphs"), (["steps", path, "--wrt", ""], "--wrt names"),
                            (["steps", path, "--json", path], "would be overwritten"), (["precision", path, "--json", path], "would be overwritten"),
                            (["precision", path, "--markdown", path], "would be overwritten"), (["steps", path, "--html", path], "would be overwritten"),
                            (["condition", "--markdown", "o", "--html", "o"], "can't both"), (["steps", path, "--json", "o", "--html", "o"], "can't both")):
            with self.subTest(words):
                self.assertIn(says, self.study(*words, code=2).err)
        with open(path, encoding="utf-8") as file:
            self.assertIn("exp", file.read())

    def forms(self, kind, *words, code=0):
        """The JSON, the page and the Markdown of one run; the page is whole, and fetches nothing."""
        self.study(kind, *words, "--json", "a.json", "--html", "a.html", "--markdown", "a.md", code=code)
        text = {}
        for form in ("json", "html", "md"):
            with open(os.path.join(self.folder, "a." + form), encoding="utf-8") as file:
                text[form] = file.read()
        report, page = json.loads(text["json"]), Page(text["html"])
        self.assertEqual(list(schema.errors(report, schema.published(f"{kind}.schema.json"))), [])
        self.assertEqual((page.fetched, page.open), (["data:,"], []))
        self.assertIsNone(re.search(r"https?://|@import|url\(|fetch\(", text["html"]))
        self.assertTrue(all(page.named))
        self.assertIn("prefers-color-scheme", text["html"])
        return report, page, text["md"]

    def graph(self, body):
        path = os.path.join(self.folder, "f.graph")
        with open(path, "w", encoding="utf-8") as file:
            file.write("gradproof 1\n" + body + "\n")
        return path


class Steps(Study):
    def test_every_form_says_the_same(self):
        out = self.study("steps", SWISH).out
        report, page, markdown = self.forms("steps", SWISH)
        self.assertEqual([c["arithmetic"] for c in report["curves"]], ["float32", "float64", "50 digits"])
        self.assertEqual(page.count["svg"], 3)
        rows = []
        for c in report["curves"]:
            for s in c["schemes"]:
                self.assertRegex(out, rf"{re.escape(s['scheme'])} +2\^{s['best']} ")
                rows.append([s["scheme"], f"2^{s['best']}", size(s["best_error"]), "any" if s["predicted"] is None else f"2^{s['predicted']:.1f}",
                             size(s["predicted_error"]), size(s["error_at_predicted"])])
            rows += [[w["way"], "none", size(w["error"]), "", "", ""] for w in c["without_step"]]
        self.assertEqual(lost(rows, page, markdown), [])
        self.assertEqual(len(lost([[rows[0][0], "2^9", *rows[0][2:]], *rows[1:]], page, markdown)), 1)  # a planted fault
        for a in report["advice"]:
            step = "ridders_relative_initial_step_size" if a["checker"].startswith("ceres") else "eps"
            for text in (out, markdown):
                self.assertIn(f"{a['checker']} in".replace("_", "\\_" if text is markdown else "_"), text)
                self.assertIn(f"{step}={a['advised']['eps']:.3g} ", text)

    def test_the_curve_is_a_v(self):
        report = self.json_of("steps", self.graph("x = input 1x1 [1]\ny = exp x\noutput y"), "--dtype", "f64", "--digits", "40")
        for curve in report["curves"]:
            for scheme in curve["schemes"]:
                rows = curve["rows"]
                errors = [r[scheme["scheme"]]["error"] for r in rows]
                # From the ends, where nothing is right, down to the best step, by many digits.
                self.assertLess(scheme["best_error"], errors[-1] - 4)
                self.assertLess(scheme["best_error"], errors[0] - 2)
                self.assertEqual(scheme["best_error"], min(e for e in errors if e is not None))
        # The order of the schemes is that of their best errors, and what needs no step is better than all.
        best = [s["best_error"] for s in report["curves"][1]["schemes"]]
        self.assertEqual(best, sorted(best, reverse=True))
        self.assertTrue(all(w["error"] is None or w["error"] < best[-1] for w in report["curves"][1]["without_step"]))

    def test_random_graphs_entries_and_standard_input(self):
        self.assertEqual(self.study("steps", "--seed", "5", "--digits", "0").out, self.study("steps", "--seed", "5", "--digits", "0").out)
        report = self.json_of("steps", SWISH, "--wrt", "x[1,2]", "--digits", "0", "--dtype", "f16,bf16")
        self.assertEqual((report["entry"], report["chosen"], len(report["curves"])), ("x[1,2]", False, 2))
        report = self.json_of("steps", "-", "--digits", "0", text="gradproof 1\nx = input 1x1 [2]\ny = log x\noutput y\n")
        self.assertEqual(report["source"], "standard input")

    def test_an_error_of_0_is_drawn(self):
        # A straight line: with a step that rounding spares, nothing is off. The charts have the curves all the same, and no label twice.
        path = self.graph("x = input 1x1 [1.5]\ny = mul x 3\noutput y")
        report, _, _ = self.forms("steps", path)
        self.assertIsNone(report["curves"][1]["schemes"][0]["best_error"])
        with open(os.path.join(self.folder, "a.html"), encoding="utf-8") as file:
            text = file.read()
        for chart, curve in zip(re.findall("<svg.*?</svg>", text, re.S), report["curves"]):
            drawn = re.search(r'class="curve s0"[^>]* d="([^"]*)"', chart)[1]
            finite = [r for r in curve["rows"] if r["forward"]["error"] != "inf"]
            self.assertEqual(len(re.findall("[ML]", drawn)), len(finite))
            ends = re.findall(r'y="([0-9.]+)" text-anchor="end"', chart)
            self.assertEqual(len(ends), len(set(ends)))
            self.assertGreater(min(abs(float(a) - float(b)) for a, b in zip(ends, ends[1:])), 10)

    def test_a_reversal_is_studied_and_no_checker_can_decide_it(self):
        report = self.json_of("steps", REVERSED, "--digits", "0")
        self.assertTrue(all(not a["decides"] and a["default"]["right_gradient"] == "fails" for a in report["advice"]
                            if a["dtype"] == "f64"))
        # The differences of the study itself are anchored, and find the declared gradient: all of it, for it is linear.
        self.assertIsNone(report["curves"][1]["schemes"][1]["best_error"])

    def test_what_is_no_number_is_counted(self):
        # exp(12) is beyond float16, and so is each of its differences.
        path = self.graph("x = input 1x1 [12]\ny = exp x\noutput y")
        ended = self.study("steps", path, "--dtype", "f16", "--digits", "0", code=4)
        counts = re.search(r"(\d+) of (\d+) differences are not finite", ended.out)
        self.assertEqual(counts.group(1), counts.group(2))
        self.assertIn("nothing was measured", ended.out)
        report = self.json_of("steps", path, "--dtype", "f16", "--digits", "0", code=4)
        self.assertEqual(report["curves"][0]["finite"], 0)
        # Beside a format that has them all is measured.
        both = self.json_of("steps", path, "--dtype", "f16,f64", "--digits", "0")
        self.assertEqual((both["curves"][0]["finite"], both["curves"][1]["not_finite"]), (0, 0))
        # Steps that leave the domain are counted, and the others measured.
        part = self.json_of("steps", self.graph("x = input 1x1 [0.25]\ny = log x\noutput y"), "--digits", "0", "--dtype", "f64")
        self.assertGreater(part["curves"][0]["not_finite"], 0)
        self.assertGreater(part["curves"][0]["finite"], 100)

    def test_bad_input_is_refused(self):
        for words, said in ((("steps",), "--seed"), (("steps", "nowhere.graph"), "no file"), (("steps", SWISH, "--wrt", "w"), "no input w"),
                            (("steps", SWISH, "--dtype", "f8"), "f8"), (("steps", SWISH, "--digits", "5000"), "digits"),
                            (("steps", SWISH, "--json", "no/where.json"), "can't write"), (("steps", SWISH, "--html", "no/where.html"), "can't write"),
                            (("precision", SWISH, "--digits", "0"), "digits"), (("precision", SWISH, "--json", "no/where.json"), "can't write"),
                            (("condition", "--dtype", "f8"), "f8"), (("condition", "--subject", "py:nowhere.py:X"), "nowhere.py"),
                            (("condition", "--graphs", "0"), "graphs"), (("condition", "--html", "no/where.html"), "can't write"),
                            (("precision", SWISH, "--markdown", "no/where.md"), "can't write"), (("condition", "--json", "no/where.json"), "can't write"), ((), "")):
            with self.subTest(words):
                self.assertIn(said, self.study(*words, code=2).err)
        kink = self.study("steps", self.graph("x = input 1x1 [0]\ny = relu x\noutput y"), code=4)
        self.assertIn("kink", kink.out)


class Precision(Study):
    def test_digits_asked_are_digits_got(self):
        report = self.json_of("precision", SWISH, "--digits", "16,40,1000")
        self.assertEqual([r["digits"] for r in report["rows"]], [16, 40, 1000])
        for r in report["rows"]:
            # The worst entry cancels two digits.
            self.assertGreater(r["gradient"], r["digits"] - 3)
            self.assertLess(r["gradient"], r["bits"] * 0.302 + 1)
            self.assertGreater(r["ratio"], 1)
        self.assertLess(report["double"]["gradient"], 17)
        self.assertIn("1000", self.study("precision", SWISH, "--digits", "1000").out)

    def test_every_form_says_the_same(self):
        report, page, markdown = self.forms("precision", SWISH, "--digits", "16,40,200")
        self.assertEqual(page.count["svg"], 2)
        rows = [[str(r["digits"]), str(r["bits"]), f"{r['value']:.1f}", f"{r['gradient']:.1f}", r["worst"], f"{1e6 * r['seconds']:.2f}",
                 f"{r['ratio']:.1f}"] for r in report["rows"]]
        self.assertEqual(lost(rows, page, markdown), [])
        self.assertEqual(len(lost([rows[0][:3] + ["9.9"] + rows[0][4:]], page, markdown)), 1)  # a planted fault

    def test_what_has_no_value_is_inconclusive(self):
        path = self.graph("x = input 1x1 [-2]\ny = log x\noutput y")
        _, page, markdown = self.forms("precision", path, code=4)
        self.assertIn("Nothing was measured", markdown)
        self.assertEqual((page.rows, page.named), ([], []))
        self.assertIn("nothing was measured", self.study("precision", path, code=4).out)


class Condition(Study):
    def test_the_engine_is_within_what_is_allowed(self):
        for dtype in ("f32", "f64"):
            report = self.json_of("condition", "--graphs", "100", "--dtype", dtype)
            self.assertEqual(report["guilty"], "")
            for table in ("by_condition", "by_depth", "by_strength", "local"):
                self.assertTrue(report[table])
                self.assertTrue(all(r["within"] == r["count"] and r["of_allowed"] <= 1 for r in report[table]), table)
        # Errors grow with the condition.
        report = self.json_of("condition", "--graphs", "400")
        rows = [r for r in report["by_condition"] if r["count"] >= 10]
        self.assertGreater(rows[-1]["median"], rows[0]["median"])
        self.assertNotEqual(report, self.json_of("condition", "--graphs", "400", "--seed", "2"))

    def test_every_form_says_the_same(self):
        report, page, markdown = self.forms("condition", "--graphs", "60")
        rows = [[r.get("what") or r["operation"], str(r["count"]), figure(r["median"]), figure(r["p99"]), figure(r["max"]), figure(r["of_allowed"]),
                 "100%"] for table in ("by_condition", "by_depth", "by_strength", "local") for r in report[table]]
        self.assertEqual(lost(rows, page, markdown), [])
        self.assertEqual(len(lost([[*rows[0][:5], "0.999", "100%"], *rows[1:]], page, markdown)), 1)  # a planted fault
        # A chart for each table of entries, with no more dots than there are entries, and many.
        entries = sum(r["count"] for r in report["by_condition"])
        self.assertEqual((len(page.named), len(page.dots)), (3, 3))
        self.assertTrue(all(entries // 20 < dots <= entries for dots in page.dots), (page.dots, entries))

    def test_the_points_of_the_charts_are_in_the_json(self):
        report = self.json_of("condition", "--graphs", "60")
        points = report["points"]
        self.assertEqual({len(column) for column in points.values()}, {sum(r["count"] for r in report["by_condition"])})

        def differing():
            """Rows of the table that do not follow from the points, whose numbers have five digits."""
            return [(made, r) for made, r in zip(rows_of(points), report["by_condition"], strict=True)
                    if made[0] != r["count"] or any(abs(m - r[k]) > 1e-4 * r[k] for m, k in zip(made[1:], ("median", "max")))]

        self.assertEqual(differing(), [])
        points["ulps"][points["ulps"].index(max(points["ulps"]))] *= 1.01  # a planted fault
        self.assertEqual(len(differing()), 1)
        # A depth and a strength belong to a graph, and so to a row of their tables.
        for depth in points["depth"]:
            self.assertTrue(any(int(low) <= depth <= int(high) for low, high in (r["what"].split(" to ") for r in report["by_depth"])), depth)
        for strength in points["strength"]:
            self.assertTrue(any(int(low[2:]) <= strength <= int(high[2:]) for low, high in (r["what"].split(" to ") for r in report["by_strength"])), strength)
        # A column is a line: thousands of entries do not make thousands of lines.
        self.assertLess(self.study("condition", "--graphs", "60", "--json", "-").out.count("\n"), 1000)

    def test_what_the_subject_lacks_is_said(self):
        _, page, markdown = self.forms("condition", "--dtype", "f16", code=4)
        self.assertEqual((page.rows, page.named), ([], []))
        self.assertIn("float16", markdown)
        self.assertIn("float16", self.study("condition", "--dtype", "f16", code=4).out)


if __name__ == "__main__":
    unittest.main()
