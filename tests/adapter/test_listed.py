"""A graph as a list of nodes gets the answer that its text gets, bit for bit, whatever the subject does."""

import base64
import os
import struct
import unittest

from exchange import SUBJECTS, Adapter, case, subject_name

try:
    import torch
except ImportError:
    torch = None

SIZES = {"f32": ("f", 4), "f64": ("d", 8)}

# Layers that are right, that damage memory, return what they should not, keep what they should not, or raise.
KINDS = {
    "right": ("function_view_as.py", "returns_the_input.py", "module_lambda_at_forward.py", "hook_on_clone.py", "lambda_as_tensor.py",
              "once_differentiable.py"),
    "wrong": ("inplace_negation.py", "input_overwritten.py", "global_lambda.py", "static_result_buffer.py", "always_two_dimensions.py",
              "abs_lambda.py"),
    "hostile": ("nan_everywhere.py", "raises_in_forward.py", "raises_in_backward.py", "returns_none.py", "wrong_shape.py", "wrong_dtype.py",
                "too_few_gradients.py"),
}

X, Y, M = "n0 = input 2x3 [0.5 -1.25 2; 3.5 -0.75 1]\n", "n1 = input 2x3 [1.5 0.25 4; 0.5 2.5 3]\n", "n2 = const 3x2 [1 -2; 0.5 4; -3 0.25]\n"
OPS = ("add n0 n1", "sub n0 n1", "mul n0 n1", "div n0 n1", "max n0 n1", "min n0 n1", "neg n0", "exp n0", "log n1", "sin n0", "cos n0",
       "expm1 n0", "log1p n1", "logaddexp n0 n1", "tanh n0", "sigmoid n0", "softplus n0", "sqrt n1", "square n0", "relu n0", "abs n0",
       "step n0", "round n0", "stop n0", "pow n0 3", "pow n0 -2", "matmul n0 n2", "transpose n0", "sum n0 all", "sum n0 rows",
       "sum n0 cols", "reshape n0 3x2", "slice n0 0:2 1:3", "slice n0 1:1 0:3", "concat n0 n1 rows", "concat n0 n1 cols")


def texts():
    """Each op behind a reversal and before one; the layer alone; two outputs; inputs that nothing reaches; leaves without entries."""
    for op in OPS:
        yield f"{X}{Y}{M}n3 = {op}\nn5 = reverse n3 -0.5\noutput n5\n"
    yield f"{X}n2 = reverse n0 2\noutput n2 cotangent [1 2 3; 4 5 6]\n"
    yield f"{X}{Y}n3 = reverse n0 1e-3\nn4 = mul n3 n1\nn5 = broadcast n4 2x3\noutput n5 cotangent [2]\noutput n3 cotangent [1 2 3; 4 5 -6]\n"
    yield f"{X}{Y}n3 = reverse n1 3\noutput n3 cotangent [nan inf -0; 1 2 3]\n"
    yield "n0 = input 1x1 [-0.0]\nn1 = const 1x1 [7]\noutput n1\n"
    yield "n0 = input 0x3 []\nn2 = reverse n0 2\noutput n2 cotangent []\n"


def listed(text, dtype):
    """The text as a list of nodes.  The place of a λ that is a number of its own is left empty, as gradproof does."""
    from gradproof_adapter.graphtext import parse
    letter, _ = SIZES[dtype]
    graph, numbers = parse(text), []
    places, nodes = [], []
    for node in graph.nodes:
        if node.op == "reverse":
            nodes.append(None)
        places.append(len(nodes))
        argument = [] if node.argument is None else [list(node.argument) if isinstance(node.argument, tuple) else node.argument]
        if node.op in ("input", "const"):
            numbers += node.argument
            argument = [list(node.shape)]
        nodes.append([node.op, *[places[each] for each in node.operands], *argument])
    outputs = [[places[each.node], list(graph.nodes[each.node].shape)] for each in graph.outputs]
    numbers += [number for each in graph.outputs for number in each.cotangent]
    data = base64.b64encode(struct.pack(f"<{len(numbers)}{letter}", *numbers)).decode()
    return {"nodes": nodes, "outputs": outputs, "numbers": data, "dtype": dtype}


