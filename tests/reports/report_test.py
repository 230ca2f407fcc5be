"""Reports in all their forms: HTML, Markdown, JUnit; shown again from JSON; merged; compared."""
import collections
import copy
import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree as xml

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "cli"))
import schema  # noqa: E402
from program import ROOT, CliCase  # noqa: E402

VOID = {"meta", "link", "input", "br", "path", "rect"}
SCHEMAS = {"report": "report.schema.json", "campaign": "campaign.schema.json", "accuracy": "accuracy.schema.json", "changes": "changes.schema.json"}
FAILING = ("--graphs", "20")


class Page(html.parser.HTMLParser):
    """Whether tags are closed in order, ids, tables by id, text, and whatever would be fetched."""

    def __init__(self, text):
        super().__init__()
        self.open, self.wrong, self.ids, self.targets, self.fetched = [], [], [], set(), []
        self.tables, self.table, self.region, self.text, self.svgs = {}, None, "", "", []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag not in VOID:
            self.open.append(tag)
        self.ids += [found["id"]] if "id" in found else []
        if found.get("role") == "region":
            self.region = found["aria-label"]
        if tag == "table":
            self.table = self.tables.setdefault(found.get("id") or found.get("aria-label") or self.region, [])
        if tag == "tr" and self.table is not None:
            self.table.append([])
        if tag in ("td", "th") and self.table:
            self.table[-1].append("")
        if tag == "svg":
            self.svgs.append(found["aria-label"])
        for name in ("src", "href", "action"):
            value = found.get(name, "")
            if value.startswith("#"):
                self.targets.add(value[1:])
            elif value and value != "data:,":
                self.fetched.append(value)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.wrong.append(tag)
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.text += data
        if {"td", "th"} & set(self.open) and self.table:
            self.table[-1][-1] += data


DTYPES = {"f16": "float16", "bf16": "bfloat16", "f32": "float32", "f64": "float64"}
SIZES = ((0, 3), (3, 8), (8, 16), (16, 32))
# Which columns of a census stand in which bar of a page.
BARS = {"operations in a graph": ("nodes", SIZES), "longest path": ("depth", SIZES), "most uses of a tensor": ("fan_out", ((0, 2), (2, 3), (3, 4), (4, 32))),
        "reversals on a path": ("reversals_on_a_path", ((0, 1), (1, 2), (2, 3), (3, 32))),
        "λ": ("lambda", ((0, 1), (1, 2), (2, 3), (3, 5), (5, 6), (6, 7), (7, 8), (8, 9)))}


def bars_that_differ(census, page):
    """The bars of a page that are not those of the census that the JSON has, by dtype."""
    expected = {title: [sum(sum(c[row][low:high]) for c in census.values()) for low, high in columns] for title, (row, columns) in BARS.items()} if census else {}
    if census:
        expected["dtype"] = [sum(c["nodes"]) for c in census.values()]
    for title, counts in expected.items():
        shown = [row[2] for row in page.tables.get(title, [])]
        shares = [100 * n / max(1, sum(counts)) for n in counts]
        if len(shown) != len(counts) or any((text == "none") != (n == 0) or n and abs(float(text.strip("<%")) - share) > 0.6
                                            for text, n, share in zip(shown, counts, shares)):
            yield title, shown, counts
    used = {row[0] for row in page.tables.get("uses of each operation", []) if row[2] != "none"}
    if used != {op for c in census.values() for op in c["operations"]} - {"input", "const"}:
        yield "operations", used
    if sorted(row[0] for row in page.tables.get("dtype", [])) != sorted(DTYPES[d] for d in census):
        yield "dtypes", page.tables.get("dtype")


