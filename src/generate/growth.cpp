// A random graph grows node by node. What stands already has values; a new operation is tried on some operands, and stays
// when it is defined there, clear of kinks and of moderate size. Operands are chosen among those that fit, so nothing is
// thrown away for its shape.
#include <cassert>

#include "generate/values.hpp"
#include "gradproof/generate.hpp"
#include "graph/infer.hpp"

namespace gradproof {

namespace {

// The largest magnitude in a smooth graph: exp of it is 2981, so no value that is looked at on the way saturates.
constexpr Fixed smooth_limit = Fixed(8);
// Bits that the backward pass may need beyond what growth allows it: the cotangents, and a second output.
constexpr int bits_for_cotangents = 3;
// What the exponents of all |λ| above 1, and those of all below, may add up to: two gradients of it are still doubles.
constexpr int lambda_exponents = 300;

struct Trait {
  Spread spread;
  std::uint32_t uses = 0;
  bool live = false;      // a gradient that is not zero flows from here to an input
  bool strength = false;  // a literal λ: no operand for anything but reversals
};

template <Number S>
class Growth {
 public:
  static constexpr bool exact = std::is_same_v<S, Footprint>;

  Growth(Draw draw, const Recipe& recipe) : draw_(draw), recipe_(recipe) {
    draft_.nodes.reserve(3 * recipe.max_nodes + 8);
    traits_.reserve(3 * recipe.max_nodes + 8);
    draft_.values.reserve(16 * std::size_t{recipe.max_nodes});
    values_.reserve(3 * recipe.max_nodes + 8, 24 * std::size_t{recipe.max_nodes});
    for (std::uint8_t i = 0; i < op_count; ++i)
      if (allowed(OpId{i})) operations_[operation_count_++] = OpId{i};
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
    close(out);
    Result<Graph, Invalid> graph = Graph::make(std::move(draft_));
    assert(graph.ok() && "a random graph is valid by construction");
    return *std::move(graph);
  }

 private:
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(draft_.nodes.size()); }
  [[nodiscard]] Shape shape(NodeId id) const { return draft_.nodes[id.index].shape; }
  [[nodiscard]] bool too_large(Shape s) const {
    return s.size() == 0 || s.rows > recipe_.max_dimension || s.cols > recipe_.max_dimension;
  }

  // --- Leaves ---

  // Extents come from a few numbers for each graph, so that shapes meet again; a square one is drawn a second time.
  Shape random_shape() {
    if (draw_.chance(1, 8)) return {1, 1};
    Shape s;
    s.rows = random_extent();
    s.cols = random_extent();
    if (s.rows == s.cols) s.rows = random_extent();
    return s;
  }
  std::uint32_t random_extent() { return draw_.chance(1, 8) ? 1 : extents_[draw_.below(extents_.size())]; }

  Literal random_value(Domain domain) {
    if (exact) {
      // Quarters, and not halves: those are where rounding jumps.
      const bool quarter = recipe_.format_bits > 11 && draw_.chance(1, 16);
      const int most = recipe_.format_bits > 11 ? 4 : 2;
      const int n = quarter ? 2 * draw_.between(0, 3) + 1 : draw_.between(1, most);
      const bool negative = domain != Domain::positive && draw_.chance(1, 2);
      return (negative ? -n : n) / (quarter ? 4.0 : 1.0);
    }
    const int least = domain == Domain::real_line ? 1 : 4;
    const int n = draw_.between(least, 32);
    const bool negative = domain != Domain::positive && draw_.chance(1, 2);
    return (negative ? -n : n) / 16.0;
  }

  NodeId add_leaf(OpId op, Shape leaf_shape, Domain domain) {
    const bool fill = op == id_of<Constant>() && draw_.chance(1, 4);
    const std::size_t count = fill ? 1 : leaf_shape.size();
    literals_.clear();
    for (std::size_t i = 0; i < count; ++i) literals_.push_back(random_value(domain));
    return place_leaf(op, leaf_shape, literals_);
  }

  NodeId place_leaf(OpId op, Shape leaf_shape, std::span<const Literal> literals) {
    Node node;
    node.op = op;
    node.shape = leaf_shape;
    node.first_value = static_cast<std::uint32_t>(draft_.values.size());
    node.value_count = static_cast<std::uint32_t>(literals.size());
    draft_.values.insert(draft_.values.end(), literals.begin(), literals.end());
    values_.push_leaf(leaf_shape, literals);
    if constexpr (exact) {
      if (op == id_of<Input>()) start_paths(values_.entries(NodeId{size()}));
    }
    return keep(node, op == id_of<Input>());
  }

