// A random graph grows node by node. A new operation is tried on some operands, and stays when it fits there.
// Operands are chosen among those that suit it, so nothing is thrown away for its shape.
#include <cassert>
#include <cmath>

#include "generate/grown.hpp"
#include "graph/infer.hpp"

namespace gradproof::inline v0 {

namespace {

// What the exponents of all |λ| above 1, and those of all below, may add up to: two gradients of it are still
// doubles.
constexpr int lambda_exponents = 300;

template <Number S>
class Growth {
 public:
  static constexpr bool exact = Grown<S>::exact;

  Growth(Draw draw, const Recipe& recipe) : draw_(draw), recipe_(recipe), grown_(recipe) {
    for (std::uint8_t i = 0; i < op_count; ++i)
      for (int times = (recipe.favoured >> i & 1U) != 0 ? 4 : 1; times > 0 && allowed(OpId{i}); --times)
        operations_[operation_count_++] = OpId{i};
  }

  Graph run() && {
    for (std::uint32_t& extent : extents_) extent = 1 + draw_.below(recipe_.max_dimension);
    const int inputs = draw_.between(1, 2);
    for (int i = 0; i < inputs; ++i) add_leaf(id_of<Input>(), random_shape(), Domain::real_line);
    const std::uint32_t wanted = recipe_.min_nodes + draw_.below(recipe_.max_nodes - recipe_.min_nodes + 1);
    std::uint32_t owed = recipe_.min_reversals;
    for (std::uint32_t left = wanted; left > 0; --left) {
      // Owed reversals are spread evenly over the slots; the others come by chance, at the output with 1/8.
      const bool due = owed > 0 && draw_.chance(owed, left);
      if (due) --owed;
      if (due || draw_.chance(1, left == 1 ? 8 : 6)) add_reversal();
      else add_operation();
    }
    const NodeId out = finish(wanted);
    std::vector<Output> outputs = random_outputs(out);
    Draft draft = std::move(grown_).take();
    draft.outputs = std::move(outputs);
    Result<Graph, Invalid> graph = Graph::make(std::move(draft));
    assert(graph.ok() && "a random graph is valid by construction");
    return *std::move(graph);
  }

 private:
  [[nodiscard]] std::uint32_t size() const { return grown_.size(); }
  [[nodiscard]] Shape shape(NodeId id) const { return grown_.shape(id); }

  // --- Leaves ---

  // Extents come from a few numbers for each graph, so that shapes meet again; a square one is drawn a second
  // time.
  Shape random_shape() {
    if (draw_.chance(1, 8)) return {1, 1};
    Shape s;
    s.rows = random_extent();
    s.cols = random_extent();
    if (s.rows == s.cols) s.rows = random_extent();
    return s;
  }
  std::uint32_t random_extent() { return draw_.chance(1, 8) ? 1 : extents_[draw_.below(extents_.size())]; }

  static bool has_negatives(Domain domain) {
    return domain != Domain::positive && domain != Domain::above_minus_one;
  }

  Literal random_value(Domain domain) {
    if (exact) {
      // Quarters, and not halves: those are where rounding jumps.
      const bool quarter = recipe_.format_bits > 11 && draw_.chance(1, 16);
      const int most = recipe_.format_bits > 11 ? 4 : 2;
      const int n = quarter ? 2 * draw_.between(0, 3) + 1 : draw_.between(1, most);
      const bool negative = has_negatives(domain) && draw_.chance(1, 2);
      return (negative ? -n : n) / (quarter ? 4.0 : 1.0);
    }
    const int least = domain == Domain::real_line ? 1 : 4;
    const int n = draw_.between(least, 32);
    const bool negative = has_negatives(domain) && draw_.chance(1, 2);
    return (negative ? -n : n) / 16.0;
  }

  NodeId add_leaf(OpId op, Shape leaf_shape, Domain domain) {
    const bool fill = op == id_of<Constant>() && draw_.chance(1, 4);
    const std::size_t count = fill ? 1 : leaf_shape.size();
    literals_.clear();
    for (std::size_t i = 0; i < count; ++i) literals_.push_back(random_value(domain));
    return grown_.add_leaf(op, leaf_shape, literals_);
  }

