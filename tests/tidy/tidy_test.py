"""The shape of the sources: who includes whom, how long functions and lines are, and what is never called."""
import os
import re
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# A file includes its own part and parts of a lower level. Public headers count as the part that implements them.
LEVEL = {"number": 0, "graph": 1, "calculus": 2, "generate": 2, "protocol": 3, "property": 3, "properties": 4,
         "adapters": 4, "verify": 5, "report": 5, "campaign": 6, "accuracy": 6, "study": 6, "subject": 6, "user": 7, "cli": 8}
HEADER_PART = {
    "number.hpp": "number", "real.hpp": "number", "rational.hpp": "number", "complex.hpp": "number", "dual.hpp": "number",
    "result.hpp": "number", "format.hpp": "number", "rounded.hpp": "number", "graph.hpp": "graph", "ops.hpp": "graph", "text.hpp": "graph", "dtype.hpp": "graph",
    "calculus.hpp": "calculus", "differences.hpp": "calculus", "truth.hpp": "calculus", "analysis.hpp": "calculus", "oracle.hpp": "calculus", "generate.hpp": "generate",
    "scenario.hpp": "property", "property.hpp": "property", "verdict.hpp": "property", "verify.hpp": "verify", "report.hpp": "report", "plugin.h": "number",
    "subject.hpp": "subject", "campaign.hpp": "campaign", "climb.hpp": "campaign", "accuracy.hpp": "accuracy", "study.hpp": "study", "condition.hpp": "study", "study_function.hpp": "user",
    "traced.hpp": "user", "check.hpp": "user", "catch2.hpp": "user", "eigen.hpp": "user", "rapidcheck.hpp": "user",
}


def sources(*folders):
    for folder in folders:
        for place, _, names in os.walk(os.path.join(ROOT, folder)):
            for name in sorted(names):
                if name.endswith((".hpp", ".cpp", ".h")):
                    yield os.path.relpath(os.path.join(place, name), ROOT)


def text_of(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def part_of(path):
    parts = path.split(os.sep)
    if parts[0] == "include":
        return HEADER_PART.get(parts[-1])
    return parts[1] if parts[0] == "src" else "properties"


def included_part(name, path):
    if name.startswith("gradproof/"):
        return HEADER_PART.get(name.split("/")[1])
    first = name.split("/")[0]
    if first in LEVEL:
        return first
    return part_of(path) if os.path.dirname(path) != "" and os.path.exists(os.path.join(ROOT, os.path.dirname(path), name)) else "properties"


class Direction(unittest.TestCase):
    def test_every_public_header_has_a_part(self):
        for path in sources("include"):
            self.assertIsNotNone(part_of(path), f"{path}: say in HEADER_PART which part it belongs to")

    def test_includes_point_down(self):
        count = 0
        for path in sources("include", "src", "properties"):
            own = part_of(path)
            for name in re.findall(r'^#include "([^"]+)"', text_of(path), re.M):
                part = included_part(name, path)
                count += 1
                self.assertTrue(part == own or LEVEL[part] < LEVEL[own], f"{path} ({own}) includes {name} ({part}): up or sideways")
        self.assertGreater(count, 100)

    def test_no_file_is_dead(self):
        wanted = {name for path in sources("include", "src", "properties", "tests")
                  for name in re.findall(r'^#include "([^"]+)"', text_of(path), re.M)}
        stems = {os.path.basename(name) for name in wanted}
        for path in sources("src", "properties"):
            if path.endswith(".hpp"):
                self.assertIn(os.path.basename(path), stems, f"{path} is included by nobody")


class Size(unittest.TestCase):
    def test_functions_fit_a_screen(self):
        # A function begins at a line that ends with "{" and is indented less than its body; 70 lines is a tall screen.
        for path in sources("src", "properties", "include"):
            depth_start = None
            for number, line in enumerate(text_of(path).split("\n"), 1):
                if re.match(r"^(  )?[A-Za-z\[].*\) (const |noexcept |&& |override )*\{$", line):
                    depth_start = (number, len(line) - len(line.lstrip()))
                elif depth_start and line == " " * depth_start[1] + "}":
                    self.assertLessEqual(number - depth_start[0], 70, f"{path}:{depth_start[0]}: the function is {number - depth_start[0]} lines long")
                    depth_start = None

    def test_lines_fit(self):
        for path in sources("src", "properties", "include", "tests"):
            for number, line in enumerate(text_of(path).split("\n"), 1):
                self.assertLessEqual(len(line), 135, f"{path}:{number} has {len(line)} columns")


class Banned(unittest.TestCase):
    # Distributions and clocks differ between machines; the others lose errors or state.
    WORDS = {
        r"\bstd::\w*_distribution\b": "draws are integers of our own",
        r"\bstd::rand\b|\brand\(\)": "draws are integers of our own",
        r"\busing namespace std\b": "names say where they come from",
        r"\bassert\(false\)": "say what can't be",
        r"\bTODO\b|\bFIXME\b|\bXXX\b": "a feature is there or it is not",
        r"std::regex": "slow to compile and to run",
    }

    def test_banned_words(self):
        for path in sources("src", "properties", "include", "tests"):
            for word, why in self.WORDS.items():
                self.assertIsNone(re.search(word, text_of(path)), f"{path}: {word}: {why}")

    def test_io_only_at_the_edges(self):
        for path in sources("src", "properties"):
            if part_of(path) in ("protocol", "cli", "adapters") or path.endswith("builder.cpp"):
                continue
            for header in ("<iostream>", "<fstream>", "<cstdio>"):
                self.assertNotIn(f"#include {header}", text_of(path), f"{path}: only protocol, adapters and cli do I/O")

    def test_only_cli_reads_the_environment(self):
        for path in sources("src", "properties", "include"):
            if part_of(path) != "cli":
                self.assertIsNone(re.search(r"\bgetenv\b", text_of(path)), f"{path}: settings are arguments")


class Tree(unittest.TestCase):
    def test_no_path_of_a_machine(self):
        for place, folders, names in os.walk(ROOT):
            folders[:] = [f for f in folders if f not in ("build", ".git", "__pycache__", "gradproof-failures", "node_modules")]
            for name in names:
                if not name.endswith((".md", ".py", ".cpp", ".hpp", ".txt", ".h", ".c", ".json", ".graph")):
                    continue
                path = os.path.relpath(os.path.join(place, name), ROOT)
                found = re.search(r"(?<![\w.])/(work|root|home)/\w", text_of(path))
                self.assertTrue(found is None or name == "tidy_test.py", f"{path} names {found and found.group()}")


if __name__ == "__main__":
    unittest.main()
