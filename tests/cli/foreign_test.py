"""Adapters of other people's: any program as a target, and the program that tests one."""

import contextlib
import os
import re
import select
import shlex
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import exchange_schema  # noqa: E402
from program import ROOT, CliCase, Running, program  # noqa: E402

TINY = os.path.join(ROOT, "docs", "examples", "python", "tiny_adapter.py")


class CommandTarget(CliCase):
    def setUp(self):
        super().setUp()
        with open(TINY, encoding="utf-8") as file:
            self.tiny = file.read()

    def adapter(self, source, name="adapter.py"):
        self.file(name, source)
        return f"cmd:python3 {shlex.quote(name)}"

    def test_an_adapter_of_ones_own_is_verified(self):
        ended = self.gradproof("verify", self.adapter(self.tiny))
        self.assertEqual(ended.code, 0, ended.out + ended.err)
        self.assertIn("Python, two functions, λ: second argument\n\nVERIFIED\n", ended.out)

    def test_its_wrong_layer_is_not(self):
        wrong = self.tiny.replace("return [-lambda_ * g", "return [lambda_ * g")
        self.assertNotEqual(wrong, self.tiny)
        ended = self.gradproof("verify", self.adapter(wrong))
        self.assertEqual(ended.code, 1, ended.out + ended.err)
        self.assertIn("likely cause: the minus sign is missing", ended.out)

    def test_its_failure_is_replayed_with_the_same_command(self):
        self.gradproof("verify", self.adapter(self.tiny.replace("return [-lambda_ * g", "return [lambda_ * g"), "my layer.py"))
        folder = os.path.join(self.folder, "gradproof-failures")
        file = os.path.join(folder, next(name for name in sorted(os.listdir(folder)) if "backward-rounded" in name))
        with open(file, encoding="utf-8") as text:
            self.assertIn("@subject cmd:python3 'my layer.py'\n", text.read())
        self.assertEqual(self.gradproof("replay", file).code, 1)

    def test_words_are_cut_as_a_shell_cuts_them(self):
        """Each line is given to the adapter as a shell would; the adapter says in its hello what it got."""
        self.file("echo.py", self.tiny.replace('"subject": "reversal"', '"subject": "reversal"').replace(
            '"framework": "Python"', '"framework": " ".join("<" + word + ">" for word in sys.argv[1:])'))
        for line in (r"a b", r"'a b'  c", r'"a \"b\" c" \d', r"a\ b", r"a'b'\"c\"", r"'' \'", r'"\a\\"', r"--x=\$HOME", "a#b ~/x".replace("~", r"\~")):
            with self.subTest(line):
                ended = self.gradproof("verify", "cmd:python3 echo.py " + line, "--graphs", "0")
                self.assertIn(" ".join(f"<{word}>" for word in shlex.split(line)) + ", two functions", ended.out)

    def test_what_only_a_shell_can_do_is_refused(self):
        for line, says in (("./a | tee log", "the unquoted |"), ("./a $HOME", "the unquoted $"), ('./a "`date`"', "the unquoted `"), ("./a *.py", "the unquoted *"),
                           ("~/a", "the unquoted ~"), ("./a 'b", "a ' is not closed"), ('./a "b', 'a " is not closed'), ("./a\\", "the backslash at the end"),
                           ("./a\n./b", "a second line"), ("", "needs the command of an adapter"), ("''", "needs the command of an adapter")):
            with self.subTest(line):
                self.refused("verify", "cmd:" + line, says=[says])

    def test_a_command_that_does_not_exist(self):
        ended = self.gradproof("verify", "cmd:./nothing")
        self.assertEqual(ended.code, 3)
        self.assertIn('cannot start "./nothing": no such file', ended.out)


