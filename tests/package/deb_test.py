"""The Debian package that `cpack -G DEB` makes: its control fields, its files, and the program in it, unpacked.

installed.py says what stands in the environment. Skipped (77) where dpkg-shlibdeps or file is missing, which name the libraries it depends on.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import installed
from installed import BUILD, CMAKE, ROOT, run

MADE = BUILD / "tests/package/deb"
UNPACKED = BUILD / "tests/package/unpacked"


def setUpModule():
    for folder in (MADE, UNPACKED):
        shutil.rmtree(folder, ignore_errors=True)
    code, said = run([str(pathlib.Path(CMAKE).with_name("cpack")), "-G", "DEB", "-B", str(MADE)], BUILD, dict(os.environ))
    assert code == 0, said
    subprocess.run(["dpkg-deb", "-x", str(package()), str(UNPACKED)], check=True)


def package():
    file, = MADE.glob("*.deb")
    return file


def field(name):
    return subprocess.run(["dpkg-deb", "-f", str(package()), name], check=True, capture_output=True, encoding="utf-8").stdout.strip()


class Control(unittest.TestCase):
    def test_name_and_version(self):
        version = re.search(r"project\(gradproof VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")).group(1)
        self.assertEqual(("gradproof", version), (field("Package"), field("Version")))
        self.assertEqual(f"gradproof_{version}_{field('Architecture')}.deb", package().name)

    def test_the_program_depends_on_what_it_is_linked_with(self):
        depends = field("Depends")
        for library in ("libc6", "libstdc++6", "libmpfr6", "libgmp10", "libsqlite3-0"):
            self.assertIn(library, depends)
        self.assertRegex(depends, r"libflint(-arb)?\d+")
        self.assertRegex(depends, r"libfmt\d+")
        self.assertNotIn("-dev", depends)
        self.assertNotIn("mpi", depends)

    def test_what_a_project_needs_is_recommended(self):
        for library in ("libfmt-dev", "libmpfr-dev", "libgmp-dev", "libflint-dev", "libsqlite3-dev", "libboost-dev"):
            self.assertIn(library, field("Recommends"))

    def test_the_fields_for_readers(self):
        self.assertTrue(field("Maintainer").startswith("The gradproof developers <"), field("Maintainer"))
        summary, *rest = field("Description").split("\n")
        self.assertLessEqual(len(summary), 80)
        self.assertIn("gradient reversal", summary)
        self.assertGreater(len(rest), 3)
        for line in rest:
            self.assertTrue(line.startswith(" "), line)
            self.assertLessEqual(len(line), 80)


class Contents(unittest.TestCase):
    def test_owners_and_modes(self):
        listed = subprocess.run(["dpkg-deb", "-c", str(package())], check=True, capture_output=True, encoding="utf-8").stdout
        for line in listed.splitlines():
            mode, owner, *_, name = line.split()
            self.assertEqual("root/root", owner, line)
            self.assertIn(mode, ("drwxr-xr-x", "-rwxr-xr-x" if name == "./usr/bin/gradproof" else "-rw-r--r--"), line)
            self.assertTrue(name.startswith("./usr/") or name in ("./", "./usr/"), line)

    def test_what_python_leaves_goes_with_the_package(self):
        with tempfile.TemporaryDirectory(prefix="gradproof-deb-") as folder:
            subprocess.run(["dpkg-deb", "-e", str(package()), f"{folder}/DEBIAN"], check=True)
            shutil.copytree(UNPACKED / "usr/share/gradproof", f"{folder}/usr/share/gradproof")
            adapters = pathlib.Path(folder, "usr/share/gradproof/adapters/python")
            before = {path.name for path in adapters.rglob("*")}
            subprocess.run([sys.executable, "-m", "compileall", "-q", str(adapters)], check=True)
            self.assertIn("__pycache__", {path.name for path in adapters.rglob("*")})
            subprocess.run([f"{folder}/DEBIAN/prerm", "remove"], check=True, env={**os.environ, "DPKG_ROOT": folder})
            self.assertEqual(before, {path.name for path in adapters.rglob("*")})

    def test_the_program_runs_from_where_it_is_unpacked(self):
        environment = installed.clean_environment(UNPACKED / "usr")
        with tempfile.TemporaryDirectory(prefix="gradproof-deb-") as folder:
            code, said = run("gradproof doctor", folder, environment)
            self.assertEqual(0, code, said)
            self.assertIn(str(UNPACKED / "usr/share/gradproof/adapters"), said)
            code, said = run("gradproof adapter init c", folder, environment)
            self.assertEqual(0, code, said)
            for command in installed.commands_in(said):
                code, said = run(command, folder, environment)
                self.assertEqual(0, code, said)
            self.assertIn("\nVERIFIED\n", said)


if __name__ == "__main__":
    missing = [name for name in ("dpkg-shlibdeps", "dpkg-deb", "file") if shutil.which(name) is None]
    if missing:
        print("skipped: a Debian package can't be made here without " + ", ".join(missing))
        sys.exit(77)
    unittest.main()
