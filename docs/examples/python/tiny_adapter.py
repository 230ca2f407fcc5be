"""The smallest honest adapter: Python alone, no framework, one layer of one's own.

    gradproof conformance python3 tiny_adapter.py
    gradproof verify "cmd:python3 tiny_adapter.py"

It declares no more than it has: reversals of inputs, in float64, contiguous. Whatever else a case asks for is
`unsupported`, which is no fault. Put your layer in place of the two functions, in any language; the rest is the protocol.
"""

import base64
import json
import os
import struct
import sys


def forward(x, lambda_):
    """The layer that is judged: lists of floats in, lists of floats out."""
    return list(x)


def backward(gradient, lambda_):
    return [-lambda_ * g for g in gradient]


class Unsupported(Exception):
    pass


def number(word):
    """A decimal, a hex float, a ratio, inf or nan, as the graph format writes them."""
    if "/" in word:
        above, below = word.split("/")
        return int(above) / int(below)
    return float.fromhex(word) if "x" in word else float(word)


def values(text, count):
    """The numbers between brackets; one alone fills the shape."""
    numbers = [number(word) for word in text.strip("[] ").replace(";", " ").split()]
    return numbers * count if len(numbers) == 1 else numbers


def tensor(shape, numbers):
    data = struct.pack(f"<{len(numbers)}d", *numbers)
    return {"dtype": "f64", "shape": shape, "data": base64.b64encode(data).decode("ascii")}


def run(case):
    if "graph" not in case or case.get("twice") or case.get("rank", 2) != 2:
        raise Unsupported("only graphs, forward and backward once, with matrices")
    if case["dtype"] != "f64" or case.get("layout", "contiguous") != "contiguous":
        raise Unsupported("only contiguous f64")
    shapes, known, come_from, inputs, outputs = {}, {}, {}, [], []
    for line in case["graph"].splitlines():
        words = line.partition("#")[0].split()
        if not words or words[0] == "gradproof" or words[0].startswith("@"):
            continue
        name = words[0]
        operand = words[1] if name == "output" else words[3]
        if name != "output" and words[2] == "input":
            rows, columns = map(int, operand.split("x"))
            shapes[name] = [rows, columns]
            known[name] = values(" ".join(words[4:]), rows * columns)
            inputs.append(name)
        elif name != "output" and words[2] != "reverse":
            raise Unsupported(f"there is no {words[2]}, only input and reverse")
        elif operand not in known:
            raise ValueError(f"unknown name '{operand}' in the line: {line}")
        elif name == "output":
            cotangent = " ".join(words[3:]) or "[1]"
            outputs.append((operand, values(cotangent, len(known[operand]))))
        else:
            strength = number(words[4])
            shapes[name], come_from[name] = shapes[operand], (operand, strength)
            known[name] = forward(known[operand], strength)
    gradients = {name: [0.0] * len(known[name]) for name in inputs}
    for name, gradient in outputs:
        while name in come_from:
            name, strength = come_from[name]
            gradient = backward(gradient, strength)
        gradients[name] = [a + b for a, b in zip(gradients[name], gradient)]
    return {"outputs": [tensor(shapes[name], known[name]) for name, _ in outputs],
            "gradients": [tensor(shapes[name], gradients[name]) for name in inputs]}


def result(case):
    try:
        return run(case)
    except Unsupported as why:
        return {"error": {"kind": "unsupported", "message": str(why)}}


def reply(request):
    command = request.get("command")
    if command == "hello" and request.get("protocol") == 1:
        return {"ok": True, "protocol": 1, "adapter": "tiny", "framework": "Python", "subject": "reversal",
                "form": "two functions", "lambda": "second argument", "dtypes": ["f64"], "ops": ["input", "reverse"],
                "layouts": ["contiguous"]}
    if command == "run" and isinstance(request.get("cases"), list):
        return {"ok": True, "results": [result(case) for case in request["cases"]]}
    if command == "bye":
        return {"ok": True}
    raise ValueError(f"only hello (protocol 1), run (cases) and bye; not {command}")


replies = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # from here on a stray print goes to standard error
for received in sys.stdin.buffer:
    request = None
    try:
        request = json.loads(received)
        answer = {"id": request["id"], **reply(request)}
    except Exception as trouble:
        name = request.get("id") if isinstance(request, dict) else None
        error = {"kind": "protocol", "message": f"{type(trouble).__name__}: {trouble}"}
        answer = {"id": name if isinstance(name, int) else None, "ok": False, "error": error}
    replies.write(json.dumps(answer) + "\n")
    if answer["ok"] and request["command"] == "bye":
        break
