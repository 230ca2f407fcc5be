// How exact the operations of a subject are: the error of each value and of each partial derivative, in ulps of the
// unrounded truth, over inputs from the whole domain. A measurement and no verdict: nothing here fails.
#pragma once

#include <array>
#include <optional>

#include "gradproof/changes.hpp"
#include "gradproof/verify.hpp"

namespace gradproof::inline v0 {

// How much to measure of whom.
struct AccuracyOptions {
  std::uint64_t seed = 1;
  std::uint64_t inputs = 4000;          // drawn for each operation and dtype
  std::vector<Dtype> dtypes;            // empty: all that the subject has
  std::vector<std::string> operations;  // empty: all without shapes
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const std::string& what, std::size_t done, std::size_t of)> progress;
};

// One input and what came of it.
struct Witness {
  std::vector<double> inputs;  // as many as the operation has operands; of a reversal x and the cotangent
  double observed = 0;
  std::string truth;  // 20 digits
  double ulps = 0;
};

// What is counted beside errors in ulps. Each kind keeps the first input that showed it.
enum class Oddity {
  not_a_number,  // NaN where a number is right
  infinite,      // infinite where the truth is in the format's range
  finite,        // finite, or of the wrong sign, where the truth is beyond the format
  vanished,      // 0 where the truth is a normal number: no digit of it is left
  flushed,       // 0 where the nearest number is a subnormal
};
inline constexpr std::array all_oddities = {Oddity::not_a_number, Oddity::infinite, Oddity::finite,
                                            Oddity::vanished, Oddity::flushed};
[[nodiscard]] std::string_view name(Oddity oddity);

// How often results were odd in one way, and the first input that showed it.
struct OddCount {
  std::uint64_t count = 0;
  Witness first;
};

// The largest error among the inputs of one sign whose exponents are in [exponent, exponent + width).
struct ExponentBin {
  bool negative = false;
  int exponent = 0, width = 1;
  double highest = 0;
};

// An infinity, a NaN or a number at the edge of the domain, and an answer other than the expected one.
struct SpecialMiss {
  std::vector<double> inputs;
  double observed = 0, expected = 0;
};

// The value of an operation, or one of its partial derivatives.
struct PartAccuracy {
  std::string part;  // "value", "d/dx", "d/dy"
  std::uint64_t judged = 0;
  std::uint64_t undecided = 0;  // truths that could not be enclosed narrowly enough
  std::uint64_t beyond = 0;     // truths beyond the format, where infinity is right
  std::uint64_t subnormal = 0;  // truths whose nearest number is subnormal
  // Of the drawn inputs whose truth is in range; NaN and infinity count as infinitely far off there.
  std::uint64_t drawn = 0, nearest = 0;
  double p50 = 0, p99 = 0, p999 = 0;
  // Of all inputs, the searched ones too, whose truth is in range and whose answer is a number.
  std::optional<Witness> worst;
  std::array<OddCount, all_oddities.size()> odd{};
  std::vector<ExponentBin> bins;
  std::uint64_t specials = 0;
  std::vector<SpecialMiss> special_misses;
};

// What was measured of one operation in one dtype: errors in ulps of the unrounded truth, for its value and each derivative.
struct OperationAccuracy {
  std::string operation;  // "tanh", "pow 3"
  Dtype dtype = Dtype::f64;
  std::string trouble;  // why there is nothing more: unsupported, or the subject's failure
  bool unsupported = false;
  bool no_subnormals =
    false;  // the subject takes subnormal numbers for 0: inputs that are some were left out
  std::vector<PartAccuracy> parts;
};

// All that was measured, in the order of the operations' table.
struct AccuracyReport {
  AccuracyOptions options;
  Report report;  // who was asked, and whether anything came of it
  std::vector<OperationAccuracy> operations;
};

// Starts the target and measures it. That a target does not start, or ends early, is in the report.
[[nodiscard]] AccuracyReport measure_accuracy(const Target& target, const Launch& launch,
                                              const AccuracyOptions& options);
// The same with a subject at hand, which has these operations and dtypes.
void measure_accuracy(Subject& subject, const std::vector<std::string>& ops,
                      const std::vector<std::string>& dtypes, AccuracyReport& report);

// The report as a table for a terminal: operations in the order of the table, or the largest errors first.
enum class RowOrder { table, worst_first };
[[nodiscard]] std::string to_text(const AccuracyReport& report, RowOrder order = RowOrder::table);
// A page, or a comment on a pull request.
[[nodiscard]] std::string to_markdown(const AccuracyReport& report, RowOrder order = RowOrder::table,
                                      const Changes* changes = nullptr);
// {"schema": "gradproof/accuracy/1", ...}; the schema is docs/reference/accuracy.schema.json.
[[nodiscard]] std::string to_json(const AccuracyReport& report);
// One file that needs no other: tables that sort and filter, and a chart of each operation.
[[nodiscard]] std::string to_html(const AccuracyReport& report, const Changes* changes = nullptr);
// JUnit's XML of a comparison: a case for each part of each operation, which fails where it got worse. A measurement
// alone has nothing that could fail.
[[nodiscard]] std::string to_junit(const AccuracyReport& report, const Changes& changes);
[[nodiscard]] Result<AccuracyReport, NoReport> read_accuracy(std::string_view json);
// Worse: a larger max or p99.9, fewer nearest numbers, more of what is counted beside errors. With the same seed and
// inputs any change counts, for then nothing but the subject and gradproof can have made it; otherwise the list is
// empty but for what one side alone has, and a remark says so.
[[nodiscard]] Changes changes_between(const AccuracyReport& before, const AccuracyReport& now);
// Shards of one measurement: the same subject, seed and inputs, other operations or dtypes.
[[nodiscard]] Result<AccuracyReport, NoReport> merged(std::span<const AccuracyReport> parts);

}  // namespace gradproof::inline v0
