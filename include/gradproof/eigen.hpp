// Functions of Eigen's vectors in gradproof's checks.
//
//   const auto f = [](const auto& x) { return x.dot(x) / 2; };
//   const auto gradient = [](const Eigen::VectorXd& x) -> Eigen::VectorXd { return x; };
//   check_gradient(on_eigen(f), on_eigen(gradient), Eigen::VectorXd{{1, 2, 3}});
//
// A generic f gets an Eigen::Matrix<S, Eigen::Dynamic, 1>, S being Traced, double or float. Include your Eigen
// first, or let this header do it.
#pragma once

#include <Eigen/Core>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "gradproof/traced.hpp"

// What Eigen wants to know of a number. Its vector instructions have nothing for this one.
template <>
struct Eigen::NumTraits<gradproof::Traced> : Eigen::NumTraits<double> {
  using Real = gradproof::Traced;
  using NonInteger = gradproof::Traced;
  using Nested = gradproof::Traced;
  using Literal = gradproof::Traced;
  enum { RequireInitialization = 1, ReadCost = 1, AddCost = 8, MulCost = 8 };
};

namespace gradproof::inline v0 {

// A column of any length.
template <class S>
using EigenVector = Eigen::Matrix<S, Eigen::Dynamic, 1>;

// Whether f takes vectors of S. Eigen says of each of its vectors that it can be made of one of other numbers, and
// ends the compilation when it is; so the argument of an f that is not generic is looked at.
namespace eigen_argument {
template <class R, class A, class... More>
A first(R (*)(A, More...));
template <class R, class C, class A, class... More>
A first(R (C::*)(A, More...));
template <class R, class C, class A, class... More>
A first(R (C::*)(A, More...) const);
template <class R, class C, class A, class... More>
A first(R (C::*)(A, More...) const noexcept);

template <class A, class S>
constexpr bool holds = std::is_same_v<typename std::remove_cvref_t<A>::Scalar, S>;
template <class F, class S>
constexpr bool fits = [] {
  if constexpr (requires { first(&F::operator()); }) return holds<decltype(first(&F::operator())), S>;
  else if constexpr (std::is_pointer_v<F>) return holds<decltype(first(std::declval<F>())), S>;
  else return true;
}();
}  // namespace eigen_argument

template <class F, class S, int Arguments>
concept TakesEigen = eigen_argument::fits<F, S> &&
  ((Arguments == 1 && std::is_invocable_v<const F&, const EigenVector<S>&>) ||
   (Arguments == 2 && std::is_invocable_v<const F&, const EigenVector<S>&, const EigenVector<S>&>));

// Eigen's vectors for the spans that checks speak of. Results stay what they are: numbers, vectors and matrices of
// Eigen's are read entry by entry.
template <class F>
struct OnEigen {
  F f;
  template <class S>
  requires TakesEigen<F, S, 1>
  auto operator()(std::span<const S> x) const { return evaluated(f(vector(x))); }
  // With a direction, as check_vjp and check_jvp want it.
  template <class S>
  requires TakesEigen<F, S, 2>
  auto operator()(std::span<const S> x, std::span<const S> direction) const {
    return evaluated(f(vector(x), vector(direction)));
  }

 private:
  template <class S>
  static EigenVector<S> vector(std::span<const S> x) {
    EigenVector<S> v(static_cast<Eigen::Index>(x.size()));
    for (std::size_t i = 0; i < x.size(); ++i) v[static_cast<Eigen::Index>(i)] = x[i];
    return v;
  }
  // An expression refers to x, which is about to end.
  template <class R>
  static auto evaluated(const R& result) {
    if constexpr (requires { result.eval(); }) return result.eval();
    else return result;
  }
};
// f, which takes and returns vectors of Eigen's, as the checks call it.
template <class F>
[[nodiscard]] OnEigen<F> on_eigen(F f) {
  return {std::move(f)};
}

}  // namespace gradproof::inline v0
