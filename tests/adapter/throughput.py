"""Round trips per second with the PyTorch adapter, beside what PyTorch alone takes for the same work.

    python3 tests/adapter/throughput.py [SECONDS]

Prints one line per measurement.  Not a test: what is fast enough depends on the machine.
"""

import json
import os
import sys
import time

from exchange import SUBJECTS, Adapter, case, subject_name

RIGHT = os.path.join(SUBJECTS, "right", "function_view_as.py")
LAYER = "gradproof 1\nx = input 2x3 [{} 2 3; 4 5 6]\nr = reverse x 0.25\noutput r cotangent [1 2 4; 8 16 32]\n"
GRAPH = ("gradproof 1\nx = input 2x3 [{} 2 3; 4 5 6]\nw = input 3x2 [1 -1; 2 0.5; 0.25 4]\nf = matmul x w\n"
         "a = reverse f 0.25\nt = tanh a\ny = input 2x2 [1 0; 0 1]\nd = sub t y\nq = square d\ns = sum q all\n"
         "m = mul s 0.25\noutput m\n")


def rate(seconds, work):
    """How often `work(i)` is done in a second, after a short start."""
    for i in range(20):
        work(i)
    count, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        work(count)
        count += 1
    return count / (time.perf_counter() - begin)


def torch_alone():
    """The layer and one backward pass, from numbers to gradients, in this process."""
    import torch
    sys.path.insert(0, os.path.dirname(RIGHT))
    from function_view_as import GradReverse

    def work(i):
        x = torch.tensor([float(i), 2.0, 3.0, 4.0, 5.0, 6.0], dtype=torch.float32).reshape(2, 3).requires_grad_(True)
        g = torch.tensor([1.0, 2.0, 4.0, 8.0, 16.0, 32.0], dtype=torch.float32).reshape(2, 3)
        y = GradReverse.apply(x, 0.25)
        gradient, = torch.autograd.grad([y], [x], grad_outputs=[g], allow_unused=True)
        return y, gradient
    return work


def requests(text, batch, distinct):
    """Lines that ask for `batch` cases each.  More distinct texts than the adapter keeps are parsed each time."""
    lines, number = [], 0
    while number < distinct:
        cases = [case(text.format(number + j), "f32") for j in range(batch)]
        lines.append((json.dumps({"id": 1, "command": "run", "cases": cases}) + "\n").encode())
        number += batch
    return lines


def round_trips(adapter, lines, seconds):
    """Requests answered in a second.  This side does next to nothing, as a compiled one would."""
    def work(i):
        os.write(adapter.to, lines[i % len(lines)])
        while not os.read(adapter.back, 1 << 20).endswith(b"\n"):
            pass
    return rate(seconds, work)


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    import torch
    torch.set_num_threads(1)
    with Adapter(RIGHT, subject_name(RIGHT), fresh=True) as adapter:
        begin = time.perf_counter()
        adapter.hello()
        print(f"hello, with the first import of PyTorch: {time.perf_counter() - begin:.2f} s")
        for name, text in (("layer alone", LAYER), ("graph of 10 nodes", GRAPH)):
            single = round_trips(adapter, requests(text, 1, 1024), seconds)
            again = round_trips(adapter, requests(text, 1, 1), seconds)
            batches = round_trips(adapter, requests(text, 32, 1024), seconds)
            print(f"{name}: {single:.0f} round trips/s, one case each; {again:.0f}/s when the text repeats; "
                  f"{32 * batches:.0f} cases/s in batches of 32")
    with Adapter(RIGHT, subject_name(RIGHT)) as adapter:
        begin = time.perf_counter()
        adapter.hello()
        print(f"hello, PyTorch being there: {1000 * (time.perf_counter() - begin):.0f} ms")
    print(f"PyTorch {torch.__version__} alone: {rate(seconds, torch_alone()):.0f} layers/s")


if __name__ == "__main__":
    main()
