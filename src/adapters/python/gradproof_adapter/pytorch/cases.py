"""Runs one case: the graph forward, with the subject's layer at every reversal, and one backward pass."""

import torch

from gradproof_adapter.graphrun import LEAVES, check_supported, forward, is_op_level, shape_of_rank
from gradproof_adapter.graphtext import parse
from gradproof_adapter.pytorch.kind import OUTSIDE
from gradproof_adapter.pytorch.tensors import ASKED, DTYPES, Settings, Watched, tensor, written
from gradproof_adapter.trouble import CaseTrouble, frames, one_line, trace


def run_case(bound, case):
    graph = parse(case.graph)
    check_supported(bound.framework, graph, case)
    settings = Settings()
    with torch.enable_grad():
        values, watched = leaves(graph, case)
        forward(bound, graph, values)
        outputs = [values[output.node] for output in graph.outputs]
        reply = {"outputs": [written(output, f"output {place}") for place, output in enumerate(outputs)]}
        inputs = [values[node] for node in graph.inputs]
        gradients = backward(graph, case, inputs, outputs, watched)
        if case.twice:
            reply["outputs"], gradients = [], backward_again(inputs, gradients)
    reply["gradients"] = [None if gradient is None else written(gradient, "a gradient") for gradient in gradients]
    damage = [each.label for each in watched if each.is_damaged()] + settings.damage()
    damage += [each.label + ASKED for each in watched if each.tensor.requires_grad and not each.label.startswith("input")]
    if damage:
        reply["damage"] = damage
    return reply


# Leaves and cotangents --------------------------------------------------------------------------------------

def leaves(graph, case):
    """A list with every leaf's tensor at its node's position, None elsewhere; and the watch on them."""
    dtype = DTYPES[case.dtype]
    values, watched = [None] * len(graph.nodes), []
    for place, node in enumerate(graph.nodes):
        if node.op not in LEAVES:
            continue
        shape = node.shape if node.op == "const" else shape_of_rank(node.shape, case.rank)
        layout = "contiguous" if node.op == "const" else case.layout
        leaf = Watched(f"{node.op} {node.name}", tensor(node.argument, shape, dtype), layout)
        if node.op == "input":
            leaf.tensor.requires_grad_(True)
        watched.append(leaf)
        values[place] = leaf.tensor
    return values, watched


# Backward ---------------------------------------------------------------------------------------------------

def backward(graph, case, inputs, outputs, watched):
    """One gradient, or None, for each input.  The cotangents that it makes join those that are watched."""
    reached, cotangents = [], []
    for place, (output, value) in enumerate(zip(graph.outputs, outputs)):
        shape = shape_of_rank(graph.nodes[output.node].shape, case.rank)
        cotangent = Watched(f"cotangent {place}", tensor(output.cotangent, shape, DTYPES[case.dtype]), case.layout)
        watched.append(cotangent)
        if tuple(value.shape) != shape or value.is_complex():
            # The output, which is in the reply as it is, says it all: no cotangent fits it.
            return [None] * len(inputs)
        # An output that no input reaches has no gradient to give; autograd would refuse it.
        if value.requires_grad:
            reached.append(value)
            cotangents.append(cotangent.tensor)
    if not reached or not inputs:
        return [None] * len(inputs)
    try:
        if case.twice or len(inputs) > 1 or not is_op_level(graph):
            return torch.autograd.grad(reached, inputs, grad_outputs=cotangents, allow_unused=True, create_graph=case.twice)
        # As loss.backward() does: hooks on what is added up in x.grad are run then, and not by autograd.grad. That shows, in turn, a result
        # that is overwritten by a later one, of which x.grad would be a copy.
        torch.autograd.backward(reached, cotangents)
        return [x.grad for x in inputs]
    except BaseException as error:
        raise CaseTrouble(*blame(error, case.twice)) from None


def backward_again(inputs, gradients):
    """The gradients of the sum of <1 2 3 ..., gradient>, entry by entry, over all inputs."""
    reached = [each for each in gradients if each is not None and each.requires_grad]
    if not reached:
        return [None] * len(inputs)
    if goes_backward_once(reached):
        raise CaseTrouble("unsupported", "the layer declares that it goes backward once")
    weights = [torch.arange(1, each.numel() + 1, dtype=each.dtype, device="cpu").reshape(each.shape) for each in reached]
    try:
        return torch.autograd.grad(reached, inputs, grad_outputs=weights, allow_unused=True)
    except BaseException as error:
        raise CaseTrouble(*blame(error, twice=True)) from None


def goes_backward_once(gradients):
    """Whether a step of theirs was marked @once_differentiable.

    PyTorch leaves a step there that raises when it is run; but autograd.grad runs only what leads to the inputs, and
    nothing leads there any more.
    """
    left, seen = [each.grad_fn for each in gradients], set()
    while left:
        step = left.pop()
        if step is None or step in seen:
            continue
        seen.add(step)
        if step.name().rpartition("::")[2] == "Error":
            return True
        left += [before for before, _ in step.next_functions]
    return False


def blame(error, twice=False):
    """Kind, message and traceback of a backward pass that failed.

    An op without a kernel for a dtype fails in PyTorch's own code, and so does what was compiled where it is to go backward
    twice, in its own words or by changing a leaf in place: no fault of the subject's.
    """
    files = frames(error)
    own = all(file.startswith(OUTSIDE) for file in files)
    refusal = "not implemented for" in str(error) or twice and any("_aot_autograd" in file for file in files)
    if own and isinstance(error, (RuntimeError, NotImplementedError)) and refusal:
        return "unsupported", f"PyTorch can't go backward here ({one_line(error)})"
    return "raised", f"backward raised {one_line(error)}", trace(error, OUTSIDE)
