// A study of precisions as one HTML file that needs no other, and as Markdown.
#include <fmt/format.h>

#include <cmath>

#include "report/page.hpp"
#include "study/chart.hpp"
#include "study/words.hpp"

namespace gradproof::inline v0 {

namespace {

double log10_of(double x) { return x > 0 ? std::log10(x) : std::nan(""); }

std::string title_of(const PrecisionStudy& s) {
  return "Precision of " + (s.source.empty() ? "a graph" : s.source);
}

std::string story(const PrecisionStudy& s) {
  std::string text = fmt::format(
    "Digits of the value and of the worst of {} entries of the gradient, against {} proven digits", s.entries,
    s.truth_digits);
  if (s.zeros > 0) text += fmt::format("; {} entries are 0 and left out", s.zeros);
  if (s.not_finite > 0) text += fmt::format("; {} numbers are not finite", s.not_finite);
  return text + ".";
}

// The rows of the table, doubles first: what was asked, then figures, as text.
std::vector<std::vector<std::string>> rows_of(const PrecisionStudy& s) {
  const bool timed = s.double_seconds > 0;
  const auto row = [&](const std::string& asked, const PrecisionRow& r) {
    std::vector<std::string> cells = {asked, fmt::format("{}", r.bits), fmt::format("{:.1f}", r.value),
                                      fmt::format("{:.1f}", r.gradient), r.worst};
    if (timed) {
      cells.push_back(fmt::format("{:.2f}", r.seconds * 1e6));
      cells.push_back(fmt::format("{:.1f}", r.ratio));
    }
    return cells;
  };
  std::vector<std::vector<std::string>> rows = {
    row("double", {16, 53, s.double_value, s.double_gradient, "", s.double_seconds, 1})};
  for (const PrecisionRow& r : s.rows) rows.push_back(row(std::to_string(r.digits), r));
  return rows;
}

std::vector<PageHead> heads_of(const PrecisionStudy& s) {
  std::vector<PageHead> heads = {
    {"digits asked", true}, {"bits", true}, {"of the value", true}, {"of the gradient", true}, {"worst at"}};
  if (s.double_seconds > 0) {
    heads.push_back({"time in µs", true});
    heads.push_back({"times double's", true});
  }
  return heads;
}

std::string charts_html(const PrecisionStudy& s) {
  ChartSeries value{"value", {}}, gradient{"gradient", {}}, asked{"as asked", {}}, time{"time", {}};
  for (const PrecisionRow& r : s.rows) {
    const double x = log10_of(static_cast<double>(r.digits));
    value.points.push_back({x, log10_of(r.value)});
    gradient.points.push_back({x, log10_of(r.gradient)});
    asked.points.push_back({x, x});
    time.points.push_back({x, log10_of(r.ratio)});
  }
  std::string text =
    "<h2>As charts</h2>\n<div class=\"charts\">" +
    figure_html({"Digits got against digits asked for", "digits asked for", 10, {value, gradient, asked}},
                "Digits got:");
  if (s.double_seconds > 0)
    text += figure_html({"Time over that of double against digits asked for", "digits asked for", 10, {time}},
                        "Over double's:");
  return text + "</div>\n";
}

}  // namespace

std::string to_html(const PrecisionStudy& s) {
  std::string text = "<h1>" + escaped(title_of(s)) + "</h1>\n";
  if (!s.trouble.empty())
    return page_html(title_of(s), text + "<p>Nothing was measured: " + escaped(s.trouble) + "</p>\n" +
                                    graph_html(s.graph, s.version));
  PageTable table{"", "Digits asked for, digits got, and time", heads_of(s), {}};
  for (const auto& row : rows_of(s)) {
    PageRow cells;
    for (const std::string& words : row) cells.cells.push_back({escaped(words)});
    table.rows.push_back(std::move(cells));
  }
  return page_html(title_of(s), text + "<p>" + story(s) + "</p>\n" + table_html(table) +
                                  (has_result(s) ? charts_html(s) : "") + graph_html(s.graph, s.version));
}

std::string to_markdown(const PrecisionStudy& s) {
  std::string text = "## " + markdown_words(title_of(s)) + "\n\n";
  if (!s.trouble.empty()) return text + "Nothing was measured: " + markdown_words(s.trouble) + "\n";
  text += story(s) + "\n\n|";
  std::string rule = "|";
  for (const PageHead& head : heads_of(s)) {
    text += " " + head.title + " |";
    rule += head.is_number ? "---:|" : "---|";
  }
  text += "\n" + rule + "\n";
  for (const auto& row : rows_of(s)) {
    text += "|";
    for (const std::string& words : row) text += " " + markdown_words(words) + " |";
    text += "\n";
  }
  return text + "\n" + markdown_block(s.graph) + "\n<sub>gradproof " + escaped(s.version) + "</sub>\n";
}

}  // namespace gradproof::inline v0
