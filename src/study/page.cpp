// A study of steps as one HTML file that needs no other.
#include <fmt/format.h>

#include <cmath>

#include "report/page.hpp"
#include "study/chart.hpp"
#include "study/words.hpp"

namespace gradproof::inline v0 {

namespace {

LogChart chart_of(const StepCurve& c) {
  LogChart chart{fmt::format("{} of differences against the step in {}",
                             c.relative ? "Relative error" : "Error", c.arithmetic),
                 "h",
                 2,
                 {}};
  for (const Scheme s : all_schemes) {
    ChartSeries series{std::string(name(s)), {}};
    for (auto r = c.rows.rbegin(); r != c.rows.rend(); ++r)
      series.points.push_back({static_cast<double>(r->exponent) * std::log10(2.0),
                               r->schemes[static_cast<std::size_t>(s)].error.log10});
    chart.series.push_back(std::move(series));
  }
  return chart;
}

std::string curve_html(const StepCurve& c) {
  std::string text = fmt::format(
    "<h2>{}</h2>\n<p>The derivative is <code>{}</code>; rounding in a value of the function is at most "
    "{}{}. {}</p>\n",
    c.arithmetic, c.slope, to_string(c.rounding), c.relative ? " of it" : "", not_finite_text(c));
  if (c.finite == 0) return text;
  text += figure_html(chart_of(c));
  PageTable table{"",
                  "Schemes in " + c.arithmetic,
                  {{c.relative ? "relative error" : "error"},
                   {"best h", true},
                   {"there", true},
                   {"predicted h", true},
                   {"bound", true},
                   {"there", true}},
                  {}};
  for (const SchemeSummary& s : c.schemes)
    table.rows.push_back({{{std::string(name(s.scheme))},
                           {s.best ? fmt::format("2^{}", *s.best) : "-"},
                           {s.best ? to_string(s.best_error) : "-"},
                           {s.predicted ? fmt::format("2^{:.1f}", *s.predicted) : "any"},
                           {s.predicted ? to_string(s.predicted_error) : "-"},
                           {s.predicted ? to_string(s.error_at_predicted) : "-"}}});
  for (const WithoutStep& w : c.without)
    table.rows.push_back({{{w.way}, {"none"}, {to_string(w.error)}, {""}, {""}, {""}}});
  return text + table_html(table);
}

std::string advice_html(const StepStudy& study) {
  if (study.advice.empty()) return "";
  std::string text = "<h2>What to give to a gradient checker</h2>\n";
  for (const CheckerAdvice& a : study.advice) {
    text += fmt::format("<h3>{} in {}</h3>\n<ul>", name(a.checker), format(a.dtype).words);
    if (!a.decides) text += fmt::format("<li>can't decide: {}</li>\n", escaped(a.why_not));
    else
      text += fmt::format("<li><code>{}</code>: {}</li>\n", setting_text(a.checker, a.advised->setting),
                          escaped(outlook_text(*a.advised)));
    text += fmt::format("<li>by default (<code>{}</code>): {}</li>\n",
                        setting_text(a.checker, a.by_default.setting), escaped(outlook_text(a.by_default)));
    text += fmt::format("<li>at half that step: {}</li></ul>\n", escaped(outlook_text(a.by_half_eps)));
  }
  return text;
}

}  // namespace

std::string graph_html(const std::string& graph, const std::string& version) {
  return fmt::format(
    "<h2>The graph</h2>\n<pre tabindex=\"0\">{}</pre>\n<p class=\"soft\">By gradproof {}.</p>\n",
    escaped(graph), escaped(version));
}

std::string to_html(const StepStudy& study) {
  const std::string title = "Steps of " + (study.source.empty() ? "a graph" : study.source);
  std::string text = "<h1>" + escaped(title) + "</h1>\n";
  if (!study.entry.empty()) text += "<p>" + escaped(place_text(study)) + "</p>\n";
  if (!study.trouble.empty()) text += "<p>Nothing was measured: " + escaped(study.trouble) + "</p>\n";
  else if (!has_result(study)) text += "<p>Nothing was measured: no difference is finite.</p>\n";
  for (const StepCurve& c : study.curves) text += curve_html(c);
  return page_html(title, text + advice_html(study) + graph_html(study.graph, study.version));
}

}  // namespace gradproof::inline v0
