"""The graph text format, read into a plain structure that an interpreter for any framework can walk.

    gradproof 1
    x = input 2x3 [1 2 3; 4 5 6]
    r = reverse x 0.25
    s = sum r all
    output s cotangent [1]

Everything here is rows by columns.  A Graph has been checked: names are known, shapes fit, counts are right.
"""

import functools
import math
import re
from typing import NamedTuple

VERSION = 1
LONGEST_KEPT = 1 << 14


class GraphError(ValueError):
    """The text is not a graph; the message begins with the line."""


class Node(NamedTuple):
    op: str
    name: str
    shape: tuple        # (rows, columns)
    operands: tuple     # positions in Graph.nodes
    argument: object    # what else the op takes: a leaf's values, a reversal's λ, a power, an axis, a range; or None


class Output(NamedTuple):
    node: int
    cotangent: list     # as many values as the node has elements, row by row


class Graph(NamedTuple):
    nodes: list
    inputs: list        # positions of the differentiated leaves, in the order of the text
    outputs: list


class UnknownOp(Exception):
    """An op that this adapter does not have: a case that it can't do, and not a mistake in the text."""


def parse(text):
    """Reads a graph.  The same text often comes again, with another dtype, layout or rank; large ones are not kept."""
    return _parsed_before(text) if len(text) < LONGEST_KEPT else _parsed(text)


def _parsed(text):
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), 1):
        try:
            reader.line(line)
        except GraphError as error:
            raise GraphError(f"line {number}: {error}") from None
    if not reader.outputs:
        raise GraphError(f"line {text.count(chr(10)) + 1}: the graph has no output")
    return Graph(reader.nodes, reader.inputs, reader.outputs)


_parsed_before = functools.lru_cache(maxsize=256)(_parsed)


# Numbers ----------------------------------------------------------------------------------------------------

_RATIO = re.compile(r"([+-]?\d+)/(\d+)")
_PLAIN = re.compile(r"[0-9.eE;\s+-]*")
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]?inf|[+-]?nan")


def literal(word):
    """The double nearest to a decimal, a hex float or a ratio."""
    try:
        if "x" in word or "X" in word:
            return float.fromhex(word)
        if _DECIMAL.fullmatch(word):
            return float(word)
        ratio = _RATIO.fullmatch(word)
        if ratio:
            return int(ratio[1]) / int(ratio[2])
    except OverflowError:
        return -math.inf if word.startswith("-") else math.inf
    except (ValueError, ZeroDivisionError):
        pass
    raise GraphError(f"{word!r} is not a number")


def values(text, shape, what):
    """The numbers between brackets: rows divided by semicolons, or a single one that fills the shape."""
    rows, columns = shape
    lines = [line.split() for line in text.split(";")]
    words = [word for line in lines for word in line]
    try:
        # Plain decimals, the bulk of large leaves, need no look at each word.
        numbers = list(map(float if _PLAIN.fullmatch(text) else literal, words))
    except ValueError:
        numbers = [literal(word) for word in words]
    if len(numbers) == 1:
        return numbers * (rows * columns)
    if not numbers and rows * columns == 0:
        return numbers
    if len(lines) != rows or any(len(line) != columns for line in lines):
        raise GraphError(f"{what} needs {rows} rows of {columns} values, or a single one; "
                         f"found rows of {', '.join(str(len(line)) for line in lines)}")
    return numbers


# Shapes -----------------------------------------------------------------------------------------------------

_SHAPE = re.compile(r"(\d{1,9})x(\d{1,9})")
_RANGE = re.compile(r"(\d{1,9}):(\d{1,9})")


def shape_of(word):
    found = _SHAPE.fullmatch(word)
    if not found:
        raise GraphError(f"{word!r} is not a shape such as 2x3")
    return int(found[1]), int(found[2])


def _range_of(word, size):
    found = _RANGE.fullmatch(word)
    if not found:
        raise GraphError(f"{word!r} is not a range such as 0:2")
    first, last = int(found[1]), int(found[2])
    if not first <= last <= size:
        raise GraphError(f"the range {word} does not lie within 0:{size}")
    return first, last


def _written(shape):
    return f"{shape[0]}x{shape[1]}"


# One rule per op: from the operands' shapes and the words after them to (argument, shape of the result) ---------------

def _alike(*shapes):
    if any(shape != shapes[0] for shape in shapes):
        raise GraphError(f"the operands have different shapes: {' and '.join(map(_written, shapes))}")
    return None, shapes[0]


def _power(shape, word):
    if not re.fullmatch(r"[+-]?\d{1,9}", word):
        raise GraphError(f"{word!r} is not an integer power")
    return int(word), shape


def _matmul(left, right):
    if left[1] != right[0]:
        raise GraphError(f"{_written(left)} and {_written(right)} can't be multiplied as matrices")
    return None, (left[0], right[1])


def _transpose(shape):
    return None, (shape[1], shape[0])


def _sum(shape, axis):
    results = {"all": (1, 1), "rows": (1, shape[1]), "cols": (shape[0], 1)}
    if axis not in results:
        raise GraphError(f"{axis!r} is none of all, rows, cols")
    return axis, results[axis]


def _broadcast(shape, word):
    target = shape_of(word)
    if any(size not in (1, wanted) for size, wanted in zip(shape, target)):
        raise GraphError(f"{_written(shape)} can't be broadcast to {word}")
    return target, target


def _reshape(shape, word):
    target = shape_of(word)
    if target[0] * target[1] != shape[0] * shape[1]:
        raise GraphError(f"{_written(shape)} can't be reshaped to {word}")
    return target, target


