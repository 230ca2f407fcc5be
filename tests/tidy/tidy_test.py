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
    "result.hpp": "number", "format.hpp": "number", "rounded.hpp": "number", "graph.hpp": "graph", "ops.hpp": "graph", "text.hpp": "graph", "dtype.hpp": "graph", "splice.hpp": "graph",
    "calculus.hpp": "calculus", "differences.hpp": "calculus", "truth.hpp": "calculus", "analysis.hpp": "calculus", "oracle.hpp": "calculus", "generate.hpp": "generate", "census.hpp": "generate",
    "scenario.hpp": "property", "property.hpp": "property", "verdict.hpp": "property", "verify.hpp": "verify", "report.hpp": "report", "changes.hpp": "report", "plugin.h": "number",
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

    def test_no_header_is_dead(self):
        folders = ("include", "src", "properties", "tests")
        self.assertEqual([], dead_headers({path: text_of(path) for path in sources(*folders)}))

    def test_every_source_is_compiled(self):
        words = set(re.findall(r"[\w./-]+", "\n".join(text_of(path) for path in BUILD_FILES)))
        self.assertEqual([], orphans(sources("src", "properties", "tests"), words))

    def test_planted_faults(self):
        texts = {"src/a/used.hpp": "", "src/a/dead.hpp": "", "src/a/a.cpp": '#include "a/used.hpp"\n'}
        self.assertEqual(["src/a/dead.hpp"], dead_headers(texts))
        self.assertEqual(["tests/lost/a.cpp", "tests/b.cpp"], orphans(["tests/lost/a.cpp", "tests/kept/a.cpp", "tests/b.cpp"], {"tests/kept/", "x/tests"}))


def dead_headers(texts):
    """Those that nothing includes; a public header may be there for users alone."""
    wanted = {os.path.basename(name) for text in texts.values() for name in re.findall(r'^ *#include "([^"]+)"', text, re.M)}
    return [path for path in texts if path.endswith(".hpp") and not path.startswith("include") and os.path.basename(path) not in wanted]


BUILD_FILES = ("CMakeLists.txt", "tests/CMakeLists.txt", "tests/bench/CMakeLists.txt", "tests/fuzz/CMakeLists.txt",
               "tests/consume/CMakeLists.txt", "tests/package/project/CMakeLists.txt", "tests/verify/libtorch_test.py")


def orphans(paths, words):
    """Sources that no build names: not by their own name, and not by that of a folder, which goes in whole."""
    names = {os.path.basename(word.rstrip("/")) for word in words}
    return [path for path in paths if path.endswith(".cpp") and os.path.basename(path) not in names
            and (os.path.dirname(path) == "tests" or os.path.basename(os.path.dirname(path)) not in names)]


def functions(text):
    """(line, number of lines) of each function, from where its body opens. It is found by its indentation: clang-format has put its first line,
    wherever the signature breaks, and its closing brace in one column, and all between them further in."""
    begun, current, anew = {}, None, True
    for number, line in enumerate(text.split("\n"), 1):
        column, word = len(line) - len(line.lstrip()), re.sub(r"\s+//.*", "", line.strip())
        if not word or word.startswith(("//", "#")) or re.match(r"(public|private|protected):$", word):
            continue
        if re.match(r"\}[;)]*;?$", word):
            first, body, opening = begun.pop(column, (number, number, ""))
            if "(" in opening and not CONTROL.match(opening):
                yield first, number - body + 1
        elif not word.startswith("}"):
            if anew:
                # What began further in has ended with its block, though its own brace be missing.
                begun = {at: opened for at, opened in begun.items() if at < column}
                current = begun[column] = [number, number, word]
            if word.endswith("{"):
                current[1] = number
        anew = word.endswith(("{", "}", ";", ":"))


CONTROL = re.compile(r"(if|for|while|do|switch|else|struct|class|union|enum|namespace|constexpr \w+ \w+ =)\b")


def banned(text, words, path=""):
    """What is never called, and why, of a source that calls it."""
    return [f"{word}: {why}" for word, why in words.items() if (path, word) not in EXEMPT and re.search(word, text)]


LONGEST = 70  # lines: a tall screen


