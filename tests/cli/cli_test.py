"""The program as a user types it: every command and option, bad input, exit codes, terminals, Ctrl-C."""

import copy
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from program import (HERE, CliCase, Running, environment, leftovers, marked, on_terminal, program, run, to_be_mended, wait_for)  # noqa: E402
import schema  # noqa: E402
import worked_example  # noqa: E402

RIGHT = "x = input 1x2 [0.5 -2]\nr = reverse x 3\ny = square r\ns = sum y all\noutput s\n"
COMMANDS = ("verify", "properties", "check", "replay", "conformance", "adapter", "list", "explain", "doctor")


def golden(test, name, text):
    """Compares with a file beside this test; UPDATE=1 rewrites it, and the review is the diff."""
    path = os.path.join(HERE, "golden", name)
    if os.environ.get("UPDATE") == "1":
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    with open(path, encoding="utf-8") as file:
        test.assertEqual(file.read(), text, f"golden/{name}; UPDATE=1 rewrites it")


def timeless(text):
    return re.sub(r"; [0-9.]+ s\b", "; SECONDS s", text)


def report_of(ended):
    """The one report of a run with --json -, which must fit the published schema."""
    document = schema.parse(ended.out)
    wrong = list(schema.errors(document, schema.published("report.schema.json")))
    assert not wrong, wrong
    return document["reports"][0]


class Usage(CliCase):
    def test_help_names_every_command_and_every_exit_code(self):
        text = self.gradproof("--help").out
        for command in COMMANDS:
            self.assertRegex(text, rf"(?m)^  {command} ")
        for code in (0, 1, 2, 3, 4, 5, 70):
            self.assertRegex(text, rf"(?m)^ +{code}  ")

    def test_each_command_explains_itself(self):
        for command in COMMANDS:
            with self.subTest(command):
                ended = self.gradproof(command, "--help")
                self.assertEqual((ended.code, ended.err), (0, ""))
                self.assertIn("Usage: gradproof " + command, ended.out)

    def test_version_is_a_version(self):
        self.assertRegex(self.gradproof("--version").out, r"^[0-9]+\.[0-9]+\.[0-9]+\n$")

    def test_no_arguments_at_all(self):
        self.refused(says=["subcommand"])

    def test_what_is_left_out_is_named(self):
        for command, missing in (("verify", "target"), ("check", "file"), ("replay", "file"), ("explain", "property")):
            with self.subTest(command):
                self.refused(command, says=[missing, "required"])

    def test_what_is_too_much_is_named(self):
        for arguments in (("explain", "hoist", "surplus"), ("list", "ops", "surplus"), ("check", "a", "surplus"), ("verify", "builtin", "--surplus"),
                          ("doctor", "--surplus")):
            with self.subTest(arguments):
                self.refused(*arguments, says=["surplus"])

    def test_an_unknown_command_is_named(self):
        self.refused("verfiy", "builtin", says=["verfiy"])

    def test_an_unknown_option_before_the_command_is_named(self):
        self.refused("--nope", says=["--nope"])

    def test_an_option_twice(self):
        self.refused("verify", "builtin", "--graphs", "2", "--graphs", "3", says=["--graphs"])


class BadTargets(CliCase):
    def test_targets_that_are_none(self):
        for target, says in (("grl", ["grl", "builtin", "so:", "py:"]), ("", ["builtin", "so:", "py:"]), ("tf:x.py:G", ["tf:x.py:G"]),
                             ("so:", ["so:./grl.so"]), ("py:", ["py:grl.py:"]), ("py:x.py", ["name"]), ("py::GRL", ["file"]),
                             ("py:gone.py:GRL", ["gone.py", "no file"]), ("so:gone.so", ["gone.so", "no file"]), ("so:.", ["not a file"]),
                             ("py:.:GRL", ["not a file"])):
            with self.subTest(target):
                self.refused("verify", target, says=says)
                self.refused("properties", "--subject", target, says=says)

    def test_one_bad_target_among_good_ones_stops_all_before_the_work(self):
        self.refused("verify", "builtin", "nope", "--graphs", "1000000", says=["nope"])

    def no_subject(self, *arguments, says, **more):
        ended = self.gradproof(*arguments, **more)
        self.assertEqual(ended.code, 3, ended.out + ended.err)
        self.assertIn("NO SUBJECT: ", ended.out)
        for words in says:
            self.assertIn(words, ended.out)
        return ended

    def test_a_file_that_is_no_library(self):
        self.file("text.so", "hello\n" * 1000)
        self.file("empty.so", "")
        for name in ("text.so", "empty.so"):
            with self.subTest(name):
                self.no_subject("verify", "so:" + name, says=[name, "can't be loaded"])

    def test_a_library_without_the_functions(self):
        target = self.plugin("other", "int other_forward;\n")
        self.no_subject("verify", target, says=["other.so", "grl_forward"])

    def test_a_library_that_supports_nothing(self):
        target = self.plugin("nothing", "#define HANGS 0\n" + KERNELS.replace("GRADPROOF_F32", "-1").replace("GRADPROOF_F64", "-2"))
        self.no_subject("verify", target, says=["no dtype", "f64"])

    def test_another_prefix_is_suggested(self):
        self.no_subject("verify", self.example("right_grl.so") + ":dann", says=["dann_forward", "so:FILE.so:grl"])

    def test_a_python_that_is_none(self):
        self.file("grl.py", "")
        self.no_subject("verify", "py:grl.py:GRL", "--python", "./no-python", says=["./no-python", "no such file"])
        self.no_subject("verify", "py:grl.py:GRL", says=["./no-python"], GRADPROOF_PYTHON="./no-python")

    def test_a_python_that_does_not_answer_as_an_adapter(self):
        self.file("grl.py", "")
        for name, body, says in (("leaves", "exit 7", ["status 7"]), ("says", "echo hello; echo sorry >&2", ["hello", "sorry"]),
                                 ("lies", 'echo \'{"id": 0, "ok": nope\'; sleep 60', ["JSON"]), ("sleeps", "sleep 60", ["no answer within"]),
                                 ("dies", "kill -9 $$", ["SIGKILL"])):
            with self.subTest(name):
                python = self.script(name, "#!/bin/sh\n" + body + "\n")
                ended = self.no_subject("verify", "py:grl.py:GRL", "--python", python, "--start-timeout", "0.5", says=says)
                self.assertLess(ended.seconds, 20)

    def test_a_fault_of_one_subject_does_not_hide_the_others(self):
        self.file("text.so", "hello\n")
        arguments = ("verify", "so:text.so", self.example("wrong_grl.so"), self.example("right_grl.so"), "--graphs", "3", "--json", "-")
        ended = self.gradproof(*arguments)
        self.assertEqual(ended.code, 1)
        reports = schema.parse(ended.out)["reports"]
        self.assertEqual([r["conclusion"] for r in reports], ["NO SUBJECT", "NOT VERIFIED", "VERIFIED"])
        self.assertEqual([r["exit_code"] for r in reports], [3, 1, 0])
        self.assertEqual(self.gradproof("verify", "so:text.so", "so:right_grl.so", "--graphs", "3").code, 3)


