"""The library's symbols: all of C++ in the version's own inline namespace, so that two versions never mix in one program unseen.

GRADPROOF_LIBRARY names libgradproof.a.
"""

import os
import re
import shutil
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIBRARY = os.environ.get("GRADPROOF_LIBRARY", "")
# Weak ones are instances of templates, of the standard library's too, which belong to their types.
STRONG = set("TDBRSCGA")


def major():
    with open(os.path.join(ROOT, "CMakeLists.txt"), encoding="utf-8") as file:
        return re.search(r"project\(gradproof VERSION (\d+)\.", file.read()).group(1)


def strays(listing, version):
    """The strong symbols of a listing by nm -C that are in no inline namespace of this version."""
    own = re.compile(rf"(?:[\w ]+ for |.*\b)?gradproof::v{version}::")
    found = [line.split(maxsplit=2) for line in listing.splitlines() if re.match(r"[0-9a-f]+ \w \S", line)]
    return [name for _, kind, name in found if kind in STRONG and not own.match(name)]


class Symbols(unittest.TestCase):
    def test_planted_faults(self):
        listing = ("a.o:\n0000000000000000 T gradproof::v0::name(gradproof::v0::Way)\n0000000000000010 T gradproof::name(int)\n"
                   "0000000000000020 W std::vector<int>::size() const\n0000000000000030 T helper\n"
                   "0000000000000040 R vtable for gradproof::v0::Engine\n")
        self.assertEqual(strays(listing, "0"), ["gradproof::name(int)", "helper"])
        self.assertEqual(len(strays(listing, "1")), 4)

    def test_all_are_of_this_version(self):
        listing = subprocess.run(["nm", "-C", "--defined-only", "--extern-only", LIBRARY], capture_output=True, text=True, check=True).stdout
        self.assertGreater(listing.count(f"gradproof::v{major()}::"), 1000)
        self.assertEqual(strays(listing, major()), [])


if __name__ == "__main__":
    if not shutil.which("nm") or not os.path.isfile(LIBRARY):
        print("skipped: nm, or the library, is not there")
        sys.exit(77)
    unittest.main()
