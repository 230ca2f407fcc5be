#include "adapters/c/case.hpp"

#include <algorithm>

#include "adapters/c/packing.hpp"
#include "gradproof/calculus.hpp"
#include "gradproof/ops.hpp"

namespace gradproof::plugin {
namespace {

constexpr std::size_t most_damage_reports = 8;

protocol::CaseError unsupported(std::string message) { return {"unsupported", std::move(message), ""}; }

// Stands for "the backward kernel, applied to this cotangent" in a gradient graph: another reversal, whose
// operand is the cotangent. No derivative formula contains a reversal, and a gradient graph begins with the
// nodes of the graph that it was made from, so a reversal beyond those is such a mark.
class MarkedReversals : public Backward {
 public:
  Expr contribution(const At& at, const Expr& honest, const Expr& cotangent) const override {
    const Node& node = at.graph[at.node];
    if (node.op != id_of<Reverse>()) return honest;
    return reverse(cotangent, Expr(*cotangent.builder, node.operand[1]));
  }
};

bool is_leaf(const Node& node) { return info(node.op).kind == Kind::leaf; }
bool is_reversal(const Node& node) { return node.op == id_of<Reverse>(); }

// What can't be asked of kernels that take a flat buffer and one number λ.
std::optional<protocol::CaseError> check(const Case& c, const Graph& gradient_graph) {
  if (c.layout == Layout::transposed || c.layout == Layout::expanded)
    return unsupported("a plugin's buffers have one stride, at least 1: there is no " +
                       std::string(name(c.layout)) + " layout");
  if (c.rank != 2)
    return unsupported("a plugin's buffers are flat: there is no rank but that of the graph, 2");
  for (const Node& node : c.graph.nodes())
    if (is_reversal(node) && !c.graph[node.operand[1]].shape.is_scalar())
      return unsupported("a plugin's lambda is one number, not " + c.graph[node.operand[1]].shape.text());
  const bool narrow = c.dtype == Dtype::f16 || c.dtype == Dtype::bf16;
  for (const Node& node : gradient_graph.nodes())
    if (narrow && !is_leaf(node) && !is_reversal(node))
      return unsupported("the host of plugins has no " + std::string(info(node.op).name) + " in " +
                         std::string(format(c.dtype).words) + ", only leaves and reversals");
  return {};
}

// One evaluation of a gradient graph, with the plugin's kernels in the place of its reversals.
template <class S>
class Run {
 public:
  Run(const Plugin& plugin, Caller& caller, const Case& c, const Graph& gradient_graph)
      : plugin_(plugin), caller_(caller), case_(c), graph_(gradient_graph), values_(gradient_graph) {}

  protocol::CaseResult result() {
    values_.run([this](NodeId id, std::span<S> out) { return is_reversal(graph_[id]) && reverse(id, out); });
    if (error_) return *error_;
    protocol::CaseReply reply;
    for (std::size_t i = 0; i < graph_.outputs().size(); ++i) {
      protocol::WireTensor t = tensor(graph_.outputs()[i].node);
      if (i < case_.graph.outputs().size()) reply.outputs.push_back(std::move(t));
      else reply.gradients.emplace_back(std::move(t));
    }
    reply.damage = std::move(damage_);
    return reply;
  }

 private:
  bool reverse(NodeId id, std::span<S> out) {
    std::ranges::fill(out, S(0));
    if (error_) return true;  // one failure is enough, and what follows would be computed from nothing
    const Kernel& kernel = id.index < case_.graph.size() ? plugin_.forward : plugin_.backward;
    const auto operands = graph_.operands(id);
    const std::vector<std::byte> input = packed(case_.dtype, values_[operands[0]]);
    std::vector<std::byte> output(input.size());
    CallReport report = caller_.call(kernel, case_.dtype, case_.layout, lambda(operands[1]), input, output);
    for (std::string& each : report.damage)
      if (damage_.size() < most_damage_reports && std::ranges::count(damage_, each) == 0)
        damage_.push_back(std::move(each));
    if (report.error) error_ = std::move(report.error);
    else unpack(case_.dtype, output, out);
    return true;
  }

  // A literal goes to the plugin as the double that it is, whatever the dtype; a computed λ has only the
  // precision that it was computed in.
  double lambda(NodeId id) const {
    if (graph_[id].op == id_of<Constant>()) return graph_.values(id)[0].nearest();
    return static_cast<double>(values_[id][0]);
  }

  protocol::WireTensor tensor(NodeId id) const {
    const Shape s = graph_[id].shape;
    return {std::string(format(case_.dtype).name), {s.rows, s.cols}, packed(case_.dtype, values_[id])};
  }

  const Plugin& plugin_;
  Caller& caller_;
  const Case& case_;
  const Graph& graph_;
  Evaluation<S> values_;
  std::optional<protocol::CaseError> error_;
  std::vector<std::string> damage_;
};

}  // namespace

protocol::CaseResult answer(const Plugin& plugin, Caller& caller, const Case& c) {
  const Graph graph = gradient(c.graph, Seed::literal, MarkedReversals{});
  if (auto error = check(c, graph)) return *std::move(error);
  if (c.dtype == Dtype::f32) return Run<float>(plugin, caller, c, graph).result();
  return Run<double>(plugin, caller, c, graph).result();
}

}  // namespace gradproof::plugin