class BadOptions(CliCase):
    def test_words_that_are_unknown(self):
        for arguments, says in ((("properties", "nope"), ["nope", "gradproof list properties"]), (("explain", "nope"), ["nope", "gradproof list properties"]),
                                (("list", "nope"), ["nope", "targets", "properties", "ops", "dtypes"]),
                                (("verify", "builtin", "--dtype", "f12"), ["--dtype f12", "f16", "bf16", "f32", "f64"]),
                                (("verify", "builtin", "--dtype", "f32,f12"), ["--dtype f12"]),
                                (("properties", "--dtype", "f12"), ["--dtype f12", "f64"])):
            with self.subTest(arguments):
                self.refused(*arguments, says=says)

    def test_numbers_out_of_range(self):
        self.file("right.graph", RIGHT)
        for arguments, option in ((("check", "right.graph", "--digits"), ("0", "-1", "999999", "abc", "", "1e3", "nan")),
                                  (("verify", "builtin", "--graphs"), ("-1", "99999999999", "abc", "1.5", "")),
                                  (("properties", "--graphs"), ("-1", "99999999999999999999", "abc", "")),
                                  (("verify", "builtin", "--seed"), ("abc", "1.5")),
                                  (("verify", "builtin", "--timeout"), ("0", "-1", "abc", "inf")),
                                  (("verify", "builtin", "--start-timeout"), ("0", "-1", "abc", "inf"))):
            for value in option:
                with self.subTest(arguments, value=value):
                    self.refused(*arguments, value, says=[arguments[-1]])

    def test_an_empty_seed(self):
        self.refused("verify", "builtin", "--graphs", "3", "--seed", "", says=["--seed"])

    def test_a_negative_seed(self):
        self.refused("verify", "builtin", "--graphs", "3", "--seed", "-1", says=["--seed"])

    def test_a_seed_that_is_too_large(self):
        self.refused("verify", "builtin", "--graphs", "3", "--seed", "99999999999999999999999", says=["--seed"])

    def test_a_deadline_that_is_no_number(self):
        self.refused("verify", "builtin", "--graphs", "3", "--timeout", "nan", says=["--timeout"])

    def test_a_deadline_beyond_all_clocks(self):
        self.refused("verify", "builtin", "--graphs", "3", "--timeout", "1e300", says=["--timeout"])

    def test_the_range_of_a_deadline_can_be_read(self):
        ended = run("verify", "builtin", "--timeout", "0", cwd=self.folder)
        self.assertLess(len(ended.err), 200)

    def test_a_report_that_cannot_be_written_is_told_before_the_work(self):
        self.file("right.graph", RIGHT)
        self.file("plain", "")
        for place in ("no/such/folder.json", ".", "plain/report.json"):
            for arguments in (("verify", "builtin", "--graphs", "1000000"), ("properties", "--graphs", "1000000"), ("check", "right.graph"),
                              ("replay", "right.graph")):
                with self.subTest(arguments, place=place):
                    self.assertLess(self.refused(*arguments, "--json", place, says=["can't write", place], timeout=10).seconds, 5)
        self.assertEqual(sorted(os.listdir(self.folder)), ["plain", "right.graph"])

    def test_replay_files_that_cannot_be_written(self):
        self.file("plain", "")
        ended = self.gradproof("verify", self.example("wrong_grl.so"), "--graphs", "3", "--failures", "plain/folder")
        self.assertEqual(ended.code, 1)
        self.assertIn("--failures DIR", ended.err)
        self.assertIn("NOT VERIFIED", ended.out)
        self.assertNotIn("replay:", ended.out)


