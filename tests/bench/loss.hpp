// The jobs in the number type of a peer, in loops that anybody would write.
//
// S is what the peer differentiates, V what it computes with. `passive(s)` is the value of an S as a V.
#pragma once

#include <cmath>
#include <span>
#include <vector>

#include "data.hpp"

namespace gradproof::inline v0::bench {

// v + (x - v)(-lambda), where v is the value of x: exactly x forward, -lambda times the cotangent backward.
// No peer has a reversal; this is what its user would write.
template <class S, class V>
S reversed(const S& x, const V& v) {
  const V minus_lambda(-0.5);
  return (x - v) * minus_lambda + v;
}

// bias + X W, for rows x inner times inner x cols, the innermost loop along rows of W and of the result.
template <class S>
std::vector<S> affine(const S* x, const S* weights, const S* bias, std::size_t rows, std::size_t inner,
                      std::size_t cols) {
  std::vector<S> y;
  y.reserve(rows * cols);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < cols; ++j) y.push_back(bias[j]);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t k = 0; k < inner; ++k)
      for (std::size_t j = 0; j < cols; ++j) y[i * cols + j] += x[i * inner + k] * weights[k * cols + j];
  return y;
}

template <class S, class V, class Passive>
S network_value(const Network& n, std::span<const S> leaf, std::span<const V> target, Passive passive) {
  using std::tanh;
  const S* at = leaf.data();
  std::vector<S> h = affine(at, at + n.w1(), at + n.b1(), n.batch, n.features, n.hidden1);
  for (S& x : h) x = tanh(x);
  for (S& x : h) x = reversed<S, V>(x, passive(x));
  h = affine(h.data(), at + n.w2(), at + n.b2(), n.batch, n.hidden1, n.hidden2);
  for (S& x : h) x = tanh(x);
  const std::vector<S> y = affine(h.data(), at + n.w3(), at + n.b3(), n.batch, n.hidden2, 1);
  S total = (y[0] - target[0]) * (y[0] - target[0]);
  for (std::size_t i = 1; i < n.batch; ++i) total += (y[i] - target[i]) * (y[i] - target[i]);
  return total * V(0.5);
}

// The constants of job B in V.
template <class V>
struct RecurrenceConstants {
  V start, target, scale;
  std::vector<V> x;
  template <class Convert>
  RecurrenceConstants(const Recurrence& r, Convert convert)
      : start(convert(r.start)), target(convert(r.target)), scale(convert(r.scale)) {
    x.reserve(r.x.size());
    for (const int k : r.x) x.push_back(convert(k));
  }
};

template <class S, class V, class Passive>
S recurrence_value(std::span<const S> wub, const RecurrenceConstants<V>& c, Passive passive) {
  using std::tanh;
  S h = tanh(wub[0] * c.start + wub[1] * c.x[0] + wub[2]);
  for (std::size_t t = 1; t < c.x.size(); ++t) h = tanh(wub[0] * h + wub[1] * c.x[t] + wub[2]);
  const S difference = reversed<S, V>(h, passive(h)) - c.target;
  return difference * difference * c.scale;
}

// k/denominator for every k, each converted by `convert(k)`.
template <class V, class Convert>
std::vector<V> converted(const std::vector<int>& k, Convert convert) {
  std::vector<V> v;
  v.reserve(k.size());
  for (const int each : k) v.push_back(convert(each));
  return v;
}

}  // namespace gradproof::inline v0::bench
