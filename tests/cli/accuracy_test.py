"""gradproof accuracy: what it writes fits the schema, says the same thing in every form, and needs nothing from anywhere."""
import html
import html.parser
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from program import run
import schema

EXAMPLES = os.environ.get("GRADPROOF_EXAMPLES", "")
# What a reader does to the page, and what is to be seen then.
PROBE = """<script>
const rows=()=>[...document.querySelectorAll('#parts tbody tr')],seen=e=>e.offsetParent!==null;
const shown=()=>rows().filter(seen).map(r=>r.cells[0].textContent+' '+r.dataset.dtype);
const column=i=>rows().map(r=>r.cells[i].dataset.key??r.cells[i].textContent);
const said={},head=i=>document.querySelectorAll('#parts th button')[i];
head(3).click();said.down=column(3);head(3).click();said.up=column(3);said.sorted=head(3).parentNode.getAttribute('aria-sort');
head(0).click();said.names=column(0);
const set=(id,k,v)=>{const e=document.getElementById(id);e[k]=v;e.dispatchEvent(new Event('input'))};
set('words','value','TANH d/dx');said.words=shown();said.status=document.getElementById('count').textContent;
set('words','value','');set('dtype','value','f32');said.dtype=shown();
said.sections=[...document.querySelectorAll('section')].filter(seen).length;
set('only','checked',true);said.only=shown();
const p=document.createElement('pre');p.id='said';p.textContent=JSON.stringify(said);document.body.append(p);
</script>"""
VOID = {"meta", "link", "input", "br", "path"}


class Page(html.parser.HTMLParser):
    """Tags that are closed in order, the rows of tables, ids, and whatever would be fetched."""

    def __init__(self, text):
        super().__init__()
        self.open, self.rows, self.ids, self.targets, self.fetched, self.unclosed = [], [], set(), set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if "id" in found:
            self.ids.add(found["id"])
        for name in ("src", "href", "action", "poster"):
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
            self.unclosed.append(tag)
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.rows and ("td" in self.open or "th" in self.open):
            self.rows[-1][-1] += data