  // --- Nodes ---

  // Takes a node whose values are the last ones into the graph.
  NodeId keep(const Node& node, bool live) {
    const NodeId id{size()};
    draft_.nodes.push_back(node);
    Trait trait;
    trait.spread = spread<S>(values_.entries(id));
    trait.live = live;
    traits_.push_back(trait);
    for (int k = 0; k < info(node.op).arity; ++k)
      ++traits_[node.operand[static_cast<std::size_t>(k)].index].uses;
    return id;
  }

  // Forgets everything from this node on.
  void rewind(std::uint32_t nodes) {
    while (size() > nodes) {
      const Node& node = draft_.nodes.back();
      for (int k = 0; k < info(node.op).arity; ++k)
        --traits_[node.operand[static_cast<std::size_t>(k)].index].uses;
      draft_.values.resize(draft_.values.size() - node.value_count);
      draft_.nodes.pop_back();
      traits_.pop_back();
    }
    values_.resize(nodes);
  }

  // A reversal of strength 0 cuts on purpose, and what is behind it still counts as alive.
  [[nodiscard]] bool is_live(const Node& node, NodeId id) const {
    return with_op(node.op, [&]<class O>(std::type_identity<O>) {
      for (std::size_t k = 0; k < O::arity; ++k)
        if ((O::detached >> k & 1U) == 0 && traits_[node.operand[k].index].live && passes<O>(node, id, k))
          return true;
      return false;
    });
  }

  // Whether the k-th partial derivative is other than 0 somewhere.
  template <class O>
  [[nodiscard]] bool passes(const Node& node, NodeId id, std::size_t k) const {
    if constexpr ((O::kind == Kind::elementwise || O::kind == Kind::selection) &&
                  O::klass == Class::rational && !std::is_same_v<O, Reverse>) {
      const View<S> a = values_.operand(node, 0), b = values_.operand(node, 1);
      const std::span<const S> y = values_.entries(id);
      for (std::size_t i = 0; i < y.size(); ++i)
        if (nonzero(partials<O>(node, y[i], a.data[i], b.data[O::arity == 2 ? i : 0])[k])) return true;
      return false;
    } else {
      return true;
    }
  }

  template <class O>
  static auto partials(const Node& node, const S& y, const S& a, const S& b) {
    if constexpr (O::attribute == AttributeKind::exponent) return O::partials(y, a, node.attributes.v[0]);
    else if constexpr (O::arity == 1) return O::partials(y, a);
    else return O::partials(y, a, b);
  }
  static bool nonzero(int partial) { return partial != 0; }
  static bool nonzero(const S& partial) { return plain(partial) != Fixed(); }

  // Computes the node and keeps it if it is fit to stay.
  bool try_node(const Node& node) {
    const Spread& a = traits_[node.operand[0].index].spread;
    const Spread& b = traits_[node.operand[1].index].spread;
    if (too_large(node.shape) || !fits_domains(node, a, b)) return false;
    if (!clear_of_kinks<S>(node, values_.operand(node, 0), values_.operand(node, 1))) return false;
    const bool defined = values_.push(node);
    const NodeId id{size()};
    const bool live = defined && is_live(node, id);
    if constexpr (exact) {
      derive_reach(node, id);
      if (live) start_paths(values_.entries(id));
    }
    if (!defined || !moderate(id)) {
      values_.resize(size());
      return false;
    }
    keep(node, live);
    return true;
  }

  // Not too large, and not all zeros: those would hide what is behind them from every product.
  [[nodiscard]] bool moderate(NodeId id) const {
    const std::span<const S> entries = values_.entries(id);
    const Spread range = spread<S>(entries);
    if (range.lowest == Fixed() && range.highest == Fixed()) return false;
    if constexpr (exact) {
      const int most = static_cast<int>(recipe_.format_bits);
      const Fixed limit = Fixed(1 << std::min(most, 30));
      for (const Footprint& f : entries)
        if (f.value_bits() > most || f.bulk > limit || f.grain < -most) return false;
      return gradient_bits(entries) <= most - bits_for_cotangents;
    } else {
      return range.within(smooth_limit);
    }
  }

  // --- What the backward pass needs, in exact graphs ---