class BadGraphs(CliCase):
    # The text; where the trouble is; what the message must say.
    MALFORMED = (
        ("", "1:1", ["no output"]),
        ("hello\n", "1:6", ["="]),
        ("x = frob y\n", "1:5", ["frob", "gradproof list ops"]),
        ("x = input 1x1 [1]\ny = frob x\noutput y\n", "2:5", ["frob"]),
        ("x = input two [1]\noutput x\n", "1:11", ["shape", "two"]),
        ("x = input 2x3 [1 2]\noutput x\n", "1:19", ["3 values"]),
        ("x = input 2x2 [1 2; 3]\noutput x\n", "1:22", ["2 values"]),
        ("x = input 1x1 [1\noutput x\n", "1:17", ["]"]),
        ("x = input 1x1 [one]\noutput x\n", "1:16", ["number", "one"]),
        ("x = input 1x1 [1/0]\noutput x\n", "1:16", ["number", "1/0"]),
        ("x = input 99999999999x3 [1]\noutput x\n", "1:11", ["shape"]),
        ("x = input 1000000x1000000 [1]\noutput x\n", "1:11", ["at most"]),
        ("x = input 2x3 [1]\ny = input 2x2 [1]\nz = add x y\noutput z\n", "3:", ["add", "2x3", "2x2"]),
        ("x = input 2x3 [1]\ny = input 2x2 [1]\nz = matmul x y\noutput z\n", "3:", ["matmul", "2x3", "2x2"]),
        ("x = input 2x3 [1]\ny = slice x 0:3 0:1\noutput y\n", "2:", ["slice"]),
        ("x = input 2x3 [1]\ny = reshape x 4x2\noutput y\n", "2:", ["reshape"]),
        ("x = input 1x1 [1]\nr = reverse x nan\noutput r\n", "2:", ["λ", "nan", "finite"]),
        ("x = input 1x1 [1]\nr = reverse x -inf\noutput r\n", "2:", ["λ", "-inf", "finite"]),
        ("x = input 1x1 [1]\nl = const 1x1 [nan]\nr = reverse x l\noutput r\n", "3:", ["λ", "nan", "finite"]),
        ("x = input 1x1 [1]\nl = const 1x2 [1 2]\nr = reverse x l\noutput r\n", "3:", ["1x2"]),
        ("x = input 1x1 [1]\nr = reverse x\noutput r\n", "2:14", ["operand"]),
        ("x = input 1x1 [1]\nr = reverse x 1 2\noutput r\n", "2:17", ["end of the line", "2"]),
        ("x = input 1x1 [1]\nx = neg x\noutput x\n", "2:1", ["new name", "x"]),
        ("x = input 1x1 [1]\ny = pow x 0.5\noutput y\n", "2:11", ["integer", "0.5"]),
        ("output y\n", "1:8", ["y"]),
        ("x = input 1x1 [1]\n", "2:1", ["no output"]),
        ("x = input 1x1 [1]\noutput x cotangent [1 2]\n", "2:24", ["1x1"]),
        ("gradproof 2\nx = input 1x1 [1]\noutput x\n", "1:11", ["version 1", "2"]),
        ("x = input 1x1 [1\0]\noutput x\n", "1:16", ["number"]),
        (b"\xff\xfe\x00x\n", "1:1", ["name"]),
    )

    def test_malformed_text_is_told_with_line_and_column(self):
        for text, place, says in self.MALFORMED:
            with self.subTest(text):
                self.file("bad.graph", text)
                for command in ("check", "replay"):
                    self.refused(command, "bad.graph", says=["bad.graph:" + place, *says])

    def test_standard_input_is_named_too(self):
        self.refused("check", "-", says=["-:1:6"], text="hello\n")

    def test_a_lambda_that_is_nan_is_pointed_at(self):
        self.file("bad.graph", "x = input 1x1 [1]\nr = reverse x nan\noutput r\n")
        self.refused("check", "bad.graph", says=["bad.graph:2:15: ", "λ"])

    def test_control_characters_do_not_reach_the_terminal(self):
        self.file("bad.graph", "\x1b[2Jboo\n")
        self.assertNotIn("\x1b", self.refused("check", "bad.graph", says=["bad.graph:1:1"]).err)

    def test_files_that_are_none(self):
        os.mkdir(os.path.join(self.folder, "folder"))
        os.symlink("loop", os.path.join(self.folder, "loop"))
        for command in ("check", "replay"):
            self.refused(command, "gone.graph", says=["no file gone.graph"])
            self.refused(command, "folder", says=["folder"])
            self.refused(command, "loop", says=["loop"])
            self.refused(command, "", says=["no file"])

    def test_a_named_pipe_without_a_writer_is_no_hang(self):
        os.mkfifo(os.path.join(self.folder, "pipe"))
        self.refused("check", "pipe", says=["pipe"], timeout=5)

    def test_metadata_that_replay_cannot_use(self):
        for line, says in (("@dtype f12", ["f12", "f64"]), ("@layout sideways", ["sideways", "transposed"]), ("@rank 9", ["9", "0 to 4"]),
                           ("@rank two", ["two"]), ("@property nope", ["nope", "gradproof list properties"]), ("@subject nope", ["nope", "builtin"]),
                           ("@subject so:gone.so", ["gone.so"])):
            with self.subTest(line):
                self.file("replay.graph", line + "\n" + RIGHT)
                self.refused("replay", "replay.graph", says=says)
        self.file("replay.graph", RIGHT)
        self.refused("replay", "replay.graph", "--property", "nope", says=["nope"])
        self.refused("replay", "replay.graph", "--subject", "nope", says=["nope"])


