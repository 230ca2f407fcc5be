"""The comparison of checkers as Markdown, counted from verdicts/: page.py writes peers.md, which docs/reference/checkers.md ends with."""

import json
import sys

import peers

FAULTS = ("sign flip", "zeroed", "+0.05 %", "+1e-6", "+1e-9", "+4 ulp")
# In the order of the table, with how the verdicts are made again.
SOURCES = {
    "gradproof-generic-f-2-ulps-promised": "user", "gradproof-generic-f": "user",
    "gradproof-f-in-double-accuracy-stated": "user", "gradproof-f-in-double": "user",
    "torch-autograd-gradcheck": "torch", "jax-test-util-check-grads": "jax", "tf-test-compute-gradient": "tf",
    "ceres-GradientChecker": "ceres", "numdifftools-its-error-estimate": "numdifftools",
    "numdifftools-allclose": "numdifftools", "scipy-optimize-check-grad": "numdifftools"}

INTRODUCTION = """
## Beside other checkers

The same 23 gradients, put to the checkers that people use, each at its defaults: the right gradient, rounded to double, and six wrong ones. A *false alarm* is a right
gradient that is rejected, of 23; an *accepted fault* a wrong one that passes, of 138; for each kind of fault it is said how many of the 23 pass. Only gradproof can say
that it does not know (*undecided*, of 161), and how small an error it would have seen: *below sight* are wrong gradients that hold, where the verdict itself says that it would not
have seen so small an error. They are none of the accepted faults, since the verdict claims nothing about them; with a promise there are none.

Without a promise a generic f's gradient may be off by whatever rounding in f's own operations explains: at 20, `1 - tanh(x)²` is 0 in double, and who says 0 there may have
computed it soundly. So that is undecided, and no fault. All 23 right gradients hold, with a promise and without.

These functions were chosen to mislead; on tame ones each of these checkers does better.

"""

NOTES = """
The verdicts are kept one by one in `tests/bench/checkers/verdicts`. `./dev test --with torch,jax,tf,numdifftools,ceres -- -R 'checkers|user'` gets the packages,
asks all of them again and compares; with `UPDATE=1` in front they are written anew, and `python3 tests/bench/checkers/page.py` counts them.

"""


def entries():
    found = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted((peers.HERE / "verdicts").glob("*.json"))}
    return [found[name] for name in SOURCES if name in found]


def counts(entry):
    """What of the verdicts is false, accepted, undecided, below sight; and the accepted ones of each fault."""
    verdicts = entry["verdicts"].values()
    accepted = {fault: sum(v[fault] == "accepted" for v in verdicts) for fault in FAULTS}
    every = [word for v in verdicts for word in v.values()]
    return {"false alarms": sum(v["right"] == "rejected" for v in verdicts), "accepted faults": sum(accepted.values()),
            "undecided": every.count("undecided"), "below sight": every.count("below sight"), **accepted}


def row(cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"


def text():
    columns = list(counts(entries()[0]))
    table = row(["checker", *columns]) + row(["---"] * (len(columns) + 1))
    for entry in entries():
        table += row([entry["checker"], *counts(entry).values()])
    rules = row(["checker", "version", "what counts as accepted"]) + row(["---"] * 3)
    for entry in entries():
        rules += row([entry["checker"], entry["version"] or "this", entry["rule"]])
    return INTRODUCTION + table + NOTES + rules


def summary():
    """A row for each checker: the README shows some of them."""
    for entry in entries():
        found = counts(entry)
        yield row([entry["checker"], found["false alarms"], found["accepted faults"], found["undecided"]])


def main():
    (peers.HERE / "peers.md").write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
