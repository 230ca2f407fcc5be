// How far the values of a function in double are off, seen by computing them in other rounding directions.
//
// Each operation then errs to the other side, and by up to twice as much: a value that is lost to cancellation, or that
// a rounded argument has moved, comes out different. That is Kahan's old advice. A point by itself may be lucky, so its
// neighbours are asked too.
#pragma once

#include <functional>

namespace gradproof::inline v0 {

// The largest change of f(x) between the rounding directions; 0 where f does not round. Not finite where a value is not.
[[nodiscard]] double rounding_spread(const std::function<double(double)>& f, double x);

// The same at x and some points beside it, within 2^-30 of it.
[[nodiscard]] double rounding_noise(const std::function<double(double)>& f, double x);

// The least step that f is seen to take, moving away from x: where something on the way to f is rounded to coarse numbers,
// and rounds the same way in every direction, f is a staircase. 0 where f does not move at all.
[[nodiscard]] double least_step(const std::function<double(double)>& f, double x);

// What f's values jitter by, beside what is smooth in them (after Moré and Wild 2011): sixth differences of fifteen values,
// at spacings from the last place of x up. Truncation grows with the spacing, and so does a kink's share; noise stays. So
// it is what two spacings in a row agree about.
[[nodiscard]] double jitter(const std::function<double(double)>& f, double x);

}  // namespace gradproof::inline v0