class Check(CliCase):
    def check(self, text, *arguments, code, says=()):
        self.file("t.graph", text)
        ended = self.gradproof("check", "t.graph", *arguments)
        self.assertEqual((ended.code, ended.err), (code, ""), ended.out)
        for words in says:
            self.assertIn(words, ended.out)
        return ended.out

    def test_a_right_graph(self):
        text = self.check(RIGHT, code=0, says=["ALL AGREE", "x [0,0]  -3.0000", "x [0,1]   1.2000"])
        self.assertEqual(text.count("holds"), 5)

    def test_digits(self):
        for digits in (1, 2, 50, 1000, 10000):
            out = self.check("x = input 1x1 [2]\ny = exp x\noutput y\n", "--digits", str(digits), code=0)
            value = re.search(r"y \[0,0\] +([0-9.]+)e", out)[1].replace(".", "")
            self.assertEqual(len(value), digits)
            self.assertTrue(value.startswith("73890560989306502272304274605750078131803155705518"[:max(1, min(digits, 50) - 1)]))

    def test_standard_input(self):
        ended = self.gradproof("check", "-", text=RIGHT)
        self.assertEqual(ended.code, 0)

    def test_a_graph_on_a_kink_is_inconclusive(self):
        self.check("x = input 1x1 [0]\ny = relu x\noutput y\n", code=4, says=["INCONCLUSIVE", "kink"])
        self.check("x = input 1x1 [1]\ny = input 1x1 [1]\nm = max x y\noutput m\n", code=4, says=["kink"])

    def test_an_absolute_value_at_zero_is_inconclusive(self):
        self.check("x = input 1x1 [0]\ny = abs x\noutput y\n", code=4, says=["kink"])

    def test_beside_the_kink_it_is_decided(self):
        self.check("x = input 1x1 [0x1p-40]\ny = relu x\noutput y\n", code=0, says=["ALL AGREE"])

    def test_a_verdict_does_not_contradict_itself(self):
        self.assertNotIn("no derivative", self.check("x = input 1x1 [0.5]\ny = round x\noutput y\n", code=0))

    def test_the_logarithm_of_a_negative_number_is_no_disagreement(self):
        self.check("x = input 1x1 [-1]\ny = log x\noutput y\n", code=4, says=["INCONCLUSIVE"])

    def test_the_square_root_of_a_negative_number_is_no_disagreement(self):
        self.check("x = input 1x1 [-1]\ny = sqrt x\noutput y\n", code=4, says=["INCONCLUSIVE"])

    def test_the_edges_of_domains(self):
        for line in ("log x", "sqrt x", "div 1 x", "pow x -1"):
            with self.subTest(line):
                self.check(f"x = input 1x1 [0]\ny = {line}\noutput y\n", code=4, says=["INCONCLUSIVE", "outside the domain"])

    def test_leaves_that_are_not_finite(self):
        for value in ("inf", "-inf", "nan"):
            self.check(f"x = input 1x1 [{value}]\ny = square x\noutput y\n", code=4, says=["INCONCLUSIVE", "a leaf is not finite"])

    def test_nothing_to_differentiate(self):
        for text in ("x = input 0x3 []\ny = sum x all\noutput y\n", "x = input 0x3 []\noutput x\n", "x = const 1x1 [2]\ny = exp x\noutput y\n"):
            self.check(text, code=4, says=["INCONCLUSIVE", "no input entries"])

    def test_extreme_strengths(self):
        self.check("x = input 1x1 [0.5]\nr = reverse x 1e-300\nq = reverse r 1e300\ny = tanh q\noutput y\n", code=0, says=["ALL AGREE"])
        self.check("x = input 1x1 [0.5]\nr = reverse x 1/3\ny = tanh r\noutput y\n", code=0)
        self.check("x = input 1x1 [0.5]\nr = reverse x 0\ny = tanh r\noutput y\n", code=0, says=["0.0000"])

    def test_a_small_difference_is_not_called_exact(self):
        out = self.check("x = input 1x1 [1/3]\ny = exp x\noutput y\n", "--digits", "2000", code=0)
        self.assertNotIn("0 (exact)", re.search("central differences.*", out)[0])

    def test_the_worked_example(self):
        out = self.check(worked_example.GRAPH, "--digits", "17", code=0, says=["ALL AGREE"])
        for row, total in enumerate(worked_example.COLUMN_SUMS):
            for column in range(2):
                value = re.search(rf"w1 \[{row},{column}\] +(-?[0-9.e+-]+)", out)[1]
                self.assertEqual(float(value), -total)

    def test_json(self):
        shape = schema.published("check.schema.json")
        for text, code in ((RIGHT, 0), ("x = input 1x1 [0]\ny = relu x\noutput y\n", 4), ("x = input 1x1 [inf]\noutput x\n", 4), ("x = input 0x3 []\noutput x\n", 4)):
            self.file("t.graph", text)
            ended = self.gradproof("check", "t.graph", "--json", "-", "--digits", "40")
            document = schema.parse(ended.out)
            self.assertEqual(list(schema.errors(document, shape)), [])
            self.assertEqual((ended.code, document["exit_code"], document["file"], document["digits"], ended.err), (code, code, "t.graph", 40, ""))
            beside = self.gradproof("check", "t.graph", "--json", "t.json", "--digits", "40")
            self.assertTrue(beside.out.startswith("t.graph\n"))
            with open(os.path.join(self.folder, "t.json"), encoding="utf-8") as file:
                self.assertEqual(file.read(), ended.out)