# A fault in the tiny adapter: what is written in place of what, and the clause that has to fail first. Most break no other.
FAULTS = {
    "another id": ('"id": request["id"], **reply', '"id": request["id"] + 1, **reply', "ids"),
    "no id": ('{"id": request["id"], **reply(request)}', "reply(request)", "ids"),
    "a print that looks like a reply": ('    request = None\n', '    request = None\n    replies.write(\'{"debug": true}\\n\')\n', "clean-output"),
    "a print that begins with a brace": ('    request = None\n', '    request = None\n    replies.write("{epoch 1}\\n")\n', "clean-output"),
    "a print": ('    request = None\n', '    request = None\n    replies.write("importing\\n")\n', "clean-output"),
    "two replies": ('json.dumps(answer) + "\\n"', 'json.dumps(answer) + "\\n" + json.dumps(answer) + "\\n"', "one-reply"),
    "silence at an unknown command": ('        name = request.get("id")', '        if "bye" in str(trouble): continue\n        name = request.get("id")', "other-version"),
    "any version will do": (' and request.get("protocol") == 1', "", "other-version"),
    "an unknown command is obeyed": ('    raise ValueError(f"only', '    return {"ok": True}\n    raise ValueError(f"only', "other-version"),
    "no commands but three": ("    raise ValueError(f\"only hello (protocol 1), run (cases) and bye; not {command}\")",
                              '    if command == "hello":\n        raise ValueError("version")\n    return {"ok": False, "error": "what?"}', "unknown-command"),
    "an id where there is none": ("else None, \"ok\"", "else 0, \"ok\"", "unreadable"),
    "cases of any kind": (' and isinstance(request.get("cases"), list)', "", "bad-run"),
    "a dtype that it has not": ('"dtypes": ["f64"]', '"dtypes": ["f64", "f32"]', "dtype-f32"),
    "a dtype under another's name": ('{"dtype": "f64", "shape"', '{"dtype": "f32", "shape"', "tensors"),
    "a dtype that there is not": ('"dtypes": ["f64"]', '"dtypes": ["f64", "double"]', "names"),
    "truncated base64": ('.decode("ascii")', '.decode("ascii")[:-1]', "tensors"),
    "gradients in another order": ("for name in inputs]}", "for name in sorted(inputs)]}", "order"),
    "the last output's gradient alone": ("[a + b for a, b in zip(gradients[name], gradient)]", "gradient", "outputs-add"),
    "a cotangent is never filled": ("numbers * count if len(numbers) == 1 else numbers", "numbers", "tensors"),
    "no cotangent is none": ('or "[1]"', 'or "[0]"', "cotangents"),
    "no hex floats": ('float.fromhex(word) if "x" in word else float(word)', "float(word)", "numbers"),
    "no minus zero": ("return float.fromhex", "return 0.0 if word.strip('-') in ('0', '0.0') else float.fromhex", "dtype-f64"),
    "a short buffer": ("in sys.stdin.buffer:", 'in iter(lambda: sys.stdin.buffer.readline(1 << 16), b""):', "long-lines"),
    "an op that it has not": ('"ops": ["input", "reverse"]', '"ops": ["input", "reverse", "tanh"]', "op-tanh"),
    "a wrong op": ('return [-lambda_ * g', "return [lambda_ * g", "op-reverse"),
    "a layout that it has not": ('"layouts": ["contiguous"]', '"layouts": ["contiguous", "strided"]', "layout-strided"),
    "a step that it has not": ('"layouts": ["contiguous"]', '"layouts": ["contiguous"], "steps": ["make", "leaf", "forward", "backward"]', "step-make"),
    "an error in one case is one of all": ("    except Unsupported as why:", "    except ZeroDivisionError as why:", "batch"),
    "results in reverse": ('for case in request["cases"]]', 'for case in request["cases"]][::-1]', "batch"),
    "another word for unsupported": ('"kind": "unsupported"', '"kind": "sorry"', "unsupported"),
    "any layout will do": (' or case.get("layout", "contiguous") != "contiguous"', "", "unsupported"),
    "bye is ignored": ('    if answer["ok"] and request["command"] == "bye":\n        break\n', "", "bye"),
    "bye without a reply": ('    replies.write(json', '    if answer["ok"] and request["command"] == "bye":\n        break\n    replies.write(json', "bye"),
    "a bad status at the end": ("for received in", "import atexit\natexit.register(os._exit, 4)\nfor received in", "bye"),
    "the end of input is not the end": ('        break\n', "        os._exit(0)\nimport time\ntime.sleep(60)\n", "end-of-input"),
}


