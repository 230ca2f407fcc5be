#include "report/census_part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>

#include "gradproof/ops.hpp"
#include "report/markup.hpp"

namespace gradproof::inline v0 {

namespace {

// Columns from one on, up to another one that is not included.
struct Columns {
  std::string name;
  std::size_t from, to;
};

CensusRow row_of(std::string title, std::span<const std::uint64_t> counters,
                 const std::vector<Columns>& all) {
  CensusRow row{std::move(title), {}};
  for (const Columns& c : all) {
    const auto from = counters.begin() + static_cast<std::ptrdiff_t>(std::min(c.from, counters.size()));
    const auto to = counters.begin() + static_cast<std::ptrdiff_t>(std::min(c.to, counters.size()));
    row.classes.emplace_back(c.name, std::accumulate(from, to, std::uint64_t{0}));
  }
  return row;
}

std::uint64_t whole_of(const CensusRow& row) {
  std::uint64_t whole = 0;
  for (const auto& [title, n] : row.classes) whole += n;
  return whole;
}

std::string row_html(const CensusRow& row) {
  const std::uint64_t whole = whole_of(row);
  std::uint64_t most = 1;
  for (const auto& [title, n] : row.classes) most = std::max(most, n);
  std::string text = fmt::format("<div><h3>{0}</h3><table aria-label=\"{0}\"><tbody>\n", escaped(row.title));
  for (const auto& [title, n] : row.classes)
    text +=
      fmt::format("<tr><th scope=\"row\">{}</th><td class=\"bar\">{}</td><td class=\"number\">{}</td></tr>\n",
                  escaped(title),
                  n == 0 ? ""
                         : fmt::format("<i style=\"width:{:.1f}%\"></i>",
                                       100 * static_cast<double>(n) / static_cast<double>(most)),
                  n == 0 ? "none" : percent(n, whole));
  return text + "</tbody></table></div>\n";
}

// All dtypes together.
Census whole_of(const Report& r) {
  Census whole;
  for (const auto& [dtype, census] : r.census) whole.add(census);
  return whole;
}

std::vector<CensusRow> rows_of(const Report& r, const Census& whole) {
  CensusRow dtypes{"dtype", {}};
  for (const auto& [dtype, census] : r.census)
    dtypes.classes.emplace_back(std::string(format(dtype).words), census.graphs());
  std::vector<CensusRow> rows = {std::move(dtypes)};
  std::ranges::move(census_rows(whole), std::back_inserter(rows));
  return rows;
}

}  // namespace

std::vector<CensusRow> census_rows(const Census& c) {
  const std::vector<Columns> sizes = {{"0-2", 0, 3}, {"3-7", 3, 8}, {"8-15", 8, 16}, {"16 up", 16, 32}};
  return {
    row_of("operations in a graph", c.nodes, sizes), row_of("longest path", c.depth, sizes),
    row_of("most uses of a tensor", c.fan_out, {{"1", 0, 2}, {"2", 2, 3}, {"3", 3, 4}, {"4 up", 4, 32}}),
    row_of("reversals on a path", c.reversals_on_a_path,
           {{"0", 0, 1}, {"1", 1, 2}, {"2", 2, 3}, {"3 up", 3, 32}}),
    row_of("λ", c.strengths,
           {{"0", 0, 1},
            {"1", 1, 2},
            {"-1", 2, 3},
            {"other", 3, 5},
            {"tiny", 5, 6},
            {"huge", 6, 7},
            {"no float32", 7, 8},
            {"computed", 8, 9}})};
}

CensusRow residual_row(const Census& c) {
  return row_of("residual in ulps", c.residual,
                {{"0", 0, 1}, {"to 1/8", 1, 5}, {"to 1", 5, 8}, {"to 8", 8, 11}, {"more", 11, 17}});
}

// Which operations could stand where, and which of them did.
std::string operations_text(const Census& c) {
  std::size_t met = 0, pairs = 0, possible = 0;
  std::string rarest;
  std::uint64_t least = 0, all = 0;
  for (std::size_t i = 0; i < op_count; ++i) {
    const OpInfo& op = info(OpId{static_cast<std::uint8_t>(i)});
    if (op.kind == Kind::leaf) continue;
    ++possible;
    all += c.operations[i];
    if (c.operations[i] == 0) continue;
    ++met;
    if (rarest.empty() || c.operations[i] < least) rarest = op.name, least = c.operations[i];
    for (std::size_t k = 0; k < op_count; ++k)
      pairs += info(OpId{static_cast<std::uint8_t>(k)}).kind != Kind::leaf && c.pairs[i][k] > 0 ? 1 : 0;
  }
  std::string text = fmt::format("{} of {}; {} of their {} pairs", met, possible, pairs, possible * possible);
  if (!rarest.empty()) text += fmt::format("; rarest: {} ({} of all)", rarest, percent(least, all));
  return text;
}

CensusRow operations_row(const Census& c) {
  CensusRow row{"uses of each operation", {}};
  for (std::size_t i = 0; i < op_count; ++i)
    if (const OpInfo& op = info(OpId{static_cast<std::uint8_t>(i)}); op.kind != Kind::leaf)
      row.classes.emplace_back(std::string(op.name), c.operations[i]);
  std::ranges::stable_sort(row.classes, std::ranges::greater{}, [](const auto& x) { return x.second; });
  return row;
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  const double p = 100 * static_cast<double>(part) / static_cast<double>(whole);
  if (part > 0 && p < 0.1) return "<0.1%";
  return fmt::format("{:.{}f}%", p, p < 10 ? 1 : 0);
}

std::string bars_html(const std::vector<CensusRow>& rows, const Census& census) {
  std::string text = "<div class=\"bars\">\n";
  for (const CensusRow& row : rows) text += row_html(row);
  return text + "</div>\n<details><summary>Uses of each operation</summary><div class=\"bars\">" +
         row_html(operations_row(census)) + "</div></details>\n";
}

std::string bars_markdown(const std::string& head, const std::vector<CensusRow>& rows, const Census& census) {
  std::string text = "| " + markdown_words(head) + " | |\n|---|---|\n";
  for (const CensusRow& row : rows) {
    std::string classes;
    for (const auto& [title, n] : row.classes)
      if (n > 0)
        classes += fmt::format("{}{}: {}", classes.empty() ? "" : ", ", title, percent(n, whole_of(row)));
    text += "| " + markdown_words(row.title) + " | " + (classes.empty() ? "none" : markdown_words(classes)) +
            " |\n";
  }
  return text + "| operations | " + markdown_words(operations_text(census)) + " |\n";
}

namespace {

// Each graph is looked at by several properties, so that these are fewer than checks.
std::string graphs_text(const Census& whole) {
  return fmt::format("{} graph{}", whole.graphs(), whole.graphs() == 1 ? "" : "s");
}

}  // namespace

std::string census_html(const Report& r) {
  const Census whole = whole_of(r);
  if (whole.graphs() == 0) return "";
  return "<p>" + graphs_text(whole) + ". Operations: " + escaped(operations_text(whole)) + ".</p>\n" +
         bars_html(rows_of(r, whole), whole);
}

std::string census_markdown(const Report& r) {
  const Census whole = whole_of(r);
  return whole.graphs() == 0 ? "" : bars_markdown(graphs_text(whole), rows_of(r, whole), whole) + "\n";
}

}  // namespace gradproof::inline v0
