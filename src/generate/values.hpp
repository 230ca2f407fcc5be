// The values of a graph under construction: computed node by node, taken back, and asked whether a node
// stands on safe ground.
#pragma once

#include <vector>

#include "generate/footprint.hpp"
#include "graph/apply.hpp"

namespace gradproof::inline v0 {

// The k-th operand, and the first again for an operation that has no k-th: what is never read must still be
// there.
[[nodiscard]] inline NodeId operand_or_first(const Node& node, int k) {
  return node.operand[k < info(node.op).arity ? static_cast<std::size_t>(k) : 0];
}

template <Number S>
class Values {
 public:
  void reserve(std::size_t nodes, std::size_t entries) {
    where_.reserve(nodes);
    slab_.reserve(entries);
  }
  [[nodiscard]] View<S> operator[](NodeId id) const {
    return {slab_.data() + where_[id.index].first, where_[id.index].shape};
  }
  [[nodiscard]] std::span<S> entries(NodeId id) {
    return {slab_.data() + where_[id.index].first, where_[id.index].shape.size()};
  }
  [[nodiscard]] std::span<const S> entries(NodeId id) const {
    return {slab_.data() + where_[id.index].first, where_[id.index].shape.size()};
  }

  void push_leaf(Shape shape, std::span<const Literal> literals) {
    const std::size_t first = place(shape);
    for (std::size_t i = 0; i < shape.size(); ++i)
      slab_[first + i] = numeric<S>::from(literals.size() == 1 ? literals[0] : literals[i], Bits{});
  }
  // Computes a node whose operands are here; false when it is undefined, and then its entries are zeros.
  bool push(const Node& node) {
    const std::size_t first = place(node.shape);
    return apply_node<S>(node, operand(node, 0), operand(node, 1), slab_.data() + first, S{});
  }
  void resize(std::size_t nodes) {
    if (nodes >= where_.size()) return;
    slab_.resize(where_[nodes].first);
    where_.resize(nodes);
  }
  [[nodiscard]] View<S> operand(const Node& node, int k) const { return (*this)[operand_or_first(node, k)]; }

 private:
  struct Place {
    std::size_t first;
    Shape shape;
  };
  std::size_t place(Shape shape) {
    where_.push_back({slab_.size(), shape});
    slab_.resize(slab_.size() + shape.size());
    return where_.back().first;
  }
  std::vector<Place> where_;
  std::vector<S> slab_;
};

// How far from the edge of a domain, and from a kink, a value must stay.
inline constexpr Fixed domain_margin = Fixed::ratio(1, 8);
inline constexpr Fixed kink_distance = Fixed::ratio(1, 64);

// The values of a node in brief, to see at once which domains it fits.
struct Spread {
  Fixed lowest, highest;
  Fixed nearest_zero;  // the least magnitude

  [[nodiscard]] bool fits(Domain domain, const Attributes& attributes) const {
    switch (domain) {
      case Domain::real_line: return true;
      case Domain::positive: return lowest >= domain_margin;
      case Domain::above_minus_one: return lowest + 1 >= domain_margin;
      case Domain::nonzero: return nearest_zero >= domain_margin;
      case Domain::nonzero_for_negative_power: return attributes.v[0] >= 0 || nearest_zero >= domain_margin;
    }
    return false;
  }
  [[nodiscard]] bool within(Fixed limit) const { return lowest >= -limit && highest <= limit; }
};

template <class S>
Spread spread(std::span<const S> entries) {
  Spread s;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Fixed v = plain(entries[i]), m = v.magnitude();
    if (i == 0 || v < s.lowest) s.lowest = v;
    if (i == 0 || v > s.highest) s.highest = v;
    if (i == 0 || m < s.nearest_zero) s.nearest_zero = m;
  }
  return s;
}

// Whether each operand is inside its domain, with the margin.
inline bool fits_domains(const Node& node, const Spread& a, const Spread& b) {
  return with_op(node.op, [&]<class O>(std::type_identity<O>) {
    if constexpr (O::kind == Kind::elementwise || O::kind == Kind::selection) {
      if (!a.fits(O::domain[0], node.attributes)) return false;
      if constexpr (O::arity == 2) return b.fits(O::domain[1], node.attributes);
    }
    return true;
  });
}

// Whether every entry keeps its distance from the operation's kink.
template <class S>
bool clear_of_kinks(const Node& node, View<S> a, View<S> b) {
  return with_op(node.op, [&]<class O>(std::type_identity<O>) {
    if constexpr (requires { O::kink(*a.data); }) {
      for (std::size_t i = 0; i < a.shape.size(); ++i)
        if (plain(O::kink(a.data[i])).magnitude() < kink_distance) return false;
    } else if constexpr (requires { O::kink(*a.data, *b.data); }) {
      for (std::size_t i = 0; i < a.shape.size(); ++i)
        if (plain(O::kink(a.data[i], b.data[i])).magnitude() < kink_distance) return false;
    }
    return true;
  });
}

}  // namespace gradproof::inline v0
