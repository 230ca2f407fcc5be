"""The examples of docs/reference/protocol.md, replayed against the PyTorch adapter."""

import json
import os
import re
import unittest

from exchange import ROOT, SUBJECTS, Adapter

try:
    import torch
except ImportError:
    torch = None

PAGE = os.path.join(ROOT, "docs", "reference", "protocol.md")


def examples():
    """(subject's file, its name, lines) of each block."""
    with open(PAGE, encoding="utf-8") as page:
        for file, name, body in re.findall(r"^```exchange (\S+) (\S+)\n(.*?)^```$", page.read(), re.M | re.S):
            yield file, name, body.splitlines()


def matches(documented, actual):
    """Equal, where "…" on the page stands for any value, and as a key for any further ones."""
    if documented == "…":
        return True
    if isinstance(documented, dict) and isinstance(actual, dict):
        keys = set(documented) - {"…"}
        return (keys <= set(actual) and ("…" in documented or keys == set(actual))
                and all(matches(documented[key], actual[key]) for key in keys))
    if isinstance(documented, list) and isinstance(actual, list):
        return len(documented) == len(actual) and all(map(matches, documented, actual))
    return type(documented) is type(actual) and documented == actual


@unittest.skipIf(torch is None, "needs PyTorch")
class ProtocolPage(unittest.TestCase):
    def test_every_example(self):
        count = 0
        for file, name, lines in examples():
            with Adapter(os.path.join(SUBJECTS, file), name) as adapter:
                for line in lines:
                    with self.subTest(file=file, line=line[:60]):
                        mark, _, text = line.partition(" ")
                        if mark == ">":
                            adapter.send(text + "\n")
                        else:
                            self.assertEqual("<", mark)
                            reply = adapter.reply()
                            self.assertTrue(matches(json.loads(text), reply), reply)
                            count += 1
        self.assertGreaterEqual(count, 10)

    def test_every_command_kind_and_field_is_on_the_page(self):
        from gradproof_adapter.case import Case
        from gradproof_adapter.pytorch.tensors import DTYPES, LAYOUTS
        from gradproof_adapter.service import COMMANDS
        with open(PAGE, encoding="utf-8") as page:
            text = page.read()
        for command in COMMANDS:
            self.assertIn(f"\n## {command}\n", text)
        kinds = ("import", "missing", "form", "protocol", "raised", "returned", "unsupported")
        for word in (*kinds, *Case._fields, *DTYPES, *LAYOUTS, "outputs", "gradients", "damage", "fixed_lambda"):
            self.assertIn(f"`{word}`", text)


if __name__ == "__main__":
    unittest.main()
