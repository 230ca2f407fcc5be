"""Ceres' GradientChecker on the cases, as peers_test.py for the others. GRADPROOF_CHECKERS_CERES is the program of ceres/main.cpp."""

import json
import os
import subprocess
import sys

import peers
import peers_test

program = os.environ.get("GRADPROOF_CHECKERS_CERES")
if not program or not os.access(program, os.X_OK):
    print("skipped: Ceres is not installed, or its program not built (./dev test --with ceres gets libceres-dev)")
    sys.exit(77)
printed = subprocess.run([program, peers.HERE / "cases.json"], check=True, stdout=subprocess.PIPE, text=True).stdout
sys.exit(peers_test.judged(json.loads(printed)))
