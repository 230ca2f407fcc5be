"""How fast a campaign is with a PyTorch layer, beside the same PyTorch work without gradproof.

    GRADPROOF_PROGRAM=build/release/gradproof PYTHON tests/bench/torch_rate.py [GRAPHS] [ROUNDS]

Both do the same graphs by turns, and each round gives a ratio; printed are the median rates and the median ratio. The plain side
makes the leaves from lists, calls PyTorch's operations and the layer, takes the gradient and reads all numbers out, as anybody's script
would; what to call is worked out beforehand, and not timed. The campaign's side is the rate that it reports: generating, asking, screening
and keeping, with one subject (`--jobs 1`). Its first calls, which cost PyTorch some hundredths of a second, are within; few graphs show little else.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ADAPTER = os.path.join(ROOT, "src", "adapters", "python")
LAYER = os.path.join(ROOT, "tests", "subjects", "torch", "right", "function_view_as.py")
PROGRAM = os.environ.get("GRADPROOF_PROGRAM", "gradproof")


def recorder(log):
    """Stands between gradproof and the adapter, and writes down every request.  Its graphs come as text, for nothing offers lists."""
    adapter = subprocess.Popen([sys.executable, os.path.join(ADAPTER, "gradproof_adapter"), LAYER, "GradReverse"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, bufsize=1)
    with open(log, "a", encoding="utf-8") as file:
        for line in sys.stdin:
            file.write(line)
            file.flush()
            adapter.stdin.write(line)
            adapter.stdin.flush()
            reply = json.loads(adapter.stdout.readline())
            reply.pop("listed", None)
            sys.stdout.write(json.dumps(reply) + "\n")
            sys.stdout.flush()
    adapter.stdin.close()
    adapter.wait()


def campaign(folder, graphs, subject):
    store = os.path.join(folder, f"{time.monotonic_ns()}.db")
    done = subprocess.run([PROGRAM, "campaign", "--subject", subject, "--python", sys.executable, "--graphs", str(graphs), "--thorough", "0",
                           "--jobs", "1", "--store", store, "--quiet", "--json", "-"], capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["conclusion"] == "VERIFIED", report["reason"]
    return report


def recorded(folder, graphs):
    """The texts of the campaign's graphs, in its order."""
    log = os.path.join(folder, "requests")
    campaign(folder, graphs, f"cmd:{sys.executable} {os.path.abspath(__file__)} --record {log}")
    texts = []
    with open(log, encoding="utf-8") as file:
        for line in file:
            request = json.loads(line)
            texts += [case["graph"] for case in request.get("cases", [])] or ([request["graph"]] if "graph" in request else [])
    return texts


def planned(text, parse, ops, layer):
    """One graph as a function that does its work in PyTorch and nothing else."""
    import torch
    graph = parse(text)
    leaves = [(place, node.argument, node.shape, node.op == "input") for place, node in enumerate(graph.nodes) if node.op in ("input", "const")]
    steps = [(place, node.op, node.operands, node.argument) for place, node in enumerate(graph.nodes) if node.op not in ("input", "const")]
    outputs = [(output.node, output.cotangent, graph.nodes[output.node].shape) for output in graph.outputs]
    size = len(graph.nodes)

    def work():
        values = [None] * size
        inputs = []
        for place, numbers, shape, differentiated in leaves:
            values[place] = torch.tensor(numbers, dtype=torch.float64).reshape(shape)
            if differentiated:
                inputs.append(values[place].requires_grad_())
        for place, op, operands, argument in steps:
            if op == "reverse":
                values[place] = layer(values[operands[0]], float(values[operands[1]]) if argument is None else argument)
            elif argument is None:
                values[place] = ops[op](*[values[each] for each in operands])
            else:
                values[place] = ops[op](*[values[each] for each in operands], argument)
        results = [values[node] for node, _, _ in outputs]
        cotangents = [torch.tensor(numbers, dtype=torch.float64).reshape(shape) for _, numbers, shape in outputs]
        reached = [(y, g) for y, g in zip(results, cotangents) if y.requires_grad]
        gradients = torch.autograd.grad([y for y, _ in reached], inputs, [g for _, g in reached], allow_unused=True) if reached and inputs else []
        return [y.tolist() for y in results], [None if g is None else g.tolist() for g in gradients]
    return work


def main(graphs, rounds):
    sys.path[:0] = [ADAPTER, os.path.dirname(LAYER)]
    import torch
    from function_view_as import GradReverse
    from gradproof_adapter.graphtext import parse
    from gradproof_adapter.pytorch.ops import OPS
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        work = [planned(text, parse, OPS, GradReverse.apply) for text in recorded(folder, graphs)]
        assert len(work) == graphs, (len(work), graphs)
        for each in work[:200]:
            each()
        pairs = []
        for _ in range(rounds):
            start = time.perf_counter()
            for each in work:
                each()
            plain = len(work) / (time.perf_counter() - start)
            pairs.append((plain, campaign(folder, graphs, f"py:{LAYER}:GradReverse")["graphs_per_second"]))
    print(f"plain PyTorch: {statistics.median(p for p, _ in pairs):.0f} graphs/s; campaign: {statistics.median(c for _, c in pairs):.0f} graphs/s; "
          f"ratio {statistics.median(c / p for p, c in pairs):.2f} ({min(c / p for p, c in pairs):.2f} to {max(c / p for p, c in pairs):.2f}, {rounds} rounds)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--record"]:
        recorder(sys.argv[2])
    else:
        main(*[int(word) for word in sys.argv[1:3]] + [20000, 5][len(sys.argv[1:3]):])
