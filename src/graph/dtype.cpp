#include "gradproof/dtype.hpp"

#include <cassert>

#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

Graph quantized(const Graph& graph, Dtype dtype) {
  Draft draft = graph.draft();
  const auto quantize = [&](Literal& l) { l = Literal(rounded(dtype, l)); };
  std::vector<bool> lambda(draft.nodes.size(), false);
  for (const Node& node : draft.nodes)
    if (node.op == id_of<Reverse>()) lambda[node.operand[1].index] = true;
  for (std::size_t i = 0; i < draft.nodes.size(); ++i) {
    const Node& node = draft.nodes[i];
    if (info(node.op).kind != Kind::leaf || lambda[i]) continue;
    for (std::uint32_t k = 0; k < node.value_count; ++k) quantize(draft.values[node.first_value + k]);
  }
  for (Output& output : draft.outputs)
    for (Literal& l : output.cotangent) quantize(l);
  auto result = Graph::make(std::move(draft));
  assert(result.ok());
  return *std::move(result);
}

}  // namespace gradproof::inline v0
