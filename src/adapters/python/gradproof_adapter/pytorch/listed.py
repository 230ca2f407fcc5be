"""Runs one case whose graph came as a list of nodes: what cases.py does, for many small graphs in little time.

Such a case has no layout and no rank.  Its leaves and cotangents lie one after the other in one piece of memory, which is
compared with what it was when the case is done.
"""

import binascii
import ctypes

import torch

from gradproof_adapter.graphrun import LEAVES, check_dtype, check_like, reversal
from gradproof_adapter.graphtext import RULES
from gradproof_adapter.pytorch.cases import blame
from gradproof_adapter.pytorch.ops import OPS
from gradproof_adapter.pytorch.tensors import ASKED, DTYPES, Settings, written
from gradproof_adapter.trouble import CaseTrouble, ProtocolTrouble, one_line

_SIZES = {"f16": 2, "bf16": 2, "f32": 4, "f64": 8}
_CPU = torch.device("cpu")

# Of each operation, how it is done and how many operands come before its argument.
_PLAIN = {op: (function, RULES[op].operands) for op, function in OPS.items()}


def run_listed(bound, case):
    check_dtype(bound.framework, case.dtype)
    # The mode is the subject's to change, but not for the cases after this one.
    mode = torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    try:
        return _answer(bound, case, _Memory(case))
    finally:
        torch.set_grad_enabled(mode)


def _answer(bound, case, memory):
    values, inputs = _forward(bound, case.nodes, memory)
    try:
        wanted = [(_operand(values, place), (rows, columns)) for place, (rows, columns) in case.outputs]
    except (TypeError, ValueError, IndexError):
        raise ProtocolTrouble("`outputs` needs pairs of a node and its shape") from None
    # The outputs are read before anything goes backward, which might write into them.
    outputs = [_read(value, shape, memory, f"output {place}") for place, (value, shape) in enumerate(wanted)]
    gradients = [None if each is None else _read(each, shape, memory, "a gradient")
                 for each, (_, shape) in zip(_backward(wanted, inputs, memory), inputs)]
    damage = memory.damage(case.nodes)
    if not damage and all([type(each) is bytes for each in (*outputs, *gradients)]):
        return {"numbers": _in_base64(b"".join((*outputs, *gradients)))}
    shapes = [shape for _, shape in wanted], [shape for _, shape in inputs]
    reply = {"outputs": list(map(memory.written, outputs, shapes[0])), "gradients": list(map(memory.written, gradients, shapes[1]))}
    if damage:
        reply["damage"] = damage
    return reply


# Memory -----------------------------------------------------------------------------------------------------

class _Memory:
    """The numbers of a case, and the tensors that were made of them, one after the other."""

    def __init__(self, case):
        try:
            self.before = binascii.a2b_base64(case.numbers)
        except ValueError as error:
            raise ProtocolTrouble(f"`numbers` is not base64 ({error})") from None
        self.now = bytearray(self.before)
        self.name = case.dtype
        self.dtype = DTYPES[case.dtype]
        self.size = _SIZES[case.dtype]
        self.end = 0
        self.made = []
        self.settings = Settings()

    def tensor(self, rows, columns):
        """The next tensor."""
        if rows < 0 or columns < 0:
            raise ProtocolTrouble(f"a shape of {rows} rows and {columns} columns")
        begin, count = self.end, rows * columns
        self.end = begin + count * self.size
        if not 0 <= begin <= self.end <= len(self.now):
            raise ProtocolTrouble("`numbers` has fewer than the leaves and the cotangents need")
        if count:
            # What resize_ gives is no view, as a user's input is none, and the memory stays where it is.
            tensor = torch.frombuffer(self.now, dtype=self.dtype, count=count, offset=begin).resize_(rows, columns)
        else:
            tensor = torch.empty(rows, columns, dtype=self.dtype, device="cpu")
        # What the subject does to the tensor that it gets, such as giving it other memory, is seen by the address.
        self.made.append((tensor, tensor.data_ptr(), begin))
        return tensor

    def written(self, data, shape):
        """A tensor as a reply has it when it stands alone; what is no bytes is that already."""
        if type(data) is not bytes:
            return data
        return {"dtype": self.name, "shape": list(shape), "data": _in_base64(data)}

    def damage(self, nodes):
        """The labels of the tensors that are not what they were, and of settings that are not."""
        settings = self.settings.damage()
        leaves = [(node[0], f"{node[0]} n{place}") for place, node in enumerate(nodes) if node and node[0] in LEAVES]
        asked = [label + ASKED for (op, label), (tensor, _, _) in zip(leaves, self.made) if op == "const" and tensor.requires_grad]
        if self.now == self.before and all([tensor.data_ptr() == place for tensor, place, _ in self.made]):
            return settings + asked
        labels = [label for _, label in leaves]
        labels += [f"cotangent {place}" for place in range(len(self.made) - len(labels))]
        ends = [begin for _, _, begin in self.made[1:]] + [self.end]
        return settings + asked + [label for label, (tensor, place, begin), end in zip(labels, self.made, ends)
                                   if tensor.data_ptr() != place or self.now[begin:end] != self.before[begin:end]]