class Verify(CliCase):
    def test_the_bundled_examples(self):
        right = self.gradproof("verify", self.example("right_grl.so"))
        self.assertEqual((right.code, right.err), (0, ""))
        self.assertIn("\nVERIFIED\n", right.out)
        wrong = self.gradproof("verify", self.example("wrong_grl.so"))
        self.assertEqual((wrong.code, wrong.err), (1, ""))
        self.assertIn("\nNOT VERIFIED\n", wrong.out)
        self.assertRegex(wrong.out, "observed factor [0-9.]+, that is \\+λ")
        self.assertIn("the minus sign is missing", wrong.out)

    def test_the_engine_itself(self):
        self.assertEqual(self.gradproof("verify", "builtin", "--graphs", "20").code, 0)

    def test_dtypes(self):
        target = self.example("right_grl.so")
        for asked, seen in ((["--dtype", "f32"], {"f32"}), (["--dtype", "f32,f64"], {"f32", "f64"}), (["--dtype", "f32", "--dtype", "f64"], {"f32", "f64"}),
                            (["--dtype", "f16,f64"], {"f64"})):
            report = report_of(self.gradproof("verify", target, *asked, "--graphs", "10", "--json", "-"))
            self.assertEqual({t["dtype"] for t in report["properties"]}, seen)
        ended = self.gradproof("verify", target, "--dtype", "bf16")
        self.assertEqual(ended.code, 4)
        self.assertIn("none of the dtypes", ended.out)

    def test_no_random_graph_is_inconclusive(self):
        ended = self.gradproof("verify", self.example("right_grl.so"), "--graphs", "0")
        self.assertEqual(ended.code, 4)
        self.assertRegex(ended.out, "INCONCLUSIVE: .*graphs")

    def test_a_failure_can_be_replayed(self):
        failed = self.gradproof("verify", self.example("wrong_grl.so"), "--graphs", "10", "--failures", "found here")
        said = re.search("gradient of .*: expected .*, observed .*, allowed error .*", failed.out)[0]
        command = shlex.split(re.search("replay: gradproof (replay .*)", failed.out)[1])
        again = self.gradproof(*command)
        self.assertEqual(again.code, 1)
        self.assertIn(said, again.out)
        self.assertIn("the minus sign is missing", again.out)
        cured = self.gradproof(*command, "--subject", self.example("right_grl.so"))
        self.assertEqual(cured.code, 0, cured.out)

    def test_the_replay_command_can_be_pasted(self):
        failed = self.gradproof("verify", self.example("wrong_grl.so"), "--graphs", "3", "--failures", "found here")
        command = re.search("replay: (gradproof replay .*)", failed.out)[1]
        pasted = subprocess.run(["sh", "-c", command.replace("gradproof", '"$PROGRAM"', 1)], cwd=self.folder, capture_output=True, timeout=30, check=False,
                                env={**environment("pasted"), "PROGRAM": program()})
        self.assertEqual(pasted.returncode, 1, pasted.stderr)

    def test_the_commands_name_the_python_that_was_asked_for(self):
        layer = self.example("wrong_grl.so")
        usual = self.gradproof("verify", layer, "--graphs", "3").out
        self.assertNotIn("--python", usual)
        told = self.gradproof("verify", layer, "--graphs", "3", "--python", "./my python").out
        self.assertIn("replay: gradproof replay --python './my python' gradproof-failures/", told)
        # What the environment says holds for the next command by itself.
        self.assertNotIn("--python", self.gradproof("verify", layer, "--graphs", "3", GRADPROOF_PYTHON="./my python").out)

    def test_a_failure_without_a_counterexample_of_its_own_is_named(self):
        report = self.gradproof("verify", self.example("wrong_grl.so"), "--json", "report.json").out
        listed = report.partition("also failing:")[2].partition("\n\n")[0]
        for name in re.findall(r"^  ([a-z-]+) +.*FAIL", report, re.MULTILINE):
            with self.subTest(name):
                self.assertIn(name, listed + re.search("counterexample for (.*) \\(", report)[1])

    def test_a_target_without_its_kind_is_told_how_to_say_it(self):
        for target, says in {"grl.py": "py:grl.py:NAME", "grl.py:GRL": "write py:grl.py:GRL", "a/grl.mjs:f": "js:a/grl.mjs:f", "./grl.so": "so:./grl.so",
                             "so:grl.c": "compile it first", "so:grl.cu:pre": "compile it first", "py:grl.py": "'py:grl.py'", "grl": "is no target",
                             "socket:gone": "--subject"}.items():
            with self.subTest(target):
                self.refused("verify", target, says=[says])

    def test_wrong_use_of_a_command_within_a_command_names_its_help(self):
        self.refused("adapter", "init", says=["gradproof adapter init --help"])
        self.refused("verify", says=["gradproof verify --help"])

    def test_every_replay_file_fails_again(self):
        report = report_of(self.gradproof("verify", self.example("wrong_grl.so"), "--graphs", "10", "--json", "-"))
        self.assertGreater(len(report["counterexamples"]), 2)
        self.assertLessEqual(report["counterexamples"][0]["nodes"], 4)
        for example in report["counterexamples"]:
            with self.subTest(example["property"]):
                self.assertEqual(self.gradproof("replay", example["replay_file"]).code, 1)
                self.assertEqual(self.gradproof("replay", example["replay_file"], "--subject", self.example("right_grl.so")).code, 0)

    def test_every_counterexample_has_a_reversal_in_it(self):
        report = report_of(self.gradproof("verify", self.example("wrong_grl.so"), "--graphs", "10", "--json", "-"))
        for example in report["counterexamples"]:
            self.assertIn("reverse", example["graph"] + example["against"], example["property"])

    def test_a_replay_without_a_property_tries_all(self):
        self.file("t.graph", RIGHT)
        ended = self.gradproof("replay", "t.graph", "--json", "-")
        report = report_of(ended)
        self.assertEqual((ended.code, report["command"]), (0, "replay"))
        self.assertGreater(len(report["properties"]), 20)
        one = report_of(self.gradproof("replay", "t.graph", "--property", "reversal-scales", "--json", "-"))
        self.assertEqual([t["property"] for t in one["properties"]], ["reversal-scales"])

    def test_a_property_that_says_nothing_about_the_graph(self):
        self.file("t.graph", "x = input 1x1 [1]\nr = reverse x 2\noutput r\n")
        ended = self.gradproof("replay", "t.graph", "--property", "hoist")
        self.assertEqual(ended.code, 4)
        self.assertRegex(ended.out, "INCONCLUSIVE: .+: .+")

    def test_a_subject_that_hangs_is_a_verdict_within_bounds(self):
        target = self.plugin("hang", HANG)
        self.file("t.graph", f"@subject {target}\n@property backward-rounded\n" + LONE)
        ended = self.gradproof("replay", "t.graph", "--timeout", "0.5")
        self.assertEqual(ended.code, 1)
        self.assertIn("no answer within 500 ms", ended.out)
        self.assertLess(ended.seconds, 20)

    def test_a_subject_that_always_hangs_is_given_up(self):
        target = self.plugin("hang", HANG)
        ended = self.gradproof("verify", target, "--timeout", "0.5", timeout=10)
        self.assertEqual(ended.code, 1)


class Contracts(CliCase):
    def test_bad_contracts_are_refused(self):
        self.file("two.graph", "x = input 1x1 [1]\nz = input 1x1 [1]\ny = mul x z\noutput y\n")
        self.file("row.graph", "x = input 2x3 [1]\ny = sum x rows\noutput y\n")
        for arguments, says in ((("--contract", "scale"), ["'scale' is no contract", "straight-through"]), (("--contract", "clip:-1"), ["'clip:-1'"]),
                                (("--contract", "derivative"), ["--forward"]), (("--contract", "stop", "--forward", "two.graph"), ["--contract derivative alone"]),
                                (("--contract", "derivative", "--forward", "two.graph"), ["one input and one output", "2"]),
                                (("--contract", "derivative", "--forward", "row.graph"), ["1x3", "2x3"])):
            with self.subTest(arguments):
                self.refused("verify", "builtin", *arguments, says=says)

    def test_a_layer_with_a_strength_has_no_other_contract(self):
        ended = self.gradproof("verify", "builtin", "--contract", "straight-through")
        self.assertEqual(ended.code, 4, ended.out)
        self.assertIn("takes a λ", ended.out)


class Budget(CliCase):
    def test_a_budget_ends_the_random_graphs_early(self):
        whole = report_of(self.gradproof("verify", "builtin", "--graphs", "400", "--json", "-"))
        short = report_of(self.gradproof("verify", "builtin", "--graphs", "400", "--budget", "0.01s", "--json", "-"))
        self.assertEqual((whole["conclusion"], short["conclusion"]), ("VERIFIED", "VERIFIED"))
        self.assertLess(short["checks"] * 3, whole["checks"])
        for bad in ("0", "s", "-1", "two"):
            self.refused("verify", "builtin", "--budget", bad, says=["--budget"])


