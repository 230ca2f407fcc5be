"""The files that tell package tools about gradproof agree with CMakeLists.txt: its version, its sentence, and what it depends on."""

import ast
import json
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


CMAKE = text_of("CMakeLists.txt") + text_of("cmake/gradproofNumbers.cmake")
VERSION = re.search(r"project\(gradproof VERSION ([\d.]+)", CMAKE).group(1)
SENTENCE = re.search(r'DESCRIPTION "([^"]+)"', CMAKE).group(1)
# What the build looks for, and what vcpkg and Conan call it.
DEPENDENCIES = {"nlohmann_json": ("nlohmann-json", "nlohmann_json"), "fmt": ("fmt", "fmt"), "CLI11": ("cli11", "cli11"), "SQLite3": ("sqlite3", "sqlite3"),
                "mpfr": ("mpfr", "mpfr"), "gmp": ("gmp", "gmp"), "flint": ("flint", "flint"), "boost": ("boost-multiprecision", "boost")}


class Manifests(unittest.TestCase):
    def test_the_build_looks_for_these(self):
        packages = re.findall(r"^find_package\((\w+) [\d.]+ REQUIRED\)", CMAKE, re.M) + re.findall(r"find_library\(\w+ (\w+)\)", CMAKE) + ["boost"]
        self.assertEqual(set(DEPENDENCIES), set(packages))

    def test_vcpkg(self):
        manifest = json.loads(text_of("vcpkg.json"))
        self.assertEqual((VERSION, SENTENCE), (manifest["version-semver"], manifest["description"]))
        self.assertEqual(sorted(vcpkg for vcpkg, _ in DEPENDENCIES.values()), manifest["dependencies"])
        self.assertIn("Untested", manifest["$comment"])

    def test_conan(self):
        recipe, = (node for node in ast.parse(text_of("conanfile.py")).body if isinstance(node, ast.ClassDef))
        values = {node.targets[0].id: ast.literal_eval(node.value) for node in recipe.body if isinstance(node, ast.Assign)}
        self.assertEqual(SENTENCE, values["description"])
        self.assertEqual(sorted(conan for _, conan in DEPENDENCIES.values()), [each.split("/")[0] for each in values["requires"]])
        self.assertIn("Untested", text_of("conanfile.py"))

    def test_python(self):
        text = text_of("pyproject.toml")
        self.assertIn(f'\nversion = "{VERSION}"\n', text)
        self.assertIn(f'\ndescription = "{SENTENCE}"\n', text)
        for folder in re.findall(r'"(src/[\w/]+)"', text):
            self.assertTrue((ROOT / folder / "__init__.py").is_file(), folder)

    @unittest.skipIf(sys.version_info < (3, 11), "tomllib came with Python 3.11")
    def test_pyproject_is_toml(self):
        import tomllib
        self.assertEqual("scikit_build_core.build", tomllib.loads(text_of("pyproject.toml"))["build-system"]["build-backend"])

    def test_npm(self):
        self.assertEqual(VERSION, json.loads(text_of("src/adapters/javascript/package.json"))["version"])


if __name__ == "__main__":
    unittest.main()
