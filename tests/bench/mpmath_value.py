"""The jobs' values by mpmath, for tests/bench/peer_mpmath.cpp.

Reads one JSON object a line from standard input and answers with one: first the job ({"job": "A", "digits": 50, ...
the integers of data.hpp}), answered with the value and the bits that it was computed in; then {"run": true} as often
as wanted, answered with the nanoseconds of processor time that the value took.
"""

import json
import sys
import time

try:
    import mpmath
    from mpmath import fdot, mpf, mp, tanh
except ImportError:
    print(json.dumps({"missing": "python3-mpmath is not installed"}), flush=True)
    sys.exit(0)


def network(job):
    number = [mpf(k) / job["denominator"] for k in job["leaves"]]
    batch, features, hidden1, hidden2 = job["shape"]
    rest = iter(number)

    def matrix(rows, cols):
        return [[next(rest) for _ in range(cols)] for _ in range(rows)]

    x, w1, b1, w2, b2, w3, b3 = (matrix(*shape) for shape in (
        (batch, features), (features, hidden1), (1, hidden1), (hidden1, hidden2), (1, hidden2), (hidden2, 1), (1, 1)))
    columns1, columns2, columns3 = (list(zip(*w)) for w in (w1, w2, w3))
    target = [mpf(k) / job["denominator"] for k in job["target"]]

    # mpmath's own dot product: exact inside, rounded once.
    def affine(rows, columns, bias):
        return [[fdot(row, column) + b for column, b in zip(columns, bias[0])] for row in rows]

    def value():
        h = [[tanh(a) for a in row] for row in affine(x, columns1, b1)]
        h = [[tanh(a) for a in row] for row in affine(h, columns2, b2)]
        y = affine(h, columns3, b3)
        return sum((row[0] - t) ** 2 for row, t in zip(y, target)) / 2
    return value


def recurrence(job):
    d = job["denominator"]
    w, u, b, start, target, scale = (mpf(k) / d for k in job["leaves"])
    x = [mpf(k) / d for k in job["x"]]

    def value():
        h = start
        for each in x:
            h = tanh(w * h + u * each + b)
        return (h - target) ** 2 * scale
    return value


def main():
    job = json.loads(sys.stdin.readline())
    mp.dps = job["digits"]
    value = (network if job["job"] == "A" else recurrence)(job)
    print(json.dumps({"value": mpmath.nstr(value(), mp.dps + 3, min_fixed=0, max_fixed=0), "bits": mp.prec,
                      "version": mpmath.__version__, "backend": mpmath.libmp.BACKEND}), flush=True)
    for _ in sys.stdin:
        start = time.process_time_ns()
        value()
        print(json.dumps({"ns": time.process_time_ns() - start}), flush=True)


if __name__ == "__main__":
    main()