class KnownFailures(CliCase):
    """Accepted failures: shown, not counted, and reported when they are gone."""

    def known(self, *lines):
        path = os.path.join(self.folder, "known.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return path

    def test_accepted_failures_do_not_count(self):
        wrong = self.example("wrong_grl.so")
        plain = report_of(self.gradproof("verify", wrong, "--graphs", "12", "--json", "-"))
        failing = {(t["property"], t["dtype"]) for t in plain["properties"] if t["fails"]}
        self.assertTrue(failing)
        some = self.known("# ours", "backward-rounded:* the kernel is being rewritten")
        ended = self.gradproof("verify", wrong, "--graphs", "12", "--known-failures", some)
        self.assertEqual(ended.code, 1, ended.out)
        self.assertIn("known ", ended.out)
        self.assertNotIn("counterexample for backward-rounded", ended.out)
        every = self.known("*:* all of it is known")
        ended = self.gradproof("verify", wrong, "--graphs", "12", "--known-failures", every, "--json", "-")
        report = report_of(ended)
        self.assertEqual((ended.code, report["conclusion"], report["counterexamples"]), (0, "VERIFIED", []))
        self.assertEqual({t["known"] for t in report["properties"] if t["fails"]}, {"all of it is known"})

    def test_an_unexpected_pass_has_its_own_code(self):
        path = self.known("backward-rounded:f32 rounds twice on the old card", "forward-bits:f* no such thing")
        ended = self.gradproof("verify", "builtin", "--graphs", "12", "--known-failures", path)
        self.assertEqual(ended.code, 5, ended.out)
        self.assertTrue(ended.out.splitlines()[2].startswith("UNEXPECTED PASS"), ended.out)
        self.assertIn("a known failure no longer happens: backward-rounded:f32", ended.out)

    def test_bad_files_are_refused_with_their_line(self):
        for line, says in (("backward-rounded:f16", ["known.txt:2", "no reason"]), ("backwards:f16 why", ["known.txt:2", "'backwards:f16'", "list properties"])):
            self.refused("verify", "builtin", "--known-failures", self.known("# first", line), says=says)
        self.refused("verify", "builtin", "--known-failures", os.path.join(self.folder, "none.txt"), says=["there is no file"])


class Properties(CliCase):
    def test_the_whole_catalogue_on_the_engine(self):
        report = report_of(self.gradproof("properties", "--tier", "strict", "--graphs", "40", "--json", "-"))
        self.assertEqual((report["command"], report["conclusion"]), ("properties", "VERIFIED"))
        listed = [line.split()[0] for line in self.gradproof("list", "properties").out.splitlines()]
        self.assertEqual([t["property"] for t in report["properties"]], listed)

    def test_some_of_it_on_a_subject(self):
        arguments = ("properties", "reversal-scales", "zero-cuts", "--graphs", "20", "--dtype", "f32", "--seed", "7", "--json", "-")
        right = report_of(self.gradproof(*arguments, "--subject", self.example("right_grl.so")))
        self.assertEqual((right["conclusion"], right["seed"]), ("VERIFIED", 7))
        self.assertEqual([(t["property"], t["dtype"]) for t in right["properties"]], [("reversal-scales", "f32"), ("zero-cuts", "f32")])
        ended = self.gradproof(*arguments, "--subject", self.example("wrong_grl.so"))
        wrong = report_of(ended)
        self.assertEqual((ended.code, wrong["conclusion"]), (1, "NOT VERIFIED"))
        self.assertEqual(wrong["counterexamples"][0]["property"], "reversal-scales")

    def test_no_graph_is_inconclusive(self):
        ended = self.gradproof("properties", "reversal-scales", "--graphs", "0")
        self.assertEqual(ended.code, 4)
        self.assertRegex(ended.out, "INCONCLUSIVE: reversal-scales was never decided")

    def test_what_a_subject_cannot_do_is_inconclusive(self):
        ended = self.gradproof("properties", "double-backward", "--subject", self.example("right_grl.so"), "--graphs", "5")
        self.assertEqual(ended.code, 4)
        self.assertIn("double-backward", ended.out)


    def test_any_number_of_jobs_gives_the_same_report(self):
        def report(jobs):
            found = report_of(self.gradproof("properties", "--graphs", "60", "--seed", "3", "--jobs", jobs, "--json", "-"))
            return {k: v for k, v in found.items() if k != "seconds"}
        one = report("1")
        self.assertGreater(sum(t["holds"] for t in one["properties"]), 500)
        self.assertEqual(report("2"), one)
        self.assertEqual(report("7"), one)
        self.refused("properties", "--jobs", "0", says=["--jobs", "1"])


class SmallCommands(CliCase):
    def test_lists(self):
        self.assertEqual(self.gradproof("list").out, self.gradproof("list", "targets").out)
        self.assertEqual([line.split()[0] for line in self.gradproof("list", "dtypes").out.splitlines()], ["f16", "bf16", "f32", "f64"])
        self.assertIn("reverse", self.gradproof("list", "ops").out)

    def test_every_listed_property_is_explained(self):
        for line in self.gradproof("list", "properties").out.splitlines():
            name = line.split()[0]
            with self.subTest(name):
                ended = self.gradproof("explain", name)
                self.assertEqual(ended.code, 0)
                self.assertGreater(len(ended.out.split()), 20)
                self.assertLessEqual(max(map(len, ended.out.splitlines()[3:])), 81)

    def test_doctor(self):
        ended = self.gradproof("doctor", "--python", sys.executable)
        self.assertEqual(ended.code, 0, ended.out)
        self.assertIn(program(), ended.out)
        self.assertIn("every oracle agrees", ended.out)
        self.assertRegex(ended.out, r"(?m)^  torch +\S")

    def test_doctor_without_what_it_looks_for(self):
        self.assertIn("no such file", self.gradproof("doctor", "--python", "./no-python").out)
        ended = self.gradproof("doctor", "--python", "./no-python", GRADPROOF_ADAPTERS=self.folder)
        self.assertEqual(ended.code, 1)
        self.assertIn("GRADPROOF_ADAPTERS", ended.out)

    def test_every_question_is_answered(self):
        topics = [line.split()[0] for line in self.gradproof("list", "topics").out.splitlines()]
        self.assertGreaterEqual(len(topics), 7)
        for topic in topics:
            with self.subTest(topic):
                ended = self.gradproof("explain", topic)
                self.assertEqual(ended.code, 0)
                self.assertGreater(len(ended.out.split()), 40)
                self.assertLessEqual(max(map(len, ended.out.splitlines()[3:])), 82)

    def test_each_property_says_what_breaks_and_mends_it(self):
        for line in self.gradproof("list", "properties").out.splitlines():
            out = self.gradproof("explain", line.split()[0]).out
            self.assertRegex(out, r"(?s)\((required|recommended|strict)\).*What breaks it: \S.*What mends it: \S")

    def test_golden_lists(self):
        for what in ("targets", "properties", "ops", "dtypes", "topics"):
            golden(self, f"list-{what}.txt", self.gradproof("list", what).out)
        golden(self, "explain.txt", self.gradproof("explain", "reversal-scales").out)


class Reports(CliCase):
    def test_golden_verdicts(self):
        golden(self, "pass.txt", timeless(self.gradproof("verify", self.example("right_grl.so"), "--graphs", "20").out))
        golden(self, "failure.txt", timeless(self.gradproof("verify", self.example("wrong_grl.so"), "--graphs", "20").out))

    def test_golden_check(self):
        self.file("worked.graph", worked_example.GRAPH)
        golden(self, "check-17-digits.txt", self.gradproof("check", "worked.graph", "--digits", "17").out)
        golden(self, "check-100-digits.txt", self.gradproof("check", "worked.graph", "--digits", "100").out)

    def documents(self):
        self.file("text.so", "hello\n")
        ended = self.gradproof("verify", self.example("wrong_grl.so"), self.example("right_grl.so"), "so:text.so", "--graphs", "5", "--json", "-")
        self.assertEqual(ended.err, "")
        return schema.parse(ended.out)

    def test_json_fits_the_schema(self):
        self.assertEqual(list(schema.errors(self.documents(), schema.published("report.schema.json"))), [])

    def test_the_schema_is_strict(self):
        """Whatever is taken away from a report, or added to it, is an error."""
        shape, document = schema.published("report.schema.json"), self.documents()
        objects = list(self.places(document))
        self.assertGreater(len(objects), 30)
        for path, value in objects:
            if {*path[-1:]} & {"reasons", "operations"} or "operands" in path[-2:]:  # counts by name
                continue
            for name in list(value):
                if name not in ("worst", "environment", "census") and path[-1:] != ("census",):  # which may be absent
                    self.assertTrue(self.broken(document, shape, path, lambda o, n=name: o.pop(n)), (path, name))
            self.assertTrue(self.broken(document, shape, path, lambda o: o.update(surplus=1)), path)

    def places(self, value, path=()):
        if isinstance(value, dict):
            yield path, value
        for name, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
            if not isinstance(item, (dict, list)) or (isinstance(name, int) and name > 2):
                continue
            yield from self.places(item, (*path, name))

    def broken(self, document, shape, path, change):
        # Only the branch that is changed is copied in depth: a report is large.
        changed = target = copy.copy(document)
        for step in path:
            target[step] = copy.copy(target[step])
            target = target[step]
        change(target)
        return any(schema.errors(changed, shape))

    def test_the_same_seed_gives_the_same_report(self):
        def without_seconds():
            reports = self.documents()["reports"]
            for report in reports:
                self.assertGreaterEqual(report.pop("seconds"), 0)
            return reports
        self.assertEqual(without_seconds(), without_seconds())

    def test_json_beside_the_text(self):
        ended = self.gradproof("verify", self.example("right_grl.so"), "--graphs", "10", "--json", "report.json", "--seed", "12345678901")
        self.assertIn("VERIFIED", ended.out)
        with open(os.path.join(self.folder, "report.json"), encoding="utf-8") as file:
            document = schema.parse(file.read())
        self.assertEqual(list(schema.errors(document, schema.published("report.schema.json"))), [])
        self.assertEqual(document["reports"][0]["seed"], 12345678901)

    def test_jsonschema_agrees_where_it_is_installed(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("jsonschema is not installed")
        for name in ("report.schema.json", "check.schema.json"):
            jsonschema.Draft202012Validator.check_schema(schema.published(name))
        jsonschema.Draft202012Validator(schema.published("report.schema.json")).validate(self.documents())

    def test_standard_output_that_cannot_be_written(self):
        self.file("right.graph", RIGHT)
        for arguments in (("check", "right.graph"), ("check", "right.graph", "--json", "-"), ("list",)):
            with open("/dev/full", "wb") as full:
                ended = subprocess.run([program(), *arguments], cwd=self.folder, stdout=full, stderr=subprocess.PIPE, timeout=30, check=False)
            self.assertNotEqual(ended.returncode, 0)
            self.assertNotEqual(ended.stderr, b"")

    def test_a_reader_that_leaves_is_no_crash(self):
        ended = subprocess.run(["sh", "-c", '"$PROGRAM" list properties | head -1'], cwd=self.folder, capture_output=True, timeout=30, check=False,
                               env={**environment("pipe"), "PROGRAM": program()})
        self.assertEqual((ended.returncode, ended.stderr), (0, b""))


class Terminals(CliCase):
    def test_no_escape_code_where_there_is_no_terminal(self):
        for arguments in (("verify", self.example("wrong_grl.so"), "--graphs", "5"), ("properties", "--graphs", "5"), ("list", "ops")):
            ended = self.gradproof(*arguments)
            self.assertNotIn("\x1b", ended.out + ended.err)
            self.assertEqual(ended.err, "")

    def test_colours_and_progress_on_a_terminal(self):
        for target, paint, code in (("right_grl.so", "\x1b[1;32mVERIFIED\x1b[0m", 0), ("wrong_grl.so", "\x1b[1;31mNOT VERIFIED\x1b[0m", 1)):
            ended = on_terminal("verify", self.example(target), "--graphs", "5", cwd=self.folder)
            self.assertEqual(ended.code, code)
            self.assertIn(paint, ended.out)
            self.assertIn("the layer alone, float64", ended.err)
            self.assertTrue(ended.err.endswith("\r\x1b[K"), "the line of progress is wiped at the end")

    def test_no_color(self):
        ended = on_terminal("verify", self.example("wrong_grl.so"), "--graphs", "5", cwd=self.folder, NO_COLOR="1")
        self.assertIn("NOT VERIFIED", ended.out)
        self.assertNotIn("\x1b", ended.out)
        self.assertNotRegex(ended.err, "\x1b\\[[0-9;]*m")
        ended = on_terminal("verify", self.example("wrong_grl.so"), "--graphs", "5", cwd=self.folder, NO_COLOR="")
        self.assertIn("\x1b[", ended.out, "an empty NO_COLOR counts as unset")

    def test_quiet(self):
        ended = on_terminal("verify", self.example("right_grl.so"), "--graphs", "5", "--quiet", cwd=self.folder)
        self.assertEqual((ended.code, ended.err), (0, ""))

    def test_json_on_a_terminal_is_json_alone(self):
        ended = on_terminal("verify", self.example("right_grl.so"), "--graphs", "5", "--json", "-", cwd=self.folder)
        self.assertEqual(schema.parse(ended.out)["schema"], "gradproof/report/1")


LONE = "x = input 1x1 [1]\nr = reverse x 2\noutput r\n"

# Two layers that come to a halt in backward, for ever, and say so by a file: one at once, one in float32 alone, after wrong answers in float64.
KERNELS = """#include <stdio.h>
#include <unistd.h>
#include "gradproof/plugin.h"
static void hang(void) {
  FILE* f = fopen("it-hangs", "w");
  if (f) fclose(f);
  for (;;) pause();
}
int grl_forward(const void* x, int64_t xs, void* y, int64_t ys, int64_t n, int dtype, double l) {
  (void)l;
  for (int64_t i = 0; i < n; ++i)
    if (dtype == GRADPROOF_F32) ((float*)y)[i * ys] = ((const float*)x)[i * xs];
    else if (dtype == GRADPROOF_F64) ((double*)y)[i * ys] = ((const double*)x)[i * xs];
  return dtype == GRADPROOF_F32 || dtype == GRADPROOF_F64 ? GRADPROOF_DONE : GRADPROOF_UNSUPPORTED;
}
int grl_backward(const void* g, int64_t gs, void* r, int64_t rs, int64_t n, int dtype, double l) {
  if (dtype != GRADPROOF_F32 && dtype != GRADPROOF_F64) return GRADPROOF_UNSUPPORTED;
  if (n > 0 && HANGS) hang();
  for (int64_t i = 0; i < n; ++i)
    if (dtype == GRADPROOF_F64) ((double*)r)[i * rs] = l * ((const double*)g)[i * gs];
  return GRADPROOF_DONE;
}
"""
HANG = "#define HANGS 1\n" + KERNELS
WRONG_THEN_HANG = "#define HANGS (dtype == GRADPROOF_F32)\n" + KERNELS


class Interrupts(CliCase):
    def interrupted(self, running, number=signal.SIGINT, within=2.0):
        began = time.monotonic()
        running.interrupt(number)
        ended = running.end(5)
        self.assertEqual(leftovers(ended.mark), [])
        self.assertLess(time.monotonic() - began, within + 1.0)  # The second above the two is the machine's, which may be busy.
        self.decent(ended)
        return ended

    def hanging(self, source, *arguments):
        target = self.plugin("grl", source)
        running = Running("verify", target, "--timeout", "60", *arguments, cwd=self.folder)
        wait_for(lambda: os.path.exists(os.path.join(self.folder, "it-hangs")))
        self.assertGreaterEqual(len(marked(running.mark)), 2, "the layer runs in a process of its own")
        return running

    def test_while_a_subject_hangs(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name):
                ended = self.interrupted(self.hanging(HANG), number)
                self.assertEqual(ended.code, 4)
                self.assertRegex(ended.out, "INCONCLUSIVE: interrupted")
                os.remove(os.path.join(self.folder, "it-hangs"))

    def test_what_had_failed_is_printed(self):
        ended = self.interrupted(self.hanging(WRONG_THEN_HANG))
        self.assertEqual(ended.code, 1)
        self.assertIn("NOT VERIFIED", ended.out)
        self.assertIn("interrupted", ended.out)
        self.assertIn("counterexample for backward-rounded", ended.out)

    def test_as_json(self):
        ended = self.interrupted(self.hanging(HANG, "--json", "-"))
        report = report_of(ended)
        self.assertEqual((report["interrupted"], report["conclusion"], report["exit_code"]), (True, "INCONCLUSIVE", 4))

    def test_the_other_targets_are_not_begun(self):
        ended = self.interrupted(self.hanging(HANG, "builtin"))
        self.assertNotIn("gradproof's own engine", ended.out)

    def busy(self, *arguments):
        """Interrupted at work that would go on for long."""
        running = Running(*arguments, cwd=self.folder)
        time.sleep(1)
        self.assertIsNone(running.process.poll(), "it ended by itself")
        return self.interrupted(running)

    def test_properties(self):
        ended = self.busy("properties", "--graphs", "1000000")
        self.assertEqual(ended.code, 4)
        self.assertRegex(ended.out, "forward-bits +ok [0-9]+")

    def test_while_graphs_are_made(self):
        self.assertEqual(self.busy("verify", "builtin", "--graphs", "1000000").code, 4)

    def test_check(self):
        layers = "".join(f"m{i + 1} = matmul m{i} x\nm{i + 1}t = tanh m{i + 1}\n" for i in range(30))
        self.file("large.graph", "x = input 30x30 [0.5]\nm0 = neg x\n" + layers + "s = sum m30t all\noutput s\n")
        self.busy("check", "large.graph", "--digits", "10000")


if __name__ == "__main__":
    unittest.main()