# What makes the tiny adapter one that takes lists: they become texts.
AS_TEXT = '''
def as_text(case):
    if case["dtype"] != "f64":
        raise Unsupported("only f64")
    data = base64.b64decode(case["numbers"], validate=True)
    numbers, lines, seen = list(struct.unpack(f"<{len(data) // 8}d", data)), [], []

    def taken(shape):
        rows, columns = shape
        if rows < 0 or columns < 0 or rows * columns > len(numbers):
            raise ValueError(f"no {shape}")
        words = [numbers.pop(0).hex() for _ in range(rows * columns)]
        return " [" + " ".join(words) + "]"

    def operand(place):
        if type(place) is not int or place not in seen:
            raise ValueError(f"no node {place}")
        return f"n{place}"

    for place, node in enumerate(case["nodes"]):
        if node is None:
            continue
        if node[0] == "input":
            lines.append(f"n{place} = input {node[1][0]}x{node[1][1]}" + taken(node[1]))
        elif node[0] == "reverse":
            if type(node[2]) is not float:
                raise ValueError("no number")
            lines.append(f"n{place} = reverse {operand(node[1])} {node[2].hex()}")
        else:
            raise Unsupported(f"no {node[0]}")
        seen.append(place)
    for place, shape in case["outputs"]:
        lines.append(f"output {operand(place)} cotangent" + taken(shape))
    if numbers:
        raise ValueError("too many numbers")
    return {"graph": chr(10).join(lines), "dtype": "f64"}


'''
# A fault in that one, and the clause that has to fail first.
LIST_FAULTS = {
    "lists that are not understood": ('    if "nodes" in case:\n        case = as_text(case)\n', "", "listed"),
    "λ of the other sign": ("{node[2].hex()}", "{(-node[2]).hex()}", "listed"),
    "λ in few digits": ("{node[2].hex()}", "{node[2]:.3g}", "listed"),
    "cotangents that are left alone": ('cotangent" + taken(shape)', 'cotangent" + taken(shape)[:0] + " [1]"', "listed"),
    "the last output alone": ('for place, shape in case["outputs"]:', 'for place, shape in case["outputs"][-1:]:', "listed"),
    "negative places": ("if type(place) is not int or place not in seen:", "place = place % (max(seen) + 1) if place < 0 else place\n        if place not in seen:", "listed-bad"),
    "places as words": ("type(place) is not int or place not in seen", "int(place) not in seen", "listed-bad"),
    "numbers that are left": ('        raise ValueError("too many numbers")', "        pass", "listed-bad"),
    "death at an unknown op": ('            raise Unsupported(f"no {node[0]}")', "            os._exit(3)", "listed-bad"),
    "a λ of any kind": ("if type(node[2]) is not float:", "node[2] = node[2] if type(node[2]) is float else 1.0\n            if False:", "listed-bad"),
    "a refusal that stays": ('raise ValueError(f"no node {place}")', 'backward.__code__ = forward.__code__; raise ValueError("no")', "listed-bad"),
}


