"""Requests that can't be understood, and subjects that misbehave: each has one reply that says so, or none at all."""

import json
import os
import signal
import sys
import tempfile
import time
import unittest

from exchange import SUBJECTS, Adapter, Silence, case, subject_name
from numbers_of import decoded

try:
    import torch
except ImportError:
    torch = None

RIGHT = os.path.join(SUBJECTS, "right", "function_view_as.py")
FOLLOWED = "x = input 1x2 [1 2]\nr = reverse x 2\nv = neg r\noutput v"
LAYER = "x = input 1x2 [1 2]\nr = reverse x 0.5\noutput r cotangent [3 5]"


def hostile(name):
    file = os.path.join(SUBJECTS, "hostile", name + ".py")
    return Adapter(file, subject_name(file))


@unittest.skipIf(torch is None, "needs PyTorch")
class Requests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.adapter = Adapter(RIGHT, subject_name(RIGHT))
        cls.adapter.hello()

    @classmethod
    def tearDownClass(cls):
        cls.adapter.close()

    def refused(self, line, number, words):
        self.adapter.send(line + b"\n")
        reply = self.adapter.reply()
        self.assertEqual((number, False, "protocol"), (reply["id"], reply["ok"], reply["error"]["kind"]))
        self.assertIn(words, reply["error"]["message"])
        self.assertEqual([-1.5, -2.5], decoded(self.adapter.run(case(LAYER))[0]["gradients"][0]))

    def test_lines_that_are_no_request(self):
        for line, number, words in (
                (b"", None, "not a line of JSON"), (b"{", None, "not a line of JSON"), (b"\xff\xfe", None, "JSON"),
                (b"[" * 100_000, None, "not a line of JSON"), (b"[]", None, "a JSON list"), (b"7", None, "a JSON int"),
                (b"{}", None, "unknown command None; known: hello, run, again, bye"),
                (b'{"id":3,"command":"dance"}', 3, "unknown command 'dance'"),
                (b'{"id":3,"command":["run"]}', 3, "unknown command"),
                (b'{"id":NaN,"command":"dance"}', None, "unknown command"),
                (b'{"id":4,"command":"hello","protocol":2}', 4, "speaks protocol 1"),
                (b'{"id":5,"command":"run"}', 5, "`cases`"), (b'{"id":5,"command":"run","cases":{}}', 5, "`cases`"),
                (b'{"id":5,"command":"run","cases":[7]}', 5, "case 0: a case is a JSON object")):
            with self.subTest(line[:40]):
                self.refused(line, number, words)

    def test_cases_that_are_no_case(self):
        good = case(LAYER)
        for change, words in (({"graph": 1}, "`graph`"), ({"dtype": None}, "`dtype`"), ({"layout": 2}, "`layout`"),
                              ({"rank": "2"}, "`rank`"), ({"rank": True}, "`rank`")):
            with self.subTest(change):
                line = json.dumps({"id": 6, "command": "run", "cases": [good, {**good, **change}]})
                self.refused(line.encode(), 6, f"case 1: {words}")

    def test_texts_that_are_no_graph(self):
        x = "x = input 1x2 [1 2]\n"
        for text, words in (
                (x, "has no output"), ("", "has no output"), (x + "output y", "line 2: 'y' is not the name"),
                ("gradproof 2\n" + x, "line 1: this adapter reads format 1"), (x + "x = neg x", "defined twice"),
                (x + "nan = neg x", "can't be a name"), (x + "2x = neg x", "can't be a name"), (x + "y =", "an op"),
                (x + "y = neg z", "unknown name 'z'"), (x + "y = neg", "takes 1 words, not 0"),
                (x + "y = add x", "takes 2 words"), (x + "y = neg x x", "takes 1 words"),
                ("x = input 2 [1 2]", "not a shape"),
                ("x = input [1 2]", "needs a shape"), ("x = input 1x2", "values in brackets"),
                ("x = input 1x2 1 2", "values in brackets"), ("x = input 1x2 [1 2", "values in brackets"),
                ("x = input 1x2 [1 2] 3", "values in brackets"), ("x = input 1x3 [1 2]", "1 rows of 3"),
                ("x = input 2x2 [1 2 3 4]", "2 rows of 2"), ("x = input 0x2 [1 2]", "0 rows of 2"),
                ("x = input 1x2 [1 two]", "'two' is not a number"), ("x = input 1x1 [1_0]", "not a number"),
                ("x = input 1x1 [1/0]", "not a number"), ("x = input 1x1 [0x]", "not a number"),
                ("x = input 1x1 [1.2.3]", "not a number"),
                (x + "y = input 2x1 [1; 2]\nz = add x y", "line 3: the operands have different shapes: 1x2 and 2x1"),
                (x + "y = matmul x x", "can't be multiplied"), (x + "y = sum x both", "none of all, rows, cols"),
                (x + "y = broadcast x 2x3", "can't be broadcast"), (x + "y = reshape x 3x1", "can't be reshaped"),
                (x + "y = slice x 0:1 1:3", "does not lie within 0:2"), (x + "y = slice x 0:1 1-2", "not a range"),
                (x + "y = concat x x all", "can't be put together"), (x + "y = pow x 0.5", "not an integer power"),
                (x + "y = reverse x", "needs an operand and λ"), (x + "y = reverse x x", "1x2 and not 1x1"),
                (x + "y = reverse x z", "'z' is not a number"), (x + "output x [1]", "an output reads"),
                (x + "output x cotangent 1", "values in brackets"), (x + "output x cotangent [1 2 3]", "the cotangent"),
                (x + "hello there", "neither a definition")):
            with self.subTest(text):
                line = json.dumps({"id": 8, "command": "run", "cases": [case(text)]})
                self.refused(line.encode(), 8, words)

    def test_run_before_hello(self):
        with Adapter(RIGHT, subject_name(RIGHT)) as adapter:
            reply = adapter.ask({"command": "run", "cases": []})
            self.assertEqual("protocol", reply["error"]["kind"])
            self.assertTrue(adapter.hello()["ok"])
            self.assertEqual([], adapter.run())

    def test_the_end_of_the_requests_is_the_end(self):
        with Adapter(RIGHT, subject_name(RIGHT)) as adapter:
            adapter.hello()
            os.close(adapter.to)
            adapter.to = os.open(os.devnull, os.O_WRONLY)
            self.assertEqual(0, adapter.status())

    def test_interrupted(self):
        with Adapter(RIGHT, subject_name(RIGHT)) as adapter:
            adapter.hello()
            os.kill(adapter.pid, signal.SIGINT)
            self.assertEqual(-signal.SIGINT, adapter.status())


