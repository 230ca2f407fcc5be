// Gradients in Catch2's assertions, versions 2 and 3. Include your Catch2 first; this file does not.
//
//   REQUIRE_GRADIENT(f, gradient, {0.5, 2.0});
//   CHECK_GRADIENT(f, gradient, x, {.dtype = gradproof::Dtype::f32});
//   CHECK_JACOBIAN(f, jacobian, x);   CHECK_HESSIAN(f, hessian, x);   and REQUIRE_...
//   CHECK_THAT(gradient, gradproof::GradientOf(f, {0.5, 2.0}));  // a function, or what it returned
//
// What fails, or can't be told, is shown as a table whose first line is the worst entry. All of gradproof's
// checks are explained in check.hpp.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gradproof/check.hpp"

// Arguments with commas in braces are one argument all the same.
#ifdef CATCH_CONFIG_PREFIX_ALL
#define GRADPROOF_CHECK CATCH_CHECK
#define GRADPROOF_REQUIRE CATCH_REQUIRE
#else
#define GRADPROOF_CHECK CHECK
#define GRADPROOF_REQUIRE REQUIRE
#endif
// CHECK_ goes on after a check that does not hold, REQUIRE_ ends the test case; both show the table. The arguments are those of
// check_gradient, check_jacobian and check_hessian.
#define CHECK_GRADIENT(...) GRADPROOF_CHECK(::gradproof::check_gradient(__VA_ARGS__))
#define REQUIRE_GRADIENT(...) GRADPROOF_REQUIRE(::gradproof::check_gradient(__VA_ARGS__))
#define CHECK_JACOBIAN(...) GRADPROOF_CHECK(::gradproof::check_jacobian(__VA_ARGS__))
#define REQUIRE_JACOBIAN(...) GRADPROOF_REQUIRE(::gradproof::check_jacobian(__VA_ARGS__))
#define CHECK_HESSIAN(...) GRADPROOF_CHECK(::gradproof::check_hessian(__VA_ARGS__))
#define REQUIRE_HESSIAN(...) GRADPROOF_REQUIRE(::gradproof::check_hessian(__VA_ARGS__))

// Matchers stand in a header of their own in version 3, and in the one header of version 2.
#if defined(CATCH_TEST_MACROS_HPP_INCLUDED) && __has_include(<catch2/matchers/catch_matchers.hpp>)
#include <catch2/matchers/catch_matchers.hpp>
#endif
#if defined(CATCH_MATCHERS_HPP_INCLUDED)
#define GRADPROOF_MATCHER_BASE ::Catch::Matchers::MatcherBase
#elif defined(TWOBLUECUBES_SINGLE_INCLUDE_CATCH_HPP_INCLUDED)
#define GRADPROOF_MATCHER_BASE ::Catch::MatcherBase
#endif

#ifdef GRADPROOF_MATCHER_BASE
namespace gradproof::inline v0 {

// Matches the gradient of f at x: a function, or the numbers that it returned, in the order of x's entries. Its
// description is the table; Catch2 asks for it after the match.
template <class F>
class GradientOf : public GRADPROOF_MATCHER_BASE<std::vector<double>> {
 public:
  GradientOf(F f, Point x, CheckOptions options = {})
      : f_(std::move(f)), x_(std::move(x)), options_(std::move(options)) {}

  bool match(const std::vector<double>& numbers) const override {
    return matches([&](std::span<const double>) { return numbers; });
  }
  template <class G>
  bool match(const G& gradient) const {
    return matches(gradient);
  }
  [[nodiscard]] std::string describe() const override {
    return (result_ ? "is the gradient\n" : "is not the gradient\n") + to_string(result_);
  }

 private:
  template <class G>
  bool matches(const G& gradient) const {
    result_ = check_gradient(f_, gradient, x_, options_);
    return static_cast<bool>(result_);
  }
  F f_;
  Point x_;
  CheckOptions options_;
  mutable CheckResult result_;
};

}  // namespace gradproof::inline v0
#endif
