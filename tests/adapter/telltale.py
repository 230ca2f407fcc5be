"""A layer that answers with what it was given: dimensions, strides and offset, in the first elements of its result."""
import torch
from torch.autograd import Function


def told(tensor):
    facts = [float(tensor.dim()), *map(float, tensor.stride()), float(tensor.storage_offset())]
    result = torch.zeros(tensor.shape, dtype=tensor.dtype)
    result.view(-1)[:len(facts)] = torch.tensor(facts, dtype=tensor.dtype)
    return result


class Telltale(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        return told(x)

    @staticmethod
    def backward(ctx, grad_output):
        return told(grad_output), None
