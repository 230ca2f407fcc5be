// The matrix of properties and dtypes, which all forms of a report have.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradproof/verdict.hpp"

namespace gradproof::inline v0 {

// What became of one property in one dtype, worst first.
enum class Standing { failed, known, undecided, passed, unsupported, skipped };
[[nodiscard]] std::string_view name(Standing standing);
[[nodiscard]] Standing standing_of(const Tally& tally);
// "failed 72 of 75", "passed 46, 2 undecided", "skipped".
[[nodiscard]] std::string standing_text(const Tally& tally);
// Why there is nothing to tell: the commonest reason, of those left undecided and not applicable.
[[nodiscard]] std::string commonest_reason(const Tally& tally);
// "any difference", "1.3e-15 relative"; empty where nothing was compared.
[[nodiscard]] std::string power_text(std::optional<double> power);

struct MatrixRow {
  std::string property, claim;
  std::vector<const Tally*> cells;  // by dtype; null where it was not tried
  std::optional<double> power;      // the sharpest of its dtypes
  Standing worst = Standing::skipped;
};
struct Matrix {
  std::vector<Dtype> dtypes;
  std::vector<MatrixRow> rows;
};
[[nodiscard]] Matrix matrix_of(std::span<const Tally> tallies);

// With what filters it above it; ids begin with the prefix.
[[nodiscard]] std::string matrix_html(std::span<const Tally> tallies, const std::string& prefix);
[[nodiscard]] std::string matrix_markdown(std::span<const Tally> tallies);

}  // namespace gradproof::inline v0