  static int gradient_bits(std::span<const Footprint> entries) {
    Fixed total;
    int grain = 0;
    for (const Footprint& f : entries) {
      total = total + f.reach;
      grain = std::min(grain, f.reach_grain);
    }
    return Footprint::bits(total, grain);
  }

  static void start_paths(std::span<Footprint> entries) {
    for (Footprint& f : entries) {
      if (f.reach < Fixed(1)) f.reach = Fixed(1);
      f.reach_grain = std::min(f.reach_grain, 0);
    }
  }

  // Where the declared derivative is not that of the value, reach is that of the surrogate; a detached operand has none.
  void derive_reach(const Node& node, NodeId id) {
    const View<Footprint> a = values_.operand(node, 0), b = values_.operand(node, 1);
    const std::span<Footprint> y = values_.entries(id);
    with_op(node.op, [&]<class O>(std::type_identity<O>) {
      if constexpr (HasSurrogate<O>) {
        const std::size_t b_step = b.shape.size() == 1 ? 0 : 1;
        for (std::size_t i = 0; i < y.size(); ++i) {
          Footprint s;
          if constexpr (O::arity == 1) s = O::surrogate(attached<O>(0, a.data[i]));
          else s = O::surrogate(attached<O>(0, a.data[i]), attached<O>(1, b.data[i * b_step]));
          y[i].reach = s.reach;
          y[i].reach_grain = s.reach_grain;
        }
      }
    });
  }

  template <class O>
  static Footprint attached(unsigned k, Footprint x) {
    if ((O::detached >> k & 1U) == 0) return x;
    x.reach = {};
    x.reach_grain = Footprint::coarsest;
    return x;
  }

  // --- Operands ---

  // One of the nodes that are wanted, rather a loose end than one in use, rather a late one than an early one.
  template <class Wanted>
  std::optional<NodeId> pick(Wanted wanted) {
    const bool loose = draw_.chance(3, 4);
    gather(wanted, loose);
    if (eligible_.empty() && loose) gather(wanted, false);
    if (eligible_.empty()) return {};
    const std::uint32_t n = static_cast<std::uint32_t>(eligible_.size());
    const std::uint32_t a = draw_.below(n);
    const std::uint32_t b = draw_.below(n);
    return NodeId{eligible_[std::max(a, b)]};
  }

  template <class Wanted>
  void gather(Wanted wanted, bool loose) {
    eligible_.clear();
    for (std::uint32_t i = 0; i < size(); ++i)
      if (!traits_[i].strength && (!loose || traits_[i].uses == 0) && wanted(i)) eligible_.push_back(i);
  }

  // The operand that a gradient flows through: nearly always a live one.
  std::optional<NodeId> pick_main(Domain domain, const Attributes& attributes) {
    if (main_) return traits_[main_->index].spread.fits(domain, attributes) ? main_ : std::nullopt;
    const bool live = draw_.chance(31, 32);
    return pick([&](std::uint32_t i) {
      return (!live || traits_[i].live) && traits_[i].spread.fits(domain, attributes);
    });
  }

  // --- Operations ---

