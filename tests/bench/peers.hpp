// Other people's programs at the same jobs. Each is built where its package is installed; what is missing is
// named.
#pragma once

#include <vector>

#include "subject.hpp"

namespace gradproof::inline v0::bench {

[[nodiscard]] std::vector<Subject> adolc_subjects();
[[nodiscard]] std::vector<Subject> ceres_subjects();
[[nodiscard]] std::vector<Subject> sacado_subjects();
[[nodiscard]] std::vector<Subject> sacado_mpfr_subjects();
[[nodiscard]] std::vector<Subject> mpmath_subjects();

// All of them.
[[nodiscard]] std::vector<Subject> peers();

}  // namespace gradproof::inline v0::bench
