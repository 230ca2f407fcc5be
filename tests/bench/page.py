#!/usr/bin/env python3
"""Makes docs/reference/performance.md and its chart from what `./dev bench --json FILE` wrote.

    python3 tests/bench/page.py docs/reference/performance.json

writes both beside the FILE. Every figure of the page is one of the file's; nothing is judged here.
"""

import json
import pathlib
import sys

import chart

PAGE = "performance.md"
CHART = "performance-sweep.svg"

HEAD = """# Performance

Made by `tests/bench/page.py` from [performance.json](performance.json) ([its schema](bench.schema.json)), which `./dev bench`
wrote. To make it anew on your machine:

```sh not-run="it takes minutes, and its figures differ from machine to machine"
./dev bench --json docs/reference/performance.json
python3 tests/bench/page.py docs/reference/performance.json
```
"""

METHOD = """## How it was measured

**Job A** is a network: batch 32, layers 64-64-64-1, tanh on both hidden layers, a reversal (λ = 0.5) between them, half the sum of
squared errors. Its value takes 264,192 multiply-adds and 4,096 tanh, its gradient has 10,433 entries (weights, biases and inputs).
**Job B** is a scalar recurrence, h ← tanh(w h + u x + b), of 162,519 operations on 1×1, with the gradient of w, u and b. All leaves
are fractions over a prime, so that every limb of a multiprecision number is in use.

**FLOOR** is the arithmetic that a job cannot do without, in the same run. For job A at 50 digits and more it is as many pairs of
`mpfr_mul` and `mpfr_add` as the value has multiply-adds (for the gradient three times as many), on operands that are there already
and whose pairs never repeat, and 4,096 `mpfr_tanh`. For job B it is the value in raw MPFR with temporaries that are there already.
At double it is plain loops, compiled with `-O2`, and for the gradient a backward pass written by hand. "Over FLOOR" is over the
FLOOR of the *value*, for gradients too.

Every subject has built its graph, tape or buffers before it is timed, except where the quantity is *build* or the name says
*recording*. Google Benchmark runs the repetitions of all subjects in one random order; each figure is the median of a subject's
repetitions, in processor time. mpmath computes in a process of its own that takes its turn among them and tells its own processor
time. Before it is timed, every subject's value and gradient is compared with gradproof's own in 64 bits more, entry by entry, under
a bound that is derived from the job's rounding errors; one that is beyond it is not timed.

The peers have no reversal: they compute v + (x - v)(-λ) with v the value of x, which is what their user would write. Sacado
computes in Boost's fixed-size MPFR number on the stack, its fastest. Ceres' forward mode would need 653 sweeps for job A; one is
timed and multiplied.
"""

SWEEP_TEXT = """A smaller network (batch 4, 8-8-8-1, one reversal) from double to 10,000 digits. gradproof rounds the bits up to just under a
limb's boundary, so that more digits may be right than were asked for. Correct digits are those of the worst entry of value and
gradient, -log10 of its relative difference from an evaluation at twice the digits; the rounding of the leaves counts.

![Time and correct digits over the digits asked for, both axes logarithmic](performance-sweep.svg)
"""

QUALITIES = ("entries_enclosing_truth", "digits_lost")
QUALITY_TEXT = """How many of the 10,433 gradient entries hold the truth, which was computed at four times the digits; and how many digits of the
working precision the widest of them, relative to its midpoint, has lost.
"""

MEMORY_TEXT = """Value and gradient, each measured in a process of its own. *peak_bytes* is the largest resident memory of it all, beyond what
the program takes before; *graph_bytes* the peak while the graph and its gradient graph are built; *evaluation_bytes* the peak of
loading and evaluating, beyond what the finished graph holds.
"""