  bool add_operation() {
    if (operation_count_ == 0) return false;
    for (int attempt = 0; attempt < 8; ++attempt) {
      const std::uint32_t before = size();
      const OpId op = operations_[draw_.below(operation_count_)];
      if (with_op(op, [&]<class O>(std::type_identity<O>) { return propose<O>(); })) return true;
      rewind(before);
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
    return try_node(node);
  }

  bool propose_binary(Node& node, const std::array<Domain, 2>& domain) {
    const std::size_t main = draw_.below(2), other = 1 - main;
    const auto x = pick_main(domain[main], node.attributes);
    if (!x) return false;
    node.shape = shape(*x);
    node.operand[main] = *x;
    node.operand[other] = partner(*x, domain[other], node.attributes);
    return try_node(node);
  }

  // Another node of the same shape, or a new leaf.
  NodeId partner(NodeId x, Domain domain, const Attributes& attributes) {
    const auto found = pick([&](std::uint32_t i) {
      return draft_.nodes[i].shape == shape(x) && traits_[i].spread.fits(domain, attributes) && i != x.index;
    });
    if (found && draw_.chance(7, 8)) return *found;
    if (draw_.chance(1, 16) && traits_[x.index].spread.fits(domain, attributes)) return x;
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
      if (infer(node)) return try_node(node);
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
      const auto found =
        pick([&](std::uint32_t i) { return shares_extent(shape(*x), draft_.nodes[i].shape); });
      if (!found) break;
      node.operand[other] = *found;
      if (infer(node)) return try_node(node);
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
      if (!inferred || too_large(*inferred)) continue;
      node.shape = *inferred;
      node.operand[other] = add_leaf(leaf, s, Domain::real_line);
      return try_node(node);
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
      case AttributeKind::shape: return draw_.chance(1, 2) ? same_entries(x) : grown(x);
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
  Attributes grown(Shape x) {
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
    if (stacked)
      x = pick([&](std::uint32_t i) { return draft_.nodes[i].op == id_of<Reverse>() && traits_[i].live; });
    if (!x) x = pick([&](std::uint32_t i) { return traits_[i].live; });
    assert(x && "an input is always live");
    for (int attempt = 0; attempt < 4; ++attempt) {
      if (reverse(*x, random_strength(*x))) return;
      rewind(before);
    }
    if (!reverse(*x, literal_strength(Literal(-1)))) rewind(before);
  }

  bool reverse(NodeId x, NodeId lambda) {
    Node node;
    node.op = id_of<Reverse>();
    node.operand = {x, lambda};
    node.shape = shape(x);
    return try_node(node);
  }

  // A literal mostly; else a node that fits, or a new leaf for it.
  NodeId random_strength(NodeId x) {
    if (!recipe_.lambda_operand || !draw_.chance(1, 4)) return literal_strength(affordable_lambda());
    if (draw_.chance(1, 4)) {
      const Shape s = draw_.chance(1, 2) ? Shape{1, 1} : shape(x);
      return add_leaf(leaf_op(), s, Domain::real_line);
    }
    const bool share = draw_.chance(1, 3);
    eligible_.clear();
    for (std::uint32_t i = 0; i < size(); ++i) {
      const Shape s = draft_.nodes[i].shape;
      if (traits_[i].strength == share && (s.is_scalar() || s == shape(x))) eligible_.push_back(i);
    }
    if (eligible_.empty()) return literal_strength(affordable_lambda());
    return NodeId{eligible_[draw_.below(static_cast<std::uint32_t>(eligible_.size()))]};
  }

  NodeId literal_strength(const Literal& lambda) {
    const NodeId id = place_leaf(id_of<Constant>(), {}, std::span(&lambda, 1));
    traits_[id.index].strength = true;
    return id;
  }

  // Extreme strengths multiply along a path; what they may add up to is bounded, so that no gradient overflows.
  Literal affordable_lambda() {
    const Literal lambda = random_lambda(draw_, recipe_);
    const double magnitude = lambda.nearest() < 0 ? -lambda.nearest() : lambda.nearest();
    if (magnitude > 0x1p20) return afford(lambda, magnitude, up_);
    if (magnitude > 0 && magnitude < 0x1p-20) return afford(lambda, 1 / magnitude, down_);
    return lambda;
  }

  static Literal afford(const Literal& lambda, double magnitude, int& spent) {
    int exponent = 0;
    for (; magnitude > 1; magnitude /= 2) ++exponent;
    if (spent + exponent > lambda_exponents) return lambda.nearest() < 0 ? -1 : 2;
    spent += exponent;
    return lambda;
  }

  // --- Outputs ---

  // Some of what grew leads nowhere. The output is built on, at best with loose ends as the other operands, until it has
  // the wanted number of operations behind it, and the reversals.
  NodeId finish(std::uint32_t wanted) {
    NodeId out = last_live(size());
    while (least_operations(behind(out)) > recipe_.max_nodes) out = last_live(out.index);
    Behind reached = behind(out);
    for (std::uint32_t attempt = 0; reached.operations < wanted && attempt < recipe_.max_nodes; ++attempt) {
      const std::uint32_t before = size();
      main_ = out;
      const bool added = add_operation();
      main_.reset();
      const NodeId next{size() - 1};
      const Behind now = added && traits_[next.index].live ? behind(next) : Behind{};
      if (now.operations == 0 || least_operations(now) > recipe_.max_nodes) {
        rewind(before);
        continue;
      }
      out = next;
      reached = now;
    }
    for (; least_operations(reached) > reached.operations; reached = behind(out)) {
      const bool reversed = reverse(out, literal_strength(Literal(-1)));
      assert(reversed && "a reversal of -1 costs no bit");
      out = NodeId{size() - 1};
    }
    return out;
  }

  void close(NodeId out) {
    std::vector<NodeId> outputs{out};
    if (draw_.chance(1, 6)) {
      const auto second = pick([&](std::uint32_t i) { return traits_[i].live && i != out.index; });
      if (second && behind(out, *second).operations <= recipe_.max_nodes) outputs.push_back(*second);
      else behind(out);
    } else {
      behind(out);
    }
    const int slack = spare_bits(outputs);
    draft_.outputs.reserve(outputs.size());
    for (const NodeId id : outputs) draft_.outputs.push_back({id, random_cotangent(shape(id), slack)});
    // An input that nothing reads is worth a case now and then.
    for (std::uint32_t i = 0; i < size(); ++i)
      if (draft_.nodes[i].op == id_of<Input>() && !needed_[i] && !draw_.chance(1, 8))
        draft_.nodes[i].op = id_of<Constant>();
  }

  // The last live node before this index; an input is the first of all.
  [[nodiscard]] NodeId last_live(std::uint32_t end) const {
    while (!traits_[end - 1].live) --end;
    return NodeId{end - 1};
  }

  // What the values of one or two nodes rest on; of the reversals, those that their gradient passes.
  struct Behind {
    std::uint32_t operations = 0, reversals = 0;
  };
  Behind behind(NodeId out) { return behind(out, out); }
  Behind behind(NodeId out, NodeId second) {
    Behind count;
    needed_.assign(size(), 0);
    needed_[out.index] = needed_[second.index] = value_of | gradient_of;
    for (std::uint32_t i = std::max(out, second).index + 1; i-- > 0;) {
      if (needed_[i] == 0) continue;
      const Node& node = draft_.nodes[i];
      const OpInfo& op = info(node.op);
      if (op.kind != Kind::leaf) ++count.operations;
      if (node.op == id_of<Reverse>() && (needed_[i] & gradient_of) != 0) ++count.reversals;
      for (int k = 0; k < op.arity; ++k)
        needed_[node.operand[static_cast<std::size_t>(k)].index] |=
          (op.detached >> k & 1) != 0 ? value_of : needed_[i];
    }
    return count;
  }
  static constexpr std::uint8_t value_of = 1, gradient_of = 2;

  // What they come to once the reversals and operations that are still owed stand on top.
  [[nodiscard]] std::uint32_t least_operations(const Behind& b) const {
    const std::uint32_t missing =
      b.reversals < recipe_.min_reversals ? recipe_.min_reversals - b.reversals : 0;
    return std::max(b.operations + missing, recipe_.min_nodes);
  }

  // What the cotangents may add to the bits of the backward pass.
  int spare_bits(std::span<const NodeId> outputs) {
    if constexpr (!exact) {
      return 0;
    } else {
      all_.clear();
      for (const NodeId id : outputs)
        for (const Footprint& f : values_.entries(id)) all_.push_back(f);
      return static_cast<int>(recipe_.format_bits) - gradient_bits(all_);
    }
  }

  // Never all ones: an engine that ignores the cotangent would pass.
  std::vector<Literal> random_cotangent(Shape s, int slack) {
    const std::size_t count = draw_.chance(1, 4) ? 1 : s.size();
    std::vector<Literal> cotangent;
    cotangent.reserve(count);
    bool ones = true;
    while (ones) {
      cotangent.clear();
      for (std::size_t i = 0; i < count; ++i) cotangent.push_back(random_cotangent_entry(slack));
      for (const Literal& l : cotangent) ones = ones && l.nearest() == 1;
    }
    return cotangent;
  }

  Literal random_cotangent_entry(int slack) {
    const bool negative = draw_.chance(1, 2);
    const int n = !exact       ? draw_.between(1, 32)
                  : slack >= 2 ? draw_.between(1, 3)
                  : slack == 1 ? draw_.between(1, 2)
                               : 1;
    return (negative ? -n : n) / (exact ? 1.0 : 16.0);
  }

  Draw draw_;
  const Recipe& recipe_;
  Draft draft_;
  Values<S> values_;
  std::vector<Trait> traits_;
  std::array<OpId, op_count> operations_{};  // those to choose from
  std::uint32_t operation_count_ = 0;
  std::array<std::uint32_t, 3> extents_{};
  int up_ = 0, down_ = 0;  // exponents of huge and of tiny λ so far
  std::vector<Literal> literals_;
  std::vector<std::uint32_t> eligible_;
  std::optional<NodeId> main_;        // the operand to use, while the output is built on
  std::vector<std::uint8_t> needed_;  // by the output: see behind()
  std::vector<Footprint> all_;
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

}  // namespace gradproof