class ReportCase(CliCase):
    def text(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read().decode("utf-8")  # strictly

    def json(self, name):
        document = schema.parse(self.text(name))
        kind = document["schema"].split("/")[1]
        self.assertEqual(list(schema.errors(document, schema.published(SCHEMAS[kind]))), [])
        return document

    def page(self, name):
        text = self.text(name)
        page = Page(text)
        self.assertEqual((page.open, page.wrong, page.fetched), ([], [], []))
        self.assertEqual([i for i, n in collections.Counter(page.ids).items() if n > 1], [])
        self.assertLessEqual(page.targets, set(page.ids))
        self.assertIsNone(re.search(r"https?://|@import|url\(|fetch\(|XMLHttp", text))
        self.assertLess(len(text), 1_000_000)
        return page

    def junit(self, name):
        """The cases as {(class, name): (end, message)}, after the counts were compared with them."""
        root = xml.fromstring(self.text(name).encode())
        cases = {}
        for suite in root.iter("testsuite"):
            ends = collections.Counter(child.tag for case in suite.iter("testcase") for child in case)
            self.assertEqual((int(suite.get("tests")), int(suite.get("failures")), int(suite.get("errors")), int(suite.get("skipped"))),
                             (len(suite.findall("testcase")), ends["failure"], ends["error"], ends["skipped"]))
            for case in suite.iter("testcase"):
                key = (case.get("classname"), case.get("name"))
                self.assertNotIn(key, cases)
                cases[key] = (case[0].tag, case[0].get("message")) if len(case) else ("passed", "")
        for count in ("tests", "failures", "errors", "skipped"):
            self.assertEqual(int(root.get(count)), sum(int(s.get(count)) for s in root.iter("testsuite")))
        return cases

    def ended(self, code, *words, **more):
        ended = self.gradproof(*words, **more)
        self.assertEqual(ended.code, code, ended.out + ended.err)
        return ended


class Forms(ReportCase):
    def test_every_form_of_a_failure_says_the_same(self):
        target = self.example("wrong_grl.so")
        ended = self.ended(1, "verify", target, *FAILING, "--json", "a.json", "--html", "a.html", "--markdown", "a.md", "--junit", "a.xml")
        self.assertIn("NOT VERIFIED", ended.out)
        report, = self.json("a.json")["reports"]
        page, cases = self.page("a.html"), self.junit("a.xml")
        # The verdict with its cause comes before everything else.
        where = [page.text.index(words) for words in ("NOT VERIFIED", report["diagnosis"]["headline"], report["diagnosis"]["cause"],
                                                      report["diagnosis"]["mend"], "Properties and dtypes", "Counterexamples", "Environment")]
        self.assertEqual(where, sorted(where))
        rows = {row[0]: row for row in page.tables["matrix"][1:]}
        head = page.tables["matrix"][0]
        self.assertEqual(len(rows), len({t["property"] for t in report["properties"]}))
        for tally in report["properties"]:
            with self.subTest(tally["property"], dtype=tally["dtype"]):
                column = head.index({"f32": "float32", "f64": "float64"}[tally["dtype"]])
                cell = rows[tally["property"] + tally["claim"]][column]
                end, message = cases[target, f"{tally['property']} [{tally['dtype']}]"]
                if tally["fails"]:
                    words = f"failed {tally['fails']} of {tally['fails'] + tally['holds']}"
                    self.assertEqual((cell, end), (words, "failure"))
                    self.assertIn(words, message)
                elif tally["holds"]:
                    self.assertEqual((cell, end), (f"passed {tally['holds']}", "passed"))
                else:
                    self.assertEqual(end, "skipped")
                    self.assertIn(max(tally["reasons"], key=tally["reasons"].get), cell)
        self.assertEqual(len(cases), len(report["properties"]) + 1)
        self.assertEqual(cases[target, "verdict"][0], "failure")
        self.assertIn(report["diagnosis"]["cause"], cases[target, "verdict"][1])
        # Every counterexample is drawn, for all are small, and can be seen again.
        self.assertEqual(len(page.svgs), len(report["counterexamples"]))
        for e in report["counterexamples"]:
            self.assertIn("gradproof replay " + e["replay_file"], page.text)
            self.assertIn("gradproof replay " + e["replay_file"], self.text("a.md"))
        first = report["counterexamples"][0]["worst"]
        self.assertIn(f"{first['place']}: claimed {first['observed']:g}, right {first['expected']:g}", page.svgs[0])
        self.assertIn("of them reversal", page.svgs[0])
        self.assertEqual(self.text("a.md").count("<details>"), min(10, len(report["counterexamples"])))
        self.assertIn(report["environment"], page.text)

    def test_every_form_has_the_command_that_this_user_has_to_type(self):
        python = ("--python", "the other/python3", "--node", "node20")
        target = self.example("wrong_grl.so")
        for command in (("verify", target, "--graphs", "5"), ("campaign", "--subject", target, "--graphs", "64", "--store", "c.db"),
                        ("properties", "zero-cuts", "stacking-multiplies", "--subject", target)):
            with self.subTest(command[0]):
                said = self.ended(1, *command, *python, "--html", "a.html", "--markdown", "a.md", "--junit", "a.xml").out
                for text in (said, self.page("a.html").text, self.text("a.md"), "".join(xml.fromstring(self.text("a.xml").encode()).itertext())):
                    # The first one is shown whole; what is not the usual stands between the command and its file.
                    self.assertRegex(text, r"gradproof replay --python 'the other/python3' --node node20 gradproof-failures/\S+\.graph")
                    self.assertRegex(text, r"cc gradproof-failures/\S+\.c -ldl")
                    self.assertNotIn("gradproof replay gradproof-failures", text)

    def test_a_climb_as_a_page_and_as_markdown(self):
        words = ("--html", "a.html", "--markdown", "a.md")
        said = self.ended(0, "climb", "--op", "tanh", "--graphs", "1000", *words).out
        number = re.search(r"the largest error of tanh in float64: \S+ ulp", said)[0].replace("the", "The", 1)
        where = re.search(r"gradient of x \[0,0\]: observed .*", said)[0]
        page, markdown = self.page("a.html"), self.text("a.md").replace("\\", "")
        self.assertEqual(len(page.svgs), 1)
        for text in (page.text, markdown):
            self.assertIn(number, text)
            self.assertIn(where, text)
            self.assertIn(said.strip().splitlines()[-1].strip(), text)
        # What fails is made small, drawn, and told how to be seen again.
        self.ended(1, "climb", "--subject", self.example("wrong_grl.so"), "--graphs", "500", *words)
        page = self.page("a.html")
        self.assertEqual(len(page.svgs), 2)
        self.assertIn("the minus sign is missing", page.text)
        for text in (page.text, self.text("a.md")):
            self.assertIn("gradproof replay gradproof-failures/", text)
        self.refused("climb", *words[:2], "--markdown", "none/a.md", says=["can't write none/a.md: No such file or directory"])

    def test_a_replay_has_every_form(self):
        self.ended(1, "verify", self.example("wrong_grl.so"), "--graphs", "5", "--json", "v.json")
        first = self.json("v.json")["reports"][0]["counterexamples"][0]
        self.ended(1, "replay", first["replay_file"], "--json", "a.json", "--html", "a.html", "--markdown", "a.md", "--junit", "a.xml")
        again = self.json("a.json")["reports"][0]["counterexamples"][0]
        self.assertEqual(again["worst"], first["worst"])
        words = f"expected {first['worst']['expected']:g}, observed {first['worst']['observed']:g}"
        self.assertIn(words, self.page("a.html").text)
        self.assertIn(words, self.text("a.md"))
        self.assertIn("failure", [end for end, _ in self.junit("a.xml").values()])
        before = self.text(first["replay_file"])
        self.refused("replay", first["replay_file"], "--html", first["replay_file"], says=["would be overwritten"])
        self.assertEqual(self.text(first["replay_file"]), before)

    def test_what_holds(self):
        target = self.example("right_grl.so")
        self.ended(0, "verify", target, "--graphs", "20", "--html", "a.html", "--markdown", "a.md", "--junit", "a.xml")
        self.assertNotIn("failed", self.page("a.html").text)
        self.assertNotIn("<details>", self.text("a.md"))
        self.assertEqual({end for end, _ in self.junit("a.xml").values()} - {"skipped"}, {"passed"})

    def test_known_failures_are_skipped_and_a_pass_of_theirs_is_an_error(self):
        target = self.example("wrong_grl.so")
        self.file("known", "*:f32 the narrow kernel is wrong and nobody uses it\n")
        self.ended(1, "verify", target, *FAILING, "--known-failures", "known", "--junit", "a.xml", "--html", "a.html")
        cases = self.junit("a.xml")
        self.assertEqual(cases[target, "backward-rounded [f32]"], ("skipped", "known failure: the narrow kernel is wrong and nobody uses it"))
        self.assertEqual(cases[target, "backward-rounded [f64]"][0], "failure")
        self.assertIn("known 72 of 75the narrow kernel", "".join(sum(self.page("a.html").tables["matrix"], [])))
        right = self.example("right_grl.so")
        self.file("known", "backward-rounded:* was wrong once\n")
        self.ended(5, "verify", right, *FAILING, "--known-failures", "known", "--junit", "b.xml")
        self.assertEqual(self.junit("b.xml")[right, "verdict"][0], "error")
        self.assertIn("backward-rounded:*", self.junit("b.xml")[right, "verdict"][1])

    def test_several_subjects(self):
        self.file("text.so", "hello\n")
        self.ended(1, "verify", self.example("wrong_grl.so"), self.example("right_grl.so"), "so:text.so", "--graphs", "5", "--html", "a.html",
                   "--junit", "a.xml", "--markdown", "a.md")
        page = self.page("a.html")
        self.assertEqual([row[1] for row in page.tables["Verdicts"][1:]], ["NOT VERIFIED", "VERIFIED", "NO SUBJECT"])
        self.assertEqual(self.junit("a.xml")["so:text.so", "verdict"][0], "error")
        self.assertEqual(self.text("a.md").count("\n## ") + 1, 3)

    def test_campaigns(self):
        target = self.example("wrong_grl.so")
        campaign = ("campaign", "--subject", target, "--graphs", "300", "--block", "100", "--store", "c.db")
        self.ended(1, *campaign, "--json", "c.json", "--html", "c.html", "--markdown", "c.md", "--junit", "c.xml")
        report, page, cases = self.json("c.json"), self.page("c.html"), self.junit("c.xml")
        self.assertEqual(len(page.tables["matrix"]) - 1, len(report["counts"]))
        for name in report["counts"]:
            self.assertTrue(any(row[0].startswith(name) for row in page.tables["matrix"]), name)
        for name, counts in report["counts"].items():
            end = cases[target, f"{name} [f64]"][0]
            self.assertEqual(end, "failure" if counts["fails"] else "passed" if counts["holds"] else "skipped")
        shown = min(20, len(report["failures"]))
        self.assertEqual(self.text("c.md").count("<details>"), shown)
        self.assertGreater(len(page.svgs), shown // 2)
        # The bars are those of the census.
        sizes = {row[0]: row[2] for row in page.tables["operations in a graph"]}
        self.assertEqual(len(sizes), 4)
        self.assertAlmostEqual(sum(float(s.rstrip("%")) for s in sizes.values() if s != "none"), 100, delta=2)
        used = {row[0] for row in page.tables["uses of each operation"] if row[2] != "none"}
        self.assertEqual(used, set(report["census"]["operations"]) - {"input", "const"})
        self.ended(1, "campaign", "show", "c.db", "--html", "d.html", "--junit", "d.xml")
        self.page("d.html")
        self.assertEqual({k: v[0] for k, v in self.junit("d.xml").items()}, {k: v[0] for k, v in cases.items()})

    def test_verify_and_properties_show_what_their_graphs_were_like(self):
        verify = ("verify", self.example("right_grl.so"), "--graphs", "20")
        for words, graphs in ((verify, {"float32": 46, "float64": 46}), ((*verify, "--dtype", "f32"), {"float32": 46}),
                              (("properties", "--graphs", "30", "--dtype", "f16"), {"float16": 30}),
                              (("verify", self.example("right_grl.so"), "--graphs", "20", "--contract", "clip:0.5"), {})):
            with self.subTest(words):
                self.gradproof(*words, "--json", "a.json", "--html", "a.html", "--markdown", "a.md")
                census = self.json("a.json")["reports"][0].get("census", {})
                page, markdown = self.page("a.html"), self.text("a.md")
                self.assertEqual({DTYPES[d]: sum(c["nodes"]) for d, c in census.items()}, graphs)
                self.assertEqual(list(bars_that_differ(census, page)), [])
                for row in page.tables.get("dtype", []):
                    self.assertIn(f"{row[0]}: {row[2]}", markdown)
                self.assertEqual(f"{sum(graphs.values())} graphs" in markdown, bool(graphs))

    def test_a_census_that_is_not_the_reports_is_seen(self):
        self.ended(0, "verify", self.example("right_grl.so"), "--graphs", "10", "--dtype", "f64", "--json", "a.json", "--html", "a.html")
        report, = self.json("a.json")["reports"]
        page = self.page("a.html")
        self.assertEqual(list(bars_that_differ(report["census"], page)), [])
        for change in (lambda c: c["nodes"].append(9), lambda c: c["depth"].insert(0, 0), lambda c: c["lambda"].reverse(),
                       lambda c: c["operations"].pop("sum", 0), lambda c: c["reversals_on_a_path"].clear(), lambda c: c["fan_out"].insert(1, 30)):
            census = copy.deepcopy(report["census"])
            change(census["f64"])
            self.assertNotEqual(list(bars_that_differ(census, page)), [])
        self.assertNotEqual(list(bars_that_differ({"f32": report["census"]["f64"]}, page)), [])

    def test_accuracy_has_junit_only_of_a_comparison(self):
        self.refused("accuracy", "--ops", "tanh", "--junit", "a.xml", says=["--junit needs --compare"])


class Example(ReportCase):
    """docs/reference/report-example.html is what the program writes. UPDATE=1 writes it anew; the review is the diff."""

    def test_it_is_of_today(self):
        self.ended(1, "verify", self.example("wrong_grl.so"), "--graphs", "20", "--html", "a.html")
        text = re.sub(r"<dt>time</dt><dd>[^<]*", "<dt>time</dt><dd>1.0 s", self.text("a.html"))
        text = re.sub(r"<dt>system</dt><dd>[^<]*", "<dt>system</dt><dd>Linux x86_64, g++", text)
        self.assertLess(len(text), 200_000)
        path = os.path.join(ROOT, "docs", "reference", "report-example.html")
        if os.environ.get("UPDATE") == "1":
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), text)