@unittest.skipIf(torch is None, "needs PyTorch")
class HostileSubjects(unittest.TestCase):
    def refused(self, name, kind, words):
        with hostile(name) as adapter:
            for _ in range(2):
                reply = adapter.hello()
                self.assertFalse(reply["ok"])
                self.assertEqual(kind, reply["error"]["kind"])
                self.assertRegex(reply["error"]["message"], words)
            return reply["error"]

    def failed(self, name, kind, words):
        with hostile(name) as adapter:
            self.assertTrue(adapter.hello()["ok"])
            for result in adapter.run(case(LAYER), case(LAYER)):
                self.assertEqual(kind, result["error"]["kind"])
                self.assertRegex(result["error"]["message"], words)
            return result["error"]

    def right(self, name):
        with hostile(name) as adapter:
            self.assertTrue(adapter.hello()["ok"])
            self.assertEqual([-1.5, -2.5], decoded(adapter.run(case(LAYER))[0]["gradients"][0]))

    def died(self, name, status):
        with hostile(name) as adapter:
            self.assertTrue(adapter.hello()["ok"])
            with self.assertRaises(EOFError):
                adapter.run(case(LAYER))
            self.assertEqual(status, adapter.status())

    def test_refused_at_hello(self):
        error = self.refused("raises_on_import", "import", r"raises_on_import\.py:5 raised ModuleNotFoundError: No mod")
        self.assertRegex(error["traceback"], r"^Traceback \(most recent call last\):\n  File .*raises_on_import\.py")
        self.refused("syntax_error", "import", r"syntax_error\.py:7 raised SyntaxError: '\(' was never closed")
        self.refused("exits_on_import", "import", r"exits_on_import\.py:12 raised SystemExit: usage: train\.py")
        self.refused("lacks_name", "missing", r"has no 'GRL'; it has grl, train$")
        self.refused("not_a_layer", "form", r"^GRL is a float, which can't be called with a tensor; wanted: a torch")

    def test_a_file_that_is_not_there(self):
        for file, words in ((os.path.join(SUBJECTS, "nothing.py"), "does not exist"), (SUBJECTS, "is a folder")):
            with Adapter(file, "GRL") as adapter:
                error = adapter.hello()["error"]
                self.assertEqual("import", error["kind"])
                self.assertIn(words, error["message"])

    def test_failing_case_by_case(self):
        error = self.failed("raises_in_backward", "raised", "^backward raised AttributeError: .* no attribute 'lamda'$")
        self.assertRegex(error["traceback"], r"^Traceback .*\n  File .*raises_in_backward\.py")
        self.failed("raises_in_forward", "raised", "^forward raised ValueError: expected 4 dimensions, got 2$")
        self.failed("too_few_gradients", "raised", "^backward raised RuntimeError: .*expected 2, got 1")
        self.failed("exits", "raised", "^forward raised SystemExit: 3$")
        self.failed("returns_none", "returned", "^forward returned None instead of a tensor$")

    def test_a_wrong_result_is_reported_as_it_is(self):
        with hostile("wrong_shape") as adapter:
            adapter.hello()
            alone, followed = adapter.run(case(LAYER), case(FOLLOWED))
            self.assertEqual(([2, 1, 1], [None]), (alone["outputs"][0]["shape"], alone["gradients"]))
            self.assertEqual("returned", followed["error"]["kind"])
            self.assertIn("shape [2, 1, 1] for an input of shape [1, 2]", followed["error"]["message"])
        with hostile("wrong_dtype") as adapter:
            adapter.hello()
            alone, followed = adapter.run(case(LAYER), case(FOLLOWED))
            self.assertEqual("bf16", alone["outputs"][0]["dtype"])
            self.assertIn("torch.bfloat16 for an input of torch.float64", followed["error"]["message"])
        with hostile("nan_everywhere") as adapter:
            adapter.hello()
            result = adapter.run(case(LAYER))[0]
            self.assertTrue(all(x != x for x in decoded(result["outputs"][0]) + decoded(result["gradients"][0])))

    def test_noise_does_not_reach_the_exchange(self):
        for name in ("prints_on_import", "garbage_on_stdout", "floods"):
            with self.subTest(name):
                self.right(name)

    def test_a_death_in_a_layer_is_kept_from_hello(self):
        self.died("os_exit", 0)
        self.died("kills_itself", -signal.SIGKILL)

    def test_hanging_is_left_to_the_deadline_of_the_other_side(self):
        with hostile("hangs_on_import") as adapter:
            with self.assertRaises(Silence):
                adapter.hello(seconds=0.5)
        with hostile("hangs_in_backward") as adapter:
            self.assertTrue(adapter.hello()["ok"])
            with self.assertRaises(Silence):
                adapter.run(case(LAYER), seconds=0.5)


