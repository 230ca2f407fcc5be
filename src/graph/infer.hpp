// Shape inference for one operation; unary operations ignore the second shape.
#pragma once

#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

[[nodiscard]] ShapeOrReason infer_shape(OpId id, std::span<const Shape, 2> operands,
                                        const Attributes& attributes);

}  // namespace gradproof::inline v0
