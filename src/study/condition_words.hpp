// Phrases that the renderers of a study of conditions share.
#pragma once

#include "gradproof/condition.hpp"

namespace gradproof::inline v0 {

[[nodiscard]] std::string figure_text(double v);
// "100%" only where all are.
[[nodiscard]] std::string within_text(std::uint64_t part, std::uint64_t all);
// "200 graphs; 3 undecided, ..."
[[nodiscard]] std::string counts_text(const ConditionStudy& study);

}  // namespace gradproof::inline v0
