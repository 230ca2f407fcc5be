"""The blocks of README.md and docs/ that need PyTorch, with the Python that GRADPROOF_WITH_TORCH_PYTHON names; exit code
77 (skipped) without one. GRADPROOF_PROGRAM is the program; UPDATE=1 rewrites the shown outputs."""

import os
import sys
import unittest

import docs_test

TORCH_PYTHON = os.environ.get("GRADPROOF_WITH_TORCH_PYTHON", "")


class TorchBlocks(unittest.TestCase):
    def test_blocks(self):
        wanted = [page for page in docs_test.marked_pages() if any(block.has("torch") for block in page.blocks)]
        runs = docs_test.check_pages(self, wanted, TORCH_PYTHON)
        self.assertEqual([], [where for run in runs for where in run.skipped])
        self.assertGreaterEqual(sum(block.has("torch") for page in wanted for block in page.blocks), 4)


if __name__ == "__main__":
    if not TORCH_PYTHON:
        print("skipped: no Python with torch; run ./dev test --with torch")
        sys.exit(77)
    unittest.main()
