"""The blocks of README.md and docs/ that need a framework, with the Python that GRADPROOF_WITH_NAME_PYTHON names; exit code 77
(skipped) without one.

    docs_framework_test.py NAME [unittest's arguments]

NAME is torch, jax, tf or paddle. GRADPROOF_PROGRAM is the program; UPDATE=1 rewrites the shown outputs.
"""

import os
import sys
import unittest

import docs_test

FRAMEWORK = sys.argv.pop(1) if len(sys.argv) > 1 else "torch"
PYTHON = os.environ.get(f"GRADPROOF_WITH_{FRAMEWORK.upper()}_PYTHON", "")
AT_LEAST = {"torch": 4, "jax": 1, "tf": 1, "paddle": 1}


class Blocks(unittest.TestCase):
    def test_blocks(self):
        wanted = [page for page in docs_test.marked_pages() if any(block.has(FRAMEWORK) for block in page.blocks)]
        docs_test.check_pages(self, wanted, FRAMEWORK, PYTHON)
        self.assertGreaterEqual(sum(block.has(FRAMEWORK) for page in wanted for block in page.blocks), AT_LEAST[FRAMEWORK])


if __name__ == "__main__":
    if not PYTHON:
        print(f"skipped: no Python with {FRAMEWORK}; run ./dev test --with {FRAMEWORK}")
        sys.exit(77)
    unittest.main()
