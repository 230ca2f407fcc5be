// Studies of a graph at its point: how the error of differences depends on the step, which step and tolerances to
// give to a gradient checker, what a precision costs and gives. Measurements and advice, no verdicts.
//
// This header needs nothing but the standard library and light headers of ours.
#pragma once

#include <array>
#include <cmath>
#include <compare>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradproof/format.hpp"

namespace gradproof::inline v0 {

class Graph;

// The size of an error, which may be far below the least double: its decimal logarithm. -inf is exactly 0, and
// infinity or NaN is what is no number.
struct Size {
  double log10 = -std::numeric_limits<double>::infinity();
  [[nodiscard]] bool is_zero() const { return std::isinf(log10) && log10 < 0; }
  [[nodiscard]] bool is_finite() const { return is_zero() || std::isfinite(log10); }
  friend auto operator<=>(const Size&, const Size&) = default;
};
// "3.2e-12", "0", "not finite".
[[nodiscard]] std::string to_string(Size size);

// --- Steps ---------------------------------------------------------------------------------------------------

// The ways to take a difference; docs/theory.md, "The step of a difference".
enum class Scheme { forward, central, fourth, richardson };
inline constexpr std::array all_schemes = {Scheme::forward, Scheme::central, Scheme::fourth,
                                           Scheme::richardson};
[[nodiscard]] std::string_view name(Scheme scheme);

// Of which arithmetics, and with respect to what, the steps are studied.
struct StepOptions {
  std::vector<Dtype> dtypes = {Dtype::f32, Dtype::f64};
  std::int64_t digits = 50;  // and in so many decimal digits; 0: not
  std::string wrt{};         // an input, "x", or an entry of one, "x[1,2]"; empty: the worst of all
};

// What a difference is off by at one step. The first is seen; its two parts are what exact arithmetic is off by at the
// same points, and a bound on what rounding in the function's values adds.
struct StepError {
  Size error, truncation, rounding;
};
struct StepRow {
  std::int64_t exponent = 0;  // h = 2^exponent
  std::array<StepError, all_schemes.size()> schemes{};
};

// What one scheme comes to in one arithmetic. Steps are powers of two, errors as those of the curve.
struct SchemeSummary {
  Scheme scheme = Scheme::central;
  std::optional<std::int64_t>
    best{};  // the exponent of the step with the least error; none where none is finite
  Size best_error{};
  std::optional<double>
    predicted{};           // log2 of the step that the derivatives predict; none where there is no truncation
  Size predicted_error{};  // truncation and rounding bound there, to first order
  Size error_at_predicted{};  // seen at the nearest power of two
};

// What a way without truncation gets.
struct WithoutStep {
  std::string way;  // "complex step", "dual", "reverse"
  Size error{};
};

// One arithmetic. Errors are relative to the derivative, or absolute where that is 0.
struct StepCurve {
  std::string arithmetic;        // "float32", "50 digits"
  std::optional<Dtype> dtype{};  // none: so many digits
  std::int64_t bits = 53;
  std::string value, slope;  // of the function and its declared derivative at the rounded point
  bool relative = true;
  Size rounding{};  // bound on the error of one value of the function
  std::vector<StepRow> rows{};
  std::array<SchemeSummary, all_schemes.size()> schemes{};
  std::vector<WithoutStep> without{};
  std::uint64_t finite = 0, not_finite = 0;  // differences
};

// --- Advice --------------------------------------------------------------------------------------------------

// The checkers whose rules are known here. PyTorch's gradcheck takes a central difference in each entry and wants
// |a - n| <= atol + rtol |n|; JAX's check_grads takes one in a single direction, which is the same in every run. Ceres'
// GradientChecker takes Ridders' extrapolation in each entry and wants |a - n| < rtol max(|a|, |n|), or |a - n| < rtol where
// one of them is 0; eps is its ridders_relative_initial_step_size, rtol its relative_precision, and there is no atol.
enum class Checker { torch_gradcheck, jax_check_grads, ceres_checker };
inline constexpr std::array all_checkers = {Checker::torch_gradcheck, Checker::jax_check_grads,
                                            Checker::ceres_checker};
[[nodiscard]] std::string_view name(Checker checker);

// A checker's step and tolerances; what each means for which checker is said at Checker.
struct CheckerSetting {
  double eps = 0, atol = 0, rtol = 0;
};

// What becomes of a right gradient under a setting: it passes, whatever the rounding; it may fail; it fails.
enum class Prospect { passes, may_fail, fails };
[[nodiscard]] std::string_view name(Prospect prospect);

// What a setting comes to for this function: whether right gradients pass, and the least error that is seen.
struct Outlook {
  CheckerSetting setting;
  Prospect right_gradient = Prospect::may_fail;
  // An error of one entry that is larger is certainly seen: relative to the entry, for the entry where that is worst
  // (none where every entry is 0: nothing is relative to those); and the least absolute one of any entry.
  std::optional<double> detectable{};
  double least = 0;
  std::uint64_t blind = 0;  // entries that might be 0 in place of what they are, and nobody would see it
  std::string why{};        // what makes a right gradient fail
};

// Which setting to give to a checker, and what its defaults would have come to.
struct CheckerAdvice {
  Checker checker = Checker::torch_gradcheck;
  Dtype dtype = Dtype::f64;
  bool decides = false;   // there is a setting under which right gradients pass and some wrong ones do not
  std::string why_not{};  // else
  std::optional<Outlook> advised{};
  Outlook by_default{}, by_half_eps{};
};

// The whole study of one graph at its point.
struct StepStudy {
  std::string trouble{};   // why there is nothing: a sentence
  bool bad_input = false;  // the trouble is in what was asked, not in the function
  std::string graph{};     // as text
  std::string entry{};     // "x[0,1]"
  std::uint64_t entries = 0;
  bool chosen = false;  // the entry is the worst of them, by prediction
  // The sizes of the declared function's derivatives at the point, of the first arithmetic: orders 1, 2, 3, 5, 7.
  std::array<Size, 5> derivatives{};
  std::vector<StepCurve> curves{};
  std::vector<CheckerAdvice> advice{};
  std::string version{};
  std::string source{};  // the file's name, for the reader
};

// Studies the sum of the graph's outputs, each weighted by its cotangent. Never throws; `trouble` says what was in the way.
[[nodiscard]] StepStudy study_steps(const Graph& graph, const StepOptions& options = {});
// What a setting of one's own comes to; none where the graph has no derivative to compare with, and for a checker that
// does not have the dtype: Ceres has float64.
[[nodiscard]] std::optional<Outlook> outlook(const Graph& graph, Checker checker, Dtype dtype,
                                             const CheckerSetting& setting);

// Whether anything was measured.
[[nodiscard]] bool has_result(const StepStudy& study);
[[nodiscard]] std::string to_text(const StepStudy& study);
// {"schema": "gradproof/steps/1", ...}; the schema is docs/reference/steps.schema.json.
[[nodiscard]] std::string to_json(const StepStudy& study);
// One file that needs no other; and a comment on a pull request.
[[nodiscard]] std::string to_html(const StepStudy& study);
[[nodiscard]] std::string to_markdown(const StepStudy& study);

// --- Precision -----------------------------------------------------------------------------------------------

// Which precisions are tried, and by which clock they are timed.
struct PrecisionOptions {
  std::vector<std::int64_t> digits = {16, 20, 30, 50, 100, 200, 500, 1000};
  // Seconds on some clock that does not go back; without one no times are told.
  std::function<double()> clock{};
  double seconds = 0.05;  // of measuring for each precision
};

// One precision.
struct PrecisionRow {
  std::int64_t digits = 0, bits = 0;  // asked for, and computed with
  double value = 0, gradient = 0;     // digits got: of the objective, and of the worst entry of the gradient
  std::string worst{};                // that entry
  double seconds = 0, ratio = 0;      // of a value with its gradient; over the time that double takes
};
// The whole study of one graph at its point.
struct PrecisionStudy {
  std::string trouble{};
  bool bad_input = false;
  std::string graph{}, version{}, source{};
  std::uint64_t entries = 0, zeros = 0;  // of the gradient; zeros have no digits and are left out
  std::uint64_t not_finite = 0;          // numbers that were to have digits and are none
  std::int64_t truth_digits = 0;         // of which the truth is known, at the least
  double double_value = 0, double_gradient = 0, double_seconds = 0;  // the same by plain doubles
  std::vector<PrecisionRow> rows{};
};
// Digits asked for against digits got and time. Digits are those of the relative error, -log10.
[[nodiscard]] PrecisionStudy study_precision(const Graph& graph, const PrecisionOptions& options = {});
[[nodiscard]] bool has_result(const PrecisionStudy& study);
[[nodiscard]] std::string to_text(const PrecisionStudy& study);
// {"schema": "gradproof/precision/1", ...}; the schema is docs/reference/precision.schema.json.
[[nodiscard]] std::string to_json(const PrecisionStudy& study);
[[nodiscard]] std::string to_html(const PrecisionStudy& study);
[[nodiscard]] std::string to_markdown(const PrecisionStudy& study);

}  // namespace gradproof::inline v0