class Study(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="gradproof-accuracy-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def accuracy(self, *words, code=0):
        ended = run("accuracy", *words, "--quiet", "--json", "a.json", cwd=self.folder, timeout=300)
        self.assertEqual(ended.code, code, ended.out + ended.err)
        with open(os.path.join(self.folder, "a.json"), encoding="utf-8") as file:
            report = schema.parse(file.read())
        self.assertEqual(list(schema.errors(report, schema.published("accuracy.schema.json"))), [])
        return ended, report

    def text(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def part(self, report, operation, part, dtype="f64"):
        found = [p for o in report["operations"] if (o["operation"], o["dtype"]) == (operation, dtype) for p in o["parts"] if p["part"] == part]
        self.assertEqual(len(found), 1)
        return found[0]


class Accuracy(Study):
    def test_every_operation_without_shapes_in_every_format(self):
        _, report = self.accuracy("--inputs", "200", "--dtype", "f16,bf16,f32,f64")
        names = {o["operation"] for o in report["operations"]}
        self.assertLessEqual({"add", "div", "tanh", "softplus", "expm1", "log1p", "logaddexp", "pow 3", "pow -1", "reverse", "relu", "max"}, names)
        self.assertEqual(len(report["operations"]), 4 * len(names))
        for o in report["operations"]:
            with self.subTest(o["operation"], dtype=o["dtype"]):
                self.assertEqual(o["trouble"], "")
                for p in o["parts"]:
                    self.assertEqual(p["undecided"], 0)
                    self.assertGreater(p["judged"], 300)
        # In the narrow formats each operation of the engine rounds once.
        for dtype in ("f16", "bf16"):
            for name in ("add", "exp", "log", "sin", "tanh", "sqrt"):
                self.assertLessEqual(self.part(report, name, "value", dtype)["max"]["ulps"], 0.5001, (name, dtype))

    def test_the_same_run_says_the_same(self):
        words = ("--ops", "tanh,div", "--inputs", "500")
        self.assertEqual(self.accuracy(*words)[1], self.accuracy(*words)[1])
        self.assertNotEqual(self.accuracy(*words)[1], self.accuracy(*words, "--seed", "2")[1])

    def test_the_witness_shows_the_error(self):
        _, report = self.accuracy("--ops", "sigmoid", "--dtype", "f64")
        worst = self.part(report, "sigmoid", "d/dx")["max"]
        x = float.fromhex(worst["hex"][0])
        self.assertEqual(x, worst["inputs"][0])
        self.assertGreater(worst["ulps"], 1e15)
        self.assertGreater(x, 36)  # from here on 1 - s(x) has lost its digits
        self.assertEqual(worst["observed"], 0)

    def test_every_form_has_the_same_rows(self):
        ended, report = self.accuracy("--ops", "tanh,pow,max", "--inputs", "300", "--html", "a.html", "--markdown", "a.md")
        parts = [(o["operation"], p["part"]) for o in report["operations"] for p in o["parts"]]
        self.assertEqual(len(parts), 2 * (2 + 2 + 2 + 3))
        page = Page(self.text("a.html"))
        rows = [tuple(row[:2]) for row in page.rows if row[2:3] and row[2] in ("float32", "float64") and len(row) == 12]
        self.assertEqual(sorted(rows), sorted(parts))
        lines = re.findall(r"(?m)^\| ([a-z0-9 -]+) \| (value|d/d[xy]) \| float", self.text("a.md"))
        self.assertEqual(sorted(lines), sorted(parts))
        self.assertEqual(len(re.findall(r"(?m)^  [a-z0-9 -]{10} (value|d/d[xy]) ", ended.out)), len(parts))

    def test_the_page_is_whole_and_fetches_nothing(self):
        self.accuracy("--inputs", "300", "--html", "a.html")
        text = self.text("a.html")
        page = Page(text)
        self.assertEqual((page.open, page.unclosed, page.fetched), ([], [], []))
        self.assertLessEqual(page.targets, page.ids)
        self.assertGreater(len(page.targets), 40)
        self.assertIsNone(re.search(r"https?://|@import|url\(|fetch\(|XMLHttp", text))
        self.assertLess(len(text), 1_000_000)
        # A chart for each row that has an error.
        self.assertEqual(text.count("<svg "), sum(len(row) == 12 and row[3] not in ("0", "max") for row in page.rows))
        self.assertIsNone(re.search(r'd="[^"]*(nan|inf)', text))

    @unittest.skipUnless(shutil.which("chromium"), "needs chromium")
    def test_it_sorts_and_filters_in_a_browser(self):
        self.accuracy("--ops", "tanh,add,sigmoid", "--inputs", "300", "--html", "a.html")
        text = self.text("a.html").replace("</body>", PROBE + "</body>")
        with open(os.path.join(self.folder, "b.html"), "w", encoding="utf-8") as file:
            file.write(text)
        ended = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom",
                                "file://" + os.path.join(self.folder, "b.html")], capture_output=True, text=True, timeout=120, check=True)
        self.assertNotIn("CONSOLE", ended.stderr)
        said = json.loads(html.unescape(re.search(r'<pre id="said">(.*?)</pre>', ended.stdout, re.S).group(1)))
        numbers = [float(word) for word in said["down"]]
        self.assertEqual(numbers, sorted(numbers, reverse=True))
        self.assertGreater(numbers[0], 1e15)
        self.assertEqual([float(word) for word in said["up"]], sorted(numbers))
        self.assertEqual(said["sorted"], "ascending")
        self.assertEqual(said["names"], sorted(said["names"]))
        self.assertEqual(sorted(said["words"]), ["tanh f32", "tanh f64"])
        self.assertEqual(said["status"], "2 of 14 rows")
        self.assertEqual(sorted(said["dtype"]), sorted(["add f32"] * 3 + ["tanh f32"] * 2 + ["sigmoid f32"] * 2))
        self.assertEqual(said["sections"], 3)
        self.assertNotIn("add f32", said["only"])
        self.assertIn("tanh f32", said["only"])

    def test_what_comes_from_outside_stays_text(self):
        name = "<b>&.so"
        shutil.copy(os.path.join(EXAMPLES, "wrong_grl.so"), os.path.join(self.folder, name))
        self.accuracy("--subject", "so:" + name, "--ops", "reverse", "--inputs", "50", "--html", "a.html")
        self.assertIn("Accuracy of so:&lt;b&gt;&amp;.so", self.text("a.html"))
        self.assertNotIn("<b>&.so", self.text("a.html"))

    def test_worst_first(self):
        ended, _ = self.accuracy("--ops", "tanh,add", "--dtype", "f64", "--inputs", "300", "--worst-first")
        titles = re.findall(r"(?m)^  (\w+) +(value|d/d[xy]) +f64 ", ended.out)
        self.assertEqual(titles[0], ("tanh", "d/dx"))
        self.assertEqual(len(titles), 5)

    def test_a_layer_that_does_not_reverse_is_as_far_off_as_can_be(self):
        _, report = self.accuracy("--subject", "so:" + os.path.join(EXAMPLES, "wrong_grl.so"), "--ops", "reverse", "--dtype", "f32", "--inputs", "500")
        self.assertEqual(self.part(report, "reverse", "value", "f32")["max"]["ulps"], 0)
        wrong = self.part(report, "reverse", "d/dx", "f32")
        self.assertGreater(wrong["p50"], 2 ** 24)
        self.assertLess(wrong["nearest"], wrong["drawn"] / 5)  # what is too small for a gradient is 0 either way
        _, right = self.accuracy("--ops", "reverse", "--dtype", "f32", "--inputs", "500")
        # lambda rounds, and the product does: half an ulp of lambda is up to one of the product's.
        self.assertLess(self.part(right, "reverse", "d/dx", "f32")["max"]["ulps"], 1.6)


