// A study of conditions as text and as JSON.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "gradproof/condition.hpp"
#include "gradproof/report.hpp"
#include "report/json_number.hpp"
#include "study/condition_words.hpp"

namespace gradproof::inline v0 {

std::string figure_text(double v) {
  if (std::isinf(v)) return "inf";
  return v < 1000 ? fmt::format("{:.3g}", v) : fmt::format("{:.2e}", v);
}

std::string within_text(std::uint64_t part, std::uint64_t all) {
  if (all == 0) return "-";
  if (part == all) return "100%";
  return fmt::format("{:.1f}%", std::floor(1000 * static_cast<double>(part) / static_cast<double>(all)) / 10);
}

std::string counts_text(const ConditionStudy& s) {
  return fmt::format(
    "{} graphs; {} undecided, {} unsupported, {} without an answer; {} entries not finite, {} exactly 0",
    s.graphs, s.undecided, s.unsupported, s.no_answer, s.not_finite, s.zeros);
}

namespace {

using Json = nlohmann::ordered_json;

template <class Row>
std::string row_text(const std::string& what, const Row& r) {
  return fmt::format("  {:<18} {:>8} {:>10} {:>10} {:>10} {:>11} {:>8}\n", what, r.count,
                     figure_text(r.median), figure_text(r.p99), figure_text(r.highest),
                     figure_text(r.of_bound), within_text(r.within, r.count));
}

std::string table_text(const std::string& what, const std::vector<ConditionRow>& rows) {
  std::string text = fmt::format("\n  {:<18} {:>8} {:>10} {:>10} {:>10} {:>11} {:>8}\n", what, "count",
                                 "median", "p99", "max ulps", "of allowed", "within");
  for (const ConditionRow& r : rows) text += row_text(r.what, r);
  return text;
}

template <class Row>
Json figures(const Row& r) {
  return {{"count", r.count},
          {"within", r.within},
          {"median", json_number(r.median)},
          {"p99", json_number(r.p99)},
          {"max", json_number(r.highest)},
          {"of_allowed", json_number(r.of_bound)}};
}

Json json_of(const std::vector<ConditionRow>& rows) {
  Json list = Json::array();
  for (const ConditionRow& r : rows) {
    Json j = {{"what", r.what}};
    j.update(figures(r));
    list.push_back(j);
  }
  return list;
}

// What the charts draw, in columns: an object for each of thousands of entries would repeat its names. Written by hand, for
// a line to each column.
std::string points_json(const std::vector<ConditionPoint>& points) {
  const auto number = [](double v) {
    return std::isfinite(v) ? fmt::format("{:.5g}", v) : json_number(v).dump();
  };
  const auto column = [&](const char* title, const auto& of) {
    std::string text = fmt::format("    \"{}\": [", title);
    for (std::size_t i = 0; i < points.size(); ++i) text += (i == 0 ? "" : ",") + of(points[i]);
    return text + "]";
  };
  const double log2 = std::log10(2.0);
  return "{\n" +
         column("condition",
                [&](const ConditionPoint& p) { return number(std::pow(10.0, double{p.condition})); }) +
         ",\n" +
         column(
           "depth",
           [&](const ConditionPoint& p) { return fmt::format("{:.0f}", std::pow(10.0, double{p.depth})); }) +
         ",\n" +
         column("strength", [&](const ConditionPoint& p) { return number(double{p.strength} / log2); }) +
         ",\n" + column("ulps", [&](const ConditionPoint& p) { return number(double{p.ulps}); }) + "\n  }";
}

std::string indented(const std::string& text) {
  std::string out = "    ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "    ";
  }
  out.erase(out.find_last_not_of(" \n") + 1);
  return out + "\n";
}

}  // namespace

std::string to_text(const ConditionStudy& s) {
  const SubjectFacts& facts = s.report.subject;
  std::string text =
    fmt::format("condition of {} in {}   {}\n", facts.target, format(s.options.dtype).words, facts.framework);
  if (!s.report.reason.empty()) text += fmt::format("\n{}: {}\n", name(s.report.conclusion), s.report.reason);
  if (!s.report.detail.empty()) text += s.report.detail + "\n";
  if (s.by_condition.empty() && s.local.empty()) return text;
  text += "\n  " + counts_text(s) + "\n";
  text += table_text("condition", s.by_condition) + table_text("depth", s.by_depth) +
          table_text("strength", s.by_strength);
  text += fmt::format("\n  {:<18} {:>8} {:>10} {:>10} {:>10} {:>11} {:>8}\n", "each node alone", "count",
                      "median", "p99", "max ulps", "of allowed", "within");
  for (const LocalRow& r : s.local) text += row_text(r.operation, r);
  if (s.guilty.empty()) return text + "\n  No operation's own step is beyond what is allowed.\n";
  const LocalRow& worst = s.local.front();
  return text +
         fmt::format(
           "\n  guilty: {}, whose own step is off by {} of what is allowed: observed {}, truth {}, of\n",
           s.guilty, figure_text(worst.of_bound), worst.observed, worst.truth) +
         indented(worst.graph);
}

std::string to_json(const ConditionStudy& s) {
  Json local = Json::array();
  for (const LocalRow& r : s.local) {
    Json j = {{"operation", r.operation}};
    j.update(figures(r));
    j.update({{"graph", r.graph}, {"observed", r.observed}, {"truth", r.truth}});
    local.push_back(j);
  }
  const Json j = {{"schema", "gradproof/condition/1"},
                  {"version", s.report.version},
                  {"subject", s.report.subject.target},
                  {"framework", s.report.subject.framework},
                  {"dtype", format(s.options.dtype).name},
                  {"seed", s.options.seed},
                  {"asked", s.options.graphs},
                  {"conclusion", name(s.report.conclusion)},
                  {"exit_code", exit_code(s.report.conclusion)},
                  {"reason", s.report.reason},
                  {"graphs", s.graphs},
                  {"undecided", s.undecided},
                  {"unsupported", s.unsupported},
                  {"no_answer", s.no_answer},
                  {"not_finite", s.not_finite},
                  {"zeros", s.zeros},
                  {"by_condition", json_of(s.by_condition)},
                  {"by_depth", json_of(s.by_depth)},
                  {"by_strength", json_of(s.by_strength)},
                  {"local", local},
                  {"guilty", s.guilty}};
  std::string text = j.dump(2);
  text.erase(text.find_last_not_of("\n}") + 1);
  return text + ",\n  \"points\": " + points_json(s.points) + "\n}\n";
}

}  // namespace gradproof::inline v0
