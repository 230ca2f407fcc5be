// Products of ball matrices by the kernels of Reals and of doubles.
#pragma once

#include "number/ball.hpp"
#include "number/product.hpp"

namespace gradproof::inline v0 {

// y := a b, or false where this way is none: precisions whose roundings no double holds, balls that are not finite, and
// midpoints of more bits than the precision.
//
// The midpoints are multiplied as Reals: each entry y is off by its rounding, half an ulp of y, and by what is cut off, at
// most 2^-cut_bits ulp of the sum of |a| |b|, that is 2^(1 - cut_bits - p) of it. With radii r and s the entry's radius is
// therefore
//
//   sum |a| s + r (|b| + s) + c 2^-p |a| |b| + ulp(y) / 2  =  sum |a| (s + c 2^-p |b|) + r (|b| + s) + ulp(y) / 2,
//
// c = 2^(1 - cut_bits): two products of non-negative doubles, each rounded up. Rows and columns are scaled to their
// largest entry. The half ulp is the entry's own, which is what keeps cancelling sums narrow.
[[nodiscard]] bool packed_ball_product(const Ball* a, const Ball* b, Extents extents, Ball* y,
                                       Bits precision);

}  // namespace gradproof::inline v0
