// A study of steps as text and as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "report/json_number.hpp"
#include "study/words.hpp"

namespace gradproof::inline v0 {

using Json = nlohmann::ordered_json;

std::string setting_text(Checker checker, const CheckerSetting& s) {
  if (checker == Checker::ceres_checker)
    return fmt::format("ridders_relative_initial_step_size={:.3g} relative_precision={:.2g}", s.eps, s.rtol);
  return fmt::format("eps={:.3g} atol={:.2g} rtol={:.2g}", s.eps, s.atol, s.rtol);
}

std::string outlook_text(const Outlook& o) {
  std::string text = fmt::format("a right gradient {}", name(o.right_gradient));
  if (!o.why.empty()) text += fmt::format(" ({})", o.why);
  if (o.right_gradient == Prospect::fails) return text;
  if (o.detectable.value_or(0) > 0)
    text += fmt::format("; an error of {:.2g} of an entry is seen in any of them", *o.detectable);
  else if (std::isfinite(o.least)) text += fmt::format("; an error of {:.2g} is seen", o.least);
  if (o.blind > 0) text += fmt::format("; in {} of them a 0 would not be", o.blind);
  return text;
}

std::string not_finite_text(const StepCurve& c) {
  if (c.not_finite == 0) return "";
  return fmt::format("{} of {} differences are not finite", c.not_finite, c.finite + c.not_finite);
}

std::string place_text(const StepStudy& s) {
  return s.chosen ? fmt::format("at {}, the worst of {} entries", s.entry, s.entries) : "at " + s.entry;
}

namespace {

constexpr std::size_t most_rows = 16;

std::string summary_text(const StepCurve& c) {
  std::string text =
    fmt::format("    {:<12} {:>9} {:>9}   {:>11} {:>9} {:>9}\n", c.relative ? "rel. error" : "error",
                "best h", "there", "predicted h", "bound", "there");
  for (const SchemeSummary& s : c.schemes)
    text += fmt::format("    {:<12} {:>9} {:>9}   {:>11} {:>9} {:>9}\n", name(s.scheme),
                        s.best ? fmt::format("2^{}", *s.best) : "-", s.best ? to_string(s.best_error) : "-",
                        s.predicted ? fmt::format("2^{:.1f}", *s.predicted) : "any",
                        s.predicted ? to_string(s.predicted_error) : "-",
                        s.predicted ? to_string(s.error_at_predicted) : "-");
  for (const WithoutStep& w : c.without)
    text += fmt::format("    {:<12} {:>9} {:>9}\n", w.way, "no step", to_string(w.error));
  return text;
}

// So many rows at most, evenly.
std::string rows_text(const StepCurve& c) {
  std::string text = fmt::format("\n    {:<12}", "h");
  for (const Scheme s : all_schemes) text += fmt::format(" {:>10}", name(s));
  text += "\n";
  const std::size_t stride = (c.rows.size() + most_rows - 1) / most_rows;
  for (std::size_t i = 0; i < c.rows.size(); i += std::max<std::size_t>(1, stride)) {
    text += fmt::format("    {:<12}", fmt::format("2^{}", c.rows[i].exponent));
    for (const StepError& e : c.rows[i].schemes) text += fmt::format(" {:>10}", to_string(e.error));
    text += "\n";
  }
  return text;
}

std::string advice_text(const StepStudy& study) {
  if (study.advice.empty()) return "";
  std::string text = "\n  what to give to a gradient checker, over all entries of the inputs\n";
  std::string before;
  for (const CheckerAdvice& a : study.advice) {
    text += fmt::format("\n    {} in {}\n", name(a.checker), format(a.dtype).words);
    if (!a.decides)
      text +=
        fmt::format("      can't decide: {}\n", a.why_not == before ? "for the same reason" : a.why_not);
    else
      text +=
        fmt::format("      {}: {}\n", setting_text(a.checker, a.advised->setting), outlook_text(*a.advised));
    text += fmt::format("      by default ({}): {}\n", setting_text(a.checker, a.by_default.setting),
                        outlook_text(a.by_default));
    text += fmt::format("      at half that step: {}\n", outlook_text(a.by_half_eps));
    before = a.why_not;
  }
  return text;
}

Json json_of(Size s) { return s.is_zero() ? Json(nullptr) : json_number(s.log10); }

Json json_of(const Outlook& o) {
  return {{"eps", o.setting.eps},
          {"atol", json_number(o.setting.atol)},
          {"rtol", json_number(o.setting.rtol)},
          {"right_gradient", name(o.right_gradient)},
          // Relative to entries that are all 0 nothing is known.
          {"detectable", o.detectable ? json_number(*o.detectable) : Json(nullptr)},
          {"least", json_number(o.least)},
          {"blind", o.blind},
          {"why", o.why}};
}

Json json_of(const StepCurve& c) {
  Json rows = Json::array(), schemes = Json::array(), without = Json::array();
  for (const StepRow& r : c.rows) {
    Json row = {{"exponent", r.exponent}};
    for (const Scheme s : all_schemes) {
      const StepError& e = r.schemes[static_cast<std::size_t>(s)];
      row[std::string(name(s))] = {{"error", json_of(e.error)},
                                   {"truncation", json_of(e.truncation)},
                                   {"rounding", json_of(e.rounding)}};
    }
    rows.push_back(row);
  }
  for (const SchemeSummary& s : c.schemes)
    schemes.push_back({{"scheme", name(s.scheme)},
                       {"best", s.best ? Json(*s.best) : Json(nullptr)},
                       {"best_error", json_of(s.best_error)},
                       {"predicted", s.predicted ? Json(*s.predicted) : Json(nullptr)},
                       {"predicted_error", json_of(s.predicted_error)},
                       {"error_at_predicted", json_of(s.error_at_predicted)}});
  for (const WithoutStep& w : c.without) without.push_back({{"way", w.way}, {"error", json_of(w.error)}});
  return {{"arithmetic", c.arithmetic},
          {"dtype", c.dtype ? Json(format(*c.dtype).name) : Json(nullptr)},
          {"bits", c.bits},
          {"value", c.value},
          {"slope", c.slope},
          {"relative", c.relative},
          {"rounding", json_of(c.rounding)},
          {"finite", c.finite},
          {"not_finite", c.not_finite},
          {"schemes", schemes},
          {"without_step", without},
          {"rows", rows}};
}

Json json_of(const CheckerAdvice& a) {
  return {{"checker", name(a.checker)},
          {"dtype", format(a.dtype).name},
          {"decides", a.decides},
          {"why_not", a.why_not},
          {"advised", a.advised ? json_of(*a.advised) : Json(nullptr)},
          {"default", json_of(a.by_default)},
          {"half_eps", json_of(a.by_half_eps)}};
}

}  // namespace

std::string to_text(const StepStudy& study) {
  std::string text = fmt::format("steps of {}", study.source.empty() ? "a graph" : study.source);
  if (!study.entry.empty()) text += "   " + place_text(study);
  text += "\n";
  if (!study.trouble.empty()) return text + "\n  nothing was measured: " + study.trouble + "\n";
  for (const StepCurve& c : study.curves) {
    text += fmt::format("\n  {} ({} bits): the derivative is {}; rounding in a value is at most {} {}\n",
                        c.arithmetic, c.bits, c.slope, to_string(c.rounding), c.relative ? "of it" : "");
    text.erase(text.find_last_not_of(" \n") + 1);
    text += "\n";
    if (const std::string counts = not_finite_text(c); !counts.empty()) text += "    " + counts + "\n";
    if (c.finite > 0) text += summary_text(c) + rows_text(c);
  }
  if (!has_result(study)) return text + "\n  nothing was measured: no difference is finite\n";
  return text + advice_text(study);
}

std::string to_json(const StepStudy& study) {
  Json curves = Json::array(), advice = Json::array(), derivatives = Json::object();
  constexpr std::array orders = {"1", "2", "3", "5", "7"};
  for (std::size_t i = 0; i < orders.size(); ++i) derivatives[orders[i]] = json_of(study.derivatives[i]);
  for (const StepCurve& c : study.curves) curves.push_back(json_of(c));
  for (const CheckerAdvice& a : study.advice) advice.push_back(json_of(a));
  const Json j = {{"schema", "gradproof/steps/1"},
                  {"version", study.version},
                  {"source", study.source},
                  {"graph", study.graph},
                  {"trouble", study.trouble},
                  {"entry", study.entry},
                  {"entries", study.entries},
                  {"chosen", study.chosen},
                  {"derivatives", derivatives},
                  {"curves", curves},
                  {"advice", advice}};
  return j.dump(2) + "\n";
}

}  // namespace gradproof::inline v0
