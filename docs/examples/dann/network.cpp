#include "network.hpp"

#include <cmath>
#include <utility>

namespace dann {

using gradproof::Axis, gradproof::Builder, gradproof::Expr, gradproof::Literal, gradproof::Shape;

namespace {

std::vector<Literal> literals(const std::vector<double>& values) { return {values.begin(), values.end()}; }

Expr points_leaf(Builder& b, const std::vector<Point>& points, const char* name) {
  std::vector<Literal> entries;
  for (const Point& p : points) entries.insert(entries.end(), p.begin(), p.end());
  return b.constant({static_cast<std::uint32_t>(points.size()), 2}, entries, name);
}

std::vector<Expr> parameter_leaves(Builder& b, const Parameters& parameters) {
  constexpr std::array names = {"W", "b", "label_weights", "label_bias", "domain_weights", "domain_bias"};
  std::vector<Expr> leaves;
  for (std::size_t k = 0; k < parameters.size(); ++k)
    leaves.push_back(b.input(parameter_shapes[k], literals(parameters[k]), names[k]));
  return leaves;
}

Expr affine(const Expr& x, const Expr& weights, const Expr& bias) {
  const Expr product = matmul(x, weights);
  return product + broadcast(bias, product.shape());
}

// -log of the probability that sigmoid(logit) gives to a target of 0 or 1, in the mean.
Expr logistic_loss(const Expr& logit, const Expr& target) { return mean(softplus(logit) - target * logit); }

}  // namespace

Parameters drawn_parameters(std::uint64_t seed) {
  gradproof::Draw draw(seed, 2);
  Parameters parameters;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const Shape shape = parameter_shapes[k];
    const bool is_weight = shape.rows > 1;
    const double size = is_weight ? std::sqrt(2.0 / (shape.rows + shape.cols)) : 0;
    for (std::size_t i = 0; i < shape.size(); ++i) parameters[k].push_back(size * normal(draw));
  }
  return parameters;
}

gradproof::Graph losses(const Parameters& parameters, const Batch& batch, double lambda) {
  const auto half = static_cast<std::uint32_t>(batch.source.size());
  Builder b;
  const std::vector<Expr> p = parameter_leaves(b, parameters);
  const Expr source = points_leaf(b, batch.source, "source"), target = points_leaf(b, batch.target, "target");
  const Expr labels = b.constant({half, 1}, literals(batch.labels), "labels");
  const Expr strength = b.constant({}, std::vector{Literal(lambda)}, "lambda");
  std::vector<double> is_target(2 * half, 1);
  std::fill_n(is_target.begin(), half, 0.0);
  const Expr domains = b.constant({2 * half, 1}, literals(is_target));

  const Expr h = relu(affine(concat(source, target, Axis::rows), p[0], p[1]));
  b.output(logistic_loss(affine(slice(h, {0, half}, {0, features}), p[2], p[3]), labels));
  b.output(logistic_loss(affine(reverse(h, strength), p[4], p[5]), domains));
  return std::move(b).finish_or_die();
}

gradproof::Graph label_logits(const Parameters& parameters, const std::vector<Point>& points) {
  Builder b;
  const std::vector<Expr> p = parameter_leaves(b, parameters);
  b.output(affine(relu(affine(points_leaf(b, points, "points"), p[0], p[1])), p[2], p[3]));
  return std::move(b).finish_or_die();
}

}  // namespace dann