class Conformance(CliCase):
    def setUp(self):
        super().setUp()
        with open(TINY, encoding="utf-8") as file:
            self.tiny = file.read()

    def conformance(self, source, *options, **more):
        self.file("adapter.py", source)
        return self.gradproof("conformance", *options, "python3", "adapter.py", **more)

    @staticmethod
    def clauses(text):
        """Clause: verdict, in the table's order."""
        return dict(re.findall(r"(?m)^  ([a-z0-9-]+) +(passed|FAILED|not tried)\b", text))

    def test_the_tiny_adapter_conforms(self):
        ended = self.conformance(self.tiny)
        self.assertEqual(ended.code, 0, ended.out + ended.err)
        self.assertIn("\nCONFORMS\n", ended.out)
        clauses = self.clauses(ended.out)
        self.assertEqual(set(clauses.values()), {"passed"})
        self.assertGreaterEqual(len(clauses), 25)
        self.assertRegex(ended.out, r"not declared: .*dtype-f32.*op-tanh.*step-make")

    def test_each_fault_fails_in_its_clause(self):
        for name, (right, wrong, clause) in FAULTS.items():
            with self.subTest(name):
                self.assertEqual(self.tiny.count(right), 1, right)
                ended = self.conformance(self.tiny.replace(right, wrong), "--timeout", "0.7")
                failed = [c for c, verdict in self.clauses(ended.out).items() if verdict == "FAILED"]
                self.assertEqual((ended.code, failed[:1]), (1, [clause]), ended.out)
                self.assertIn(f"\n  {clause}: ", ended.out)
                self.assertIn("\nDOES NOT CONFORM\n", ended.out)

    def taking_lists(self):
        source = self.tiny
        for right, wrong in (("def run(case):\n", AS_TEXT.lstrip("\n") + 'def run(case):\n    if "nodes" in case:\n        case = as_text(case)\n'),
                             ('"layouts": ["contiguous"]', '"layouts": ["contiguous"], "listed": True')):
            self.assertEqual(source.count(right), 1, right)
            source = source.replace(right, wrong)
        return source

    def test_an_adapter_that_takes_lists_conforms(self):
        ended = self.conformance(self.taking_lists())
        self.assertEqual(ended.code, 0, ended.out + ended.err)
        self.assertEqual({self.clauses(ended.out)[clause] for clause in ("listed", "listed-bad")}, {"passed"})
        verified = self.gradproof("verify", "cmd:python3 adapter.py", "--graphs", "5")
        self.assertEqual(verified.code, 0, verified.out)
        self.assertRegex(self.conformance(self.tiny).out, "not declared: .*listed, listed-bad")

    def test_each_fault_with_lists_fails_in_its_clause(self):
        for name, (right, wrong, clause) in LIST_FAULTS.items():
            with self.subTest(name):
                source = self.taking_lists()
                self.assertEqual(source.count(right), 1, right)
                ended = self.conformance(source.replace(right, wrong), "--timeout", "0.7")
                failed = [c for c, verdict in self.clauses(ended.out).items() if verdict == "FAILED"]
                self.assertEqual((ended.code, failed[:1]), (1, [clause]), ended.out)

    def test_nothing_tried_is_no_pass(self):
        for source in ("", "import sys; sys.exit(3)", "import sys\nfor line in sys.stdin: print('{\"id\": 1, \"ok\": true}', flush=True)"):
            with self.subTest(source):
                ended = self.conformance(source, "--timeout", "0.5", "--start-timeout", "5")
                self.assertEqual(ended.code, 1, ended.out)
                self.assertEqual(self.clauses(ended.out)["hello"], "FAILED")

    def test_a_mute_adapter_is_given_up(self):
        ended = self.conformance("import time; time.sleep(60)", "--timeout", "0.3", "--start-timeout", "0.3")
        self.assertEqual(ended.code, 1)
        self.assertLess(ended.seconds, 10)
        self.assertIn("no answer within 300 ms", ended.out)
        self.assertEqual(self.clauses(ended.out)["ids"], "not tried")

    def test_an_adapter_that_prints_for_ever(self):
        ended = self.conformance("print('{' * 1000)\nwhile True: print('x' * 100000)", "--timeout", "2")
        self.assertEqual(ended.code, 1)
        self.assertEqual(self.clauses(ended.out)["hello"], "FAILED")

    def test_a_program_that_is_not_there(self):
        ended = self.gradproof("conformance", "./nothing")
        self.assertEqual(ended.code, 3)
        self.assertIn("NO ADAPTER: cannot start \"./nothing\": no such file", ended.out)

    def test_wrong_use(self):
        self.refused("conformance", says=["adapter", "required"])
        self.refused("conformance", "builtin", says=["builtin has no adapter"])
        self.refused("conformance", "py:nothing.py:GRL", says=["there is no file nothing.py"])

    def test_the_adapter_has_options_of_its_own(self):
        self.file("adapter.py", self.tiny)
        for words in (("--", "python3", "-u", "adapter.py"), ("cmd:python3 -u adapter.py",)):
            with self.subTest(words):
                self.assertEqual(self.gradproof("conformance", *words).code, 0)

    def test_the_c_adapter_conforms(self):
        ended = self.gradproof("conformance", self.example("right_grl.so"))
        self.assertEqual(ended.code, 0, ended.out)
        for clause in ("dtype-f32", "layout-strided", "op-matmul", "op-tanh", "op-concat"):
            self.assertEqual(self.clauses(ended.out)[clause], "passed")

    def test_every_operation_has_a_sample(self):
        """The C adapter has all of them; one that we had no graph for would be missing in the table."""
        ops = re.findall(r"(?m)^(\S+) +(?:leaf|elementwise|selection|linear) ", self.gradproof("list", "ops").out)
        tried = self.clauses(self.gradproof("conformance", self.example("right_grl.so")).out)
        self.assertGreaterEqual(len(ops), 32)
        self.assertEqual({op for op in ops if f"op-{op}" not in tried}, set())


