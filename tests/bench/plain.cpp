// This file is compiled with -O2 and for no processor in particular, as the library is.
#include "plain.hpp"

#include <algorithm>
#include <cmath>

namespace gradproof::inline v0::bench {

namespace {

// C += A B for n x k times k x m.
void add_product(const double* a, const double* b, double* c, std::size_t n, std::size_t k, std::size_t m) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t l = 0; l < k; ++l)
      for (std::size_t j = 0; j < m; ++j) c[i * m + j] += a[i * k + l] * b[l * m + j];
}

// C += A^T B for A n x k and B n x m.
void add_transposed_product(const double* a, const double* b, double* c, std::size_t n, std::size_t k,
                            std::size_t m) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t l = 0; l < k; ++l)
      for (std::size_t j = 0; j < m; ++j) c[l * m + j] += a[i * k + l] * b[i * m + j];
}

// C = A B^T for A n x m and B k x m.
void product_transposed(const double* a, const double* b, double* c, std::size_t n, std::size_t m,
                        std::size_t k) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t l = 0; l < k; ++l) {
      double sum = 0;
      for (std::size_t j = 0; j < m; ++j) sum += a[i * m + j] * b[l * m + j];
      c[i * k + l] = sum;
    }
}

void add_rows(const double* a, double* sum, std::size_t rows, std::size_t cols) {
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < cols; ++j) sum[j] += a[i * cols + j];
}

void fill_rows(const double* row, double* a, std::size_t rows, std::size_t cols) {
  for (std::size_t i = 0; i < rows; ++i) std::copy(row, row + cols, a + i * cols);
}

// d := scale d (1 - y^2), the cotangent behind y = tanh.
void through_tanh(std::vector<double>& d, const std::vector<double>& y, double scale) {
  for (std::size_t i = 0; i < d.size(); ++i) d[i] *= scale * (1 - y[i] * y[i]);
}

}  // namespace

PlainNetwork::PlainNetwork(const Network& n)
    : n_(n), h1_(n.batch * n.hidden1), h2_(n.batch * n.hidden2), residual_(n.batch), d1_(h1_), d2_(h2_) {
  for (const int k : n.leaves) leaves.push_back(static_cast<double>(k) / Network::denominator);
  for (const int k : n.target) target_.push_back(static_cast<double>(k) / Network::denominator);
  slopes.resize(leaves.size());
}

double PlainNetwork::value() {
  const double* at = leaves.data();
  fill_rows(at + n_.b1(), h1_.data(), n_.batch, n_.hidden1);
  add_product(at, at + n_.w1(), h1_.data(), n_.batch, n_.features, n_.hidden1);
  for (double& x : h1_) x = std::tanh(x);
  fill_rows(at + n_.b2(), h2_.data(), n_.batch, n_.hidden2);
  add_product(h1_.data(), at + n_.w2(), h2_.data(), n_.batch, n_.hidden1, n_.hidden2);
  for (double& x : h2_) x = std::tanh(x);
  fill_rows(at + n_.b3(), residual_.data(), n_.batch, 1);
  add_product(h2_.data(), at + n_.w3(), residual_.data(), n_.batch, n_.hidden2, 1);
  double total = 0;
  for (std::size_t i = 0; i < n_.batch; ++i) {
    residual_[i] -= target_[i];
    total += residual_[i] * residual_[i];
  }
  return total / 2;
}

double PlainNetwork::gradient() {
  const double total = value();
  const double* at = leaves.data();
  std::fill(slopes.begin(), slopes.end(), 0.0);
  double* slope = slopes.data();
  add_transposed_product(h2_.data(), residual_.data(), slope + n_.w3(), n_.batch, n_.hidden2, 1);
  add_rows(residual_.data(), slope + n_.b3(), n_.batch, 1);
  product_transposed(residual_.data(), at + n_.w3(), d2_.data(), n_.batch, 1, n_.hidden2);
  through_tanh(d2_, h2_, 1);
  add_transposed_product(h1_.data(), d2_.data(), slope + n_.w2(), n_.batch, n_.hidden1, n_.hidden2);
  add_rows(d2_.data(), slope + n_.b2(), n_.batch, n_.hidden2);
  product_transposed(d2_.data(), at + n_.w2(), d1_.data(), n_.batch, n_.hidden2, n_.hidden1);
  through_tanh(d1_, h1_, -0.5);  // and the reversal
  add_transposed_product(at, d1_.data(), slope + n_.w1(), n_.batch, n_.features, n_.hidden1);
  add_rows(d1_.data(), slope + n_.b1(), n_.batch, n_.hidden1);
  product_transposed(d1_.data(), at + n_.w1(), slope, n_.batch, n_.hidden1, n_.features);
  return total;
}

PlainRecurrence::PlainRecurrence(const Recurrence& r) : h_(r.x.size() + 1) {
  const auto number = [](int k) { return static_cast<double>(k) / Recurrence::denominator; };
  w_ = number(r.w), u_ = number(r.u), b_ = number(r.b), start_ = number(r.start);
  target_ = number(r.target), scale_ = number(r.scale);
  for (const int k : r.x) x_.push_back(number(k));
}

double PlainRecurrence::value() {
  double h = start_;
  for (const double x : x_) h = std::tanh(w_ * h + u_ * x + b_);
  const double difference = h - target_;
  return difference * difference * scale_;
}

double PlainRecurrence::gradient() {
  h_[0] = start_;
  for (std::size_t t = 0; t < x_.size(); ++t) h_[t + 1] = std::tanh(w_ * h_[t] + u_ * x_[t] + b_);
  const double difference = h_.back() - target_;
  double d = -0.5 * (2 * difference * scale_);  // behind the reversal
  for (double& slope : slopes) slope = 0;
  for (std::size_t t = x_.size(); t-- > 0;) {
    d *= 1 - h_[t + 1] * h_[t + 1];
    slopes[0] += d * h_[t];
    slopes[1] += d * x_[t];
    slopes[2] += d;
    d *= w_;
  }
  return difference * difference * scale_;
}

}  // namespace gradproof::inline v0::bench
