// A study of steps as one HTML file that needs no other.
#include <fmt/format.h>

#include <cmath>

#include "study/chart.hpp"
#include "study/words.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr const char* style = R"css(
:root{color-scheme:light dark;--ground:#fff;--ink:#1c2024;--soft:#5b6470;--line:#d9dde3;--s0:#a8200d;--s1:#0b5cad;
  --s2:#1d7a3a;--s3:#7a3db8}
@media (prefers-color-scheme:dark){:root{--ground:#14171a;--ink:#e6e9ed;--soft:#a3adb8;--line:#363d45;--s0:#ff9b87;
  --s1:#7ab8ff;--s2:#7fd99a;--s3:#cda6ff}}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.5rem;overflow-wrap:anywhere}h2{font-size:1.2rem;margin:2rem 0 .5rem}h3{font-size:1rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .7rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child,td:first-child{text-align:left}
pre{overflow-x:auto;border:1px solid var(--line);padding:.6rem}
figure{margin:0;max-width:44rem}figcaption{font-size:.9rem;color:var(--soft)}
svg{width:100%;height:auto;display:block}svg text{font:10px system-ui,sans-serif;fill:var(--soft)}
svg path{fill:none}svg .grid{stroke:var(--line)}svg .tick{stroke:var(--soft)}svg .curve{stroke-width:1.6}
.s0{stroke:var(--s0);color:var(--s0)}.s1{stroke:var(--s1);color:var(--s1)}.s2{stroke:var(--s2);color:var(--s2)}
.s3{stroke:var(--s3);color:var(--s3)}
.key span{margin-right:1.2rem;font-weight:600}
)css";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

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
  text += "<figure>" + to_svg(chart_of(c)) + "<figcaption class=\"key\">";
  for (std::size_t s = 0; s < all_schemes.size(); ++s)
    text += fmt::format("<span class=\"s{}\">{}</span>", s, name(all_schemes[s]));
  text += fmt::format(
    "</figcaption></figure>\n<div class=\"scroll\"><table><thead><tr><th>{}</th><th>best "
    "h</th><th>there</th><th>predicted "
    "h</th><th>bound</th><th>there</th></tr></thead><tbody>\n",
    c.relative ? "relative error" : "error");
  for (const SchemeSummary& s : c.schemes)
    text += fmt::format(
      "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", name(s.scheme),
      s.best ? fmt::format("2^{}", *s.best) : "-", s.best ? to_string(s.best_error) : "-",
      s.predicted ? fmt::format("2^{:.1f}", *s.predicted) : "any",
      s.predicted ? to_string(s.predicted_error) : "-", s.predicted ? to_string(s.error_at_predicted) : "-");
  for (const WithoutStep& w : c.without)
    text += fmt::format("<tr><td>{}</td><td>none</td><td>{}</td><td></td><td></td><td></td></tr>\n", w.way,
                        to_string(w.error));
  return text + "</tbody></table></div>\n";
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

std::string to_html(const StepStudy& study) {
  const std::string title = "Steps of " + escaped(study.source.empty() ? "a graph" : study.source);
  std::string text = fmt::format(
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
    "content=\"width=device-width,initial-scale=1\">\n<title>{0}</title><style>{1}</style></head>\n"
    "<body><main><h1>{0}</h1>\n",
    title, style);
  if (!study.entry.empty()) text += "<p>" + escaped(place_text(study)) + "</p>\n";
  if (!study.trouble.empty()) text += "<p>Nothing was measured: " + escaped(study.trouble) + "</p>\n";
  else if (!has_result(study)) text += "<p>Nothing was measured: no difference is finite.</p>\n";
  for (const StepCurve& c : study.curves) text += curve_html(c);
  text += advice_html(study);
  return text +
         fmt::format("<h2>The graph</h2>\n<pre>{}</pre>\n<p>By gradproof {}.</p></main></body></html>\n",
                     escaped(study.graph), study.version);
}

}  // namespace gradproof::inline v0
