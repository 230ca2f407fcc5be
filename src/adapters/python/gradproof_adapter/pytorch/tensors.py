"""Tensors on their way in, with the layout that is asked for and a watch on their memory, and on their way out."""

import binascii
import ctypes
import math

import torch

from gradproof_adapter.trouble import CaseTrouble, one_line

DTYPES = {"f16": torch.float16, "bf16": torch.bfloat16, "f32": torch.float32, "f64": torch.float64}

# What a subject may hand back, were it never asked for.
_NAMES = {
    **{dtype: name for name, dtype in DTYPES.items()}, torch.complex64: "c64", torch.complex128: "c128",
    torch.bool: "bool", torch.uint8: "u8", torch.int8: "i8", torch.int16: "i16", torch.int32: "i32", torch.int64: "i64"}


def tensor(numbers, shape, dtype):
    """A contiguous tensor of the numbers, each rounded once."""
    if dtype in (torch.float16, torch.bfloat16):
        exact = torch.tensor(numbers, dtype=torch.float64, device="cpu")
        return _rounded_to_odd(exact).to(dtype).reshape(shape)
    return torch.tensor(numbers, dtype=dtype, device="cpu").reshape(shape)


def _rounded_to_odd(exact):
    """Doubles as floats, such that rounding the floats to a half is rounding the doubles to a half.

    PyTorch goes from double to half by way of float, and would round twice.  A float that is inexact is moved to the
    neighbour with an odd last bit on the near side of the double, so that no halfway case is made or lost.
    """
    single = exact.to(torch.float32)
    back = single.to(torch.float64)
    inexact = (back != exact) & torch.isfinite(back)
    if not bool(inexact.any()):
        return single
    bits = single.view(torch.int32)
    even = (bits & 1) == 0
    # Adding one to the bits moves away from zero, whatever the sign.
    step = torch.where(back.abs() < exact.abs(), 1, -1).to(torch.int32)
    return torch.where(inexact & even, bits + step, bits).view(torch.float32)


# Layouts: from a contiguous tensor to (the whole buffer, which is contiguous, and the tensor that lies in it) ---------

def _contiguous(values):
    return values, values


def _transposed(values):
    backwards = tuple(range(values.dim()))[::-1]
    buffer = values.permute(backwards).clone(memory_format=torch.contiguous_format)
    return buffer, buffer.permute(backwards)


def _strided(values):
    if values.dim() == 0:
        raise CaseTrouble("unsupported", "layout strided needs a last axis, which a 0-dim tensor has not")
    buffer = values.new_full((*values.shape[:-1], 2 * values.shape[-1]), math.nan)
    view = buffer[..., ::2]
    view.copy_(values)
    return buffer, view


def _offset(values):
    buffer = values.new_full((values.numel() + 2,), math.nan)
    view = buffer[1:-1].view(values.shape)
    view.copy_(values)
    return buffer, view


def _expanded(values):
    if values.dim() < 2:
        raise CaseTrouble("unsupported", "layout expanded needs rows, so 2 dimensions or more")
    # The rows of the matrix, which beyond two dimensions lie along the first two.
    row = values[(slice(0, 1),) * min(values.dim() - 1, 2)].contiguous()
    if memory(values) != memory(row) * (values.numel() // max(row.numel(), 1)):
        raise CaseTrouble("unsupported", "layout expanded needs all rows to be equal")
    return row, row.expand(values.shape)


LAYOUTS = {"contiguous": _contiguous, "transposed": _transposed, "strided": _strided, "offset": _offset,
           "expanded": _expanded}


# What is said of a tensor without a gradient that was given one, behind its name.
ASKED = ", made to ask for a gradient"


class Settings:
    """What all of a program shares, and no layer may change."""

    def __init__(self):
        self.before = torch.get_default_dtype(), torch.initial_seed()

    def damage(self):
        """What was set anew, by its name.  It is put back, so that later cases show it too."""
        dtype, seed = self.before
        if (torch.get_default_dtype(), torch.initial_seed()) == self.before:
            return []
        damage = []
        if torch.get_default_dtype() is not dtype:
            torch.set_default_dtype(dtype)
            damage.append("the default dtype, set anew")
        if torch.initial_seed() != seed:
            torch.manual_seed(seed)
            damage.append("the seed of random numbers, set anew")
        return damage


class Watched:
    """A tensor in a buffer of its own, and the bits that the whole buffer had when it was handed out."""

    def __init__(self, label, values, layout):
        self.label = label
        self.buffer, view = LAYOUTS[layout](values)
        # .data is a tensor that shares the memory and nothing else: what the subject does to the one that it gets,
        # such as giving it other memory, leaves the buffer where it is.
        self.tensor = view.data
        self.place = self.tensor.data_ptr()
        self.buffer_place = self.buffer.data_ptr()
        self.bits = memory(self.buffer)

    def is_damaged(self):
        return (self.tensor.data_ptr() != self.place or self.buffer.data_ptr() != self.buffer_place
                or ctypes.string_at(self.buffer_place, len(self.bits)) != self.bits)


def memory(contiguous):
    """The bytes of a contiguous tensor on the CPU.  This needs no numpy, which a PyTorch may come without."""
    count = contiguous.numel() * contiguous.element_size()
    return ctypes.string_at(contiguous.data_ptr(), count) if count else b""


# Out --------------------------------------------------------------------------------------------------------

def written(result, what):
    """A tensor as the reply has it: its own dtype and shape, whatever they are, and its elements row by row."""
    if result.layout != torch.strided or result.dtype not in _NAMES:
        raise CaseTrouble("returned", f"{what} is a tensor of {result.dtype} with layout {result.layout}")
    try:
        dense = result.detach().cpu().resolve_conj().resolve_neg().contiguous()
        data = memory(dense)
    except Exception as error:              # A tensor without memory, as on the device meta, says so in many ways.
        raise CaseTrouble("returned", f"{what} is a tensor that can't be read ({one_line(error)})") from None
    return {"dtype": _NAMES[dense.dtype], "shape": list(dense.shape),
            "data": binascii.b2a_base64(data, newline=False).decode("ascii")}