  // --- Operands ---

  // One of the nodes that are wanted, rather a loose end than one in use, rather a late one than an early
  // one.
  template <class Wanted>
  std::optional<NodeId> pick(Wanted wanted) {
    const bool loose = draw_.chance(3, 4);
    gather(wanted, loose);
    if (eligible_.empty() && loose) gather(wanted, false);
    if (eligible_.empty()) return {};
    const std::uint32_t n = static_cast<std::uint32_t>(eligible_.size());
    const std::uint32_t a = draw_.below(n);
    const std::uint32_t b = draw_.below(n);
    return eligible_[std::max(a, b)];
  }

  template <class Wanted>
  void gather(Wanted wanted, bool loose) {
    eligible_.clear();
    for (NodeId i; i.index < size(); ++i.index)
      if (!grown_.trait(i).strength && (!loose || grown_.trait(i).uses == 0) && wanted(i))
        eligible_.push_back(i);
  }

  // The operand that a gradient flows through: nearly always a live one.
  std::optional<NodeId> pick_main(Domain domain, const Attributes& attributes) {
    if (main_) return grown_.trait(*main_).spread.fits(domain, attributes) ? main_ : std::nullopt;
    const bool live = draw_.chance(31, 32);
    return pick([&](NodeId i) {
      return (!live || grown_.trait(i).live) && grown_.trait(i).spread.fits(domain, attributes);
    });
  }

  // --- Operations ---

  bool add_operation() {
    if (operation_count_ == 0) return false;
    for (int attempt = 0; attempt < 8; ++attempt) {
      const std::uint32_t before = size();
      const OpId op = operations_[draw_.below(operation_count_)];
      if (with_op(op, [&]<class O>(std::type_identity<O>) { return propose<O>(); })) return true;
      grown_.rewind(before);
    }
    return false;
  }

  [[nodiscard]] bool allowed(OpId op) const {
    if ((recipe_.without >> op.index & 1U) != 0 || info(op).kind == Kind::leaf || op == id_of<Reverse>())
      return false;
    return !exact || info(op).klass == Class::rational;
  }

  template <class O>
  bool propose() {
    Node node;
    node.op = id_of<O>();
    if constexpr (O::kind == Kind::leaf) {
      return false;
    } else if constexpr (O::kind == Kind::linear) {
      return O::arity == 1 ? propose_linear(node) : propose_bilinear(node);
    } else {
      if constexpr (O::attribute == AttributeKind::exponent) node.attributes.v[0] = random_exponent();
      if constexpr (O::arity == 1) return propose_unary(node, O::domain[0]);
      else return propose_binary(node, O::domain);
    }
  }

  bool propose_unary(Node& node, Domain domain) {
    const auto x = pick_main(domain, node.attributes);
    if (!x) return false;
    node.operand[0] = *x;
    node.shape = shape(*x);
    return grown_.add(node);
  }

  bool propose_binary(Node& node, const std::array<Domain, 2>& domain) {
    const std::size_t main = draw_.below(2), other = 1 - main;
    const auto x = pick_main(domain[main], node.attributes);
    if (!x) return false;
    node.shape = shape(*x);
    node.operand[main] = *x;
    node.operand[other] = partner(*x, domain[other], node.attributes);
    return grown_.add(node);
  }

  // Another node of the same shape, or a new leaf.
  NodeId partner(NodeId x, Domain domain, const Attributes& attributes) {
    const auto found = pick([&](NodeId i) {
      return shape(i) == shape(x) && grown_.trait(i).spread.fits(domain, attributes) && i != x;
    });
    if (found && draw_.chance(7, 8)) return *found;
    if (draw_.chance(1, 16) && grown_.trait(x).spread.fits(domain, attributes)) return x;
    return add_leaf(leaf_op(), shape(x), domain);
  }

  OpId leaf_op() {
    const bool constant = draw_.chance(2, 3);
    return constant ? id_of<Constant>() : id_of<Input>();
  }

