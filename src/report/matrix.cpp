#include "report/matrix.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/page.hpp"

namespace gradproof::inline v0 {

std::string_view name(Standing standing) {
  switch (standing) {
    case Standing::failed: return "failed";
    case Standing::known: return "known";
    case Standing::undecided: return "undecided";
    case Standing::passed: return "passed";
    case Standing::unsupported: return "unsupported";
    case Standing::skipped: return "skipped";
  }
  return "?";
}

Standing standing_of(const Tally& t) {
  if (t.fails > 0) return t.known.empty() ? Standing::failed : Standing::known;
  if (t.holds > 0) return Standing::passed;
  if (t.undecided > 0) return Standing::undecided;
  const auto lacks = [](const auto& reason) { return reason.first.starts_with("unsupported"); };
  return std::ranges::any_of(t.reasons, lacks) ? Standing::unsupported : Standing::skipped;
}

std::string standing_text(const Tally& t) {
  const std::string word(name(standing_of(t)));
  const std::string open = t.undecided > 0 ? fmt::format(", {} undecided", t.undecided) : "";
  switch (standing_of(t)) {
    case Standing::failed:
    case Standing::known: return fmt::format("{} {} of {}{}", word, t.fails, t.decided(), open);
    case Standing::passed: return fmt::format("{} {}{}", word, t.holds, open);
    case Standing::undecided: return fmt::format("{} {}", word, t.undecided);
    case Standing::unsupported:
    case Standing::skipped: return word;
  }
  return word;
}

std::string commonest_reason(const Tally& t) {
  const auto most = std::ranges::max_element(t.reasons, std::ranges::less{},
                                             [](const auto& reason) { return reason.second; });
  return most == t.reasons.end() ? "" : most->first;
}

std::string power_text(std::optional<double> power) {
  if (!power) return "";
  return *power > 0 ? fmt::format("{:.1e} relative", *power) : "any difference";
}

Matrix matrix_of(std::span<const Tally> tallies) {
  Matrix m;
  for (const Tally& t : tallies) {
    if (std::ranges::find(m.dtypes, t.dtype) == m.dtypes.end()) m.dtypes.push_back(t.dtype);
    if (std::ranges::find(m.rows, t.property, &MatrixRow::property) == m.rows.end())
      m.rows.push_back({t.property, t.claim, {}, {}, Standing::skipped});
  }
  for (MatrixRow& row : m.rows) {
    row.cells.assign(m.dtypes.size(), nullptr);
    for (const Tally& t : tallies) {
      if (t.property != row.property) continue;
      const auto column = std::ranges::find(m.dtypes, t.dtype) - m.dtypes.begin();
      row.cells[static_cast<std::size_t>(column)] = &t;
      row.worst = std::min(row.worst, standing_of(t));
      if (t.median_power) row.power = std::min(row.power.value_or(*t.median_power), *t.median_power);
    }
  }
  return m;
}

namespace {

std::string kind_of(Standing standing) {
  switch (standing) {
    case Standing::failed: return "bad";
    case Standing::known:
    case Standing::undecided: return "open";
    case Standing::passed: return "good";
    case Standing::unsupported:
    case Standing::skipped: return "soft";
  }
  return "";
}

PageCell cell_of(const Tally* t) {
  if (t == nullptr) return {"not tried", "soft"};
  std::string html = escaped(standing_text(*t));
  // What is no pass says why, where there is room for it.
  const Standing standing = standing_of(*t);
  if (standing == Standing::known) html += "<br><small>" + escaped(t->known) + "</small>";
  else if (standing != Standing::passed && standing != Standing::failed && !t->reasons.empty())
    html += "<br><small>" + escaped(commonest_reason(*t)) + "</small>";
  return {html, kind_of(standing) + " wide"};
}

}  // namespace

std::string matrix_html(std::span<const Tally> tallies, const std::string& prefix) {
  Matrix m = matrix_of(tallies);
  // What fails is what the reader came for.
  std::stable_partition(m.rows.begin(), m.rows.end(),
                        [](const MatrixRow& row) { return row.worst == Standing::failed; });
  PageTable table{prefix + "matrix", "Properties and dtypes", {{"property"}}, {}};
  for (const Dtype d : m.dtypes) table.heads.push_back({std::string(format(d).words)});
  table.heads.push_back({"would have caught"});
  PageChoice worst{prefix + "standing", "Outcome", "standing", {}};
  for (const Standing s : {Standing::failed, Standing::known, Standing::undecided, Standing::passed,
                           Standing::unsupported, Standing::skipped})
    if (std::ranges::find(m.rows, s, &MatrixRow::worst) != m.rows.end())
      worst.options.emplace_back(std::string(name(s)), std::string(name(s)));
  for (const MatrixRow& row : m.rows) {
    PageRow made{{{fmt::format("<b>{}</b><br><small class=\"soft\">{}</small>", escaped(row.property),
                               escaped(row.claim)),
                   "wide claim"}},
                 {{"standing", std::string(name(row.worst))}}};
    for (const Tally* t : row.cells) made.cells.push_back(cell_of(t));
    // What was never compared is the bluntest.
    made.cells.push_back({power_text(row.power), "", row.power ? fmt::format("{}", *row.power) : "inf"});
    table.rows.push_back(std::move(made));
  }
  return controls_html(
           {prefix + "matrix", prefix + "words", "gradient float32", {worst}, "", "", "", prefix + "count"}) +
         table_html(table);
}

std::string matrix_markdown(std::span<const Tally> tallies) {
  const Matrix m = matrix_of(tallies);
  std::string text = "| property |", rule = "|---|";
  for (const Dtype d : m.dtypes) text += fmt::format(" {} |", format(d).words), rule += "---|";
  text += " would have caught |\n" + rule + "---|\n";
  for (const MatrixRow& row : m.rows) {
    text += "| " + markdown_words(row.property) + " |";
    for (const Tally* t : row.cells) {
      const std::string words = t == nullptr ? "" : standing_text(*t);
      const bool bold = t != nullptr && standing_of(*t) == Standing::failed;
      text += bold ? " **" + words + "** |" : " " + words + " |";
    }
    text += " " + power_text(row.power) + " |\n";
  }
  return text;
}

}  // namespace gradproof::inline v0
