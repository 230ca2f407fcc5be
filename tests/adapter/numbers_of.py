"""Exact arithmetic on what the adapter sends: values of a dtype, and rounding to it.  Knows no PyTorch."""

import base64
import math
import struct
from fractions import Fraction
from typing import NamedTuple


class Format(NamedTuple):
    digits: int         # binary digits of a normal number
    least: int          # exponent of the least subnormal number, 2^least
    most: int           # every finite number is below 2^most
    code: str           # how struct spells it; bfloat16 is the upper half of a float


FORMATS = {"f16": Format(11, -24, 16, "e"), "bf16": Format(8, -133, 128, "H"), "f32": Format(24, -149, 128, "f"),
           "f64": Format(53, -1074, 1024, "d")}


def decoded(tensor):
    """The numbers of a tensor in a reply, as doubles, which hold every one of these formats."""
    data = base64.b64decode(tensor["data"], validate=True)
    code = FORMATS[tensor["dtype"]].code
    raw = [value for value, in struct.iter_unpack("<" + code, data)]
    if tensor["dtype"] == "bf16":
        raw = [struct.unpack("<f", struct.pack("<I", value << 16))[0] for value in raw]
    assert len(raw) == math.prod(tensor["shape"]), tensor
    return raw


def rounded(x, dtype):
    """The number of the format nearest to a rational, ties to even, as a double."""
    if x == 0:
        return 0.0
    form = FORMATS[dtype]
    exponent = _exponent(abs(x))
    unit = Fraction(2) ** max(exponent - form.digits + 1, form.least)
    units = x / unit
    whole = math.floor(units)
    rest = units - whole
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2):
        whole += 1
    result = whole * unit
    if abs(result) >= Fraction(2) ** form.most:
        return math.copysign(math.inf, x)
    return float(result)


def unit_at(x, dtype):
    """The distance between neighbours of the format around a rational."""
    form = FORMATS[dtype]
    return Fraction(2) ** form.least if x == 0 else Fraction(2) ** max(_exponent(abs(x)) - form.digits + 1, form.least)


def _exponent(x):
    """The e with 2^e <= x < 2^(e+1)."""
    exponent = x.numerator.bit_length() - x.denominator.bit_length()
    return exponent if Fraction(2) ** exponent <= x else exponent - 1


def same(a, b):
    """Equal in bits, but for the sign and payload of NaN."""
    return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
