// What the ways to go wrong look like in numbers.
#pragma once

#include <span>

namespace gradproof::inline v0 {

// What one entry of a probe went through.
struct Observation {
  double lambda, x, g;           // in
  double y, gx;                  // out
  double mean_g, column_mean_g;  // of the whole cotangent, and of this entry's column
  double rows, size;
  bool last_row, last_column;
  double first_lambda;  // of the first probe of this process
};

// A formula that some wrong layers follow, what that means, and what usually mends it.
struct Signature {
  double (*predicted)(const Observation&);
  const char* cause;
  const char* mend;
  bool subtracts = false;  // a difference of numbers as large as λ·g, and so of their rounding errors
};

// For the gradient and for the forward value, the likelier first.
[[nodiscard]] std::span<const Signature> backward_signatures();
[[nodiscard]] std::span<const Signature> forward_signatures();

}  // namespace gradproof::inline v0
