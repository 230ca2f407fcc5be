// An accuracy report as text, as Markdown and as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "accuracy/rows.hpp"
#include "report/hexadecimal.hpp"
#include "report/json_number.hpp"

namespace gradproof::inline v0 {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_witnesses = 12;
constexpr const char* legend =
  "nearest: the share of drawn inputs at which no number of the format is nearer to the truth.\n"
  "vanished: 0 where the truth is a normal number; flushed: 0 where it is a subnormal one; infinite, NaN: "
  "where a\n"
  "number is right; finite: where the truth is beyond the format; special: other than expected at an "
  "infinity, a NaN\n"
  "or the edge of the domain.\n";

std::string head(const AccuracyReport& r) {
  const SubjectFacts& s = r.report.subject;
  return "accuracy of " + s.target + (s.framework.empty() ? "" : "   " + s.framework);
}

std::string special_text(const AccuracyRow& row, const SpecialMiss& m) {
  return fmt::format("{} {} {} at {}: observed {}, expected {}", row.operation->operation, row.part->part,
                     format(row.operation->dtype).words, inputs_text(m.inputs), plain_text(m.observed),
                     plain_text(m.expected));
}

// What was not measured, with why: one line for each reason.
std::vector<std::string> troubles_of(const AccuracyReport& r) {
  std::vector<std::string> lines;
  for (const OperationAccuracy& o : r.operations) {
    if (o.trouble.empty()) continue;
    lines.push_back(fmt::format("{} {}: {}{}", o.operation, format(o.dtype).words,
                                o.unsupported ? "unsupported: " : "", o.trouble));
  }
  return lines;
}

std::string table_text(const std::vector<AccuracyRow>& rows, RowOrder order) {
  std::string text;
  const OperationAccuracy* before = nullptr;
  for (const AccuracyRow& row : rows) {
    const PartAccuracy& p = *row.part;
    const bool named = order == RowOrder::worst_first || before != row.operation;
    const bool headed =
      before == nullptr || (order == RowOrder::table && before->dtype != row.operation->dtype);
    if (headed)
      text += fmt::format("\n  {:<22} {:>9} {:>9} {:>9} {:>9} {:>8}  counted\n",
                          order == RowOrder::table ? format(row.operation->dtype).words : "operation", "max",
                          "p99.9", "p99", "p50", "nearest");
    const std::string title =
      order == RowOrder::table
        ? fmt::format("{:<10} {:<6}", named ? row.operation->operation : "", p.part)
        : fmt::format("{:<9} {:<5} {}", row.operation->operation, p.part, format(row.operation->dtype).name);
    text += fmt::format("  {:<22} {:>9} {:>9} {:>9} {:>9} {:>8}  {}", title,
                        p.worst ? ulps_text(p.worst->ulps) : "-", ulps_text(p.p999), ulps_text(p.p99),
                        ulps_text(p.p50), nearest_text(p), oddities_text(p));
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
    before = row.operation;
  }
  return text;
}

struct Remarkable {
  double ulps;  // infinitely many where there is no number
  std::string title;
  const Witness* witness;
};

// The largest errors of more than an ulp, and the first NaN and infinity of each part.
std::vector<Remarkable> remarkable(const AccuracyReport& r) {
  std::vector<Remarkable> list;
  for (const AccuracyRow& row : rows_of(r, RowOrder::worst_first)) {
    const std::string title =
      fmt::format("{} {} {}", row.operation->operation, row.part->part, format(row.operation->dtype).words);
    for (const Oddity o : {Oddity::not_a_number, Oddity::infinite, Oddity::finite})
      if (const OddCount& odd = row.part->odd[static_cast<std::size_t>(o)]; odd.count > 0)
        list.push_back({odd.first.ulps, fmt::format("{}: {}", title, name(o)), &odd.first});
    if (row.part->worst && row.part->worst->ulps > 1)
      list.push_back({row.part->worst->ulps,
                      fmt::format("{}: {} ulp", title, ulps_text(row.part->worst->ulps)), &*row.part->worst});
  }
  std::ranges::stable_sort(list, std::ranges::greater{}, &Remarkable::ulps);
  if (list.size() > most_witnesses) list.resize(most_witnesses);
  return list;
}

Json numbers_json(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double v : values) list.push_back(json_number(v));
  return list;
}

Json json_of(const Witness& w) {
  Json hex = Json::array();
  for (const double v : w.inputs) hex.push_back(std::isfinite(v) ? hexadecimal(v) : fmt::format("{}", v));
  return {{"inputs", numbers_json(w.inputs)},
          {"hex", hex},
          {"observed", json_number(w.observed)},
          {"truth", w.truth},
          {"ulps", json_number(w.ulps)}};
}

Json json_of(const PartAccuracy& p) {
  Json odd = Json::object(), bins = Json::array(), misses = Json::array();
  for (const Oddity o : all_oddities) {
    const OddCount& count = p.odd[static_cast<std::size_t>(o)];
    if (count.count > 0)
      odd[std::string(name(o))] = {{"count", count.count}, {"first", json_of(count.first)}};
  }
  for (const ExponentBin& b : p.bins)
    bins.push_back(
      {{"sign", b.negative ? "-" : "+"}, {"exponent", b.exponent}, {"width", b.width}, {"ulps", b.highest}});
  for (const SpecialMiss& m : p.special_misses)
    misses.push_back({{"inputs", numbers_json(m.inputs)},
                      {"observed", json_number(m.observed)},
                      {"expected", json_number(m.expected)}});
  return {{"part", p.part},
          {"judged", p.judged},
          {"drawn", p.drawn},
          {"undecided", p.undecided},
          {"beyond", p.beyond},
          {"subnormal", p.subnormal},
          {"nearest", p.nearest},
          {"max", p.worst ? json_of(*p.worst) : Json(nullptr)},
          {"p99_9", json_number(p.p999)},
          {"p99", json_number(p.p99)},
          {"p50", json_number(p.p50)},
          {"odd", odd},
          {"specials", p.specials},
          {"special_misses", misses},
          {"by_exponent", bins}};
}

}  // namespace