class Size(unittest.TestCase):
    def test_functions_fit_a_screen(self):
        all_of_them = [(f"{path}:{first}", lines) for path in sources("src", "properties", "include", "tests")
                       for first, lines in functions(text_of(path))]
        self.assertGreater(len(all_of_them), 1000)
        self.assertEqual([], [(place, lines) for place, lines in all_of_them if lines > LONGEST])

    def test_planted_faults(self):
        body = "  count();\n" * LONGEST
        for signature in ("void f() {", "void f(\n  int a,\n  int b) {", "const auto f = [&](int a) {", "auto f(int a) -> int {"):
            end = "};\n" if "=" in signature else "}\n"
            (_, lines), = functions(f"{signature}\n{body}{end}")
            self.assertGreater(lines, LONGEST, signature)
        short = "void f() {\n  if (a) {\n    b();\n  } else {\n    c();\n  }\n}\n"
        self.assertEqual([(1, 7)], list(functions(short)))
        self.assertEqual([], list(functions(f"struct A {{\n{body}}};\n")))

    def test_lines_fit(self):
        for path in sources("src", "properties", "include", "tests"):
            for number, line in enumerate(text_of(path).split("\n"), 1):
                self.assertLessEqual(len(line), 135, f"{path}:{number} has {len(line)} columns")


# Distributions, generators and clocks differ between machines and runs; the others lose errors, bounds or state.
BANNED = {
    r"\bstd::\w*_distribution\b": "draws are integers of our own",
    r"\bstd::s?rand\b|\bs?rand\(": "draws are integers of our own",
    r"\bstd::(mt19937|minstd_rand|ranlux|default_random_engine|random_shuffle)": "draws are integers of our own",
    r"\btime\((nullptr|NULL|0)?\)": "a seed is an argument, and so is a clock",
    r"\b(seed|Seed)\w*\W{0,3}[^;\n]*\bnow\(\)": "a seed is an argument",
    r"\bstr(cpy|cat|tok)\(|\bgets\(|\bv?sprintf\(|\balloca\(": "it writes past the end",
    r"\bpopen\(|\btmpnam\(|\bmktemp\(|\bsetlocale\(|\bsetjmp\(|\blongjmp\(": "it depends on a shell, on luck or on hidden state",
    r"\busing namespace std\b": "names say where they come from",
    r"\bassert\(false\)": "say what can't be",
    r"\bTODO\b|\bFIXME\b|\bXXX\b": "a feature is there or it is not",
    r"std::regex": "slow to compile and to run",
    r"std::endl\b": "it flushes at every line",
    r"ranges::(unique|remove|remove_if|partition|stable_partition|rotate|equal_range|search|find_end)\(": "clang 14 can't compile what it returns",
}
# What is banned with us, and may stand in tests: they have commands of the user's run, as the user would.
IN_SOURCES_ALONE = {r"\bsystem\(": "no shell is run", r"\bstd::random_device\b": "a seed is an argument",
                    r"\bato(i|l|ll|f)\(|\bstrto(d|f|ld|l|ul|ll|ull)\(": "std::from_chars says what can't be read, in every locale"}
# A name that tells one process from every other has to be drawn from outside.
EXEMPT = {("src/campaign/store.cpp", r"\bstd::random_device\b"),
          # What NumPy draws, since its direction is the one that a checker will use.
          ("src/study/advice.cpp", r"\bstd::(mt19937|minstd_rand|ranlux|default_random_engine|random_shuffle)")}


class Banned(unittest.TestCase):
    def test_banned_words(self):
        for path in sources("src", "properties", "include", "tests"):
            words = BANNED if path.startswith("tests") else {**BANNED, **IN_SOURCES_ALONE}
            self.assertEqual([], banned(text_of(path), words, path), path)

    def test_planted_faults(self):
        for line in ("std::uniform_real_distribution<double> d;", "std::srand(1);", "int v = rand();", "std::mt19937 generator(seed);",
                     "options.seed = time(nullptr);", "const auto seed = clock::now().time_since_epoch();", "strcpy(a, b);", "sprintf(a, b);",
                     "const int n = std::atoi(text);", "const double x = strtod(text, &end);", "FILE* f = popen(command, mode);",
                     "std::system(line);", "std::random_device device;", "using namespace std;", "assert(false);", "// TO" + "DO", "std::regex r;", "out << std::endl;",
                     "std::ranges::unique(v);"):
            self.assertEqual(1, len(banned(line, {**BANNED, **IN_SOURCES_ALONE})), line)
        for line in ("std::strncmp(a, b, 3);", "operand(x);", "std::from_chars(a, b, c);", "run_time(x);", "const auto end = clock::now();"):
            self.assertEqual([], banned(line, {**BANNED, **IN_SOURCES_ALONE}), line)

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
