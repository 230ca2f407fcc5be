#include "accuracy/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/hexadecimal.hpp"

namespace gradproof::inline v0 {

namespace {

// NaN is the worst that there is, then infinity, then what is far off.
double badness(const PartAccuracy& p) {
  if (lacks_a_number(p)) return std::numeric_limits<double>::infinity();
  return p.worst ? p.worst->ulps : 0;
}

}  // namespace

bool lacks_a_number(const PartAccuracy& p) {
  return p.odd[static_cast<std::size_t>(Oddity::not_a_number)].count > 0 ||
         p.odd[static_cast<std::size_t>(Oddity::infinite)].count > 0;
}

std::vector<AccuracyRow> rows_of(const AccuracyReport& report, RowOrder order) {
  std::vector<AccuracyRow> rows;
  for (const OperationAccuracy& o : report.operations)
    for (const PartAccuracy& p : o.parts) rows.push_back({&o, &p});
  if (order == RowOrder::worst_first)
    std::ranges::stable_sort(
      rows, [](const AccuracyRow& a, const AccuracyRow& b) { return badness(*a.part) > badness(*b.part); });
  return rows;
}

std::string ulps_text(double ulps) {
  if (std::isinf(ulps)) return "inf";
  return ulps < 1000 ? fmt::format("{:.3g}", ulps) : fmt::format("{:.2e}", ulps);
}

std::string nearest_text(const PartAccuracy& part) {
  if (part.drawn == 0) return "-";
  if (part.nearest == part.drawn) return "100%";
  // What is not all of them never reads as if it were.
  const double percent = 100 * static_cast<double>(part.nearest) / static_cast<double>(part.drawn);
  return fmt::format("{:.1f}%", std::floor(percent * 10) / 10);
}

std::string oddities_text(const PartAccuracy& part) {
  std::string text;
  for (const Oddity o : all_oddities) {
    const std::uint64_t count = part.odd[static_cast<std::size_t>(o)].count;
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name(o), count);
  }
  if (part.undecided > 0) text += fmt::format("{}undecided {}", text.empty() ? "" : ", ", part.undecided);
  if (!part.special_misses.empty())
    text +=
      fmt::format("{}special {} of {}", text.empty() ? "" : ", ", part.special_misses.size(), part.specials);
  return text;
}

std::string plain_text(double x) { return std::isnan(x) ? "NaN" : fmt::format("{:.17g}", x); }

std::string number_text(double x) {
  if (!std::isfinite(x) || x == 0) return plain_text(x);
  return fmt::format("{} ({:.17g})", hexadecimal(x), x);
}

std::string inputs_text(const std::vector<double>& inputs) {
  std::string text;
  for (const double x : inputs) text += (text.empty() ? "" : ", ") + number_text(x);
  return text;
}

std::string outcome_text(const Witness& w) {
  return fmt::format("observed {}, truth {}", plain_text(w.observed), w.truth);
}

std::string subnormals_text(const AccuracyReport& report) {
  std::string dtypes;
  for (const OperationAccuracy& o : report.operations) {
    const std::string words(format(o.dtype).words);
    if (o.no_subnormals && !dtypes.ends_with(words)) dtypes += (dtypes.empty() ? "" : ", ") + words;
  }
  if (dtypes.empty()) return dtypes;
  return "In " + dtypes + " the subject takes subnormal numbers for 0; such inputs were left out.";
}

std::string command_text(const AccuracyReport& report) {
  const AccuracyOptions& o = report.options;
  std::string text = "gradproof accuracy --subject " + report.report.subject.target, dtypes, operations;
  for (const Dtype d : o.dtypes) dtypes += (dtypes.empty() ? " --dtype " : ",") + std::string(format(d).name);
  for (const std::string& name : o.operations) operations += (operations.empty() ? " --ops " : ",") + name;
  return text + dtypes + operations + fmt::format(" --inputs {} --seed {}", o.inputs, o.seed);
}

std::string method_text(const AccuracyReport& report) {
  return fmt::format(
    "{} inputs drawn for each operation, half with exponents from all that the format has and half with "
    "those "
    "from -20 to 10; p50, p99, p99.9 and nearest are theirs. max is of these, of neighbours of zeros, kinks "
    "and "
    "thresholds, and of what a climb from the worst of them found. Seed {}.",
    report.options.inputs, report.options.seed);
}

}  // namespace gradproof::inline v0