  bool propose_linear(Node& node) {
    const auto x = pick_main(Domain::real_line, {});
    if (!x) return false;
    node.operand[0] = *x;
    for (int attempt = 0; attempt < 3; ++attempt) {
      node.attributes = random_attributes(node.op, shape(*x));
      if (info(node.op).attribute == AttributeKind::shape && same_shape(node.attributes, shape(*x))) continue;
      if (infer(node)) return grown_.add(node);
    }
    return false;
  }

  bool propose_bilinear(Node& node) {
    const std::size_t main = draw_.below(2), other = 1 - main;
    const auto x = pick_main(Domain::real_line, {});
    if (!x) return false;
    node.operand[main] = *x;
    for (int attempt = 0; attempt < 4; ++attempt) {
      node.attributes = random_attributes(node.op, shape(*x));
      const auto found = pick([&](NodeId i) { return shares_extent(shape(*x), shape(i)); });
      if (!found) break;
      node.operand[other] = *found;
      if (infer(node)) return grown_.add(node);
    }
    return propose_with_new_leaf(node, *x, other);
  }

  // Shapes with one extent of the operand are tried until one fits.
  bool propose_with_new_leaf(Node& node, NodeId x, std::size_t other) {
    const OpId leaf = leaf_op();
    for (int attempt = 0; attempt < 6; ++attempt) {
      const std::uint32_t kept = draw_.chance(1, 2) ? shape(x).rows : shape(x).cols;
      const std::uint32_t drawn = random_extent();
      const Shape s = draw_.chance(1, 2) ? Shape{kept, drawn} : Shape{drawn, kept};
      std::array<Shape, 2> shapes{shape(x), shape(x)};
      shapes[other] = s;
      const ShapeOrReason inferred = infer_shape(node.op, shapes, node.attributes);
      if (!inferred || grown_.too_large(*inferred)) continue;
      node.shape = *inferred;
      node.operand[other] = add_leaf(leaf, s, Domain::real_line);
      return grown_.add(node);
    }
    return false;
  }

  static bool shares_extent(Shape a, Shape b) {
    return a.rows == b.rows || a.rows == b.cols || a.cols == b.rows || a.cols == b.cols;
  }
  static bool same_shape(const Attributes& attributes, Shape s) {
    return attributes.v[0] == static_cast<std::int32_t>(s.rows) &&
           attributes.v[1] == static_cast<std::int32_t>(s.cols);
  }

  bool infer(Node& node) const {
    const std::array<Shape, 2> shapes{shape(node.operand[0]), shape(node.operand[1])};
    const ShapeOrReason inferred = infer_shape(node.op, shapes, node.attributes);
    if (inferred) node.shape = *inferred;
    return inferred.ok();
  }

  // --- Attributes, by their kind ---

  int random_exponent() {
    if (exact) return draw_.between(2, 3);
    constexpr std::array exponents = {-3, -2, -1, -1, 0, 1, 2, 2, 3, 3, 4, 5};
    return exponents[draw_.below(exponents.size())];
  }

  Attributes random_attributes(OpId op, Shape x) {
    switch (info(op).attribute) {
      case AttributeKind::none: return {};
      case AttributeKind::exponent: return {{random_exponent(), 0, 0, 0}};
      case AttributeKind::axis: return {{draw_.between(0, 2), 0, 0, 0}};
      case AttributeKind::shape: return draw_.chance(1, 2) ? same_entries(x) : extended(x);
      case AttributeKind::ranges: {
        const auto [r0, r1] = random_range(x.rows);
        const auto [c0, c1] = random_range(x.cols);
        return {{r0, r1, c0, c1}};
      }
    }
    return {};
  }

  // Another factorisation of the number of entries.
  Attributes same_entries(Shape x) {
    const auto n = static_cast<std::int32_t>(x.size());
    const std::int32_t rows = draw_.between(1, static_cast<int>(recipe_.max_dimension));
    return n % rows == 0
             ? Attributes{{rows, n / rows, 0, 0}}
             : Attributes{{static_cast<std::int32_t>(x.cols), static_cast<std::int32_t>(x.rows), 0, 0}};
  }

