// Studies of a function of your own, at a point of your own:
//
//   const auto f = [](const auto& x) { return sin(x[0]) * x[1]; };
//   const auto study = gradproof::study_steps(f, {0.5, 2.0});
//   std::cout << gradproof::to_text(study);
//   const auto& float64 = study.curves[1];   // the error of each difference scheme, step by step
//
// f is generic over its numbers, as for check_gradient: its true derivatives have to be known. This header needs
// nothing but the standard library and light headers of ours.
#pragma once

#include "gradproof/check.hpp"
#include "gradproof/study.hpp"

namespace gradproof::inline v0 {

namespace calling {
[[nodiscard]] StepStudy steps(const Function& f, const std::vector<double>& x, const StepOptions& options);
}  // namespace calling

// In `options.wrt` "x0", "x1" ... are the entries of x; where it is empty the worst of them is studied.
template <class F>
[[nodiscard]] StepStudy study_steps(F f, const Point& x, const StepOptions& options = {}) {
  static_assert(calling::form<F, Traced> != 0, "f has to be generic over its numbers");
  return calling::steps(calling::function<false>(std::move(f)), x.values(), options);
}
template <class F, OneNumber X>
[[nodiscard]] StepStudy study_steps(F f, X x, const StepOptions& options = {}) {
  static_assert(calling::single_form<F, Traced> != 0, "f has to be generic over its numbers");
  return calling::steps(calling::function<true>(std::move(f)), {static_cast<double>(x)}, options);
}

}  // namespace gradproof::inline v0
