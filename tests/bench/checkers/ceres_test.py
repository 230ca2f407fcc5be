"""Ceres' GradientChecker on the cases, as peers_test.py for the others. GRADPROOF_CHECKERS_CERES is the program of ceres/main.cpp."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import peers
import peers_test

PROGRAM = os.environ.get("GRADPROOF_CHECKERS_CERES")


def verdicts(cases):
    """What the program says of these cases."""
    with tempfile.TemporaryDirectory() as place:
        file = pathlib.Path(place) / "cases.json"
        file.write_text(json.dumps(cases), encoding="utf-8")
        printed = subprocess.run([PROGRAM, file], check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(printed)


def main():
    if not PROGRAM or not os.access(PROGRAM, os.X_OK):
        print("skipped: Ceres is not installed, or its program not built (./dev test --with ceres gets libceres-dev)")
        return 77
    code = peers_test.judged(verdicts(peers.cases()))
    if code == 0 and not peers_test.tells_claims_apart(lambda cases: [verdicts(cases)]):
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
