// Macros: what people call one operation and the table builds from several.
#include "gradproof/graph.hpp"

namespace gradproof::inline v0 {

Expr mean(const Expr& x) {
  const auto n = static_cast<std::int32_t>(x.shape().size());
  return sum(x, Axis::all) / Expr(n);
}

// log sum_j exp(x_j) = m + log sum_j exp(x_j - m), m = max_j x_j. m is stopped: its derivative cancels out of
// the whole.
Expr logsumexp(const Expr& x) {
  const Shape s = x.shape();
  Expr largest = slice(x, {0, s.rows}, {0, 1});
  for (std::uint32_t j = 1; j < s.cols; ++j) largest = max(largest, slice(x, {0, s.rows}, {j, j + 1}));
  largest = stop(largest);
  return largest + log(sum(exp(x - broadcast(largest, s)), Axis::cols));
}

// -(1/R) sum_r sum_c w_rc (x_rc - logsumexp(x_r)).
Expr softmax_cross_entropy(const Expr& logits, const Expr& target_weights) {
  const Shape s = logits.shape();
  const Expr log_softmax = logits - broadcast(logsumexp(logits), s);
  return -sum(target_weights * log_softmax, Axis::all) / Expr(static_cast<std::int32_t>(s.rows));
}

Expr squared_error(const Expr& prediction, const Expr& target) {
  return sum(square(prediction - target), Axis::all) / Expr(2);
}

}  // namespace gradproof::inline v0
