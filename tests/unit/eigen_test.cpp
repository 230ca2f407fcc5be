// A two-headed network with a reversal, its gradient derived by hand and computed with Eigen, which shares no code with the engine.
#include <Eigen/Dense>

#include "gradproof/calculus.hpp"
#include "tests/catch.hpp"

using namespace gradproof;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

namespace {

// Small dyadic numbers, the same on every machine.
Matrix numbers(int rows, int cols, int seed) {
  Matrix m(rows, cols);
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < cols; ++j) m(i, j) = ((i * 7 + j * 11 + seed * 5) % 17 - 8) / 16.0;
  return m;
}

std::vector<Literal> literals(const Matrix& m) { return {m.data(), m.data() + m.size()}; }

Expr input(Builder& b, const Matrix& m) {
  return b.input({static_cast<std::uint32_t>(m.rows()), static_cast<std::uint32_t>(m.cols())}, literals(m));
}

void check_close(std::span<const double> computed, const Matrix& expected) {
  REQUIRE(computed.size() == static_cast<std::size_t>(expected.size()));
  for (int i = 0; i < expected.size(); ++i)
    CHECK(computed[static_cast<std::size_t>(i)] == Approx(expected.data()[i]).epsilon(1e-13).margin(1e-14));
}

}  // namespace

TEST_CASE("gradient: a domain-adversarial network agrees with backpropagation by hand") {
  const Matrix x = numbers(32, 6, 1), w = numbers(6, 8, 2), label = numbers(8, 3, 3),
               domain = numbers(8, 2, 4);
  const double lambda = 0.625;
  Builder b;
  const Expr ex = b.constant({32, 6}, literals(x)), ew = input(b, w), el = input(b, label),
             ed = input(b, domain);
  const Expr feature = tanh(matmul(ex, ew));
  const Expr head = square(matmul(feature, el)),
             other = square(matmul(reverse(feature, Literal(lambda)), ed));
  b.output(sum(head, Axis::all));
  b.output(sum(other, Axis::all));
  const Graph g = gradient(std::move(b).finish_or_die());
  const auto values = evaluate<double>(g);

  const Matrix f = (x * w).array().tanh();
  const Matrix d_label = 2 * (f * label), d_domain = 2 * (f * domain);
  const Matrix d_feature = d_label * label.transpose() - lambda * (d_domain * domain.transpose());
  const Matrix d_before = d_feature.array() * (1 - f.array().square());
  check_close(values[g.outputs()[2].node], x.transpose() * d_before);
  check_close(values[g.outputs()[3].node], f.transpose() * d_label);
  check_close(values[g.outputs()[4].node], f.transpose() * d_domain);
}