  // The extents that are 1, drawn anew.
  Attributes extended(Shape x) {
    const std::uint32_t rows = x.rows == 1 ? random_extent() : x.rows;
    const std::uint32_t cols = x.cols == 1 ? random_extent() : x.cols;
    return {{static_cast<std::int32_t>(rows), static_cast<std::int32_t>(cols), 0, 0}};
  }

  std::pair<std::int32_t, std::int32_t> random_range(std::uint32_t extent) {
    const std::uint32_t begin = draw_.below(extent);
    const std::uint32_t length = 1 + draw_.below(extent - begin);
    return {static_cast<std::int32_t>(begin), static_cast<std::int32_t>(begin + length)};
  }

  // --- Reversals ---

  void add_reversal() {
    const std::uint32_t before = size();
    const bool stacked = draw_.chance(1, 5);
    std::optional<NodeId> x;
    if (stacked) x = pick([&](NodeId i) { return grown_.op(i) == id_of<Reverse>() && grown_.trait(i).live; });
    if (!x) x = pick([&](NodeId i) { return grown_.trait(i).live; });
    assert(x && "an input is always live");
    for (int attempt = 0; attempt < 4; ++attempt) {
      if (reverse(*x, random_strength(*x))) return;
      grown_.rewind(before);
    }
    turn(*x);
  }

  bool reverse(NodeId x, NodeId lambda, Size size_wanted = Size::moderate) {
    Node node;
    node.op = id_of<Reverse>();
    node.operand = {x, lambda};
    node.shape = shape(x);
    return grown_.add(node, size_wanted);
  }
  // A reversal that is always possible: -1 costs no bit.
  void turn(NodeId x) {
    const bool turned = reverse(x, grown_.add_strength(-1), Size::any);
    assert(turned && "a reversal is defined everywhere");
  }

  // A literal mostly; else a node that fits, or a new leaf for it.
  NodeId random_strength(NodeId x) {
    if (!recipe_.lambda_operand || !draw_.chance(1, 4)) return grown_.add_strength(affordable_lambda());
    if (draw_.chance(1, 4)) {
      const Shape s = draw_.chance(1, 2) ? Shape{1, 1} : shape(x);
      return add_leaf(leaf_op(), s, Domain::real_line);
    }
    const bool share = draw_.chance(1, 3);
    eligible_.clear();
    for (NodeId i; i.index < size(); ++i.index) {
      const Shape s = shape(i);
      if (grown_.trait(i).strength == share && (s.is_scalar() || s == shape(x))) eligible_.push_back(i);
    }
    if (eligible_.empty()) return grown_.add_strength(affordable_lambda());
    return eligible_[draw_.below(static_cast<std::uint32_t>(eligible_.size()))];
  }

  // Extreme strengths multiply along a path; what they may add up to is bounded, so that no gradient
  // overflows.
  Literal affordable_lambda() {
    Literal lambda = random_lambda(draw_, recipe_);
    if (lambda.nearest() == 0) return lambda;
    const int exponent = std::ilogb(lambda.nearest());
    if (exponent > -20 && exponent < 20) return lambda;
    int& spent = exponent > 0 ? up_ : down_;
    if (spent + std::abs(exponent) > lambda_exponents) return lambda.nearest() < 0 ? -1 : 2;
    spent += std::abs(exponent);
    return lambda;
  }

  // --- Outputs ---

  // Some of what grew leads nowhere. The output is built on, at best with loose ends as the other operands,
  // until it has the wanted number of operations behind it, and the reversals.
  NodeId finish(std::uint32_t wanted) {
    NodeId out = grown_.last_live(size());
    while (least_operations(grown_.behind(out)) > recipe_.max_nodes) out = grown_.last_live(out.index);
    Behind reached = grown_.behind(out);
    for (std::uint32_t attempt = 0; reached.operations < wanted && attempt < recipe_.max_nodes; ++attempt) {
      const std::uint32_t before = size();
      main_ = out;
      const bool added = add_operation();
      main_.reset();
      const NodeId next = grown_.last();
      const Behind now = added && grown_.trait(next).live ? grown_.behind(next) : Behind{};
      if (now.operations == 0 || least_operations(now) > recipe_.max_nodes) {
        grown_.rewind(before);
        continue;
      }
      out = next;
      reached = now;
    }
    for (; least_operations(reached) > reached.operations; reached = grown_.behind(out)) {
      turn(out);
      out = grown_.last();
    }
    return out;
  }

