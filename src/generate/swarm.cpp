#include <algorithm>

#include "gradproof/generate.hpp"
#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

Recipe swarm(std::uint64_t seed, std::uint64_t block, const Recipe& recipe) {
  if (block % 4 == 0) return recipe;
  // A stream of its own: graphs are drawn with the seed as it is.
  Draw draw(seed ^ 0x7377'61726dULL, block);
  Recipe r = recipe;
  const std::uint32_t on = 1 + draw.below(3);  // of four operations, so many stay on
  for (std::size_t i = 0; i < op_count; ++i) {
    const OpId op{static_cast<std::uint8_t>(i)};
    if (info(op).kind == Kind::leaf || op == id_of<Reverse>()) continue;
    const bool stays = draw.chance(on, 4);
    const bool favourite = draw.chance(1, 8);
    if (!stays) r.without |= std::uint64_t{1} << i;
    if (favourite) r.favoured |= std::uint64_t{1} << i;
  }
  const std::uint32_t most = r.min_nodes + draw.below(r.max_nodes - r.min_nodes + 1);
  const std::uint32_t dimension = 1 + draw.below(r.max_dimension);
  const std::uint32_t reversals = draw.below(4);
  r.max_nodes = std::max(most, r.min_nodes);
  r.max_dimension = dimension;
  // None at all now and then: those graphs separate faults of ordinary derivatives from faults of reversals.
  r.min_reversals = std::min(reversals, r.max_nodes);
  if (draw.chance(1, 3)) r.extreme_lambda = false;
  if (draw.chance(1, 3)) r.lambda_operand = false;
  return r;
}

}  // namespace gradproof::inline v0
