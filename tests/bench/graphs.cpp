#include "graphs.hpp"

#include <string>

namespace gradproof::inline v0::bench {

namespace {

// k/d, which is in lowest terms: d is a prime that k does not reach.
Literal fraction(int k, int d) {
  return Literal::from_ratio(static_cast<double>(k) / d, std::to_string(k) + "/" + std::to_string(d));
}

std::vector<Literal> fractions(const std::vector<int>& k, std::size_t begin, std::size_t count, int d) {
  std::vector<Literal> values;
  values.reserve(count);
  for (std::size_t i = begin; i < begin + count; ++i) values.push_back(fraction(k[i], d));
  return values;
}

}  // namespace

Graph graph_of(const Network& n) {
  Builder b;
  const auto leaf = [&](std::size_t first, std::size_t rows, std::size_t cols) {
    const Shape shape{static_cast<std::uint32_t>(rows), static_cast<std::uint32_t>(cols)};
    return b.input(shape, fractions(n.leaves, first, shape.size(), Network::denominator));
  };
  const Expr x = leaf(0, n.batch, n.features), w1 = leaf(n.w1(), n.features, n.hidden1);
  const Expr b1 = leaf(n.b1(), 1, n.hidden1), w2 = leaf(n.w2(), n.hidden1, n.hidden2);
  const Expr b2 = leaf(n.b2(), 1, n.hidden2), w3 = leaf(n.w3(), n.hidden2, 1), b3 = leaf(n.b3(), 1, 1);
  const auto affine = [](const Expr& a, const Expr& weights, const Expr& bias) {
    const Expr product = matmul(a, weights);
    return product + broadcast(bias, product.shape());
  };
  const Expr h1 = tanh(affine(x, w1, b1));
  const Expr h2 = tanh(affine(reverse(h1, Literal(0.5)), w2, b2));
  const Expr y = affine(h2, w3, b3);
  const Expr target = b.constant(y.shape(), fractions(n.target, 0, n.batch, Network::denominator));
  b.output(squared_error(y, target));
  return std::move(b).finish_or_die();
}

Graph graph_of(const Recurrence& r) {
  Builder b;
  const auto literal = [](int k) { return fraction(k, Recurrence::denominator); };
  const auto input = [&](int k) {
    const Literal value = literal(k);
    return b.input({1, 1}, std::span(&value, 1));
  };
  const auto constant = [&](int k) { return b.constant({1, 1}, literal(k)); };
  const Expr w = input(r.w), u = input(r.u), bias = input(r.b);
  Expr h = constant(r.start);
  for (const int x : r.x) h = tanh(w * h + u * constant(x) + bias);
  const Expr difference = reverse(h, Literal(0.5)) - constant(r.target);
  b.output(square(difference) * constant(r.scale));
  return std::move(b).finish_or_die();
}

Graph chain(std::size_t operations) {
  Builder b;
  const Recurrence values = recurrence(0);
  const auto input = [&](int k) {
    const Literal value = fraction(k, Recurrence::denominator);
    return b.input({1, 1}, std::span(&value, 1));
  };
  const Expr w = input(values.w), bias = input(values.b);
  Expr h = input(values.start);
  for (std::size_t i = 0; i < operations; ++i) {
    switch (i % 3) {
      case 0: h = h * w; break;
      case 1: h = h + bias; break;
      default: h = tanh(h);
    }
  }
  b.output(h);
  return std::move(b).finish_or_die();
}

Graph product(std::uint32_t extent) {
  Builder b;
  Draws draws(3);
  const auto leaf = [&] {
    std::vector<Literal> values;
    const Shape shape{extent, extent};
    for (std::size_t i = 0; i < shape.size(); ++i)
      values.emplace_back(static_cast<double>(draws.signed_upto(1000)) / Network::denominator);
    return b.input(shape, values);
  };
  const Expr x = leaf(), y = leaf();
  b.output(sum(matmul(x, y), Axis::all));
  return std::move(b).finish_or_die();
}

}  // namespace gradproof::inline v0::bench