def duration(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= size:
            return f"{ns / size:.3g} {unit}"
    return f"{ns:.3g} ns"


def number(x):
    """Three digits, or all of an integer part that has more."""
    return f"{x:,.0f}" if x >= 1000 else f"{x:.3g}"


def digits(entry):
    return "double" if entry["digits"] == 16 else f"{entry['digits']:,}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def machine(entries):
    rows = [(e["subject"], e["text"]) for e in entries if e["quantity"] == "machine"]
    return "## The machine\n\n" + table(("", ""), rows)


def target_row(entry):
    asked = f"≤ {entry['at_most']:g}" if "at_most" in entry else f"≥ {entry['at_least']:g}"
    found = "" if entry["amount"] is None else number(entry["amount"])
    verdict = {True: "met", False: "**not met**", None: "not measured"}[entry["met"]]
    return entry["text"], asked, found, verdict


def targets(entries):
    rows = [target_row(e) for e in entries if e["quantity"] == "target"]
    return "## Targets\n\n" + table(("ratio of medians", "target", "measured", ""), rows) if rows else ""


def quality(entries):
    rows = [(digits(e), e["subject"], e["quantity"].replace("_", " "), number(e["amount"]))
            for e in entries if e["job"] == "job A" and e["median_ns"] is None and e["quantity"] in QUALITIES]
    return "## Enclosures of job A\n\n" + QUALITY_TEXT + "\n" + table(("digits", "subject", "quantity", ""), rows) if rows else ""


def times(entries, job, title):
    rows = [(digits(e), e["subject"], e["quantity"], duration(e["median_ns"]),
             "" if e["ratio_to_floor"] is None else number(e["ratio_to_floor"]))
            for e in entries if e["job"] == job and e["median_ns"] is not None]
    return f"## {title}\n\n" + table(("digits", "subject", "quantity", "median", "over FLOOR"), rows) if rows else ""


def sweep_points(entries):
    """[(digits, {quantity: entry})] of the sweep, in order."""
    points = {}
    for e in entries:
        if e["job"].startswith("sweep"):
            points.setdefault(e["digits"], {})[e["quantity"]] = e
    return sorted(points.items())


def sweep(entries):
    rows = []
    for _, found in sweep_points(entries):
        time, bits, correct = found["value+gradient"], found["precision"], found["correct_digits"]
        rows.append((digits(time), number(bits["amount"]), duration(time["median_ns"]), f"{correct['amount']:,.1f}"))
    if not rows:
        return ""
    return "## Precision\n\n" + SWEEP_TEXT + "\n" + table(("digits asked for", "bits", "value + gradient", "correct digits"), rows)


def memory(entries):
    jobs = {}
    for e in entries:
        if e.get("unit") == "bytes":
            jobs.setdefault((e["job"].removeprefix("memory: "), digits(e)), {})[e["quantity"]] = e["amount"]
    kinds = ("graph_bytes", "evaluation_bytes", "peak_bytes")
    rows = [(job, precision, *(f"{found[kind] / 2**20:,.0f} MiB" for kind in kinds)) for (job, precision), found in jobs.items()]
    return "## Memory\n\n" + MEMORY_TEXT + "\n" + table(("job", "digits", *kinds), rows) if rows else ""


def rates(entries):
    rows = [(e["job"], digits(e), e["quantity"], duration(e["median_ns"]), number(e["amount"]))
            for e in entries if e.get("unit") == "a second"]
    return "## Throughput\n\n" + table(("items", "digits", "what is done", "one takes", "a second"), rows) if rows else ""


def skipped(entries):
    rows = [(e["job"], digits(e), e["subject"], e["text"]) for e in entries if e["quantity"] == "skipped"]
    return "## What was left out\n\n" + table(("job", "digits", "subject", "why"), rows) if rows else ""


def page(entries):
    parts = [HEAD, machine(entries), METHOD, targets(entries), times(entries, "job A", "Job A: a network"),
             quality(entries), times(entries, "job B", "Job B: a scalar recurrence"), sweep(entries), memory(entries), rates(entries), skipped(entries)]
    return "\n".join(part for part in parts if part)


def sweep_chart(entries):
    """The chart as SVG, or None where the file has no sweep."""
    points = [chart.Point(d, found["value+gradient"]["median_ns"], found["correct_digits"]["amount"])
              for d, found in sweep_points(entries)]
    return chart.draw(points) if points else None


def main(arguments):
    if len(arguments) != 1:
        print("usage: page.py FIGURES.json", file=sys.stderr)
        return 2
    source = pathlib.Path(arguments[0])
    entries = json.loads(source.read_text(encoding="utf-8"))
    (source.parent / PAGE).write_text(page(entries), encoding="utf-8")
    drawn = sweep_chart(entries)
    if drawn:
        (source.parent / CHART).write_text(drawn, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
