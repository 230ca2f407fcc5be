#include "calculus/placement.hpp"

#include <limits>
#include <map>
#include <stdexcept>

#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr std::uint32_t never = std::numeric_limits<std::uint32_t>::max();

// The last node that reads each node; `never` for those that must stay.
std::vector<std::uint32_t> last_readers(const Graph& graph) {
  std::vector<std::uint32_t> last(graph.size(), 0);
  for (std::uint32_t i = 0; i < graph.size(); ++i)
    for (const NodeId x : graph.operands(NodeId{i})) last[x.index] = i;
  for (std::uint32_t i = 0; i < graph.size(); ++i)
    if (info(graph[NodeId{i}].op).kind == Kind::leaf) last[i] = never;
  for (const Output& output : graph.outputs()) last[output.node.index] = never;
  return last;
}

// Stretches of free memory, by size.
class Free {
 public:
  // The start of a stretch that fits, or nothing.
  std::optional<std::uint32_t> take(std::uint32_t size) {
    const auto found = stretches_.lower_bound(size);
    if (found == stretches_.end()) return {};
    const std::uint32_t length = found->first, start = found->second.back();
    found->second.pop_back();
    if (found->second.empty()) stretches_.erase(found);
    if (length > size) give(start + size, length - size);
    return start;
  }
  void give(std::uint32_t start, std::uint32_t size) { stretches_[size].push_back(start); }

 private:
  std::map<std::uint32_t, std::vector<std::uint32_t>> stretches_;
};

}  // namespace

Placement place(const Graph& graph, Keep keep) {
  Placement p;
  p.offset.reserve(graph.size());
  std::vector<std::uint32_t> last;
  if (keep == Keep::outputs) last = last_readers(graph);
  Free free;
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const std::size_t size = graph[NodeId{i}].shape.size();
    const auto reused = last.empty() || last[i] == never || size >= never
                          ? std::nullopt
                          : free.take(static_cast<std::uint32_t>(size));
    if (!reused && p.total + size >= never)
      throw std::length_error("the graph has more than 2^32 - 1 numbers; use smaller shapes");
    p.offset.push_back(reused ? *reused : static_cast<std::uint32_t>(p.total));
    if (!reused) p.total += size;
    if (last.empty()) continue;
    // An operand that is read twice is given back once.
    const auto operands = graph.operands(NodeId{i});
    for (std::size_t k = 0; k < operands.size(); ++k)
      if (last[operands[k].index] == i && (k == 0 || operands[k] != operands[0]))
        free.give(p.offset[operands[k].index], static_cast<std::uint32_t>(graph[operands[k]].shape.size()));
  }
  return p;
}

}  // namespace gradproof::inline v0
