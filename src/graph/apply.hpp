// One node's forward computation, generic over the number type.
#pragma once

#include "gradproof/ops.hpp"

namespace gradproof {

template <Number S>
bool inside(Domain domain, const S& x, const Attributes& attributes) {
  switch (domain) {
    case Domain::real_line: return true;
    case Domain::positive: return numeric<S>::sign(x) > 0;
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

// Entry by entry; an operand of one entry (a scalar λ) serves all. False when an operand is outside the
// domain and S has no NaN to say so.
template <class O, Number S>
bool apply_elementwise(const Attributes& attributes, View<S> a, View<S> b, Shape out, S* y) {
  const std::size_t b_step = b.shape.size() == 1 ? 0 : 1;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const S& x = a.data[i];
    if constexpr (!numeric<S>::has_nan) {
      if (!inside(O::domain[0], x, attributes)) return false;
      if constexpr (O::arity == 2)
        if (!inside(O::domain[1], b.data[i * b_step], attributes)) return false;
    }
    if constexpr (O::arity == 2) y[i] = O::forward(x, b.data[i * b_step]);
    else y[i] = forward_of<O, S>(attributes, x);
  }
  return true;
}

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

}  // namespace gradproof
