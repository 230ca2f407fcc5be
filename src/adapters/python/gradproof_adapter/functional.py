"""Runs cases for frameworks whose gradients are a function of a function: f and x in, f(x) and its pullback out.

A framework brings `vjp(f, inputs, again)`, with f(*inputs) a list of tensors: the outputs, and a function from their
cotangents to the inputs' gradients, each a tensor or None; `again` says that those will be differentiated once more.
"""

import math
from typing import NamedTuple

from gradproof_adapter.arrays import written
from gradproof_adapter.graphrun import (
    LEAVES, check_dtype, check_strength, check_supported, checked, forward, is_op_level, raised, shape_of_rank)
from gradproof_adapter.graphtext import parse
from gradproof_adapter.trouble import CaseTrouble, frames, one_line


class _Watched:
    """A tensor that was handed out, and the bits that its memory had then."""

    def __init__(self, framework, label, values, shape, dtype, layout):
        self.framework = framework
        self.label = label
        self.tensor, self.memory = framework.laid_out(values, shape, dtype, layout)
        self.bits = self.now()

    def now(self):
        try:
            return self.framework.bits(self.memory)
        except Exception:                   # The memory is gone, as by donating the buffer.
            return None

    def is_damaged(self):
        return self.now() != self.bits


def run_case(bound, case):
    graph, framework = parse(case.graph), bound.framework
    check_supported(framework, graph, case)
    framework.begin()
    if is_op_level(graph):
        check_subnormals(framework, graph, case)
    with framework.at_work(case.dtype):
        return _run(bound, graph, case)


def check_subnormals(framework, graph, case):
    """Where a framework's own multiplication makes 0 of subnormal numbers, no layer can give -λ·g that is one.

    That is measured, and not believed.  Cotangents that stay above, and all values on their way forward, are judged.
    """
    least = framework.least_normal(case.dtype)
    factors = [abs(node.argument) for node in graph.nodes if node.op == "reverse" and node.argument]
    for output in graph.outputs:
        for cotangent in output.cotangent:
            products = [abs(cotangent)]
            for factor in factors:
                products.append(products[-1] * factor)
            if any(0 < product < least for product in products) and _flushes(framework, case.dtype):
                raise CaseTrouble("unsupported", f"{framework.title} itself makes 0 of subnormal numbers in {case.dtype}")


def _flushes(framework, dtype):
    with framework.at_work(dtype):
        return framework.flushes_subnormals(dtype)


def _run(bound, graph, case):
    framework, watched = bound.framework, []
    leaves = [_leaf(framework, node, case, watched) for node in graph.nodes]
    cotangents = [_cotangent(framework, graph, place, case, watched) for place in range(len(graph.outputs))]

    def whole(*inputs):
        values = list(leaves)
        for place, value in zip(graph.inputs, inputs):
            values[place] = value
        forward(bound, graph, values)
        return [values[output.node] for output in graph.outputs]

    inputs = [leaves[place] for place in graph.inputs]
    outputs, pull = framework.vjp(whole, inputs, False)
    replied = [written(output, f"output {place}") for place, output in enumerate(outputs)]
    if is_op_level(graph) and framework.has_two_forwards:
        replied = _without_gradient(whole, inputs, replied, [written(each, "an input") for each in inputs])
    if _fit(framework, cotangents, outputs):
        gradients = pull_back(framework, pull, cotangents)
        if case.twice:
            replied, gradients = [], _again(framework, whole, inputs, cotangents, gradients)
    else:
        # The output, which is in the reply as it is, says it all: no cotangent fits it.
        gradients = [None] * len(inputs)
    reply = {"outputs": replied,
             "gradients": [None if each is None else written(each, "a gradient") for each in gradients]}
    damage = [each.label for each in watched if each.is_damaged()]
    if damage:
        reply["damage"] = damage
    return reply


def _leaf(framework, node, case, watched):
    if node.op not in LEAVES:
        return None
    constant = node.op == "const"
    shape = node.shape if constant else shape_of_rank(node.shape, case.rank)
    leaf = _Watched(framework, f"{node.op} {node.name}", node.argument, shape, case.dtype,
                    "contiguous" if constant else case.layout)
    watched.append(leaf)
    return leaf.tensor


def _cotangent(framework, graph, place, case, watched):
    output = graph.outputs[place]
    shape = shape_of_rank(graph.nodes[output.node].shape, case.rank)
    cotangent = _Watched(framework, f"cotangent {place}", output.cotangent, shape, case.dtype, case.layout)
    watched.append(cotangent)
    return cotangent.tensor