def spread_out(result, text, dtype):
    """The result with each tensor by itself."""
    from gradproof_adapter.graphtext import parse
    if "numbers" not in result:
        return result
    graph, data, at = parse(text), base64.b64decode(result["numbers"]), 0
    tensors = []
    for node in [each.node for each in graph.outputs] + list(graph.inputs):
        rows, columns = graph.nodes[node].shape
        end = at + rows * columns * SIZES[dtype][1]
        tensors.append({"dtype": dtype, "shape": [rows, columns], "data": base64.b64encode(data[at:end]).decode()})
        at = end
    assert at == len(data), (at, len(data))
    return {"outputs": tensors[:len(graph.outputs)], "gradients": tensors[len(graph.outputs):]}


def without_traces(result):
    return {**result, "error": {**result["error"], "traceback": ""}} if "error" in result else result


@unittest.skipIf(torch is None, "needs PyTorch")
class Listed(unittest.TestCase):
    def answers(self, file, dtype, as_list):
        """What a new subject says to all graphs, one after the other."""
        with Adapter(file, subject_name(file)) as adapter:
            self.assertIs(True, adapter.hello()["listed"])
            cases = [listed(text, dtype) if as_list else case(text, dtype) for text in texts()]
            return [without_traces(each) for each in adapter.run(*cases)]

    def test_every_op_and_every_kind_of_layer(self):
        for folder, names in KINDS.items():
            for name in names:
                for dtype in SIZES:
                    with self.subTest(name, dtype=dtype):
                        file = os.path.join(SUBJECTS, folder, name)
                        lists = self.answers(file, dtype, True)
                        together = sum("numbers" in each for each in lists)
                        self.assertGreaterEqual(together, 9 if folder == "right" else 0)
                        lists = [spread_out(each, text, dtype) for each, text in zip(lists, texts())]
                        self.assertEqual(self.answers(file, dtype, False), lists)

    def test_a_difference_would_show(self):
        text = next(texts())
        changed = text.replace("-0.5\noutput", "-0.25\noutput")
        self.assertNotEqual(text, changed)
        with Adapter(os.path.join(SUBJECTS, "right", "function_view_as.py"), "GradReverse") as adapter:
            adapter.hello()
            one, other = adapter.run(listed(text, "f64"), case(changed))
            self.assertNotEqual(other, spread_out(one, text, "f64"))

    def test_what_can_not_be_read_is_refused(self):
        good = listed(f"{X}n2 = reverse n0 2\noutput n2\n", "f64")
        with Adapter(os.path.join(SUBJECTS, "right", "function_view_as.py"), "GradReverse") as adapter:
            adapter.hello()
            for change in ({"numbers": "AAAA"}, {"numbers": "*"}, {"nodes": [["input", [2]]]}, {"nodes": [["reverse", 0, 1.0]]}, {"nodes": [[]]}, {"nodes": 3},
                           {"outputs": [[9, [2, 3]]]}, {"outputs": [2]}, {"dtype": None}):
                with self.subTest(change):
                    reply = adapter.ask({"command": "run", "cases": [{**good, **change}]})
                    self.assertEqual((False, "protocol"), (reply["ok"], reply.get("error", {}).get("kind")))
            for change in ({"dtype": "f8"}, {"nodes": [["input", [2, 3]], ["erf", 0]], "outputs": [[1, [2, 3]]]}):
                with self.subTest(change):
                    self.assertEqual("unsupported", adapter.run({**good, **change})[0]["error"]["kind"])
            self.assertIn("numbers", adapter.run(good)[0])


if __name__ == "__main__":
    unittest.main()