  // One mostly, now and then two.
  std::vector<Output> random_outputs(NodeId out) {
    std::vector<NodeId> nodes{out};
    std::optional<NodeId> second;
    if (draw_.chance(1, 6)) second = pick([&](NodeId i) { return grown_.trait(i).live && i != out; });
    if (second && grown_.behind(out, *second).operations <= recipe_.max_nodes) nodes.push_back(*second);
    else grown_.behind(out);
    // An input that nothing reads is worth a case now and then.
    for (NodeId i; i.index < size(); ++i.index)
      if (grown_.op(i) == id_of<Input>() && !grown_.is_needed(i) && !draw_.chance(1, 8))
        grown_.make_constant(i);
    const int spare_bits = static_cast<int>(recipe_.format_bits) - grown_.gradient_bits(nodes);
    std::vector<Output> outputs;
    outputs.reserve(nodes.size());
    for (const NodeId id : nodes) outputs.push_back({id, random_cotangent(shape(id), spare_bits)});
    return outputs;
  }

  // What they come to once the reversals and operations that are still owed stand on top.
  [[nodiscard]] std::uint32_t least_operations(const Behind& b) const {
    const std::uint32_t missing =
      b.reversals < recipe_.min_reversals ? recipe_.min_reversals - b.reversals : 0;
    return std::max(b.operations + missing, recipe_.min_nodes);
  }

  // Never all ones: an engine that ignores the cotangent would pass.
  std::vector<Literal> random_cotangent(Shape s, int spare_bits) {
    const std::size_t count = draw_.chance(1, 4) ? 1 : s.size();
    std::vector<Literal> cotangent;
    cotangent.reserve(count);
    bool ones = true;
    while (ones) {
      cotangent.clear();
      for (std::size_t i = 0; i < count; ++i) cotangent.push_back(random_cotangent_entry(spare_bits));
      for (const Literal& l : cotangent) ones = ones && l.nearest() == 1;
    }
    return cotangent;
  }

  Literal random_cotangent_entry(int spare_bits) {
    const bool negative = draw_.chance(1, 2);
    const int n = !exact            ? draw_.between(1, 32)
                  : spare_bits >= 2 ? draw_.between(1, 3)
                  : spare_bits == 1 ? draw_.between(1, 2)
                                    : 1;
    return (negative ? -n : n) / (exact ? 1.0 : 16.0);
  }

  Draw draw_;
  const Recipe& recipe_;
  Grown<S> grown_;
  std::array<OpId, 4 * op_count> operations_{};  // those to choose from, the favoured ones four times
  std::uint32_t operation_count_ = 0;
  std::array<std::uint32_t, 3> extents_{};
  int up_ = 0, down_ = 0;  // exponents of huge and of tiny λ so far
  std::vector<Literal> literals_;
  std::vector<NodeId> eligible_;
  std::optional<NodeId> main_;  // the operand to use, while the output is built on
};

}  // namespace

Graph random_graph(std::uint64_t seed, std::uint64_t index, const Recipe& recipe) {
  const bool possible = recipe.min_nodes <= recipe.max_nodes && recipe.min_reversals <= recipe.max_nodes;
  assert(possible && recipe.max_dimension > 0 && "a recipe that no graph meets");
  const Draw draw(seed, index);
  switch (recipe.family) {
    case Family::exact: return Growth<Footprint>(draw, recipe).run();
    case Family::smooth: return Growth<Fixed>(draw, recipe).run();
  }
  assert(false && "no such family");
  return Growth<Fixed>(draw, recipe).run();
}

}  // namespace gradproof::inline v0
