#include "campaign/digest.hpp"

#include <bit>

#include "gradproof/campaign.hpp"

namespace gradproof::inline v0 {

namespace {

void add_literal(Digest& d, const Literal& l) {
  d.add(std::bit_cast<std::uint64_t>(l.nearest()));
  if (!l.is_double()) d.add(l.ratio());
}

}  // namespace

void Digest::add(const Graph& g) {
  for (const Node& n : g.nodes()) {
    add(n.op.index);
    add((std::uint64_t{n.operand[0].index} << 32) | n.operand[1].index);
    add((std::uint64_t{n.shape.rows} << 32) | n.shape.cols);
    for (const std::int32_t v : n.attributes.v) add(static_cast<std::uint32_t>(v));
    add(n.value_count);
  }
  for (const Literal& l : g.draft().values) add_literal(*this, l);
  for (const Output& o : g.outputs()) {
    add(o.node.index);
    for (const Literal& l : o.cotangent) add_literal(*this, l);
  }
}

std::uint64_t campaign_digest(std::span<const std::pair<std::uint64_t, std::uint64_t>> blocks) {
  Digest d;
  for (const auto& [number, digest] : blocks) {
    d.add(number);
    d.add(digest);
  }
  return d.value();
}

}  // namespace gradproof::inline v0
