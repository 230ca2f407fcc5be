// A study of conditions as one HTML file that needs no other, and as Markdown.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "report/page.hpp"
#include "report/verdict_words.hpp"
#include "study/chart.hpp"
#include "study/condition_words.hpp"

namespace gradproof::inline v0 {

namespace {

std::string title_of(const ConditionStudy& s) {
  return fmt::format("Condition of {} in {}", s.report.subject.target, format(s.options.dtype).words);
}

// The three tables of entries, and what each of them goes by.
struct Table {
  std::string head, axis;
  int base = 10;  // of the labels
  float ConditionPoint::*at = nullptr;
  const std::vector<ConditionRow>* rows = nullptr;
};
std::vector<Table> tables_of(const ConditionStudy& s) {
  return {{"condition", "condition of the entry", 10, &ConditionPoint::condition, &s.by_condition},
          {"depth", "depth of the graph", 2, &ConditionPoint::depth, &s.by_depth},
          {"strength", "strength of the reversals (λ)", 2, &ConditionPoint::strength, &s.by_strength}};
}

bool measured(const ConditionStudy& s) { return !s.by_condition.empty() || !s.local.empty(); }

// The verdict in words: which operation is to blame, if any.
std::string guilt(const ConditionStudy& s) {
  if (!measured(s)) return s.report.reason;
  if (s.guilty.empty()) return "No operation's own step is beyond what is allowed.";
  const LocalRow& worst = s.local.front();
  return fmt::format("{}, whose own step is off by {} of what is allowed: observed {}, truth {}.", s.guilty,
                     figure_text(worst.of_bound), worst.observed, worst.truth);
}

std::string chart_html(const ConditionStudy& s, const Table& t) {
  const auto log10_of = [](double x) {
    return x > 0 ? std::log10(x) : -std::numeric_limits<double>::infinity();
  };
  ChartSeries dots{"entries", {}, true}, median{"median", {}}, p99{"p99", {}};
  for (const ConditionPoint& p : s.points) dots.points.push_back({p.*t.at, log10_of(p.ulps)});
  for (const ConditionRow& r : *t.rows) {
    median.points.push_back({r.at, log10_of(r.median)});
    p99.points.push_back({r.at, log10_of(r.p99)});
  }
  // A correctly rounded number is off by less in one case of five hundred: what stands there is as good as exact.
  constexpr double least = -3;
  return figure_html({"Error in ulps against the " + t.axis, t.axis, t.base, {p99, dots, median}, least},
                     "Error in ulps:");
}

std::vector<PageHead> heads_of(const std::string& what) {
  return {{what},          {"count", true},    {"median", true},
          {"p99", true},   {"max ulps", true}, {"of allowed", true},
          {"within", true}};
}

template <class Row>
PageRow row_of(const std::string& what, const Row& r) {
  const auto cell = [](double v) {
    return PageCell{figure_text(v), "", std::isfinite(v) ? fmt::format("{:.17g}", v) : "inf"};
  };
  return {{{escaped(what)},
           {fmt::format("{}", r.count), "", fmt::format("{}", r.count)},
           cell(r.median),
           cell(r.p99),
           cell(r.highest),
           cell(r.of_bound),
           {within_text(r.within, r.count), r.within < r.count ? "bad" : "",
            fmt::format("{:.17g}",
                        r.count == 0 ? 1 : static_cast<double>(r.within) / static_cast<double>(r.count))}}};
}

std::string tables_html(const ConditionStudy& s) {
  std::string text = "<h2>The entries of the gradients</h2>\n<div class=\"charts\">";
  for (const Table& t : tables_of(s))
    if (!s.points.empty()) text += chart_html(s, t);
  text += "</div>\n";
  for (const Table& t : tables_of(s)) {
    PageTable table{"", "Errors by " + t.head, heads_of(t.head), {}};
    for (const ConditionRow& r : *t.rows) table.rows.push_back(row_of(r.what, r));
    text += "<h3>By " + t.head + "</h3>\n" + table_html(table);
  }
  PageTable local{"local", "Each operation's own step", heads_of("operation"), {}};
  for (const LocalRow& r : s.local) local.rows.push_back(row_of(r.operation, r));
  text +=
    "<h2>Each node alone</h2>\n<p>Its exact operands and its exact adjoint are rounded to the dtype and put "
    "to it alone: "
    "what is off here is that operation's own.</p>\n" +
    controls_html({"local", "local-words", "tanh", {}, "", "", "", "local-count"}) + table_html(local);
  if (s.local.empty()) return text;
  const LocalRow& worst = s.local.front();
  return text + fmt::format(
                  "<p>The largest share of what is allowed has {}: observed <code>{}</code>, truth "
                  "<code>{}</code>, of</p>\n<pre tabindex=\"0\">{}</pre>\n",
                  escaped(worst.operation), escaped(worst.observed), escaped(worst.truth),
                  escaped(worst.graph));
}

template <class Row>
std::string markdown_row(const std::string& what, const Row& r) {
  return fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", markdown_words(what), r.count,
                     figure_text(r.median), figure_text(r.p99), figure_text(r.highest),
                     figure_text(r.of_bound), within_text(r.within, r.count));
}

std::string markdown_head(const std::string& what) {
  return "| " + what +
         " | count | median | p99 | max ulps | of allowed | within |\n|---|---:|---:|---:|---:|---:|---:|\n";
}

}  // namespace

std::string to_html(const ConditionStudy& s) {
  const bool bad = !s.guilty.empty();
  const std::string badge =
    !measured(s) ? fmt::format("<span class=\"badge open\">{}</span> ", name(s.report.conclusion))
    : bad        ? "<span class=\"badge bad\">guilty</span> "
                 : "";
  std::string text =
    "<h1>" + escaped(title_of(s)) + "</h1>\n<p class=\"verdict\">" + badge + escaped(guilt(s)) + "</p>\n";
  if (!s.report.detail.empty()) text += "<pre tabindex=\"0\">" + escaped(s.report.detail) + "</pre>\n";
  if (measured(s)) text += "<p>" + counts_text(s) + ".</p>\n" + tables_html(s);
  return page_html(title_of(s), text + "<h2>Environment</h2>\n" + facts_html(environment_of(s.report)));
}

std::string to_markdown(const ConditionStudy& s) {
  std::string text = "## " + markdown_words(title_of(s)) + "\n\n" + (s.guilty.empty() ? "" : "**guilty:** ") +
                     markdown_words(guilt(s)) + "\n\n";
  if (!s.report.detail.empty()) text += markdown_block(s.report.detail) + "\n";
  if (measured(s)) {
    text += counts_text(s) + ".\n";
    for (const Table& t : tables_of(s)) {
      text += "\n" + markdown_head(t.head);
      for (const ConditionRow& r : *t.rows) text += markdown_row(r.what, r);
    }
    text += "\n" + markdown_head("each node alone");
    for (const LocalRow& r : s.local) text += markdown_row(r.operation, r);
    if (!s.guilty.empty()) text += "\n" + markdown_block(s.local.front().graph);
  }
  std::string facts;
  for (const auto& [title, words] : environment_of(s.report))
    facts += (facts.empty() ? "" : "; ") + title + ": " + words;
  return text + "\n<sub>" + escaped(facts) + "</sub>\n";
}

}  // namespace gradproof::inline v0