class AccuracyPage(ReportCase):
    """docs/reference/accuracy/pytorch.html is measured where PyTorch is. All but its figures is what the program writes today (UPDATE=1 writes the look
    anew), and its figures are those of the Markdown beside it."""
    FOLDER = os.path.join(ROOT, "docs", "reference", "accuracy")
    LOOK = re.compile(r"<(style|script)>.*?</\1>", re.S)

    def read(self, name):
        with open(os.path.join(self.FOLDER, name), encoding="utf-8") as file:
            return file.read()

    def behind(self, text, today):
        """What the page has otherwise than a page of today."""
        if [m[0] for m in self.LOOK.finditer(text)] != [m[0] for m in self.LOOK.finditer(today)]:
            yield "the look"
        for what, pattern in (("headings", "<h2>.*?</h2>"), ("controls", '<div class="controls".*?<select[^>]*>'), ("heads", "<thead>.*?</thead>"),
                              ("facts", "<dt>.*?</dt>")):
            if re.findall(pattern, text, re.S) != re.findall(pattern, today, re.S):
                yield what

    def figures_that_differ(self, text, markdown):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in markdown.splitlines() if line.startswith("| ")]
        figures = sorted(row for row in rows if len(row) == 9 and row[2] in ("float32", "float64"))
        found = sorted(row[:9] for row in Page(text).tables["parts"][1:])
        return [pair for pair in zip(figures, found) if pair[0] != pair[1]] or (["rows"] if len(figures) != len(found) or not found else [])

    def test_it_is_of_today(self):
        self.ended(0, "accuracy", "--ops", "tanh,pow", "--dtype", "f32,f64", "--inputs", "300", "--html", "a.html")
        text, today = self.read("pytorch.html"), self.text("a.html")
        if os.environ.get("UPDATE") == "1":
            looks = iter([m[0] for m in self.LOOK.finditer(today)])
            text = self.LOOK.sub(lambda _: next(looks), text)
            with open(os.path.join(self.FOLDER, "pytorch.html"), "w", encoding="utf-8") as file:
                file.write(text)
        self.assertEqual(list(self.behind(text, today)), [])
        self.assertLess(len(text.encode()), 1_000_000)
        self.assertEqual(self.figures_that_differ(text, self.read("pytorch.md")), [])

    def test_planted_faults(self):
        text, markdown = self.read("pytorch.html"), self.read("pytorch.md")
        for old, new in (("--ground:#fff", "--ground:#eee"), ("<h2>Environment</h2>", ""), ("<dt>seed</dt>", "<dt>seeds</dt>"), ("p99.9", "p99.8"),
                         ('data-table="parts"', "")):
            self.assertIn(old, text)
            self.assertNotEqual(list(self.behind(text.replace(old, new), text)), [])
        self.assertNotEqual(self.figures_that_differ(text, markdown.replace("| 9.01e+15 |", "| 9.02e+15 |", 1)), [])
        self.assertNotEqual(self.figures_that_differ(text, markdown.replace("| tanh | value | float32 ", "| tanh | value | float16 ")), [])


