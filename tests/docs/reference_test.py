"""The reference of the C++ API: Doxygen makes it with no warning, and every type, function and macro of a public header says what it is.

GRADPROOF_BUILD is a build folder with a Doxyfile; GRADPROOF_DOXYGEN the program. Members of types may do without: most are said by their names.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("GRADPROOF_BUILD", ""))
DOXYGEN = shutil.which(os.environ.get("GRADPROOF_DOXYGEN") or "doxygen")


class Reference(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)

    def made(self, **settings):
        """(exit code, what was said) of Doxygen with these settings in place of ours."""
        lines = [f"{key} = {value}" for key, value in {"OUTPUT_DIRECTORY": self.folder, **settings}.items()]
        text = (BUILD / "Doxyfile").read_text(encoding="utf-8") + "\n" + "\n".join(lines) + "\n"
        done = subprocess.run([DOXYGEN, "-"], input=text, cwd=self.folder, capture_output=True, encoding="utf-8", timeout=300, check=False)
        return done.returncode, done.stdout + done.stderr

    def silent(self, **settings):
        """What should say what it is, and does not."""
        _, said = self.made(EXTRACT_ALL="NO", GENERATE_HTML="NO", GENERATE_XML="YES", WARN_AS_ERROR="NO", **settings)
        members = re.compile(r"of (struct|class|union) \S+ is not documented|\((variable|function|friend|typedef)\) of (struct|class)")
        return [line for line in said.splitlines() if "warning:" in line and not members.search(line)]

    def test_no_warning(self):
        code, said = self.made()
        self.assertEqual((0, ""), (code, said.strip()))
        page = (self.folder / "html/namespacegradproof.html").read_text(encoding="utf-8")
        for words in ("check_gradient", "verify_layer", "f goes from x to one number. The gradient has an entry for each of x."):
            self.assertIn(words, page)

    def test_everything_says_what_it_is(self):
        self.assertEqual([], self.silent())

    def test_planted_faults(self):
        header = self.folder / "planted.hpp"
        header.write_text("// A header.\n#pragma once\nnamespace gradproof {\n\n// What it is.\nstruct Said {\n  int a;\n};\n\nstruct Silent {\n"
                          "  int b;\n};\n\nint quiet(int c);\n\n}  // namespace gradproof\n", encoding="utf-8")
        found = self.silent(INPUT=self.folder)
        self.assertEqual(2, len(found), found)
        self.assertIn("Silent", "".join(found))
        self.assertIn("quiet", "".join(found))
        header.write_text("/// \\file\n/// \\nonsense\n", encoding="utf-8")
        code, said = self.made(INPUT=self.folder, INPUT_FILTER="")
        self.assertNotEqual(0, code)
        self.assertIn("nonsense", said)


if __name__ == "__main__":
    if not DOXYGEN:
        print("skipped: there is no Doxygen (Debian's package doxygen)")
        sys.exit(77)
    unittest.main()
