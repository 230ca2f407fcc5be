// What the renderers of an accuracy report share: its rows in order, and how numbers are written.
#pragma once

#include "gradproof/accuracy.hpp"

namespace gradproof::inline v0 {

// A line of a table: one part of one operation in one dtype.
struct AccuracyRow {
  const OperationAccuracy* operation;
  const PartAccuracy* part;
};
[[nodiscard]] std::vector<AccuracyRow> rows_of(const AccuracyReport& report, RowOrder order);

// NaN or an infinity was seen where a number is right.
[[nodiscard]] bool lacks_a_number(const PartAccuracy& part);

// "0.5", "1.27", "9.01e+15", "inf".
[[nodiscard]] std::string ulps_text(double ulps);
// "99.9%"; "100%" means all of them.
[[nodiscard]] std::string nearest_text(const PartAccuracy& part);
// "vanished 12, NaN 3"; empty where there is nothing to tell.
[[nodiscard]] std::string oddities_text(const PartAccuracy& part);
// "-22", "NaN": 17 digits at most.
[[nodiscard]] std::string plain_text(double x);
// "-0x1.6p+4 (-22)".
[[nodiscard]] std::string number_text(double x);
// "-0x1.6p+4 (-22), 0x1p+0 (1)".
[[nodiscard]] std::string inputs_text(const std::vector<double>& inputs);
// "observed 0, truth 1.0842021724854886145e-19".
[[nodiscard]] std::string outcome_text(const Witness& w);
// "4,000 inputs drawn for each operation ...": how the figures came about.
[[nodiscard]] std::string method_text(const AccuracyReport& report);

// "In float32 the subject takes subnormal numbers for 0 ..."; empty where it does not.
[[nodiscard]] std::string subnormals_text(const AccuracyReport& report);
// The command that gives this report.
[[nodiscard]] std::string command_text(const AccuracyReport& report);

}  // namespace gradproof::inline v0
