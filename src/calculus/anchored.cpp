#include "gradproof/calculus.hpp"
#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

namespace {

class Anchoring {
 public:
  explicit Anchoring(const Graph& graph) : graph_(graph) {}

  Anchored run() && {
    for (std::uint32_t i = 0; i < graph_.size(); ++i) image_.push_back(rebuilt(NodeId{i}));
    for (const Output& output : graph_.outputs())
      builder_.output(image_[output.node.index], output.cotangent);
    Anchored result{std::move(builder_).finish_or_die(), {}, {}};
    // Dropping unused constants moves ids, but never an input's place among the inputs.
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      const NodeId leaf = result.graph.inputs()[i];
      if (sources_[i].frozen) result.frozen.push_back({leaf, sources_[i].node});
      else result.inputs.push_back(leaf);
    }
    return result;
  }

 private:
  // The value that this node has at the base point, as a leaf of its own; a constant is frozen as it is.
  Expr frozen(NodeId source) {
    if (graph_[source].op == id_of<Constant>()) return image_[source.index];
    for (const Source& s : sources_)
      if (s.frozen && s.node == source) return s.leaf;
    return input(source, std::array{Literal(0)}, true);
  }

  Expr input(NodeId source, std::span<const Literal> values, bool frozen) {
    const Expr leaf = builder_.input(graph_[source].shape, values);
    sources_.push_back({source, leaf, frozen});
    return leaf;
  }

  // y0 + s(x) - s(x0), with the detached operands frozen in both. It stands above who calls it, for clang 14 forgets it otherwise.
  template <class O>
  Expr surrogate(NodeId id) {
    const Node& node = graph_[id];
    const NodeId x = node.operand[0];
    if constexpr (O::arity == 1) {
      return frozen(id) + (O::surrogate(image_[x.index]) - O::surrogate(frozen(x)));
    } else {
      const Expr other = frozen(node.operand[1]);
      return frozen(id) + (O::surrogate(image_[x.index], other) - O::surrogate(frozen(x), other));
    }
  }

  Expr rebuilt(NodeId id) {
    const Node& node = graph_[id];
    if (node.op == id_of<Input>()) return input(id, graph_.values(id), false);
    if (node.op == id_of<Constant>()) return builder_.constant(node.shape, graph_.values(id));
    std::array<Expr, 2> x{};
    const auto operands = graph_.operands(id);
    for (std::size_t k = 0; k < operands.size(); ++k) x[k] = image_[operands[k].index];
    // All in the lambda: for a member template that it called, clang 14 would make no code.
    return with_op(node.op, [&]<class O>(std::type_identity<O>) -> Expr {
      if constexpr (!HasSurrogate<O>) {
        return builder_.node(node.op, std::span(x.data(), operands.size()), node.attributes);
      } else {
        // y0 + s(x) - s(x0), with the detached operands frozen in both. One after the other, since each may add a leaf, and
        // compilers differ in the order of operands.
        const Expr y0 = frozen(id), x0 = frozen(operands[0]);
        if constexpr (O::arity == 1) {
          const Expr now = O::surrogate(x[0]);
          return y0 + (now - O::surrogate(x0));
        } else {
          const Expr other = frozen(operands[1]);
          const Expr now = O::surrogate(x[0], other);
          return y0 + (now - O::surrogate(x0, other));
        }
      }
    });
  }

  const Graph& graph_;
  Builder builder_;
  std::vector<Expr> image_;
  struct Source {
    NodeId node;
    Expr leaf;
    bool frozen;
  };
  std::vector<Source> sources_;
};

}  // namespace

Anchored anchored(const Graph& graph) { return Anchoring(graph).run(); }

}  // namespace gradproof::inline v0