class Refusals(Study):
    def refused(self, *words, says, code=2):
        ended = run("accuracy", *words, "--quiet", cwd=self.folder)
        self.assertEqual((ended.code, ended.out), (code, ""), ended.err)
        self.assertIn(says, ended.err)

    def test_what_makes_no_sense(self):
        self.refused("--dtype", "f8", says="the dtypes are f16, bf16, f32 and f64")
        self.refused("--ops", "tahn", says="there is no such operation")
        self.refused("--ops", "matmul", says="an operation on shapes is not measured")
        self.refused("--inputs", "0", says="--inputs")
        self.refused("--subject", "so:none.so", says="there is no file none.so")

    def test_a_file_that_cannot_be_written_is_named_before_the_work(self):
        for option in ("--json", "--html", "--markdown"):
            self.refused("--inputs", "10000000", option, "nowhere/a", says="can't write nowhere/a")

    def test_a_dtype_that_the_subject_lacks_is_unsupported(self):
        ended, report = self.accuracy("--subject", "so:" + os.path.join(EXAMPLES, "wrong_grl.so"), "--ops", "reverse", "--dtype", "bf16", code=4)
        self.assertEqual((report["measured"], report["reason"]), (False, "nothing could be measured"))
        self.assertTrue(report["operations"][0]["unsupported"])
        self.assertIn("unsupported: the subject has no bfloat16", ended.out)

    def test_no_subject(self):
        with open(os.path.join(self.folder, "empty.so"), "w", encoding="utf-8"):
            pass
        ended, report = self.accuracy("--subject", "so:empty.so", code=3)
        self.assertEqual(report["operations"], [])
        self.assertIn("NO SUBJECT", ended.out)


if __name__ == "__main__":
    unittest.main()
