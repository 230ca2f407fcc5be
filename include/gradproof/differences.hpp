// The derivative of a function that is known in double only, by differences, with an error bar that covers
// what differences are known to get wrong: truncation, the rounding of the function's own values, and the
// steps that hide a kink or an oscillation.
#pragma once

#include <functional>
#include <string>

#include "gradproof/result.hpp"

namespace gradproof::inline v0 {

// How far a computed value may be from the function's: this many ulps of the computed value, and this much.
// The caller knows; four ulps are what a short formula of correctly rounded operations and good library
// functions costs where nothing cancels. Where something cancels, `absolute` is an ulp or so of what does.
struct Accuracy {
  double ulps = 4;
  double absolute = 0;
};

// The derivative lies within `error` of `value`.
struct Slope {
  double value;
  double error;
  double step;  // the half width of the window that gave it
  int evaluations;
};

// Why nothing can be said, as a phrase: "the function is not finite at the point".
struct NoSlope {
  std::string reason;
};

// `f` is asked for at doubles around x, about 400 times (more where |x| is far below 1, since then the scale
// on which f bends may lie anywhere between |x| and 1). What is assumed of f is that its computed values are
// as accurate as stated, and that it is smooth on windows in which three polynomials of different points
// agree: docs/theory.md, "Differences with an honest error bar".
[[nodiscard]] Result<Slope, NoSlope> slope(const std::function<double(double)>& f, double x,
                                           Accuracy accuracy = {});

}  // namespace gradproof::inline v0
