"""Writes docs/reference/operations.md and docs/reference/properties.md from what the program lists and from the
paragraph above each operation in include/gradproof/ops.hpp.

    python3 tests/docs/generate_reference.py PROGRAM
"""

import pathlib
import re
import subprocess
import sys
from typing import NamedTuple

ATTRIBUTES = {"exponent": "N", "axis": "AXIS", "shape": "SHAPE", "ranges": "R0:R1 C0:C1"}
OPERANDS = {0: "", 1: " x", 2: " a b"}
KINDS = {
    "leaf": "Leaves. `VALUES` is a list in brackets.",
    "elementwise": "Elementwise: both operands have one shape, and the result has it too.",
    "selection": "Selections: piecewise linear, with a stated rule at the kink. In a property an operand that stands on its kink, "
                 "or nearer to it than rounding lets one see, makes the case undecided.",
    "linear": "Linear in each operand: the backward pass is the adjoint map.",
    "macro": "Macros: the parser builds a graph of the operations above from each. The "
             "[graph format](graph-format.md#macros) defines them.",
}


class Operation(NamedTuple):
    name: str
    kind: str
    klass: str
    operands: int
    declared: bool


def asked(program, *arguments):
    done = subprocess.run([program, *arguments], stdout=subprocess.PIPE, encoding="utf-8", check=True, timeout=60)
    return done.stdout


def operations(program):
    for line in asked(program, "list", "ops").splitlines():
        words = line.split()
        if words[1] == "macro":
            yield Operation(words[0], "macro", "", 0, False)
        else:
            yield Operation(words[0], words[1], words[2], int(words[3]), line.endswith("declared gradient"))


def paragraphs(root):
    """name -> (the comment above the operation's struct, its attribute)."""
    text = (root / "include/gradproof/ops.hpp").read_text(encoding="utf-8")
    structs = re.findall(r'((?:^// .*\n)+)^struct \w+ : ([^{]*)\{\n  static constexpr std::string_view name = "(\w+)";',
                         text, re.M)
    found = {}
    for comment, base, name in structs:
        sentence = " ".join(line[3:].strip() for line in comment.splitlines())
        attribute = re.search(r"AttributeKind::(\w+)", base)
        found[name] = (re.sub(r" {2,}", " ", sentence), attribute.group(1) if attribute else None)
    return found


def spelling(operation, attribute):
    if operation.kind == "leaf":
        return f"{operation.name} SHAPE VALUES"
    operands = " x λ" if operation.name == "reverse" else OPERANDS[operation.operands]
    return operation.name + operands + (f" {ATTRIBUTES[attribute]}" if attribute else "")


def operation_rows(group, told):
    if group[0].kind == "macro":
        yield from (f"- `{operation.name}`" for operation in group)
        return
    yield "| operation | class | what it is |"
    yield "|---|---|---|"
    for operation in group:
        sentence, attribute = told[operation.name]
        mark = " Its gradient is declared: it is that of the surrogate." if operation.declared else ""
        cell = sentence.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")
        yield f"| `{spelling(operation, attribute)}` | {operation.klass} | {cell}{mark} |"


def operations_page(program, root):
    every, told = list(operations(program)), paragraphs(root)
    lines = ["# Operations", "",
             "Generated from `gradproof list ops` and `include/gradproof/ops.hpp` by `tests/docs/generate_reference.py`;",
             "a test keeps it up to date. How statements are written is in the [graph format](graph-format.md).", "",
             "*Class* says whether rational operands give rational results: a graph of rational operations alone can be",
             "computed exactly. λ of `reverse` is 1x1 or has the shape of `x`; it is detached, that is, gets no gradient.",
             "`AXIS` is `all`, `rows` (add up the rows: the result is one row) or `cols`; for `concat` it is `rows` (one above",
             "the other) or `cols` (side by side)."]
    for kind, sentence in KINDS.items():
        group = [operation for operation in every if operation.kind == kind]
        lines += ["", f"## {kind.capitalize()}", "", sentence, "", *operation_rows(group, told)]
    return "\n".join(lines) + "\n"


def properties_page(program):
    ids = [line.split()[0] for line in asked(program, "list", "properties").splitlines()]
    lines = ["# Properties", "",
             "The catalogue, in the order of the reports. Generated from `gradproof list properties` and `gradproof explain` by",
             "`tests/docs/generate_reference.py`; a test keeps it up to date. Which planted fault each of them catches is in",
             "[tests/faults/kill_matrix.txt](../../tests/faults/kill_matrix.txt).", "",
             "The tier says how much `gradproof verify --tier` asks for: *required* is what no correct reversal may break,",
             "*recommended*, the default, adds what users of a layer count on, and *strict* adds bits in which honest",
             "conventions differ."]
    for name in ids:
        head, claim, *rest = asked(program, "explain", name).strip().split("\n\n")
        tier = re.fullmatch(r"\S+ +\((\w+)\)", head).group(1)
        lines += ["", f"## {name}", "", f"**{claim.strip()}** Tier: {tier}."]
        for paragraph in rest:
            lines += ["", " ".join(paragraph.split())]
    lines += ["", "# Questions", "", "What `gradproof list topics` names, as `gradproof explain` answers it."]
    for topic in (line.split()[0] for line in asked(program, "list", "topics").splitlines()):
        _, question, answer = asked(program, "explain", topic).strip().split("\n\n")
        lines += ["", f"## {topic}", "", f"**{question.strip()}**", "", " ".join(answer.split())]
    return "\n".join(lines) + "\n"


def pages(program, root):
    reference = root / "docs/reference"
    return [(reference / "operations.md", operations_page(program, root)),
            (reference / "properties.md", properties_page(program))]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for page_path, page_text in pages(sys.argv[1], pathlib.Path(__file__).resolve().parents[2]):
        page_path.write_text(page_text, encoding="utf-8")
        print(page_path.name)