class Odd(ReportCase):
    """Text from outside, in every form."""
    WORDS = "<b>&]]>\"quoted\"'s one\x01two\udcff"  # a control character, and a byte that is no UTF-8

    def test_names_and_words_of_a_subject_stay_text(self):
        self.script(f"odd {self.WORDS}.sh", "#!/bin/sh\n" + r"printf 'said\377\376 ]]> <script>x</script> ```\n' >&2; exit 3" + "\n")
        target = "cmd:./'odd " + self.WORDS.replace("'", "'\\''") + ".sh'"
        self.ended(3, "verify", target, "--html", "a.html", "--markdown", "a.md", "--junit", "a.xml", "--json", "a.json")
        (_, name), = self.junit("a.xml")
        self.assertEqual(name, "verdict")
        case = xml.fromstring(self.text("a.xml").encode()).find(".//testcase")
        self.assertIn("<b>&]]>\"quoted\"'\\''s one\ufffdtwo\ufffd.sh", case.get("classname"))
        self.assertIn("said\ufffd\ufffd ]]> <script>x</script> ```", case[0].text)
        page = self.page("a.html")
        self.assertIn("]]> <script>x</script> ```", page.text)
        self.assertNotIn("<script>x", self.text("a.html"))
        self.assertIn("one\ufffdtwo\ufffd", page.text)
        # In Markdown a longer fence than the subject's own holds it.
        self.assertRegex(self.text("a.md"), r"(?ms)^````+\n.*<script>x</script> ```\n````+$")
        self.ended(3, "report", "show", "a.json", "--junit", "b.xml")
        self.assertEqual(self.text("b.xml"), self.text("a.xml"))

    @unittest.skipUnless(shutil.which("xmllint"), "needs xmllint (libxml2-utils, which ./dev test --with browser gets)")
    def test_a_validating_parser_takes_it(self):
        def complaints(name):
            return subprocess.run(["xmllint", "--noout", "--dtdvalid", os.path.join(HERE, "junit.dtd"), os.path.join(self.folder, name)],
                                  capture_output=True, text=True, check=False).stderr
        shutil.copy(self.script("a.sh", "#!/bin/sh\nexit 3\n"), os.path.join(self.folder, f"odd {self.WORDS[:14]}.sh"))
        self.file("known", "*:f32 \x02 known ]]>\n")
        self.ended(1, "verify", self.example("wrong_grl.so"), f"cmd:'./odd {self.WORDS[:14]}.sh'", "--graphs", "5", "--known-failures", "known",
                   "--junit", "a.xml")
        self.ended(1, "campaign", "--subject", "so:wrong_grl.so", "--graphs", "100", "--junit", "b.xml")
        self.ended(0, "accuracy", "--ops", "tanh", "--inputs", "50", "--json", "c.json")
        self.ended(0, "report", "show", "c.json", "--compare", "c.json", "--junit", "c.xml")
        for name in ("a.xml", "b.xml", "c.xml"):
            self.assertEqual(complaints(name), "")
        self.file("d.xml", self.text("a.xml").replace("</testcase>", "<surplus/></testcase>"))
        self.assertIn("surplus", complaints("d.xml"))

    def test_the_words_would_break_what_did_not_escape_them(self):
        for words in (self.WORDS[:9], "]]>", "one\x01two", "\x1b[31m"):
            with self.assertRaises(xml.ParseError):
                xml.fromstring(f"<a>{words}</a>")