std::string to_text(const AccuracyReport& r, RowOrder order) {
  std::string text = head(r) + "\n";
  if (!r.report.reason.empty()) text += fmt::format("\n{}: {}\n", name(r.report.conclusion), r.report.reason);
  if (!r.report.detail.empty()) text += r.report.detail + "\n";
  const std::vector<AccuracyRow> rows = rows_of(r, order);
  text += table_text(rows, order);
  const auto list = remarkable(r);
  if (!list.empty()) text += "\n  the largest errors, in ulps of the unrounded truth\n";
  for (const Remarkable& m : list)
    text += fmt::format("    {} at {}\n      {}\n", m.title, inputs_text(m.witness->inputs),
                        outcome_text(*m.witness));
  if (const std::string left_out = subnormals_text(r); !left_out.empty()) text += "\n  " + left_out + "\n";
  bool titled = false;
  for (const AccuracyRow& row : rows)
    for (const SpecialMiss& m : row.part->special_misses) {
      if (!titled) text += "\n  other than expected\n";
      titled = true;
      text += "    " + special_text(row, m) + "\n";
    }
  const auto troubles = troubles_of(r);
  if (!troubles.empty()) text += "\n  not measured\n";
  for (const std::string& t : troubles) text += "    " + t + "\n";
  if (!rows.empty()) text += fmt::format("\n{}\n{}", legend, method_text(r) + "\n");
  return text;
}

std::string to_markdown(const AccuracyReport& r, RowOrder order, const Changes* changes) {
  std::string text =
    fmt::format("# Accuracy of {}\n\nBy gradproof {}:\n\n    {}\n\n",
                r.report.subject.framework.empty() ? r.report.subject.target : r.report.subject.framework,
                r.report.version, command_text(r));
  if (!r.report.reason.empty()) text += fmt::format("{}: {}\n\n", name(r.report.conclusion), r.report.reason);
  if (changes != nullptr) text += to_markdown(*changes) + "\n";
  const auto list = remarkable(r);
  if (!list.empty()) text += "The largest errors:\n\n| | at | observed | truth |\n|---|---|---|---|\n";
  for (const Remarkable& m : list)
    text += fmt::format("| {} | `{}` | {} | {} |\n", m.title, inputs_text(m.witness->inputs),
                        plain_text(m.witness->observed), m.witness->truth);
  text +=
    "\nErrors in ulps of the unrounded truth:\n\n"
    "| operation | part | dtype | max | p99.9 | p99 | p50 | nearest | counted |\n"
    "|---|---|---|---:|---:|---:|---:|---:|---|\n";
  for (const AccuracyRow& row : rows_of(r, order)) {
    const PartAccuracy& p = *row.part;
    text +=
      fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", row.operation->operation, p.part,
                  format(row.operation->dtype).words, p.worst ? ulps_text(p.worst->ulps) : "-",
                  ulps_text(p.p999), ulps_text(p.p99), ulps_text(p.p50), nearest_text(p), oddities_text(p));
  }
  if (const std::string left_out = subnormals_text(r); !left_out.empty()) text += "\n" + left_out + "\n";
  std::string misses;
  for (const AccuracyRow& row : rows_of(r, order))
    for (const SpecialMiss& m : row.part->special_misses) misses += "- " + special_text(row, m) + "\n";
  if (!misses.empty()) text += "\nOther than expected:\n\n" + misses;
  const auto troubles = troubles_of(r);
  if (!troubles.empty()) text += "\nNot measured:\n\n";
  for (const std::string& t : troubles) text += "- " + t + "\n";
  return text + fmt::format("\n{}\n{}\n", legend, method_text(r));
}

std::string to_json(const AccuracyReport& r) {
  Json operations = Json::array();
  for (const OperationAccuracy& o : r.operations) {
    Json parts = Json::array();
    for (const PartAccuracy& p : o.parts) parts.push_back(json_of(p));
    operations.push_back({{"operation", o.operation},
                          {"dtype", format(o.dtype).name},
                          {"trouble", o.trouble},
                          {"unsupported", o.unsupported},
                          {"no_subnormals", o.no_subnormals},
                          {"parts", parts}});
  }
  Json asked_dtypes = Json::array();
  for (const Dtype d : r.options.dtypes) asked_dtypes.push_back(format(d).name);
  const Json j = {{"schema", "gradproof/accuracy/1"},
                  {"version", r.report.version},
                  {"environment", r.report.environment},
                  {"subject", r.report.subject.target},
                  {"framework", r.report.subject.framework},
                  {"seed", r.options.seed},
                  {"inputs", r.options.inputs},
                  {"asked", {{"dtypes", asked_dtypes}, {"operations", r.options.operations}}},
                  {"measured", r.report.conclusion == Conclusion::verified},
                  {"exit_code", exit_code(r.report.conclusion)},
                  {"reason", r.report.reason},
                  {"detail", r.report.detail},
                  {"interrupted", r.report.interrupted},
                  {"operations", operations}};
  return j.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace gradproof::inline v0