def _slice(shape, rows, columns):
    (top, bottom), (left, right) = _range_of(rows, shape[0]), _range_of(columns, shape[1])
    return (top, bottom, left, right), (bottom - top, right - left)


def _concat(first, second, axis):
    if axis == "rows" and first[1] == second[1]:
        return axis, (first[0] + second[0], first[1])
    if axis == "cols" and first[0] == second[0]:
        return axis, (first[0], first[1] + second[1])
    raise GraphError(f"{_written(first)} and {_written(second)} can't be put together by {axis!r} (rows or cols)")


class Rule(NamedTuple):
    operands: int
    words: int
    apply: object


_ELEMENTWISE = ("neg exp expm1 log log1p sin cos tanh sigmoid softplus sqrt square relu abs step round stop").split()
_PAIRWISE = "add sub mul div max min logaddexp".split()

RULES = {
    **{op: Rule(2, 0, _alike) for op in _PAIRWISE},
    **{op: Rule(1, 0, _alike) for op in _ELEMENTWISE},
    "pow": Rule(1, 1, _power),
    "matmul": Rule(2, 0, _matmul),
    "transpose": Rule(1, 0, _transpose),
    "sum": Rule(1, 1, _sum),
    "broadcast": Rule(1, 1, _broadcast),
    "reshape": Rule(1, 1, _reshape),
    "slice": Rule(1, 2, _slice),
    "concat": Rule(2, 1, _concat),
}

OPS = ("input", "const", "reverse", *RULES)


# Statements -------------------------------------------------------------------------------------------------

def _is_name(word):
    return word.isidentifier() and word.isascii() and word not in ("inf", "nan")


class _Reader:
    """The graph so far."""

    def __init__(self):
        self.nodes = []
        self.inputs = []
        self.outputs = []
        self.place = {}

    def line(self, line):
        if line.startswith("@"):
            return
        if "#" in line:
            line = line.partition("#")[0]
        name, equals, rest = line.partition("=")
        words = (rest if equals else line).split()
        if equals:
            self.definition(name.strip(), words, rest)
        elif not words:
            return
        elif words[0] == "output":
            self.output(words, line)
        elif words[0] == "gradproof":
            if words[1:] != [str(VERSION)]:
                raise GraphError(f"this adapter reads format {VERSION}, not {' '.join(words[1:])!r}")
        else:
            raise GraphError(f"neither a definition `name = …` nor an output: {line.strip()!r}")

    def definition(self, name, words, line):
        if not _is_name(name):
            raise GraphError(f"{name!r} can't be a name")
        if name in self.place:
            raise GraphError(f"{name!r} is defined twice")
        if not words:
            raise GraphError(f"{name!r} is not given an op")
        op = words[0]
        if op == "input" or op == "const":
            node = self.leaf(op, name, line)
        elif op == "reverse":
            node = self.reversal(name, words[1:])
        elif op in RULES:
            node = self.plain(op, name, words[1:])
        else:
            raise UnknownOp(f"op {op!r}")
        self.place[name] = len(self.nodes)
        if op == "input":
            self.inputs.append(len(self.nodes))
        self.nodes.append(node)

    def leaf(self, op, name, line):
        head, values_text = _bracketed(line)
        words = head.split()
        if len(words) != 2:
            raise GraphError(f"{op} needs a shape and then values in brackets")
        shape = shape_of(words[1])
        return Node(op, name, shape, (), values(values_text, shape, name))

    def reversal(self, name, words):
        if len(words) != 2:
            raise GraphError("reverse needs an operand and λ")
        operand = self.operand(words[0])
        shape = self.nodes[operand].shape
        if words[1] not in self.place:
            return Node("reverse", name, shape, (operand,), literal(words[1]))
        strength = self.place[words[1]]
        if self.nodes[strength].shape != (1, 1):
            raise GraphError(f"λ is {words[1]!r}, which is {_written(self.nodes[strength].shape)} and not 1x1")
        return Node("reverse", name, shape, (operand, strength), None)

    def plain(self, op, name, words):
        rule = RULES[op]
        if len(words) != rule.operands + rule.words:
            raise GraphError(f"{op} takes {rule.operands + rule.words} words, not {len(words)}")
        operands = tuple([self.operand(word) for word in words[:rule.operands]])
        shapes = [self.nodes[operand].shape for operand in operands]
        argument, shape = rule.apply(*shapes, *words[rule.operands:])
        return Node(op, name, shape, operands, argument)

    def operand(self, word):
        """The position of a named node, or of a new anonymous constant for a literal."""
        if word in self.place:
            return self.place[word]
        if _is_name(word):
            raise GraphError(f"unknown name {word!r}")
        self.nodes.append(Node("const", word, (1, 1), (), [literal(word)]))
        return len(self.nodes) - 1

    def output(self, words, line):
        if len(words) < 2 or words[1] not in self.place:
            raise GraphError(f"{' '.join(words[1:2])!r} is not the name of a line above")
        node, cotangent_text = self.place[words[1]], "1"
        if len(words) > 2:
            head, cotangent_text = _bracketed(line)
            if head.split()[2:] != ["cotangent"]:
                raise GraphError("an output reads `output name` or `output name cotangent [values]`")
        self.outputs.append(Output(node, values(cotangent_text, self.nodes[node].shape, "the cotangent")))


def _bracketed(line):
    """What stands before the brackets, and what stands in them."""
    head, opening, rest = line.partition("[")
    inside, closing, after = rest.partition("]")
    if not (opening and closing) or after.strip():
        raise GraphError("expected values in brackets at the end of the line")
    return head, inside