class Refusals(ReportCase):
    def test_a_file_that_cannot_be_written_is_named_before_the_work(self):
        self.example("wrong_grl.so")
        for command in (("verify", "so:wrong_grl.so", "--graphs", "100000"), ("campaign", "--graphs", "100000000"),
                        ("properties", "--graphs", "1000000")):
            for option in ("--html", "--markdown", "--junit"):
                with self.subTest(command[0], option=option):
                    self.assertLess(self.refused(*command, option, "none/a", says=["can't write none/a"], timeout=10).seconds, 5)

    def test_what_makes_no_sense(self):
        self.refused("verify", "builtin", "--fail-on-worse", says=["--fail-on-worse needs --compare"])
        self.refused("verify", "builtin", "--html", "a", "--junit", "a", says=["--html and --junit can't both go to a"])
        self.file("old.json", "{}")
        self.refused("verify", "builtin", "--json", "old.json", "--compare", "old.json", says=["--json would overwrite old.json"])
        # Nothing is written over what is read, by whatever name it goes.
        self.file("f.graph", "gradproof 1\nx = input 1x1 [1]\noutput x\n")
        for old, link in (("old.json", "link.json"), ("f.graph", "link.graph")):
            os.symlink(old, os.path.join(self.folder, link))
        for words in (("verify", "builtin", "--html", "./old.json", "--compare", "old.json"), ("report", "show", "old.json", "--json", "link.json"),
                      ("report", "merge", "none.json", "link.json", "--markdown", "old.json"), ("report", "diff", "old.json", "new.json", "--html", "./new.json"),
                      ("check", "f.graph", "--json", "link.graph"), ("verify", "builtin", "--json", "new.json", "--html", "./new.json")):
            with self.subTest(words):
                self.refused(*words, says=["over" if "./new.json" != words[-1] or "diff" in words else "can't both go to"])
        self.assertEqual(self.text("old.json"), "{}")
        self.refused("report", says=["subcommand"])
        self.refused("report", "merge", says=["files"])

    def test_standard_input_is_a_file_too(self):
        self.ended(1, "verify", self.example("wrong_grl.so"), "--graphs", "5", "--json", "r.json")
        shown = self.ended(1, "report", "show", "r.json").out
        with open(os.path.join(self.folder, "r.json"), encoding="utf-8") as file:
            self.assertEqual(self.gradproof("report", "show", "-", text=file.read()).out, shown)

    def test_what_is_empty_contradicts_itself_or_would_reach_the_terminal(self):
        self.file("empty.json", '{"schema":"gradproof/report/1","reports":[]}')
        for words in (("show", "empty.json"), ("merge", "empty.json", "empty.json"), ("diff", "empty.json", "empty.json")):
            self.assertIn("holds no report", self.ended(2, "report", *words).err)
        self.ended(1, "verify", self.example("wrong_grl.so"), "--graphs", "5", "--json", "r.json")
        text = self.text("r.json")
        self.file("told.json", text.replace('"NOT VERIFIED"', '"VERIFIED"'))
        self.assertIn("its table has failures", self.ended(2, "report", "show", "told.json").err)
        self.file("evil.json", text.replace("wrong_grl.so", "\\u001b[31m\\u0007.so"))
        said = self.gradproof("report", "show", "evil.json").out
        self.assertFalse(re.search("[\x00-\x08\x0b-\x1f]", said), said[:300])

    def test_what_is_no_report(self):
        documents = {"text": "hello", "empty": "", "list": "[]", "nameless": "{}", "number": '{"schema": 1}', "deep": "[" * 100000,
                     "check": '{"schema": "gradproof/check/1"}', "later": '{"schema": "gradproof/report/2", "reports": []}',
                     "bare": '{"schema": "gradproof/report/1"}', "wrong": '{"schema": "gradproof/accuracy/1", "version": 3}'}
        says = {"text": "it is no JSON", "empty": "it is no JSON", "deep": "it is no JSON", "check": "it is of schema gradproof/check/1",
                "later": "it is of schema gradproof/report/2; this gradproof reads gradproof/report/1, gradproof/campaign/1, gradproof/accuracy/1",
                "bare": "does not keep to it", "wrong": "does not keep to it"}
        for name, text in documents.items():
            with self.subTest(name):
                self.file(name + ".json", text)
                self.refused("report", "show", name + ".json", says=[f"{name}.json: ", says.get(name, "it names no schema")])
        self.refused("report", "show", "none.json", says=["there is no file none.json"])
        self.refused("verify", "builtin", "--compare", "later.json", says=["it is of schema gradproof/report/2", "another version wrote it"], timeout=10)
        self.refused("accuracy", "--compare", "bare.json", says=["it is of schema gradproof/report/1, where gradproof/accuracy/1 is needed: it is what gradproof verify, properties or "
                           "replay writes, and not what accuracy writes"])
        self.ended(0, "study", "steps", "--seed", "2", "--digits", "0", "--json", "steps.json")
        self.refused("report", "show", "steps.json", says=["gradproof study steps writes, which nothing reads back"])

    def test_a_report_that_was_tampered_with_is_refused_or_shown_and_never_a_crash(self):
        self.ended(1, "verify", self.example("wrong_grl.so"), "--graphs", "3", "--json", "a.json")
        whole = self.json("a.json")
        report = whole["reports"][0]
        places = [(report, "seed"), (report, "conclusion"), (report["subject"], "dtypes"), (report["properties"][0], "dtype"),
                  (report["properties"][0], "holds"), (report["counterexamples"][0], "graph"), (report["counterexamples"][0], "layout")]
        for owner, name in places:
            kept = owner[name]
            for value in ("nonsense", -1, None, [[]], 1.5):
                owner[name] = value
                self.file("b.json", json.dumps(whole))
                with self.subTest(name, value=value):
                    self.refused("report", "show", "b.json", says=["does not keep to it"])
            owner[name] = kept
        census = report["census"]["f64"]
        for owner, name, value in ((census, "nodes", [-1]), (census, "operands", 3), (census, "lambda", [1.5]), (report["census"], "f8", census)):
            kept = owner.get(name)
            owner[name] = value
            self.file("b.json", json.dumps(whole))
            with self.subTest(name, value=value):
                self.refused("report", "show", "b.json", says=["does not keep to it"])
            if kept is None:
                del owner[name]
            owner.update({name: kept} if kept is not None else {})
        # Reports from before there was a census.
        del report["census"]
        self.file("b.json", json.dumps(whole))
        self.assertNotIn("operations in a graph", self.ended(1, "report", "show", "b.json", "--html", "-").out)

    def test_counts_of_a_campaign_that_are_none_are_refused(self):
        self.ended(0, "campaign", "--graphs", "20", "--store", "c.db", "--json", "a.json")
        whole = self.json("a.json")
        for owner, name in ((whole["plan"], "graphs"), (whole["census"], "nodes"), (whole["counts"]["forward-sweep"], "holds")):
            kept, owner[name] = owner[name], [-1] if name == "nodes" else -1
            self.file("b.json", json.dumps(whole))
            with self.subTest(name):
                self.refused("report", "show", "b.json", says=["does not keep to it"])
            owner[name] = kept

    def test_a_chart_of_what_cannot_be_is_refused(self):
        self.ended(0, "accuracy", "--ops", "tanh", "--inputs", "50", "--json", "a.json")
        whole = self.json("a.json")
        place = whole["operations"][0]["parts"][0]["by_exponent"][0]
        for name, value in (("ulps", "inf"), ("ulps", "nan"), ("ulps", -1), ("exponent", 2 ** 31 - 1), ("width", 0)):
            kept, place[name] = place[name], value
            self.file("b.json", json.dumps(whole))
            with self.subTest(name, value=value):
                self.refused("report", "show", "b.json", "--html", "b.html", says=["by_exponent has what no format has"], timeout=20)
            place[name] = kept
        part = whole["operations"][0]["parts"][0]
        part["nearest"] = part["drawn"] + 1
        self.file("b.json", json.dumps(whole))
        self.refused("report", "show", "b.json", says=["nearest counts more than was drawn"])


