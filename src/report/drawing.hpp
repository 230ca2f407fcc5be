// A graph as SVG: nodes in layers, inputs at the top, reversals marked, and what was claimed where it is wrong.
#pragma once

#include <optional>
#include <string>

#include "gradproof/property.hpp"

namespace gradproof::inline v0 {

// Nothing where the graph has too many nodes for a drawing to tell anything.
[[nodiscard]] std::optional<std::string> drawing_of(const Graph& graph,
                                                    const std::optional<Disagreement>& wrong);

}  // namespace gradproof::inline v0
