// The cases that a layer is tried on, alone and inside graphs.
#pragma once

#include "gradproof/generate.hpp"
#include "gradproof/property.hpp"

namespace gradproof::inline v0 {

// The layer alone, in one dtype: over strengths, shapes and ranks, memory layouts and special values. With
// `fixed_lambda` only that strength.
// A few strengths for scenarios, on ordinary numbers.
[[nodiscard]] std::vector<Case> life_cases(Dtype dtype, std::uint64_t seed,
                                           std::optional<double> fixed_lambda);
[[nodiscard]] std::vector<Case> layer_cases(Dtype dtype, std::uint64_t seed,
                                            std::optional<double> fixed_lambda);

// Vectors around the powers of two that blocks and vector registers have, at both alignments, and one of 100,003 equal
// numbers, which are more than a grid of 65,535 covers. For subjects to whom they cost little.
[[nodiscard]] std::vector<Case> sized_cases(Dtype dtype, std::uint64_t seed,
                                            std::optional<double> fixed_lambda);

// x -> reverse(x; λ) -> output with these values.
[[nodiscard]] Graph lone_reversal(Shape shape, double lambda, std::span<const double> x,
                                  std::span<const double> cotangent);

// The smallest graphs in which layers meet each other or share a tensor, exact in every format; none has more
// than four inputs and operations.
enum class Meeting { shared_input, neighbour, stacked, side_by_side, one_input, two_consumers };
inline constexpr std::array all_meetings = {Meeting::shared_input, Meeting::neighbour,
                                            Meeting::stacked,      Meeting::side_by_side,
                                            Meeting::one_input,    Meeting::two_consumers};
[[nodiscard]] Graph meeting_graph(Meeting meeting);

// What random graphs are drawn from for a subject in one dtype: operations it lacks are left out, λ is always
// a literal, and values fit the dtype.
[[nodiscard]] Recipe graph_recipe(Family family, Dtype dtype, const std::vector<std::string>& ops);

}  // namespace gradproof::inline v0
