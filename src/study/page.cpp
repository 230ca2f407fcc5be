// A study of steps as one HTML file that needs no other, and as Markdown.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "report/page.hpp"
#include "study/chart.hpp"
#include "study/words.hpp"

namespace gradproof::inline v0 {

namespace {

LogChart chart_of(const StepCurve& c) {
  // A thousandth of the last bit: what stands there is as good as exact, and an error of 0 stands there too.
  const double least = std::floor(-static_cast<double>(c.bits) * std::log10(2.0)) - 3;
  LogChart chart{fmt::format("{} of differences against the step in {}",
                             c.relative ? "Relative error" : "Error", c.arithmetic),
                 "h",
                 2,
                 {},
                 least};
  for (const Scheme s : all_schemes) {
    ChartSeries series{std::string(name(s)), {}};
    for (auto r = c.rows.rbegin(); r != c.rows.rend(); ++r)
      series.points.push_back({static_cast<double>(r->exponent) * std::log10(2.0),
                               r->schemes[static_cast<std::size_t>(s)].error.log10});
    chart.series.push_back(std::move(series));
  }
  return chart;
}

std::string title_of(const StepStudy& study) {
  return "Steps of " + (study.source.empty() ? "a graph" : study.source);
}

// Why there are no figures; empty where there are some.
std::string nothing_text(const StepStudy& study) {
  if (!study.trouble.empty()) return "Nothing was measured: " + study.trouble;
  return has_result(study) ? "" : "Nothing was measured: no difference is finite.";
}

std::vector<PageHead> heads_of(const StepCurve& c) {
  return {{c.relative ? "relative error" : "error"},
          {"best h", true},
          {"there", true},
          {"predicted h", true},
          {"bound", true},
          {"there", true}};
}

// A row for each scheme, and then one for each way that needs no step, as text.
std::vector<std::array<std::string, 6>> rows_of(const StepCurve& c) {
  std::vector<std::array<std::string, 6>> rows;
  for (const SchemeSummary& s : c.schemes)
    rows.push_back({std::string(name(s.scheme)), s.best ? fmt::format("2^{}", *s.best) : "-",
                    s.best ? to_string(s.best_error) : "-",
                    s.predicted ? fmt::format("2^{:.1f}", *s.predicted) : "any",
                    s.predicted ? to_string(s.predicted_error) : "-",
                    s.predicted ? to_string(s.error_at_predicted) : "-"});
  for (const WithoutStep& w : c.without) rows.push_back({w.way, "none", to_string(w.error), "", "", ""});
  return rows;
}

std::string curve_html(const StepCurve& c) {
  std::string text = fmt::format(
    "<h2>{}</h2>\n<p>The derivative is <code>{}</code>; rounding in a value of the function is at most "
    "{}{}. {}</p>\n",
    c.arithmetic, c.slope, to_string(c.rounding), c.relative ? " of it" : "", not_finite_text(c));
  if (c.finite == 0) return text;
  text += figure_html(chart_of(c));
  PageTable table{"", "Schemes in " + c.arithmetic, heads_of(c), {}};
  for (const auto& row : rows_of(c)) {
    PageRow cells;
    for (const std::string& words : row) cells.cells.push_back({escaped(words)});
    table.rows.push_back(std::move(cells));
  }
  return text + table_html(table);
}

std::string curve_markdown(const StepCurve& c) {
  std::string text = fmt::format(
    "### {}\n\nThe derivative is `{}`; rounding in a value of the function is at most {}{}. {}\n\n",
    c.arithmetic, c.slope, to_string(c.rounding), c.relative ? " of it" : "", not_finite_text(c));
  if (c.finite == 0) return text;
  text += "|";
  std::string rule = "|";
  for (const PageHead& head : heads_of(c)) {
    text += " " + head.title + " |";
    rule += head.is_number ? "---:|" : "---|";
  }
  text += "\n" + rule + "\n";
  for (const auto& row : rows_of(c)) {
    text += "|";
    for (const std::string& words : row) text += " " + markdown_words(words) + " |";
    text += "\n";
  }
  return text + "\n";
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

std::string advice_markdown(const StepStudy& study) {
  if (study.advice.empty()) return "";
  std::string text = "### What to give to a gradient checker\n\n";
  for (const CheckerAdvice& a : study.advice) {
    text += fmt::format("**{} in {}**\n\n", markdown_words(name(a.checker)), format(a.dtype).words);
    if (!a.decides) text += fmt::format("- can't decide: {}\n", markdown_words(a.why_not));
    else
      text += fmt::format("- `{}`: {}\n", setting_text(a.checker, a.advised->setting),
                          markdown_words(outlook_text(*a.advised)));
    text += fmt::format(
      "- by default (`{}`): {}\n- at half that step: {}\n\n", setting_text(a.checker, a.by_default.setting),
      markdown_words(outlook_text(a.by_default)), markdown_words(outlook_text(a.by_half_eps)));
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
  const std::string title = title_of(study), nothing = nothing_text(study);
  std::string text = "<h1>" + escaped(title) + "</h1>\n";
  if (!study.entry.empty()) text += "<p>" + escaped(place_text(study)) + "</p>\n";
  if (!nothing.empty()) text += "<p>" + escaped(nothing) + "</p>\n";
  for (const StepCurve& c : study.curves) text += curve_html(c);
  return page_html(title, text + advice_html(study) + graph_html(study.graph, study.version));
}

std::string to_markdown(const StepStudy& study) {
  const std::string nothing = nothing_text(study);
  std::string text = "## " + markdown_words(title_of(study)) + "\n\n";
  if (!study.entry.empty()) text += markdown_words(place_text(study)) + "\n\n";
  if (!nothing.empty()) text += markdown_words(nothing) + "\n\n";
  for (const StepCurve& c : study.curves) text += curve_markdown(c);
  return text + advice_markdown(study) + markdown_block(study.graph) + "\n<sub>gradproof " +
         escaped(study.version) + "</sub>\n";
}

}  // namespace gradproof::inline v0
