"""What `cmake --install` leaves behind is used by people who have no sources: by the program, by CMake and by pkg-config.

installed.py says what stands in the environment. GRADPROOF_WITH_TORCH_PYTHON, where it is there, is a Python with PyTorch.
"""

import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

import installed
from installed import BUILD, CMAKE, CXX, PROJECT, ROOT, commands_in, run

PREFIX = BUILD / "tests/package/prefix"
SHARE = PREFIX / "share/gradproof"


def setUpModule():
    installed.install(PREFIX)


class Installed(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gradproof-package-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()
        self.environment = installed.clean_environment(PREFIX)

    def succeeds(self, words, expected=0, **more):
        code, said = run(words, self.folder, {**self.environment, **more})
        self.assertEqual(expected, code, f"{words}:\n{said}")
        return said


class Files(Installed):
    def test_all_headers_are_there(self):
        ours = {path.name for path in (ROOT / "include/gradproof").iterdir()}
        self.assertEqual(ours, {path.name for path in (PREFIX / "include/gradproof").iterdir()})

    def test_schemas_adapters_and_examples_are_what_they_are_here(self):
        pairs = [(path, SHARE / "schemas" / path.name) for path in (ROOT / "docs/reference").glob("*.schema.json")]
        for ours, theirs in ((ROOT / "src/adapters/python", SHARE / "adapters/python"), (ROOT / "src/adapters/javascript", SHARE / "adapters/javascript"),
                             (ROOT / "src/adapters/starts", SHARE / "adapters/starts"), (ROOT / "docs/examples", SHARE / "examples")):
            files = [path for path in ours.rglob("*") if path.is_file() and not {"__pycache__", "CMakeLists.txt"} & set(path.parts)]
            self.assertGreater(len(files), 5, ours)
            pairs += [(path, theirs / path.relative_to(ours)) for path in files]
        for ours, theirs in pairs:
            with self.subTest(theirs):
                self.assertEqual(ours.read_bytes(), theirs.read_bytes())

    def test_nothing_leads_out_of_it(self):
        """No link, and no file for CMake, pkg-config or an interpreter, names the sources or the build."""
        seen = 0
        for path in PREFIX.rglob("*"):
            self.assertFalse(path.is_symlink(), path)
            if path.is_file() and path.name not in ("gradproof", "libgradproof.a"):
                seen += 1
                text = path.read_text(encoding="utf-8")
                for place in (ROOT, BUILD):
                    self.assertNotRegex(text, r"(?<![\w}.-])" + re.escape(str(place)) + "/", path)
        self.assertGreater(seen, 100)


class Program(Installed):
    def test_doctor_finds_the_installed_adapters(self):
        said = self.succeeds("gradproof doctor")
        self.assertRegex(said, rf"(?m)^adapters +{re.escape(str(SHARE / 'adapters'))}$")
        self.assertRegex(said, rf"(?m)^program +{re.escape(str(PREFIX / 'bin/gradproof'))}$")

    def test_a_layer_in_c_from_its_start_to_its_verdict(self):
        for kind in ("c", "cpp"):
            build, judge = commands_in(self.succeeds(f"gradproof adapter init {kind}"))
            self.succeeds(build)
            self.assertIn("\nVERIFIED\n", self.succeeds(judge))
        wrong = (self.folder / "grl.c").read_text(encoding="utf-8").replace("-(float)lambda", "(float)lambda").replace("-lambda *", "lambda *")
        (self.folder / "grl.c").write_text(wrong, encoding="utf-8")
        build = re.sub(r"grl\.cpp", "grl.c", build).replace("c++ ", "cc ", 1)
        self.succeeds(build)
        self.assertIn("the minus sign is missing", self.succeeds(judge, expected=1))

    def test_an_adapter_from_its_start_to_its_verdict(self):
        for line in commands_in(self.succeeds("gradproof adapter init tiny")):
            self.succeeds(line)

    def test_a_layer_in_python(self):
        python = os.environ.get("GRADPROOF_WITH_TORCH_PYTHON")
        judge, = commands_in(self.succeeds("gradproof adapter init torch"))
        if python:
            self.assertIn("\nVERIFIED\n", self.succeeds(f"{judge} --graphs 5", GRADPROOF_PYTHON=python))
        # Of a Python that knows no packages it is the installed adapter that says so.
        bare = self.folder / "python-without-packages"
        bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n', encoding="utf-8")
        bare.chmod(0o755)
        said = self.succeeds(judge, expected=3, GRADPROOF_PYTHON=str(bare))
        self.assertIn("No module named 'torch'", said)

    def test_the_installed_python_package_starts_the_program(self):
        version = self.succeeds("gradproof --version")
        said = self.succeeds([sys.executable, "-m", "gradproof", "--version"], PYTHONPATH=str(SHARE / "adapters/python"))
        self.assertEqual(version, said)
        missing = self.succeeds([sys.executable, "-m", "gradproof", "--version"], expected=2, PYTHONPATH=str(SHARE / "adapters/python"),
                                GRADPROOF_PROGRAM="/nowhere/gradproof")
        self.assertIn("can't start /nowhere/gradproof", missing)


class WithCMake(Installed):
    def configured(self, *options, expected=0):
        shutil.copytree(PROJECT, self.folder / "project", dirs_exist_ok=True)
        return self.succeeds([CMAKE, "-S", "project", "-B", "build", "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={CXX}", f"-DCMAKE_PREFIX_PATH={PREFIX}",
                              "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *options], expected)

    def test_a_ten_line_project(self):
        self.assertLessEqual(len((PROJECT / "CMakeLists.txt").read_text(encoding="utf-8").split("\n")) - 1, 10)
        self.configured()
        self.succeeds([CMAKE, "--build", "build"])
        said = self.succeeds("build/judged")
        self.assertIn("\nVERIFIED\n", said)
        self.assertRegex(said, r"(?m)^gradient HOLDS")
        said = self.succeeds("build/judged wrong", expected=1)
        self.assertIn("NOT VERIFIED", said)
        self.assertIn("gradient FAILS", said)
        self.succeeds("ctest --test-dir build --output-on-failure")
        commands = json.loads((self.folder / "build/compile_commands.json").read_text(encoding="utf-8"))
        headers = self.succeeds(re.sub(r" -o \S+ -c ", " -M -c ", commands[0]["command"]))
        self.assertIn(str(PREFIX / "include/gradproof/check.hpp"), headers)
        self.assertNotIn(str(ROOT / "include"), headers)

    def test_another_version_is_refused(self):
        project = self.folder / "project"
        shutil.copytree(PROJECT, project)
        for version in ("0.2", "1.0"):
            text = (PROJECT / "CMakeLists.txt").read_text(encoding="utf-8").replace("gradproof 0.1 ", f"gradproof {version} ")
            (project / "CMakeLists.txt").write_text(text, encoding="utf-8")
            said = self.succeeds([CMAKE, "-S", "project", "-B", "build", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={PREFIX}"], expected=1)
            self.assertIn(f'requested version "{version}"', said)
            self.assertIn("version: 0.1.0", said)

    def test_what_is_missing_is_named(self):
        said = self.configured("-DFLINT_LIBRARY=", expected=1)
        self.assertIn("FLINT with Arb", said)
        self.assertIn("FLINT_LIBRARY", said)


class WithPkgConfig(Installed):
    @unittest.skipUnless(shutil.which("pkg-config"), "there is no pkg-config here")
    def test_one_line(self):
        shutil.copy(PROJECT / "judged.cpp", self.folder)
        found = {"PKG_CONFIG_PATH": str(next(PREFIX.rglob("gradproof.pc")).parent)}
        self.succeeds(f"{CXX} -std=c++20 judged.cpp $(pkg-config --cflags --libs gradproof) -o judged", **found)
        self.assertIn("\nVERIFIED\n", self.succeeds("./judged"))
        self.succeeds("./judged wrong", expected=1)
        version = self.succeeds("gradproof --version")
        self.assertEqual(version, self.succeeds("pkg-config --modversion gradproof", **found))
        examples = self.succeeds("pkg-config --variable=examples gradproof", **found).strip()
        self.assertTrue((pathlib.Path(examples) / "graphs/worked-example.graph").is_file(), examples)


if __name__ == "__main__":
    unittest.main()
