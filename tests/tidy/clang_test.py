"""The sources as clang-format leaves them, and what clang-tidy says of those that changed last.

    clang_test.py Format|Tidy

It ends with 77 where the tool is not installed. GRADPROOF_BUILD is a build folder with compile_commands.json; GRADPROOF_TIDY=all has
clang-tidy read every source, which takes half an hour.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("GRADPROOF_BUILD", ROOT / "build/release"))
FOLDERS = ("include", "src", "properties", "tests")
# Another version breaks lines elsewhere and knows other checks, so that the sources can't be right by two of them.
VERSION = "14"
# The operations stand in columns of their own.
BY_HAND = {"include/gradproof/ops.hpp"}
SECONDS = 100  # after which clang-tidy begins no other file


def version_of(program):
    said = subprocess.run([program, "--version"], capture_output=True, encoding="utf-8", check=True).stdout
    return re.search(r"version (\d+)", said).group(1)


def found(program):
    """The program's path, or None where there is none of our version."""
    paths = [path for path in (shutil.which(f"{program}-{VERSION}"), shutil.which(program)) if path]
    return next((path for path in paths if version_of(path) == VERSION), None)


CLANG_FORMAT = found("clang-format")
CLANG_TIDY = found("clang-tidy")


def sources():
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.[ch]pp")):
            if str(path.relative_to(ROOT)) not in BY_HAND:
                yield path


@contextlib.contextmanager
def planted(text):
    """The path of a source with that text. The tools look for our settings in the folders above it."""
    with tempfile.TemporaryDirectory() as folder:
        for name in (".clang-format", ".clang-tidy"):
            shutil.copy(ROOT / name, folder)
        path = pathlib.Path(folder, "planted.cpp")
        path.write_text(text, encoding="utf-8")
        yield str(path)


def badly_formatted(paths):
    done = subprocess.run([CLANG_FORMAT, "--dry-run", *map(str, paths)], capture_output=True, encoding="utf-8", cwd=ROOT, check=False)
    # Version 14 complains of the comment that closes an inline namespace even where it would write the same.
    named = sorted(set(re.findall(r"^(\S+?):\d+:\d+: (?:warning|error):", done.stderr, re.M)))
    return [path for path in named if formatted(path) != pathlib.Path(path).read_text(encoding="utf-8")]


def formatted(path):
    return subprocess.run([CLANG_FORMAT, path], capture_output=True, encoding="utf-8", cwd=ROOT, check=False).stdout


class Format(unittest.TestCase):
    def test_sources(self):
        paths = list(sources())
        self.assertGreater(len(paths), 100)
        self.assertEqual([], badly_formatted(paths), "run clang-format -i on these")

    def test_a_planted_fault(self):
        with planted("int  f( int a ){\n    return a;}\n") as path:
            self.assertEqual([path], badly_formatted([path]))


def git(*words):
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    return done.stdout.split() if done.returncode == 0 else []


def compiled():
    """The sources of the build whose flags clang-tidy can take over."""
    return {str(pathlib.Path(entry["file"]).resolve()) for entry in json.loads((BUILD / "compile_commands.json").read_text(encoding="utf-8"))}


def latest():
    """The sources that the last commit or the working tree changed, of which clang-tidy reads one in ten seconds."""
    if os.environ.get("GRADPROOF_TIDY") == "all":
        return [str(path) for path in sources()]
    return [str(ROOT / name) for name in sorted(set(git("diff", "--name-only", "HEAD") + git("show", "--format=", "--name-only", "HEAD")))]


def complaints(path, *more):
    # Flags of g++ that clang does not know are no fault of the source.
    words = [CLANG_TIDY, "--quiet", "--extra-arg=-Wno-unknown-warning-option", path, *more]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    return [line.removeprefix(f"{ROOT}/") for line in done.stdout.splitlines() if re.search(r": (warning|error): ", line)]


class Tidy(unittest.TestCase):
    @unittest.skipUnless((BUILD / "compile_commands.json").exists(), "there is no build folder")
    def test_what_changed_last(self):
        everything, begun, left_out = os.environ.get("GRADPROOF_TIDY") == "all", time.monotonic(), []
        for path in sorted(set(latest()) & compiled()):
            if not everything and time.monotonic() - begun > SECONDS:
                left_out.append(path)
                continue
            with self.subTest(path):
                self.assertEqual([], complaints(path, "-p", str(BUILD)))
        if left_out:
            print("for want of time clang-tidy has not read", *left_out)

    def test_a_planted_fault(self):
        with planted("#include <string>\n#include <utility>\nvoid take(std::string);\n"
                     "bool twice(std::string s) {\n  take(std::move(s));\n  return s.empty();\n}\n") as path:
            said = complaints(path, "--", "-std=c++20")
        self.assertEqual(1, len(said), said)
        self.assertIn("bugprone-use-after-move", said[0])


if __name__ == "__main__":
    tool = {"Format": CLANG_FORMAT, "Tidy": CLANG_TIDY}[sys.argv[1].split(".")[0]]
    if not tool:
        print(f"skipped: there is no clang-{sys.argv[1].split('.')[0].lower()} of version {VERSION}")
        sys.exit(77)
    unittest.main()
