"""The precision sweep as an SVG: two panels over one axis of digits, all axes logarithmic.

It reads in light and in dark surroundings and on paper: the picture brings its own background, and follows the reader's
colour scheme.
"""

import math
from typing import NamedTuple


class Point(NamedTuple):
    digits: int      # asked for; 16 is double
    nanoseconds: float
    correct: float   # decimal digits


class Axis(NamedTuple):
    """A logarithmic scale from the value `low` at pixel `start` to `high` at `end`."""
    low: float
    high: float
    start: float
    end: float

    def place(self, value):
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)

    def decades(self):
        """The powers of ten on the axis."""
        first = math.ceil(math.log10(self.low) - 1e-9)
        last = math.floor(math.log10(self.high) + 1e-9)
        return [10.0 ** k for k in range(first, last + 1)]


WIDTH, HEIGHT = 720, 640
LEFT, RIGHT = 96, 690
UPPER, LOWER = (56, 296), (340, 580)  # the panels' top and bottom

STYLE = """
    svg { font-family: system-ui, sans-serif; font-size: 13px; }
    .ground { fill: #ffffff; }
    text { fill: #1f2328; }
    .title { font-weight: 600; }
    .grid { stroke: #d1d9e0; stroke-width: 1; }
    .frame { stroke: #59636e; stroke-width: 1; fill: none; }
    .line { stroke: #0550ae; stroke-width: 2; fill: none; }
    .dot { fill: #0550ae; }
    .double { fill: #bc4c00; }
    .asked { stroke: #59636e; stroke-width: 1.5; stroke-dasharray: 5 4; fill: none; }
    @media screen and (prefers-color-scheme: dark) {
      .ground { fill: #0d1117; }
      text { fill: #f0f6fc; }
      .grid { stroke: #2b323b; }
      .frame, .asked { stroke: #9198a1; }
      .line { stroke: #79c0ff; }
      .dot { fill: #79c0ff; }
      .double { fill: #ffa657; }
    }
"""


def decade_below(x):
    return 10.0 ** math.floor(math.log10(x))


def time_label(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= size:
            return f"{ns / size:g} {unit}"
    return f"{ns:g} ns"


def text(x, y, words, kind="", anchor="middle", turned=False):
    turn = f' transform="rotate(-90 {x:g} {y:g})"' if turned else ""
    css = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{css}{turn}>{words}</text>'


def line(x1, y1, x2, y2, kind):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def grid(across, up, label):
    """The lines at the powers of ten, the labels of the upright axis, and the frame."""
    for value in across.decades():
        yield line(across.place(value), up.start, across.place(value), up.end, "grid")
    for value in up.decades():
        yield line(LEFT, up.place(value), RIGHT, up.place(value), "grid")
        yield text(LEFT - 8, up.place(value) + 4, label(value), anchor="end")
    yield f'<rect x="{LEFT}" y="{up.end:g}" width="{RIGHT - LEFT}" height="{up.start - up.end:g}" class="frame"/>'


def curve(points, across, up, value, label):
    """A line through the points of Real; double, which is another number type, is a square of its own."""
    places = [(p, across.place(p.digits), up.place(value(p))) for p in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for p, x, y in places if p.digits != 16)
    yield f'<polyline points="{path}" class="line"/>'
    for p, x, y in places:
        name = "double" if p.digits == 16 else f"{p.digits} digits"
        if p.digits == 16:
            yield f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" class="double"><title>{name}: {label(p)}</title></rect>'
            yield text(x + 10, y + 5, "double", anchor="start")
        else:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" class="dot"><title>{name}: {label(p)}</title></circle>'


def scale(values, start, end):
    """From a power of ten to a little above the largest value, so that no dot sits on the frame."""
    return Axis(decade_below(min(values)), 1.3 * max(values), start, end)


def draw(points):
    across = scale([p.digits for p in points], LEFT, RIGHT)
    time = scale([p.nanoseconds for p in points], UPPER[1], UPPER[0])
    correct = scale([p.correct for p in points], LOWER[1], LOWER[0])
    asked = (max(across.low, correct.low), min(across.high, correct.high))
    parts = [
        f'<rect width="{WIDTH}" height="{HEIGHT}" class="ground"/>',
        text(LEFT, 36, "What precision costs, and what it gives", "title", "start"),
        *grid(across, time, time_label),
        *curve(points, across, time, lambda p: p.nanoseconds, lambda p: time_label(float(f"{p.nanoseconds:.3g}"))),
        text(24, sum(UPPER) / 2, "time of value + gradient", turned=True),
        *grid(across, correct, lambda v: f"{v:,.0f}"),
        line(across.place(asked[0]), correct.place(asked[0]), across.place(asked[1]), correct.place(asked[1]), "asked"),
        *curve(points, across, correct, lambda p: p.correct, lambda p: f"{p.correct:.1f} correct"),
        text(24, sum(LOWER) / 2, "correct decimal digits", turned=True),
        text(RIGHT - 10, LOWER[1] - 12, "dashed: as many as were asked for", anchor="end"),
        *(text(across.place(v), LOWER[1] + 20, f"{v:,.0f}") for v in across.decades()),
        text((LEFT + RIGHT) / 2, LOWER[1] + 44, "decimal digits asked for"),
    ]
    body = "\n  ".join(parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img">\n'
            f"  <title>Time and correct digits over the digits asked for</title>\n  <style>{STYLE}  </style>\n  {body}\n</svg>\n")
