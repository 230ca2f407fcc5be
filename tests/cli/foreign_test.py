"""Adapters of other people's: any program as a target, and the program that tests one."""

import os
import shlex
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from program import ROOT, CliCase  # noqa: E402

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


if __name__ == "__main__":
    unittest.main()
