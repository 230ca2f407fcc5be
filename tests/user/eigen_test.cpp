// Functions of Eigen's vectors: recorded through Eigen's own kernels.
#include "gradproof/eigen.hpp"

#include <cmath>

#include "gradproof/check.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

const Eigen::Matrix3d a{{2, 1, 0}, {1, 3, -1}, {0, -1, 4}};
// x^T A x / 2 + sum tanh x, A symmetric.
const auto f = [](const auto& x) {
  using S = typename std::remove_cvref_t<decltype(x)>::Scalar;
  const auto curved = x.unaryExpr([](const S& v) {
    using std::tanh;
    return S(tanh(v));
  });
  return S(x.dot(a.cast<S>() * x) / S(2) + curved.sum());
};
const auto gradient = [](const Eigen::VectorXd& x) -> Eigen::VectorXd {
  return a * x + (1 - x.array().tanh().square()).matrix();
};
const auto hessian = [](const Eigen::VectorXd& x) -> Eigen::MatrixXd {
  Eigen::MatrixXd h = a;
  for (Eigen::Index i = 0; i < 3; ++i) {
    const double y = std::tanh(x[i]);
    h(i, i) -= 2 * y * (1 - y * y);
  }
  return h;
};
const Eigen::VectorXd at{{0.5, -1, 0.25}};

}  // namespace

TEST_CASE("eigen: gradients, right and wrong") {
  const auto r = check_gradient(on_eigen(f), on_eigen(gradient), at);
  INFO(r);
  CHECK(r);
  const auto wrong = [](const Eigen::VectorXd& x) -> Eigen::VectorXd { return gradient(x).reverse(); };
  CHECK(check_gradient(on_eigen(f), on_eigen(wrong), at).cause == "the entries are right, in reverse order");
  CHECK(check_gradient(in_double(on_eigen(f)), on_eigen(gradient), at));
}

TEST_CASE("eigen: Jacobians, Hessians and products") {
  CHECK(check_hessian(on_eigen(f), on_eigen(hessian), at));
  const auto map = [](const auto& x) {
    using S = typename std::remove_cvref_t<decltype(x)>::Scalar;
    return EigenVector<S>((a.cast<S>() * x).head(2) * x[2]);
  };
  // d (A x)_i x_2 / d x_j = A_ij x_2 + (A x)_i [j = 2]
  const auto jacobian = [](const Eigen::VectorXd& x) -> Eigen::MatrixXd {
    Eigen::MatrixXd j = a.topRows(2) * x[2];
    j.col(2) += a.topRows(2) * x;
    return j;
  };
  const auto r = check_jacobian(on_eigen(map), on_eigen(jacobian), at);
  INFO(r);
  CHECK(r);
  const auto transposed = [&](const Eigen::VectorXd& x) -> Eigen::MatrixXd {
    return jacobian(x).transpose();
  };
  CHECK(check_jacobian(on_eigen(map), on_eigen(transposed), at).cause == "it is stored column by column");
  const auto vjp = [&](const Eigen::VectorXd& x, const Eigen::VectorXd& w) -> Eigen::VectorXd {
    return jacobian(x).transpose() * w;
  };
  const auto jvp = [&](const Eigen::VectorXd& x, const Eigen::VectorXd& v) -> Eigen::VectorXd {
    return jacobian(x) * v;
  };
  CHECK(check_vjp(on_eigen(map), on_eigen(vjp), at));
  CHECK(check_jvp(on_eigen(map), on_eigen(jvp), at));
  const auto wrong = [&](const Eigen::VectorXd& x, const Eigen::VectorXd& v) -> Eigen::VectorXd {
    return -jvp(x, v);
  };
  CHECK(check_jvp(on_eigen(map), on_eigen(wrong), at).cause == "the sign is flipped");
}
