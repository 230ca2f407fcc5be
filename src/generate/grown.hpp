// What has grown of a random graph so far: nodes with their values, and what is known of them. A node is
// taken in when it is defined, clear of kinks and of moderate size, and not otherwise.
#pragma once

#include <cassert>

#include "generate/values.hpp"
#include "gradproof/generate.hpp"

namespace gradproof::inline v0 {

// The largest magnitude in a smooth graph: exp of it is 2981, so no value that is looked at on the way
// saturates.
inline constexpr Fixed smooth_limit = Fixed(8);
// Bits of a format that growth leaves to the cotangents and to a second output.
inline constexpr int bits_for_cotangents = 3;

struct Trait {
  Spread spread;
  std::uint32_t uses = 0;
  bool live = false;      // a gradient that is not zero flows from here to an input
  bool strength = false;  // a literal λ: no operand for anything but reversals
};

// What the values of some outputs rest on; of the reversals, those that their gradient passes.
struct Behind {
  std::uint32_t operations = 0, reversals = 0;
};

enum class Size { moderate, any };

template <Number S>
class Grown {
 public:
  static constexpr bool exact = std::is_same_v<S, Footprint>;

  explicit Grown(const Recipe& recipe) : recipe_(recipe) {
    const std::size_t nodes = 3 * std::size_t{recipe.max_nodes} + 8;
    draft_.nodes.reserve(nodes);
    traits_.reserve(nodes);
    draft_.values.reserve(16 * std::size_t{recipe.max_nodes});
    values_.reserve(nodes, 24 * std::size_t{recipe.max_nodes});
  }

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(draft_.nodes.size()); }
  [[nodiscard]] Shape shape(NodeId id) const { return draft_.nodes[id.index].shape; }
  [[nodiscard]] OpId op(NodeId id) const { return draft_.nodes[id.index].op; }
  [[nodiscard]] const Trait& trait(NodeId id) const { return traits_[id.index]; }
  [[nodiscard]] NodeId last() const { return {size() - 1}; }
  // The last live node before this index; an input is the first of all.
  [[nodiscard]] NodeId last_live(std::uint32_t end) const {
    while (!traits_[end - 1].live) --end;
    return {end - 1};
  }
  [[nodiscard]] bool too_large(Shape s) const {
    return s.size() == 0 || s.rows > recipe_.max_dimension || s.cols > recipe_.max_dimension;
  }

  NodeId add_leaf(OpId op, Shape shape, std::span<const Literal> literals) {
    Node node;
    node.op = op;
    node.shape = shape;
    node.first_value = static_cast<std::uint32_t>(draft_.values.size());
    node.value_count = static_cast<std::uint32_t>(literals.size());
    draft_.values.insert(draft_.values.end(), literals.begin(), literals.end());
    values_.push_leaf(shape, literals);
    if constexpr (exact) {
      if (op == id_of<Input>()) start_paths(values_.entries(NodeId{size()}));
    }
    return keep(node, op == id_of<Input>());
  }

  NodeId add_strength(const Literal& lambda) {
    const NodeId id = add_leaf(id_of<Constant>(), {}, std::span(&lambda, 1));
    traits_[id.index].strength = true;
    return id;
  }

  // Computes the node and keeps it if it is fit to stay.
  bool add(const Node& node, Size size_wanted = Size::moderate) {
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
    if (!defined || (size_wanted == Size::moderate && !moderate(id))) {
      values_.resize(size());
      return false;
    }
    keep(node, live);
    return true;
  }

  // Forgets everything from this index on.
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

  Behind behind(NodeId out) { return behind(out, out); }
  Behind behind(NodeId out, NodeId second) {
    Behind count;
    needed_.assign(size(), 0);
    needed_[out.index] = needed_[second.index] = value_of | gradient_of;
    for (std::uint32_t i = std::max(out, second).index + 1; i-- > 0;) {
      if (needed_[i] == 0) continue;
      const Node& node = draft_.nodes[i];
      const OpInfo& op_info = info(node.op);
      if (op_info.kind != Kind::leaf) ++count.operations;
      if (node.op == id_of<Reverse>() && (needed_[i] & gradient_of) != 0) ++count.reversals;
      for (int k = 0; k < op_info.arity; ++k)
        needed_[node.operand[static_cast<std::size_t>(k)].index] |=
          (op_info.detached >> k & 1) != 0 ? value_of : needed_[i];
    }
    return count;
  }
  // Whether the outputs that behind() was last asked about rest on this node.
  [[nodiscard]] bool is_needed(NodeId id) const { return needed_[id.index] != 0; }
  void make_constant(NodeId input) { draft_.nodes[input.index].op = id_of<Constant>(); }

  // The bits that the backward pass from these outputs needs, with cotangents of 1.
  [[nodiscard]] int gradient_bits(std::span<const NodeId> outputs) const {
    std::vector<Footprint> all;
    if constexpr (exact)
      for (const NodeId id : outputs)
        for (const Footprint& f : values_.entries(id)) all.push_back(f);
    return gradient_bits(all);
  }

  [[nodiscard]] Draft take() && { return std::move(draft_); }

 private:
  static constexpr std::uint8_t value_of = 1, gradient_of = 2;

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

  // Where the declared derivative is not that of the value, reach is that of the surrogate; a detached
  // operand has none.
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

  const Recipe& recipe_;
  Draft draft_;
  Values<S> values_;
  std::vector<Trait> traits_;
  std::vector<std::uint8_t> needed_;  // value_of and gradient_of
};

}  // namespace gradproof::inline v0