AT_RUN = '    if command == "run" and'
class Start(CliCase):
    """gradproof adapter init: what it writes is right, and the commands that it names say so."""

    def judged(self, kind, *options):
        ended = self.gradproof("adapter", "init", kind, *options)
        self.assertEqual(ended.code, 0, ended.err)
        commands = [line[2:] for line in ended.out.splitlines() if line.startswith("  ")]
        folder = os.path.dirname(program())
        script = subprocess.run(["sh", "-ec", "\n".join(commands)], cwd=self.folder, env={**os.environ, "PATH": folder + ":" + os.environ["PATH"]},
                                capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(script.returncode, 0, script.stdout + script.stderr)
        self.assertIn("\nVERIFIED\n", script.stdout)
        return commands

    def test_what_needs_no_framework_is_verified_as_written(self):
        for kind, commands in (("c", 2), ("cpp", 2), ("tiny", 2)):
            with self.subTest(kind):
                self.assertEqual(len(self.judged(kind)), commands)

    def on_the_host(self, text, name):
        """The judgement of a layer in CUDA whose kernels run here, thread by thread, for want of a device."""
        self.file(name + ".cpp", re.sub(r"(\w+<\w+>)<<<(\w+), (\w+)>>>\(", r"GRID(\2, \3, \1, ", text))
        here = os.path.dirname(os.path.abspath(__file__))
        subprocess.run(["c++", "-std=c++17", "-O1", "-shared", "-fPIC", "-I", os.path.join(here, "cuda_on_the_host"), "-I",
                        os.path.join(here, "..", "..", "include"), name + ".cpp", "-o", name + ".so"], cwd=self.folder, check=True, timeout=120)
        return self.gradproof("verify", "--quiet", f"so:./{name}.so")

    def test_the_one_in_cuda(self):
        self.assertIn("nvcc", self.gradproof("adapter", "init", "cuda").out)
        with open(os.path.join(self.folder, "grl.cu"), encoding="utf-8") as file:
            text = file.read()
        self.assertIn("\nVERIFIED\n", self.on_the_host(text, "right").out)
        for name, right, wrong, says in (("tail", "(n + threads - 1) / threads", "(n + threads - 1) / threads - (n > 256)", "the tail of a grid"),
                                         ("sign", "T(-lambda)", "T(lambda)", "minus sign is missing")):
            with self.subTest(name):
                self.assertEqual(text.count(right), 1)
                self.assertIn(says, self.on_the_host(text.replace(right, wrong), name).out)

    def test_under_another_name(self):
        os.mkdir(os.path.join(self.folder, "sub"))
        self.judged("c", "--file", "sub/my_layer.c")
        self.judged("cpp", "--file", os.path.join(self.folder, "sub", "full.cpp"))
        self.assertEqual(sorted(os.listdir(os.path.join(self.folder, "sub"))), ["full.cpp", "full.so", "my_layer.c", "my_layer.so"])

    def test_nothing_is_overwritten(self):
        self.file("grl.c", "mine\n")
        self.refused("adapter", "init", "c", says=["grl.c is there already", "--file"])
        os.symlink("nowhere", os.path.join(self.folder, "adapter.py"))
        self.refused("adapter", "init", "tiny", says=["adapter.py is there already"])
        with open(os.path.join(self.folder, "grl.c"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "mine\n")

    def test_wrong_use(self):
        self.refused("adapter", says=["subcommand"])
        self.refused("adapter", "init", says=["kind", "required"])
        self.refused("adapter", "init", "cobol", says=["cobol"])
        self.refused("adapter", "init", "c", "--file", "my layer.c", says=["give a name of letters"])
        self.refused("adapter", "init", "c", "--file", "no/such/folder/grl.c", says=["can't write"])
        self.refused("adapter", "init", "c", says=["set GRADPROOF_ADAPTERS"], GRADPROOF_ADAPTERS=self.folder)

    def test_all_kinds_write_their_file(self):
        for kind in ("c", "cpp", "cuda", "torch", "jax", "tf", "paddle", "tfjs", "tiny"):
            with self.subTest(kind):
                ended = self.gradproof("adapter", "init", kind, "--file", kind + ".txt")
                self.assertRegex(ended.out, rf"^{kind}\.txt is an? [^\n]+\. Next:\n\n  ")
                self.assertGreater(os.path.getsize(os.path.join(self.folder, kind + ".txt")), 200)


PAGE = os.path.join(ROOT, "docs", "reference", "protocol.md")


class Schema(CliCase):
    """docs/reference/protocol.schema.json: what is said, on the page and on the wire, fits it, and what is wrong does not."""

    def test_every_exchange_of_the_page_fits(self):
        with open(PAGE, encoding="utf-8") as page:
            text = page.read()
        exchanges = re.findall(r"(?ms)^```exchange [^\n]*\n(.*?)^```$", text)
        self.assertGreaterEqual(len(exchanges), 5)
        for exchange in exchanges:
            with self.subTest(exchange[:80]):
                self.assertEqual(list(exchange_schema.wrong_in(exchange.splitlines())), [])
        self.assertIn("(protocol.schema.json)", text)

    def recorded(self, *command):
        """What was said to the tiny adapter and by it."""
        recorder = shlex.join(["python3", os.path.join(ROOT, "tests", "cli", "recorder.py"), "record", "python3", TINY])
        ended = self.gradproof(*command, "cmd:" + recorder)
        self.assertEqual(ended.code, 0, ended.out + ended.err)
        with open(os.path.join(self.folder, "record"), "rb") as file:
            return file.read().decode("utf-8", "replace").splitlines()

    def test_a_recorded_session_fits(self):
        for command in (("verify", "--graphs", "12"), ("conformance",)):
            with self.subTest(command[0]):
                lines = self.recorded(*command)
                self.assertGreater(len(lines), 20)
                self.assertEqual(list(exchange_schema.wrong_in(lines)), [])

    def test_what_is_wrong_does_not_fit(self):
        hello = {"id": 1, "ok": True, "protocol": 1, "adapter": "a", "framework": "f", "subject": "s", "form": "f", "lambda": "l", "dtypes": [], "ops": [], "layouts": []}
        tensor = {"dtype": "f64", "shape": [1, 1], "data": "AAAAAAAA8D8="}
        ran = {"id": 1, "ok": True, "results": [{"outputs": [tensor], "gradients": [tensor, None]}]}
        for good in (hello, ran, {"id": None, "ok": False, "error": {"kind": "protocol", "message": "m"}}, {"id": 3, "ok": True}):
            self.assertEqual(exchange_schema.errors_of(good, "reply"), [])
        bad = [{**hello, "protocol": 2}, {**hello, "dtypes": ["double"]}, {**hello, "steps": ["dance"]}, {**hello, "id": "1"}, {**hello, "reads": "late"},
               {k: v for k, v in hello.items() if k != "ops"}, {**ran, "results": [{"outputs": []}]}, {"id": None, "ok": True}, {"id": 1, "ok": False}]
        for change in ({"data": "AAA"}, {"data": "AAA*"}, {"shape": [-1]}, {"shape": [1.5]}, {"dtype": None}):
            bad.append({**ran, "results": [{"outputs": [{**tensor, **change}], "gradients": []}]})
        for reply in bad:
            with self.subTest(reply):
                self.assertNotEqual(exchange_schema.errors_of(reply, "reply"), [])
        for request in ({"id": 1, "command": "dance"}, {"id": 1, "command": "hello"}, {"id": 1, "command": "run", "cases": [{"dtype": "f64"}]},
                        {"id": 1, "command": "run", "cases": [{"dtype": "f64", "scenario": [{"do": "make", "name": "a"}]}]}):
            with self.subTest(request):
                self.assertNotEqual(exchange_schema.errors_of(request, "request"), [])


# What an adapter does to us: what is written in place of what, the exit code, and what the report says.
HOSTILE = {
    "hangs at hello": ('    command = request.get("command")', '    import time; time.sleep(60)\n    command = request.get("command")', 3, "no answer within 2 s"),
    "hangs at run": (AT_RUN, f'    if command == "run": import time; time.sleep(60)\n{AT_RUN}', 1, "does not come back in time"),
    "hangs at bye": ('    if command == "bye":', '    if command == "bye":\n        import time; time.sleep(60)', 0, "VERIFIED"),
    "a byte each second": ('    replies.write(json.dumps(answer) + "\\n")', "    import time\n    for byte in json.dumps(answer) + chr(10):\n        os.write(replies.fileno(), byte.encode())\n"
                           "        time.sleep(request['command'] == 'run')", 1, "does not come back in time"),
    "a gigabyte of an answer": (AT_RUN, '    for _ in range(1024 * (command == "run")):\n        os.write(replies.fileno(), b"{" * (1 << 20))\n' + AT_RUN, 1, "wrote more than"),
    "a gigabyte of prints": (AT_RUN, '    for _ in range(1024 * (command == "run")):\n        os.write(replies.fileno(), b"x" * (1 << 20))\n' + AT_RUN, 1, "wrote more than"),
    "every reply twice": ('json.dumps(answer) + "\\n"', 'json.dumps(answer) + "\\n" + json.dumps(answer) + "\\n"', 1, "a second time"),
    "NaN for everything": ("return [-lambda_ * g for g in gradient]", 'return [float("nan") for g in gradient]', 1, "observed nan"),
    "takes all memory": (AT_RUN, '    while command == "run": globals().setdefault("kept", []).append(os.urandom(1 << 20) * 8)\n' + AT_RUN, 1, "takes more and more memory"),
    "leaves a process in a session of its own": (AT_RUN, '    if command == "run" and os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0:\n            import time; time.sleep(60)\n'
                                                 "        os._exit(0)\n" + AT_RUN, 0, "VERIFIED"),
    "exits with 0 at run": (AT_RUN, '    if command == "run": os._exit(0)\n' + AT_RUN, 1, "takes its process down"),
    "exits with 0 at hello": ('    command = request.get("command")', '    os._exit(0)\n    command = request.get("command")', 3, "exited with status 0"),
    "invalid UTF-8": ('    replies.write(json.dumps(answer) + "\\n")', '    os.write(replies.fileno(), b\'{"id": %d, "ok": "\\xff"}\\n\' % request["id"])', 3, "not JSON"),
}


class Hostile(CliCase):
    """Whatever an adapter does: a verdict, within the deadlines, in bounded memory, with no process and no file left."""

    def judged(self, source):
        """The run's exit code, its report, and the most memory that the program had, in bytes."""
        self.file("adapter.py", source)
        own = os.path.join(self.folder, "tmp")
        os.makedirs(own, exist_ok=True)
        running = Running("verify", "cmd:python3 adapter.py", "--timeout", "20" if "1024" in source else "1", "--start-timeout", "2", "--memory", "300MiB", "--graphs", "12", cwd=self.folder, TMPDIR=own)
        peak = 0
        while running.process.poll() is None:
            with contextlib.suppress(OSError), open(f"/proc/{running.process.pid}/status", encoding="ascii") as file:
                peak = max([peak, *(1024 * int(kb) for kb in re.findall(r"VmHWM:\s+(\d+) kB", file.read()))])
            if time.monotonic() - running.began > 60:
                break
            select.select([], [], [], 0.05)
        ended = running.end(10)
        self.decent(ended)
        self.assertEqual(os.listdir(own), [], "files are left over")
        return ended, peak

    def test_each_ends_in_a_verdict(self):
        for name, (right, wrong, code, says) in HOSTILE.items():
            with self.subTest(name):
                with open(TINY, encoding="utf-8") as file:
                    tiny = file.read()
                self.assertEqual(tiny.count(right), 1, right)
                ended, peak = self.judged(tiny.replace(right, wrong))
                self.assertEqual(ended.code, code, ended.out + ended.err)
                self.assertIn(says, ended.out)
                self.assertLess(ended.seconds, 45)
                # An answer may have 256 MiB, in a buffer that grows by doubling.
                self.assertLess(peak, 900 << 20)
                if "prints" in name:
                    # A sanitizer holds back what was freed, and keeps books of its own.
                    self.assertLess(peak, (400 if os.environ.get("GRADPROOF_SANITIZED") else 100) << 20)


if __name__ == "__main__":
    unittest.main()