# Forward and backward ---------------------------------------------------------------------------------------

def _forward(bound, nodes, memory):
    """The values of all nodes, and those among them that are inputs, with their shapes."""
    values, inputs = [], []
    layers = bound.layers()
    for node in nodes:
        if node is None:
            values.append(None)
            continue
        try:
            op = node[0]
            if op in _PLAIN:
                value = _plain(*_PLAIN[op], node, values)
            elif op == "input":
                value = memory.tensor(*node[1]).requires_grad_()
                inputs.append((value, tuple(node[1])))
            elif op == "const":
                value = memory.tensor(*node[1])
            elif op == "reverse":
                x = _operand(values, node[1])
                if type(node[2]) not in (float, int):
                    raise ValueError("λ is no number")
                value = reversal(bound, layers, x, node[2])
                if (value.shape != x.shape or value.dtype is not x.dtype) and not _is_op_level(nodes):
                    check_like(bound.framework, value, x)
            else:
                raise CaseTrouble("unsupported", f"PyTorch has no {op} here")
        except bound.framework.refusals as error:
            raise CaseTrouble("unsupported", f"PyTorch can't do {op} here ({one_line(error)})") from None
        except (TypeError, ValueError, LookupError) as error:
            raise ProtocolTrouble(f"node {len(values)} can't be read ({one_line(error)})") from None
        values.append(value)
    return values, inputs


def _plain(function, operands, node, values):
    """What an operation makes of its operands, and of the argument that may follow them."""
    if operands == 2:
        return function(_operand(values, node[1]), _operand(values, node[2]), *node[3:])
    return function(_operand(values, node[1]), *node[2:])


def _operand(values, place):
    """The value at a place before this one. Python would count a negative place from the end, and None nobody may read."""
    if place < 0 or values[place] is None:
        raise IndexError(f"nothing to read at {place}")
    return values[place]


def _is_op_level(nodes):
    return all(node is None or node[0] == "reverse" or node[0] in LEAVES for node in nodes)


def _backward(wanted, inputs, memory):
    """One gradient, or None, for each input; cases.py says why."""
    reached, cotangents = [], []
    for value, shape in wanted:
        cotangent = memory.tensor(*shape)
        if value.shape != shape or value.is_complex():
            return [None] * len(inputs)
        if value.requires_grad:
            reached.append(value)
            cotangents.append(cotangent)
    if memory.end != len(memory.now):
        raise ProtocolTrouble("`numbers` has more than the leaves and the cotangents need")
    if not reached or not inputs:
        return [None] * len(inputs)
    try:
        return torch.autograd.grad(reached, [x for x, _ in inputs], cotangents, allow_unused=True)
    except BaseException as error:
        raise CaseTrouble(*blame(error)) from None


# Out --------------------------------------------------------------------------------------------------------

def _read(tensor, shape, memory, what):
    """The bytes of a tensor that is as plain as nearly all are; of others what written() makes of them."""
    if (type(tensor) is torch.Tensor and tensor.dtype is memory.dtype and tensor.shape == shape and tensor.layout is torch.strided
            and tensor.is_contiguous() and tensor.device == _CPU and not tensor.is_neg()):
        place = tensor.data_ptr()
        return ctypes.string_at(place, shape[0] * shape[1] * memory.size) if place else written(tensor, what)
    return written(tensor, what)


def _in_base64(data):
    return binascii.b2a_base64(data, newline=False).decode("ascii")
