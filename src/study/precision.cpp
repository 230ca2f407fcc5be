// Digits asked for against digits got and time.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "gradproof/text.hpp"
#include "report/json_number.hpp"
#include "study/objective.hpp"

namespace gradproof::inline v0 {

namespace {

// -log10 of the relative error; no more than what the truth is known to.
double digits_of(const Real& seen, const Real& right, double most) {
  if (isfinite(seen) == 0) return std::numeric_limits<double>::quiet_NaN();
  const Real error = abs(seen.rounded(right.precision()) - right);
  if (mpfr_zero_p(error.get()) != 0) return most;
  return std::clamp(size_of(right).log10 - size_of(error).log10, 0.0, most);
}

// The numbers of one run, their digits, and how long one takes.
struct Run {
  double value = 0, gradient = 0, seconds = 0;
  std::size_t worst = 0;
  std::uint64_t not_finite = 0;
};

template <class S>
Run run(const Graph& backward, std::size_t outputs, Bits precision, const Proven& truth, double most,
        const PrecisionOptions& options) {
  Run r;
  Evaluation<S> e(backward, precision, Keep::outputs);
  e.run();
  r.value = mpfr_zero_p(truth.values[0].get()) != 0
              ? most
              : digits_of(real_from<S>(e[backward.outputs()[0].node][0]), truth.values[0], most);
  r.not_finite += std::isnan(r.value) ? 1 : 0;
  r.gradient = most;
  std::size_t at = 0;
  for (std::size_t i = outputs; i < backward.outputs().size(); ++i)
    for (const S& x : e[backward.outputs()[i].node]) {
      const Real& right = truth.slopes[at];
      const double got = mpfr_zero_p(right.get()) != 0 ? most : digits_of(real_from<S>(x), right, most);
      if (std::isnan(got)) ++r.not_finite;
      else if (got < r.gradient) {
        r.gradient = got;
        r.worst = at;
      }
      ++at;
    }
  if (!options.clock) return r;
  // The least of several batches is nearest to what the work itself takes.
  const double end = options.clock() + options.seconds;
  r.seconds = std::numeric_limits<double>::infinity();
  for (std::size_t batch = 1; r.seconds > 1e300 || options.clock() < end;
       batch = std::min<std::size_t>(2 * batch, 64)) {
    const double from = options.clock();
    for (std::size_t i = 0; i < batch; ++i) e.run();
    r.seconds = std::min(r.seconds, (options.clock() - from) / static_cast<double>(batch));
  }
  return r;
}

}  // namespace

PrecisionStudy study_precision(const Graph& asked, const PrecisionOptions& options) {
  PrecisionStudy study;
  study.graph = print(asked);
  if (asked.inputs().empty() || options.digits.empty()) {
    study.trouble = asked.inputs().empty() ? "the graph has no input: nothing is differentiated"
                                           : "no digits were asked for";
    study.bad_input = true;
    return study;
  }
  const Graph graph = scalar_objective(asked);
  const Graph backward = gradient(graph);
  const std::int64_t most = std::ranges::max(options.digits);
  const auto truth = proven(graph, Bits{2 * digits(most).count + 64});
  if (!truth) {
    study.trouble = truth.error();
    return study;
  }
  study.truth_digits = 2 * most;
  study.entries = truth->slopes.size();
  for (const Real& s : truth->slopes) study.zeros += mpfr_zero_p(s.get()) != 0 ? 1 : 0;
  const auto limit = static_cast<double>(study.truth_digits);
  const Run plain = run<double>(backward, graph.outputs().size(), {}, *truth, limit, options);
  study.double_value = plain.value;
  study.double_gradient = plain.gradient;
  study.double_seconds = plain.seconds;
  const std::vector<EntryOf> entries = entries_of(graph);
  for (const std::int64_t d : options.digits) {
    const Bits bits = digits(d);
    const Run r = run<Real>(backward, graph.outputs().size(), bits, *truth, limit, options);
    study.not_finite += r.not_finite;
    study.rows.push_back({d, bits.count, r.value, r.gradient, place_name(graph, entries[r.worst]), r.seconds,
                          plain.seconds > 0 ? r.seconds / plain.seconds : 0});
  }
  return study;
}

bool has_result(const PrecisionStudy& study) {
  return study.trouble.empty() && study.not_finite < study.rows.size() * (1 + study.entries - study.zeros);
}

std::string to_text(const PrecisionStudy& study) {
  std::string text = fmt::format("precision of {}\n", study.source.empty() ? "a graph" : study.source);
  if (!study.trouble.empty()) return text + "\n  nothing was measured: " + study.trouble + "\n";
  const bool timed = study.double_seconds > 0;
  text += fmt::format("\n  {:>6} {:>7} {:>9} {:>9}  {:<12} {:>10} {:>9}\n", "asked", "bits", "value",
                      "gradient", "worst at", timed ? "time" : "", timed ? "x double" : "");
  const auto row = [&](const std::string& asked, std::int64_t bits, double value, double gradient,
                       const std::string& worst, double seconds, double ratio) {
    text += fmt::format("  {:>6} {:>7} {:>9.1f} {:>9.1f}  {:<12}", asked, bits, value, gradient, worst);
    if (timed) text += fmt::format(" {:>7.2f} us {:>9.1f}", seconds * 1e6, ratio);
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  };
  row("double", 53, study.double_value, study.double_gradient, "", study.double_seconds, 1);
  for (const PrecisionRow& r : study.rows)
    row(std::to_string(r.digits), r.bits, r.value, r.gradient, r.worst, r.seconds, r.ratio);
  text += fmt::format(
    "\n  digits of the value and of the worst of {} entries of the gradient, against {} proven digits",
    study.entries, study.truth_digits);
  if (study.zeros > 0) text += fmt::format("; {} entries are 0 and left out", study.zeros);
  if (study.not_finite > 0) text += fmt::format("; {} numbers are not finite", study.not_finite);
  return text + "\n";
}

std::string to_json(const PrecisionStudy& study) {
  using Json = nlohmann::ordered_json;
  Json rows = Json::array();
  for (const PrecisionRow& r : study.rows)
    rows.push_back({{"digits", r.digits},
                    {"bits", r.bits},
                    {"value", json_number(r.value)},
                    {"gradient", json_number(r.gradient)},
                    {"worst", r.worst},
                    {"seconds", r.seconds},
                    {"ratio", r.ratio}});
  const Json j = {{"schema", "gradproof/precision/1"},
                  {"version", study.version},
                  {"source", study.source},
                  {"graph", study.graph},
                  {"trouble", study.trouble},
                  {"entries", study.entries},
                  {"zeros", study.zeros},
                  {"not_finite", study.not_finite},
                  {"truth_digits", study.truth_digits},
                  {"double",
                   {{"value", json_number(study.double_value)},
                    {"gradient", json_number(study.double_gradient)},
                    {"seconds", study.double_seconds}}},
                  {"rows", rows}};
  return j.dump(2) + "\n";
}

}  // namespace gradproof::inline v0
