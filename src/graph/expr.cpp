// Expressions write nodes. Constants are folded where that changes no value in any number type: 0 and 1 as
// integers, the sign and the copies of literals. Nothing else is simplified, so that a graph says what its
// author wrote.
#include <cassert>

#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

namespace {

template <class O, class... Operands>
Expr apply(Attributes attributes, const Operands&... operands) {
  const std::array<Expr, sizeof...(Operands)> all{operands...};
  Builder* builder = nullptr;
  for (const Expr& e : all)
    if (e.builder != nullptr) builder = e.builder;
  assert(builder != nullptr && "an operation on bare constants only");
  return builder->node(id_of<O>(), all, attributes);
}

Attributes attributes_of(Shape s) {
  return {{static_cast<std::int32_t>(s.rows), static_cast<std::int32_t>(s.cols), 0, 0}};
}

const Node* constant_node(const Expr& e) {
  if (e.builder == nullptr) return nullptr;
  const Node& node = e.builder->draft().nodes[e.id.index];
  return node.op == id_of<Constant>() ? &node : nullptr;
}

// Two operands of one shape: a bare constant fills the other's shape, a 1x1 is broadcast to it.
template <class O>
Expr binary(Expr a, Expr b) {
  Builder& builder = a.builder != nullptr ? *a.builder : *b.builder;
  if (a.builder == nullptr) a = {builder, builder.place(a, b.shape())};
  if (b.builder == nullptr) b = {builder, builder.place(b, a.shape())};
  if (a.shape() != b.shape()) {
    if (a.shape().is_scalar()) a = broadcast(a, b.shape());
    else if (b.shape().is_scalar()) b = broadcast(b, a.shape());
  }
  return apply<O>({}, a, b);
}

bool both_constant(const Expr& a, const Expr& b) { return a.builder == nullptr && b.builder == nullptr; }

}  // namespace

Expr operator+(const Expr& a, const Expr& b) {
  if (both_constant(a, b)) return a.constant + b.constant;
  if (a.is_constant(0)) return b;
  if (b.is_constant(0)) return a;
  return binary<Add>(a, b);
}

Expr operator-(const Expr& a, const Expr& b) {
  if (both_constant(a, b)) return a.constant - b.constant;
  if (b.is_constant(0)) return a;
  if (a.is_constant(0)) return -b;
  return binary<Subtract>(a, b);
}

Expr operator*(const Expr& a, const Expr& b) {
  if (both_constant(a, b)) return a.constant * b.constant;
  if (a.is_constant(0) || b.is_constant(0)) return 0;
  if (a.is_constant(1)) return b;
  if (b.is_constant(1)) return a;
  if (a.is_constant(-1)) return -b;
  if (b.is_constant(-1)) return -a;
  return binary<Multiply>(a, b);
}

Expr operator/(const Expr& a, const Expr& b) {
  if (b.is_constant(1)) return a;
  return binary<Divide>(a, b);
}

Expr operator-(const Expr& a) {
  if (a.builder == nullptr) return -a.constant;
  if (const Node* node = constant_node(a)) {
    std::vector<Literal> negated;
    for (std::uint32_t i = 0; i < node->value_count; ++i) {
      const Literal& l = a.builder->draft().values[node->first_value + i];
      if (!l.is_double())
        negated.push_back(Literal::from_ratio(
          -l.nearest(), l.ratio().starts_with('-') ? l.ratio().substr(1) : "-" + l.ratio()));
      else negated.emplace_back(-l.nearest());
    }
    return a.builder->constant(node->shape, negated);
  }
  return apply<Negate>({}, a);
}

Expr exp(const Expr& x) { return apply<Exp>({}, x); }
Expr expm1(const Expr& x) { return apply<Expm1>({}, x); }
Expr log(const Expr& x) { return apply<Log>({}, x); }
Expr log1p(const Expr& x) { return apply<Log1p>({}, x); }
Expr sin(const Expr& x) { return apply<Sin>({}, x); }
Expr cos(const Expr& x) { return apply<Cos>({}, x); }
Expr tanh(const Expr& x) { return apply<Tanh>({}, x); }
Expr sigmoid(const Expr& x) { return apply<Sigmoid>({}, x); }
Expr softplus(const Expr& x) { return apply<Softplus>({}, x); }
Expr sqrt(const Expr& x) { return apply<Sqrt>({}, x); }
Expr square(const Expr& x) { return apply<Square>({}, x); }
Expr relu(const Expr& x) { return apply<Relu>({}, x); }
Expr abs(const Expr& x) { return apply<Abs>({}, x); }
Expr step(const Expr& x) { return apply<Step>({}, x); }
Expr round(const Expr& x) { return apply<Round>({}, x); }
Expr max(const Expr& a, const Expr& b) { return binary<Max>(a, b); }
Expr min(const Expr& a, const Expr& b) { return binary<Min>(a, b); }
Expr logaddexp(const Expr& a, const Expr& b) { return binary<LogAddExp>(a, b); }

Expr pow(const Expr& x, int n) {
  if (n == 0) return 1;
  if (n == 1) return x;
  return apply<Power>({{n, 0, 0, 0}}, x);
}

Expr reverse(const Expr& x, const Expr& lambda) { return apply<Reverse>({}, x, lambda); }
Expr reverse(const Expr& x, const Literal& lambda) { return reverse(x, x.builder->constant({}, lambda)); }

Expr stop(const Expr& x) {
  if (x.builder == nullptr || constant_node(x) != nullptr) return x;
  return apply<Stop>({}, x);
}

Expr matmul(const Expr& a, const Expr& b) { return apply<Matmul>({}, a, b); }
Expr transpose(const Expr& x) { return apply<Transpose>({}, x); }
Expr sum(const Expr& x, Axis axis) { return apply<Sum>({{static_cast<std::int32_t>(axis), 0, 0, 0}}, x); }

Expr broadcast(const Expr& x, Shape shape) {
  if (x.builder == nullptr) return x;
  if (x.shape() == shape) return x;
  if (const Node* node = constant_node(x); node != nullptr && node->value_count == 1) {
    const Literal fill = x.builder->draft().values[node->first_value];
    return x.builder->constant(shape, fill);
  }
  return apply<Broadcast>(attributes_of(shape), x);
}

Expr reshape(const Expr& x, Shape shape) { return apply<Reshape>(attributes_of(shape), x); }

Expr slice(const Expr& x, Range rows, Range cols) {
  const auto as_int = [](std::uint32_t n) { return static_cast<std::int32_t>(n); };
  return apply<Slice>({{as_int(rows.begin), as_int(rows.end), as_int(cols.begin), as_int(cols.end)}}, x);
}

Expr concat(const Expr& a, const Expr& b, Axis axis) {
  return apply<Concat>({{static_cast<std::int32_t>(axis), 0, 0, 0}}, a, b);
}

}  // namespace gradproof::inline v0