class Again(ReportCase):
    """Shown from JSON, a report reads as it did."""

    def again(self, code, *words):
        first = self.ended(code, *words, "--json", "a.json", "--html", "a.html", "--markdown", "a.md").out
        shown = self.ended(code, "report", "show", "a.json", "--json", "b.json", "--html", "b.html", "--markdown", "b.md").out
        self.assertEqual(shown, first)
        for form in ("json", "html", "md"):
            self.assertEqual(self.text("b." + form), self.text("a." + form), form)
        return first

    def test_verdicts(self):
        self.file("text.so", "hello\n")
        said = self.again(1, "verify", self.example("wrong_grl.so"), self.example("right_grl.so"), "so:text.so", "--graphs", "20")
        self.assertIn("any difference", said)

    def test_a_campaign(self):
        self.again(1, "campaign", "--subject", self.example("wrong_grl.so"), "--graphs", "300", "--block", "100", "--store", "c.db")

    def test_accuracy(self):
        self.again(0, "accuracy", "--ops", "tanh,pow,reverse,max", "--dtype", "f32", "--inputs", "200")
        self.again(3, "accuracy", "--subject", "cmd:false")


class Compared(ReportCase):
    def changed(self, name, change):
        """A copy of a report, with what it says changed."""
        document = copy.deepcopy(self.json("a.json"))
        change(document)
        self.file(name, json.dumps(document))
        return name

    def ways(self, name):
        return {(c["what"], c["way"]): (c["before"], c["now"]) for c in self.json(name)["changes"]}

    def test_the_same_has_not_changed(self):
        verify = ("verify", self.example("right_grl.so"), "--graphs", "20")
        self.ended(0, *verify, "--json", "a.json")
        ended = self.ended(0, *verify, "--compare", "a.json", "--fail-on-worse", "--html", "b.html")
        self.assertIn("compared with a.json: 0 worse, 0 better, 0 new, 0 gone\n", ended.out)
        self.assertIn("Nothing changed.", self.page("b.html").text)

    def test_worse_better_new_and_gone(self):
        target = self.example("right_grl.so")
        self.ended(0, "verify", target, "--graphs", "20", "--json", "a.json")

        def tally(report, name, dtype="f64"):
            return next(t for t in report["reports"][0]["properties"] if (t["property"], t["dtype"]) == (name, dtype))

        def change(report):
            report["reports"][0]["conclusion"] = "NOT VERIFIED"                     # better
            tally(report, "zero-cuts").update(holds=0, fails=4)                     # it failed then: better
            tally(report, "forward-identity").update(holds=0, undecided=46)         # likewise
            report["reports"][0]["properties"].remove(tally(report, "gradient-duals"))  # new
            missing = dict(tally(report, "gradient-duals", "f32"), property="no-such-thing")  # passed then, not asked now: worse
            gone = dict(tally(report, "pickles-keep-lambda"), property="never-tried")  # skipped then, not asked now: gone
            report["reports"][0]["properties"] += [missing, gone]
            for t in report["reports"][0]["properties"]:  # passed then, skipped now: worse
                if t["property"] == "pickles-keep-lambda":
                    t.update(holds=5, not_applicable=0)
        self.changed("old.json", change)
        ended = self.ended(0, "verify", target, "--graphs", "20", "--compare", "old.json", "--html", "b.html", "--markdown", "b.md",
                           "--junit", "b.xml", "--json", "b.json")
        self.assertIn("compared with old.json: 2 worse, 3 better, 1 new, 1 gone\n", ended.out)
        self.ended(0, "report", "diff", "old.json", "b.json", "--json", "d.json")
        expected = {(f"{target}: pickles-keep-lambda in float64", "worse"), (f"{target}: zero-cuts in float64", "better"),
                    (f"{target}: forward-identity in float64", "better"), (f"{target}: gradient-duals in float64", "new"),
                    (f"{target}: the verdict", "better"), (f"{target}: no-such-thing in float32", "worse"),
                    (f"{target}: never-tried in float64", "gone")}
        self.assertEqual(set(self.ways("d.json")), expected)
        self.assertEqual(self.ways("d.json")[f"{target}: zero-cuts in float64", "better"], ("failed 4 of 4", "passed 12"))
        self.assertEqual({(row[1], row[0]) for row in self.page("b.html").tables["changes"][1:]}, expected)
        self.assertIn("2 worse, 3 better, 1 new, 1 gone", self.text("b.md"))
        worse = [name for (group, name), (end, _) in self.junit("b.xml").items() if end == "failure"]
        self.assertEqual(sorted(worse), [f"{target}: no-such-thing in float32", f"{target}: pickles-keep-lambda in float64"])
        self.ended(1, "verify", target, "--graphs", "20", "--compare", "old.json", "--fail-on-worse")
        self.ended(1, "report", "diff", "old.json", "b.json", "--fail-on-worse")
        self.ended(0, "report", "diff", "b.json", "b.json", "--fail-on-worse")
        self.ended(1, "report", "show", "b.json", "--compare", "old.json", "--fail-on-worse")

    def test_other_seeds_and_targets_are_said(self):
        self.ended(0, "verify", self.example("right_grl.so"), "--graphs", "20", "--json", "a.json")
        ended = self.ended(1, "verify", self.example("wrong_grl.so"), "--graphs", "20", "--seed", "2", "--compare", "a.json")
        self.assertIn("so:wrong_grl.so: NOT VERIFIED", ended.out[ended.out.index("compared with"):])
        self.assertIn("so:right_grl.so: was VERIFIED", ended.out)
        ended = self.ended(0, "verify", "so:right_grl.so", "--graphs", "20", "--seed", "2", "--compare", "a.json")
        self.assertIn("so:right_grl.so: the seed was 1, is 2", ended.out)

    def test_campaigns(self):
        def campaign(target, *words, code):
            return self.ended(code, "campaign", "--subject", target, "--graphs", "200", "--block", "100", *words)
        wrong, right = self.example("wrong_grl.so"), self.example("right_grl.so")
        campaign(right, "--json", "a.json", code=0)
        campaign(wrong, "--json", "b.json", code=1)
        self.ended(1, "report", "diff", "a.json", "b.json", "--fail-on-worse", "--json", "d.json", "--html", "d.html")
        found = self.ways("d.json")
        self.assertEqual(found["so:wrong_grl.so: the verdict", "worse"], ("HOLDS", "FAILS"))
        kinds = [what for what, way in found if what.startswith("kind of failure") and way == "worse"]
        self.assertEqual(len(kinds), len(self.json("b.json")["failures"]))
        self.page("d.html")
        self.assertIn("0 worse", campaign(wrong, "--compare", "b.json", code=1).out)
        self.refused("campaign", "--compare", "none.json", says=["there is no file none.json"])

    def test_accuracy(self):
        measure = ("accuracy", "--ops", "tanh,add,sigmoid", "--dtype", "f32", "--inputs", "300")
        self.ended(0, *measure, "--json", "a.json")
        ended = self.ended(0, *measure, "--compare", "a.json", "--fail-on-worse", "--junit", "a.xml")
        self.assertIn("0 worse, 0 better, 0 new, 0 gone", ended.out)
        self.assertEqual({end for end, _ in self.junit("a.xml").values()}, {"passed"})

        def part(report, operation, name):
            return next(p for o in report["operations"] if o["operation"] == operation for p in o["parts"] if p["part"] == name)

        def change(report):
            part(report, "sigmoid", "value")["nearest"] += 1   # one less is nearest now: worse
            part(report, "sigmoid", "d/dx")["p99_9"] = 1e9     # better
            report["operations"] = [o for o in report["operations"] if o["operation"] != "add"]
        self.changed("old.json", change)
        ended = self.ended(1, *measure, "--compare", "old.json", "--fail-on-worse", "--junit", "b.xml", "--html", "b.html", "--markdown", "b.md",
                           "--json", "b.json")
        self.assertIn("1 worse, 1 better, 1 new, 0 gone", ended.out)
        failed = [name for (_, name), (end, _) in self.junit("b.xml").items() if end == "failure"]
        self.assertEqual(failed, ["sigmoid value in float32"])
        self.assertIn("not nearest", self.page("b.html").tables["changes"][1][2])
        # Errors of other inputs are not compared, and that is said.
        ended = self.ended(0, *measure, "--seed", "2", "--compare", "old.json", "--json", "c.json")
        self.assertIn("the seed was 1, is 2", ended.out)
        self.assertIn("not compared", ended.out)
        self.assertIn("0 worse, 0 better, 1 new", ended.out)
        # Where they were to fail a run, a pass would say nothing: refused, and before the work.
        for gate in (("--fail-on-worse",), ("--junit", "d.xml")):
            for words in ((*measure, "--seed", "2", "--compare", "old.json"), (*measure[:-1], "1000000", "--compare", "old.json"),
                          ("report", "show", "c.json", "--compare", "old.json"), ("report", "diff", "old.json", "c.json")):
                with self.subTest(words, gate=gate):
                    inputs = "1000000" if "1000000" in words else "300"
                    self.refused(*words, *gate, says=[f"old.json was measured with --seed 1 --inputs 300, and this is of --seed {'1' if inputs != '300' else '2'} "
                                                      f"--inputs {inputs}: errors of other inputs are not compared, so {gate[0]} would pass"], timeout=10)
        self.ended(0, "report", "diff", "old.json", "c.json")


