#include "gradproof/splice.hpp"

#include <array>
#include <cassert>

#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

std::vector<Expr> spliced(Builder& builder, const Graph& graph, std::span<const Expr> inputs) {
  assert(inputs.size() == graph.inputs().size());
  std::vector<Expr> image;
  std::size_t next = 0;
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const NodeId id{i};
    const Node& node = graph[id];
    if (node.op == id_of<Input>()) {
      image.push_back(inputs[next++]);
    } else if (node.op == id_of<Constant>()) {
      image.push_back(builder.constant(node.shape, graph.values(id)));
    } else {
      std::array<Expr, 2> x{};
      const auto operands = graph.operands(id);
      for (std::size_t k = 0; k < operands.size(); ++k) x[k] = image[operands[k].index];
      image.push_back(builder.node(node.op, std::span(x.data(), operands.size()), node.attributes));
    }
  }
  std::vector<Expr> outputs;
  for (const Output& o : graph.outputs()) outputs.push_back(image[o.node.index]);
  return outputs;
}

Graph with_inputs(const Graph& graph, std::span<const std::vector<double>> values) {
  Draft draft = graph.draft();
  for (std::size_t i = 0; i < values.size(); ++i) {
    Node& input = draft.nodes[graph.inputs()[i].index];
    input.first_value = static_cast<std::uint32_t>(draft.values.size());
    input.value_count = static_cast<std::uint32_t>(values[i].size());
    draft.values.insert(draft.values.end(), values[i].begin(), values[i].end());
  }
  auto made = Graph::make(std::move(draft));
  assert(made.ok());
  return *std::move(made);
}

}  // namespace gradproof::inline v0
