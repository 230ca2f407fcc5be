"""What base64 costs: the cases of `gradproof verify` answered by the PyTorch adapter with tensors in base64, and with their bytes behind the line.

    python3 tests/adapter/raw_tail.py RECORD FILE NAME [ROUNDS]

RECORD is what tests/cli/recorder.py kept of a session with the layer NAME of FILE.  Both forms answer the same requests in turn, in one process,
and are read back as a client would; the medians are printed.  Not a test: it is how docs/decisions/0011-tensors-in-base64.md was measured.
"""

import binascii
import json
import os
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(HERE)), "src", "adapters", "python"))

from gradproof_adapter import service  # noqa: E402
from gradproof_adapter.pytorch import tensors  # noqa: E402


class Raw:
    """Stands in for binascii: keeps the bytes for the tail, and gives their place and number in place of the text."""

    def __init__(self):
        self.tail, self.size = [], 0

    def b2a_base64(self, data, newline):
        assert not newline
        self.tail.append(data)
        self.size += len(data)
        return b"%d %d" % (self.size - len(data), self.size)


def tensors_of(reply):
    for result in reply.get("results", ()):
        for tensor in (*result.get("outputs", ()), *result.get("gradients", ())):
            if tensor:
                yield tensor


def in_base64(session, line):
    tensors.binascii = binascii
    text = service.as_json(service.answer(session, line)[0]).encode("ascii")
    return sum(len(binascii.a2b_base64(tensor["data"])) for tensor in tensors_of(json.loads(text)))


def in_a_tail(session, line):
    tensors.binascii = raw = Raw()
    text = service.as_json(service.answer(session, line)[0]).encode("ascii") + b"\n" + b"".join(raw.tail)
    head, _, tail = text.partition(b"\n")
    total = 0
    for tensor in tensors_of(json.loads(head)):
        begin, end = map(int, tensor["data"].split())
        total += len(tail[begin:end])
    return total


def main():
    record, file, name = sys.argv[1:4]
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 9
    with open(record, encoding="utf-8") as text:
        lines = [line[2:] for line in text if line.startswith("> ")]
    session = service.Session(file, name, "torch")
    service.answer(session, '{"id": 0, "command": "hello", "protocol": 1}')
    lines = [line for line in lines if json.loads(line)["command"] == "run" and "together" not in line]
    cases = sum(len(json.loads(line)["cases"]) for line in lines)
    seconds = {in_base64: [], in_a_tail: []}
    for _ in range(rounds + 1):
        totals = set()
        for form, taken in seconds.items():
            begin = time.process_time()
            totals.add(sum(form(session, line) for line in lines))
            taken.append(time.process_time() - begin)
        assert len(totals) == 1
    (of_base64, of_tail) = (statistics.median(taken[1:]) for taken in seconds.values())
    ratios = sorted(b / r for b, r in zip(*(taken[1:] for taken in seconds.values())))
    print(f"{cases} cases in {len(lines)} requests, {totals.pop()} bytes of tensors")
    print(f"base64 {cases / of_base64:.0f} cases/s, raw tail {cases / of_tail:.0f} cases/s; base64 takes {statistics.median(ratios):.3f} of the time "
          f"({ratios[0]:.3f} ... {ratios[-1]:.3f})")


if __name__ == "__main__":
    main()
