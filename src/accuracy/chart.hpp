// The error of one part of an operation against the size of its input, as SVG.
#pragma once

#include "gradproof/accuracy.hpp"

namespace gradproof::inline v0 {

[[nodiscard]] std::string chart_of(const OperationAccuracy& operation, const PartAccuracy& part);

}  // namespace gradproof::inline v0
