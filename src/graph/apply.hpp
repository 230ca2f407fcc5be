// One node's forward computation, generic over the number type.
#pragma once

#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

template <Number S>
bool inside(Domain domain, const S& x, const Attributes& attributes) {
  switch (domain) {
    case Domain::real_line: return true;
    case Domain::positive: return numeric<S>::sign(x) > 0;
    case Domain::above_minus_one: return numeric<S>::sign(1 + x) > 0;
    case Domain::nonzero: return numeric<S>::sign(x) != 0;
    case Domain::nonzero_for_negative_power: return attributes.v[0] >= 0 || numeric<S>::sign(x) != 0;
  }
  return false;
}

template <class O, Number S>
S forward_of(const Attributes& attributes, const S& x) {
  if constexpr (O::attribute == AttributeKind::exponent) return O::forward(x, attributes.v[0]);
  else return O::forward(x);
}

// y := O(a, b) or O(a) for single numbers. A number type whose results need memory specialises it to write where
// y stands.
template <class O, Number S>
struct Single {
  static void compute(S& y, const Attributes& /*attributes*/, const S& a, const S& b) {
    y = O::forward(a, b);
  }
  static void compute(S& y, const Attributes& attributes, const S& a) { y = forward_of<O, S>(attributes, a); }
};

// False when an operand is outside the domain and S has no NaN to say so.
template <class O, Number S>
bool apply_single(const Attributes& attributes, S& y, const S& a, const S& b) {
  if constexpr (!numeric<S>::has_nan) {
    if (!inside(O::domain[0], a, attributes)) return false;
    if constexpr (O::arity == 2)
      if (!inside(O::domain[1], b, attributes)) return false;
  }
  if constexpr (O::arity == 2) Single<O, S>::compute(y, attributes, a, b);
  else Single<O, S>::compute(y, attributes, a);
  return true;
}

// Entry by entry; an operand of one entry (a scalar λ) serves all.
template <class O, Number S>
bool apply_elementwise(const Attributes& attributes, View<S> a, View<S> b, Shape out, S* y) {
  const std::size_t b_step = b.shape.size() == 1 ? 0 : 1;
  for (std::size_t i = 0; i < out.size(); ++i)
    if (!apply_single<O, S>(attributes, y[i], a.data[i], b.data[i * b_step])) return false;
  return true;
}

// The operations on single numbers as functions, by their place in the table; those that are no such operation
// are never called. An evaluation of a million scalar nodes spends its time here.
template <Number S>
using SingleKernel = bool (*)(S* y, const S* a, const S* b);
template <class O, Number S>
bool single_kernel(S* y, const S* a, [[maybe_unused]] const S* b) {
  if constexpr (O::kind == Kind::leaf || O::kind == Kind::linear || O::attribute != AttributeKind::none)
    return false;
  else if constexpr (O::klass == Class::analytic && !AnalyticNumber<S>) return false;
  else return apply_single<O, S>({}, *y, *a, *b);
}
template <Number S, std::size_t... I>
constexpr std::array<SingleKernel<S>, op_count> single_kernels_at(std::index_sequence<I...>) {
  return {single_kernel<std::tuple_element_t<I, OpTable>, S>...};
}
template <Number S>
inline constexpr auto single_kernels = single_kernels_at<S>(std::make_index_sequence<op_count>{});

// y := op(a, b). `zero` is the zero of the precision in use. False when the value does not exist in S.
template <Number S>
bool apply_node(const Node& node, View<S> a, View<S> b, S* y, const S& zero) {
  return with_op(node.op, [&]<class O>(std::type_identity<O>) {
    if constexpr (O::kind == Kind::leaf) {
      return true;
    } else if constexpr (O::kind == Kind::linear) {
      if constexpr (O::arity == 1) O::template apply<S>(node.attributes, a, node.shape, y, zero);
      else O::template apply<S>(node.attributes, a, b, node.shape, y, zero);
      return true;
    } else if constexpr (O::klass == Class::analytic && !AnalyticNumber<S>) {
      return false;
    } else {
      return apply_elementwise<O, S>(node.attributes, a, b, node.shape, y);
    }
  });
}

}  // namespace gradproof::inline v0