def _without_gradient(whole, inputs, replied, expected):
    """The outputs as they are where nobody asks for a gradient, if these are what is not as it was handed in."""
    plain = [written(output, f"output {place}") for place, output in enumerate(whole(*inputs))]
    return [with_gradient if with_gradient not in expected else without
            for with_gradient, without in zip(replied, plain)]


def _fit(framework, cotangents, outputs):
    return all(framework.shape(output) == framework.shape(cotangent) and output.dtype == cotangent.dtype
               for output, cotangent in zip(outputs, cotangents))


def pull_back(framework, pull, cotangents):
    try:
        return pull(cotangents)
    except CaseTrouble:
        raise
    except BaseException as error:          # sys.exit() in a layer is an answer to us, not an order.
        if framework.can_go_backward_once(error):
            raise CaseTrouble("unsupported", "the layer declares that it goes backward once") from None
        if framework.is_refusal(error) and all(file.startswith(framework.outside) for file in frames(error)):
            raise CaseTrouble("unsupported", f"{framework.title} can't go backward here ({one_line(error)})") from None
        raise raised("backward", error, framework) from None


def _again(framework, whole, inputs, cotangents, first):
    """The gradients of the sum of <1 2 3 ..., gradient>, entry by entry, over all inputs."""
    kept = [place for place, gradient in enumerate(first) if gradient is not None]

    def gradients(*values):
        found = framework.vjp(whole, list(values), True)[1](cotangents)
        return [found[place] for place in kept]
    if not kept:
        return first

    def twice(_):
        found, pull = framework.vjp(gradients, inputs, False)
        return pull([framework.tensor_of(range(1, 1 + math.prod(framework.shape(each))), framework.shape(each),
                                         framework.name_of(each)) for each in found])
    return pull_back(framework, twice, None)


# Scenarios --------------------------------------------------------------------------------------------------

class Recorded(NamedTuple):
    """A tensor, and how a cotangent goes back from it to the one that it was made from; a leaf has neither."""
    value: object
    pull: object = None
    source: object = None


class Stage:
    """The layers of one subject, in one dtype."""

    def __init__(self, bound, dtype):
        check_dtype(bound.framework, dtype)
        self.bound = bound
        self.framework = bound.framework
        self.dtype = dtype
        self.framework.begin()

    @property
    def width(self):
        """Bytes of an entry."""
        return {"f32": 4, "f64": 8}.get(self.dtype, 2)

    def shares(self, y, x):
        return self.framework.shares(y.value, x.value)

    def make(self, strength):
        check_strength(self.bound, strength)
        with self.framework.at_work(self.dtype):
            return self._own("giving λ", lambda: self.bound.hold(strength))

    def vector(self, values):
        with self.framework.at_work(self.dtype):
            return self.framework.tensor_of(values, self.framework.vector_shape(len(values)), self.dtype)

    def leaf(self, values, shape):
        return Recorded(self.framework.laid_out(values, shape, self.dtype, "contiguous")[0])

    def forward(self, layer, x):
        def apply(value):
            return [checked(self.framework, self._own("forward", lambda: layer(value)))]
        with self.framework.at_work(self.dtype):
            (value,), pull = self.framework.vjp(apply, [x.value], False)
        return Recorded(value, pull, x)

    def multiply(self, y, by):
        self.framework.multiply(y.value, by)

    def backward(self, y, values, shape, x):
        with self.framework.at_work(self.dtype):
            return self._backward(y, self.framework.tensor_of(values, shape, self.dtype), x)

    def _backward(self, y, cotangent, x):
        if not _fit(self.framework, [cotangent], [y.value]):
            return None
        while y is not x:
            if y.pull is None or cotangent is None:
                return None
            cotangent, = pull_back(self.framework, y.pull, [cotangent])
            y = y.source
        return None if cotangent is None else lambda: written(cotangent, "a gradient")

    def read(self, x):
        return written(x.value, "a tensor")

    def gradient_of_strength(self, layer):
        found = self.framework.gradient_of_parameters(layer, self.leaf([1.0, -2.0, 3.0], (1, 3)).value)
        return next((written(each, "a gradient") for each in found if each is not None), None)

    def _own(self, stage, action):
        try:
            return action()
        except CaseTrouble:
            raise
        except BaseException as error:      # sys.exit() in a layer is an answer to us, not an order.
            raise raised(stage, error, self.framework) from None