class Merged(ReportCase):
    def test_verdicts_on_several_targets(self):
        wrong, right = self.example("wrong_grl.so"), self.example("right_grl.so")
        self.ended(1, "verify", wrong, *FAILING, "--json", "a.json")
        self.ended(0, "verify", right, *FAILING, "--json", "b.json")
        both = self.ended(1, "verify", wrong, right, *FAILING, "--json", "both.json").out
        merged = self.ended(1, "report", "merge", "a.json", "b.json", "a.json", "--json", "m.json", "--html", "m.html", "--junit", "m.xml").out

        def timeless(text):
            return re.sub(r"[\d.]+ s\n|\"seconds\": [\d.e-]+", "", text)
        self.assertEqual(timeless(merged), timeless(both))
        self.assertEqual(timeless(self.text("m.json")), timeless(self.text("both.json")))
        self.assertEqual(len(self.page("m.html").tables["Verdicts"]), 3)

    def test_shards_of_an_accuracy_measurement_are_the_whole(self):
        measure = ("accuracy", "--inputs", "200", "--json")
        self.ended(0, *measure, "whole.json", "--dtype", "f32,f64", "--ops", "tanh,exp")
        self.ended(0, *measure, "a.json", "--dtype", "f32", "--ops", "tanh,exp")
        self.ended(0, *measure, "b.json", "--dtype", "f64", "--ops", "tanh,exp")
        self.ended(0, "report", "merge", "a.json", "b.json", "--json", "m.json", "--html", "m.html")
        self.assertEqual(self.json("m.json"), self.json("whole.json"))
        self.page("m.html")
        self.refused("report", "merge", "a.json", "a.json", says=["in float32 is in two of them"])
        self.ended(0, *measure, "c.json", "--dtype", "f64", "--ops", "sin", "--seed", "2")
        self.refused("report", "merge", "a.json", "c.json", says=["one seed"])

    def test_what_does_not_go_together(self):
        self.ended(0, "accuracy", "--ops", "add", "--inputs", "50", "--json", "a.json")
        self.ended(1, "campaign", "--subject", self.example("wrong_grl.so"), "--graphs", "100", "--json", "c.json")
        self.refused("report", "merge", "a.json", "c.json", says=["a.json is a report of accuracy and c.json of a campaign"])
        self.refused("report", "diff", "a.json", "c.json", says=["a.json is a report of accuracy and c.json of a campaign"])
        self.refused("report", "merge", "c.json", "c.json", says=["gradproof campaign merge"])


if __name__ == "__main__":
    unittest.main()