@unittest.skipIf(torch is None, "needs PyTorch")
class OddSubjects(unittest.TestCase):
    """Misbehaviour that is not worth a file of the collection."""

    def write(self, source):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        file = os.path.join(folder.name, "subject.py")
        with open(file, "w", encoding="utf-8") as text:
            text.write(source)
        return file

    def result(self, source, name="grl"):
        with Adapter(self.write(source), name) as adapter:
            hello = adapter.hello()
            self.assertTrue(hello["ok"], hello)
            return adapter.run(case(LAYER))[0]

    def test_a_layer_that_hangs_forward_does_not_hang_hello(self):
        with Adapter(self.write("import time\ndef grl(x, alpha):\n    time.sleep(1000)\n"), "grl") as adapter:
            begin = time.monotonic()
            self.assertEqual("argument alpha of the function", adapter.hello()["lambda"])
            self.assertLess(time.monotonic() - begin, 5)

    def test_finding_the_form_out_leaves_the_layer_unused(self):
        source = ("calls = []\ndef grl(x, alpha):\n    calls.append(alpha)\n"
                  "    assert len(calls) == 1, calls\n    return x.view_as(x)\n")
        self.assertEqual([3.0, 5.0], decoded(self.result(source)["gradients"][0]))

    def test_a_fork_that_comes_back_answers_nothing(self):
        source = "import os\ndef grl(x, alpha):\n    os.fork()\n    return x.view_as(x)\n"
        with Adapter(self.write(source), "grl") as adapter:
            adapter.hello()
            for _ in range(5):
                adapter.run(case(LAYER))
            with self.assertRaises(Silence):
                adapter.reply(seconds=0.3)

    def test_reading_standard_input_steals_no_request(self):
        result = self.result("import sys\ndef grl(x, alpha):\n    sys.stdin.read()\n    return x.view_as(x)\n")
        self.assertEqual([3.0, 5.0], decoded(result["gradients"][0]))

    def test_exceptions_whose_message_can_not_be_printed(self):
        result = self.result("class Odd(Exception):\n    def __str__(self):\n        raise Odd\n"
                             "def grl(x, alpha):\n    raise Odd\n")
        self.assertIn("forward raised Odd: (its message", result["error"]["message"])
        result = self.result("def grl(x, alpha):\n    raise ValueError('\\udcff\\x00' * 5000)\n")
        self.assertLess(len(result["error"]["message"]), 700)
        result["error"]["message"].encode("utf-8")

    def test_results_that_are_no_dense_tensor(self):
        for result, words in (("x.to_sparse()", "layout torch.sparse"), ("x.detach().to('meta')", "can't be read"),
                              ("(x,)", "a tuple of 1"), ("x.tolist()", "a list of 1"), ("1.0", "a float")):
            with self.subTest(result):
                error = self.result(f"def grl(x, alpha):\n    return {result}\n")["error"]
                self.assertEqual("returned", error["kind"])
                self.assertIn(words, error["message"])

    def test_results_of_an_odd_kind_are_reported_as_they_are(self):
        result = self.result("def grl(x, alpha):\n    return (x + 0j).conj()\n")
        self.assertEqual("c128", result["outputs"][0]["dtype"])
        result = self.result("import torch\ndef grl(x, alpha):\n    return torch.nn.Parameter(x.detach())\n")
        self.assertEqual([None], result["gradients"])

    def test_memory_that_a_layer_takes_away_is_damage(self):
        for deed in ("x.data = x.data.clone()", "x.storage().resize_(0)", "x.data[0, 0] = 9"):
            with self.subTest(deed):
                result = self.result(f"def grl(x, alpha):\n    y = x.clone()\n    {deed}\n    return y\n")
                self.assertEqual(["input x"], result.get("damage"), result)

    def test_gradients_switched_off_by_the_file(self):
        result = self.result("import torch\ntorch.set_grad_enabled(False)\n"
                             "def grl(x, alpha):\n    return x.view_as(x)\n")
        self.assertEqual([3.0, 5.0], decoded(result["gradients"][0]))

    def test_a_thread_that_stays_does_not_keep_the_adapter(self):
        source = ("import threading, time\nthreading.Thread(target=time.sleep, args=(1000,)).start()\n"
                  "def grl(x, alpha):\n    return x.view_as(x)\n")
        with Adapter(self.write(source), "grl") as adapter:
            self.assertTrue(adapter.hello()["ok"])
            adapter.ask({"command": "bye"})
            self.assertEqual(0, adapter.status())


class WithoutPyTorch(unittest.TestCase):
    def test_a_python_that_lacks_it_is_named_with_the_remedy(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "torch.py"), "w", encoding="utf-8") as file:
                file.write("raise ImportError('no torch today')\n")
            code = (f"import sys; sys.path.insert(0, {folder!r}); sys.argv = ['adapter', {RIGHT!r}, 'GradReverse']\n"
                    "from gradproof_adapter.wire import take_standard_streams\n"
                    "from gradproof_adapter.service import serve\n"
                    "serve(take_standard_streams(), sys.argv[1], sys.argv[2], 'torch')")
            with Adapter(None, None, command=[sys.executable, "-c", code]) as adapter:
                error = adapter.hello()["error"]
                self.assertEqual("import", error["kind"])
                self.assertIn(sys.executable, error["message"])
                self.assertIn("no torch today", error["message"])
                self.assertIn("--python", error["message"])


if __name__ == "__main__":
    unittest.main()
