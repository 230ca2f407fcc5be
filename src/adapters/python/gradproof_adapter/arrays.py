"""Numbers on their way in and out as numpy arrays, for frameworks that come with numpy."""

import binascii

import numpy

from gradproof_adapter.trouble import CaseTrouble, one_line

_NAMES = {
    "float16": "f16", "bfloat16": "bf16", "float32": "f32", "float64": "f64", "complex64": "c64", "complex128": "c128",
    "bool": "bool", "uint8": "u8", "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64"}


def array(numbers, shape, dtype):
    """An array of the numbers, each rounded once."""
    exact = numpy.array(numbers, dtype=numpy.float64).reshape(shape)
    with numpy.errstate(all="ignore"):
        if numpy.dtype(dtype).name == "bfloat16":
            return _rounded_to_odd(exact).astype(dtype)
        return exact.astype(dtype)


def _rounded_to_odd(exact):
    """Doubles as floats, such that rounding the floats to a half is rounding the doubles to a half.

    The way from double to bfloat16 leads through float, and would round twice.  A float that is inexact is moved to the
    neighbour with an odd last bit on the near side of the double, so that no halfway case is made or lost.
    """
    single = exact.astype(numpy.float32)
    back = single.astype(numpy.float64)
    bits = single.view(numpy.int32)
    inexact_and_even = (back != exact) & numpy.isfinite(back) & ((bits & 1) == 0)
    # Adding one to the bits moves away from zero, whatever the sign.
    step = numpy.where(numpy.abs(back) < numpy.abs(exact), 1, -1).astype(numpy.int32)
    return numpy.where(inexact_and_even, bits + step, bits).astype(numpy.int32).view(numpy.float32)


def written(result, what):
    """What a reply has of a tensor: its own dtype and shape, whatever they are, and its elements row by row."""
    try:
        # A framework's own way comes first, for numpy itself may not know a tensor's dtype.
        found = numpy.asarray(result.numpy() if hasattr(result, "numpy") else result)
        # An array that is not contiguous is copied, row by row.
        data = found.tobytes()
    except Exception as error:              # A tensor without memory, or of ragged rows, says so in many ways.
        raise CaseTrouble("returned", f"{what} is a tensor that can't be read ({one_line(error)})") from None
    if found.dtype.name not in _NAMES:
        raise CaseTrouble("returned", f"{what} is a tensor of {found.dtype.name}")
    return {"dtype": _NAMES[found.dtype.name], "shape": list(found.shape),
            "data": binascii.b2a_base64(data, newline=False).decode("ascii")}
