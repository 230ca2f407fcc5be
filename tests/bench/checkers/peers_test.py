"""Puts the cases to a framework's checkers, and holds their verdicts against those kept in verdicts/: peers_test.py NAME.

UPDATE=1 writes them. Skipped (77) where the framework has another version than the verdicts are of.
"""

import json
import os
import sys

import peers

UPDATE = os.environ.get("UPDATE") == "1"


def kept(checker):
    file = peers.file_of(checker)
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def differences(entry, known):
    """The claims on which two sets of verdicts differ, as text."""
    return [f"{name}, {claim}: {verdict}, where {known['verdicts'].get(name, {}).get(claim)} is kept"
            for name, verdicts in entry["verdicts"].items() for claim, verdict in verdicts.items()
            if verdict != known["verdicts"].get(name, {}).get(claim)]


def judged(entry):
    """The exit code for one checker, having said why."""
    known = kept(entry["checker"])
    if UPDATE:
        peers.file_of(entry["checker"]).write_text(peers.text_of(entry), encoding="utf-8")
        return 0
    if known is None or known["version"] != entry["version"]:
        print(f"skipped: the verdicts of {entry['checker']} are kept of {known and known['version']}, not {entry['version']}")
        return 77
    found = differences(entry, known)
    for line in found:
        print(f"{entry['checker']}: {line}")
    return 1 if found else 0


def tells_claims_apart(records):
    """That a checker which always gets the right gradient is not taken for this one."""
    flattered = [{**case, "claims": {claim: case["claims"]["right"] for claim in case["claims"]}} for case in peers.cases()]
    bad = [entry["checker"] for entry in records(flattered)
           if kept(entry["checker"]) and not differences(entry, kept(entry["checker"]))]
    for checker in bad:
        print(f"{checker}: its verdicts are the same when each claim is the right one")
    return not bad


def main():
    name = sys.argv[1]
    codes = [judged(entry) for entry in peers.RECORDS[name](peers.cases())]
    if 1 in codes or not tells_claims_apart(peers.RECORDS[name]):
        return 1
    print(f"{len(codes)} checkers, {len(peers.cases())} cases")
    return 77 if 77 in codes else 0


if __name__ == "__main__":
    sys.exit(main())
