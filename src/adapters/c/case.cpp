#include "adapters/c/case.hpp"

#include <algorithm>
#include <cassert>
#include <map>

#include "adapters/c/packing.hpp"
#include "calculus/passes.hpp"
#include "gradproof/calculus.hpp"
#include "gradproof/ops.hpp"

namespace gradproof::inline v0::plugin {
namespace {

constexpr std::size_t most_damage_reports = 8;

protocol::CaseError unsupported(std::string message) { return {"unsupported", std::move(message), ""}; }

bool is_leaf(const Node& node) { return info(node.op).kind == Kind::leaf; }
bool is_reversal(const Node& node) { return node.op == id_of<Reverse>(); }

// What can't be asked of kernels that take a flat buffer and one number λ.
std::optional<protocol::CaseError> check(const Case& c, const Graph& gradient_graph) {
  if (c.layout == Layout::transposed || c.layout == Layout::expanded)
    return unsupported("a plugin's buffers have one stride, at least 1: there is no " +
                       std::string(name(c.layout)) + " layout");
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
  Run(const Layer& layer, Caller& caller, const Case& c, const Graph& gradient_graph, std::size_t outputs)
      : layer_(layer),
        caller_(caller),
        case_(c),
        graph_(gradient_graph),
        outputs_(outputs),
        values_(gradient_graph) {}

  protocol::CaseResult result() {
    values_.run([this](NodeId id, std::span<S> out) { return is_reversal(graph_[id]) && reverse(id, out); });
    if (error_) return *error_;
    protocol::CaseReply reply;
    for (std::size_t i = 0; i < graph_.outputs().size(); ++i) {
      protocol::WireTensor t = tensor(graph_.outputs()[i].node);
      if (i < outputs_) reply.outputs.push_back(std::move(t));
      else reply.gradients.emplace_back(std::move(t));
    }
    reply.damage = std::move(damage_);
    return reply;
  }

 private:
  bool reverse(NodeId id, std::span<S> out) {
    std::ranges::fill(out, S(0));
    if (error_) return true;  // one failure is enough, and what follows would be computed from nothing
    const auto operands = graph_.operands(id);
    const Kernel* const kernel = kernel_of(id, lambda(operands[1]));
    if (kernel == nullptr) return true;
    const double given = passes_.at(pass_of(graph_, id).layer).lambda;
    const std::vector<std::byte> input = packed(case_.dtype, values_[operands[0]]);
    std::vector<std::byte> output(input.size());
    CallReport report = caller_.call(*kernel, case_.dtype, case_.layout, given, input, output);
    for (std::string& each : report.damage)
      if (damage_.size() < most_damage_reports && std::ranges::count(damage_, each) == 0)
        damage_.push_back(std::move(each));
    if (report.error) error_ = std::move(report.error);
    else unpack(case_.dtype, output, out);
    return true;
  }

  // A forward pass makes a layer; what follows it goes on with its pass. Null where there is no such layer, or no such
  // kernel, which is an error.
  const Kernel* kernel_of(NodeId id, double strength) {
    const LayerPass which = pass_of(graph_, id);
    if (which.order == 0) {
      Made made = layer_.make(strength);
      if (!made) return error_ = made.error(), nullptr;
      instances_.push_back(*std::move(made));
      return &passes_.emplace(which.layer, instances_.back()->pass()).first->second.forward;
    }
    const Pass& pass = passes_.at(which.layer);
    if (which.order == 1) return &pass.backward;
    if (pass.double_backward) return &*pass.double_backward;
    error_ = unsupported("the layer has no double backward");
    return nullptr;
  }

  // A literal goes to the plugin as the double that it is, whatever the dtype; a computed λ has only the
  // precision that it was computed in.
  double lambda(NodeId id) const {
    if (graph_[id].op == id_of<Constant>()) return graph_.values(id)[0].nearest();
    return static_cast<double>(values_[id][0]);
  }

  protocol::WireTensor tensor(NodeId id) const {
    // Buffers are flat, so that a layer can't tell one rank from another.
    return {std::string(format(case_.dtype).name), shape_in_rank(graph_[id].shape, case_.rank),
            packed(case_.dtype, values_[id])};
  }

  const Layer& layer_;
  Caller& caller_;
  const Case& case_;
  const Graph& graph_;
  std::size_t outputs_;
  Evaluation<S> values_;
  std::vector<std::unique_ptr<Instance>> instances_;
  std::map<std::uint32_t, Pass> passes_;  // by the layer's number
  std::optional<protocol::CaseError> error_;
  std::vector<std::string> damage_;
};

}  // namespace

protocol::CaseResult answer(const Layer& layer, Caller& caller, const Case& c, bool twice) {
  const Graph graph = gradient_in_passes(c.graph, twice);
  const std::size_t outputs = graph.outputs().size() - c.graph.inputs().size();
  if (auto error = check(c, graph)) return *std::move(error);
  protocol::CaseResult result = c.dtype == Dtype::f32
                                  ? Run<float>(layer, caller, c, graph, outputs).result()
                                  : Run<double>(layer, caller, c, graph, outputs).result();
  if (auto* reply = std::get_if<protocol::CaseReply>(&result); reply != nullptr && twice)
    reply->outputs.clear();
  return result;
}

}  // namespace gradproof::inline v0::plugin
