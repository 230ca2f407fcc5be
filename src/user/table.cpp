// Results as text: a pure function of what was found.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "gradproof/check.hpp"
#include "gradproof/number.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr std::size_t most_rows = 12;

// How bad: what fails by the most comes first, then what is undecided, then the bluntest.
double badness(const CheckedEntry& e) {
  const double miss = std::abs(e.claimed - e.right);
  return std::isnan(miss) ? std::numeric_limits<double>::infinity()
                          : miss / (e.allowed + std::numeric_limits<double>::min());
}
int rank(Verdict v) {
  switch (v) {
    case Verdict::fails: return 0;
    case Verdict::undecided: return 1;
    case Verdict::holds: return 2;
  }
  return 3;
}
bool worse(const CheckedEntry& a, const CheckedEntry& b) {
  if (rank(a.verdict) != rank(b.verdict)) return rank(a.verdict) < rank(b.verdict);
  if (a.verdict == Verdict::holds) return a.power.value_or(0) > b.power.value_or(0);
  return badness(a) > badness(b);
}

std::string brief(double x) {
  if (!std::isfinite(x)) return "?";
  return x >= 0.1 && x < 1000 ? fmt::format("{:.2g}", x) : x == 0 ? "0" : fmt::format("{:.0e}", x);
}
std::string maybe(const std::optional<double>& x) { return x ? brief(*x) : "-"; }
std::string ratio(const CheckedEntry& e) {
  if (e.right == 0 || !std::isfinite(e.upper)) return "-";
  return fmt::format("{:.5g}", e.claimed / e.right);
}
// What is right, where it is known to many digits, in fewer.
std::string shortened(const CheckedEntry& e, int digits) {
  const bool longer = e.truth.size() > static_cast<std::size_t>(digits) && e.truth[0] != '[';
  return longer && std::isnormal(e.right) ? fmt::format("{:.{}g}", e.right, digits) : e.truth;
}

// The digits that tell each claim that fails from what is right, and ten at least.
int digits_for(const std::vector<CheckedEntry>& entries) {
  int digits = 10;
  for (const CheckedEntry& e : entries) {
    const double relative = std::abs(e.claimed - e.right) / std::abs(e.right);
    if (e.verdict == Verdict::fails && relative > 0 && std::isfinite(relative))
      digits = std::max(digits, static_cast<int>(2 - std::log10(relative)));
  }
  return std::min(digits, 17);
}

using Row = std::vector<std::string>;

// κ is worth a column where something cancels. The whole should fit into the 78 columns that test frameworks have.
std::vector<Row> rows_of(const std::vector<CheckedEntry>& entries) {
  const int digits = digits_for(entries);
  const bool cancels =
    std::ranges::any_of(entries, [](const CheckedEntry& e) { return e.condition.value_or(1) >= 2; });
  std::vector<Row> rows = {{"entry", "claimed", "right", "ratio", "allowed", "ulps"}};
  if (cancels) rows[0].push_back("κ");
  rows[0].insert(rows[0].end(), {"sees", "verdict"});
  for (const CheckedEntry& e : entries) {
    Row row = {e.place,
               fmt::format("{:.{}g}", e.claimed, digits),
               shortened(e, digits),
               ratio(e),
               brief(e.allowed),
               brief(e.ulps)};
    if (cancels) row.push_back(maybe(e.condition));
    row.push_back(maybe(e.power));
    row.emplace_back(name(e.verdict));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string aligned(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows[0].size());
  const auto width = [](const std::string& s) {  // κ is one column and two bytes
    return static_cast<std::size_t>(std::ranges::count_if(s, [](char c) { return (c & 0xC0) != 0x80; }));
  };
  for (const Row& r : rows)
    for (std::size_t i = 0; i < r.size(); ++i) widths[i] = std::max(widths[i], width(r[i]));
  std::string text;
  for (const Row& r : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < r.size(); ++i)
      line += " " + r[i] + (i + 1 < r.size() ? std::string(widths[i] - width(r[i]) + 1, ' ') : "");
    text += line + "\n";
  }
  return text;
}

std::size_t count(const CheckResult& r, Verdict v) {
  return static_cast<std::size_t>(
    std::ranges::count_if(r.entries, [v](const CheckedEntry& e) { return e.verdict == v; }));
}

std::string headline(const CheckResult& r) {
  std::string text = r.name;
  switch (r.verdict) {
    case Verdict::holds: text += " HOLDS"; break;
    case Verdict::fails: text += " FAILS"; break;
    case Verdict::undecided: text += " is UNDECIDED"; break;
  }
  if (!r.entries.empty())
    text += fmt::format(": {} {} {}, {} {}, {} undecided", count(r, Verdict::fails),
                        count(r, Verdict::fails) == 1 ? "entry" : "entries",
                        count(r, Verdict::fails) == 1 ? "fails" : "fail", count(r, Verdict::holds),
                        count(r, Verdict::holds) == 1 ? "holds" : "hold", count(r, Verdict::undecided));
  return text + fmt::format(" ({}, {})\n", r.contract, format(r.dtype).words);
}

}  // namespace

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::holds: return "holds";
    case Verdict::fails: return "FAILS";
    case Verdict::undecided: return "undecided";
  }
  return "";
}

std::string to_string(const CheckResult& result) {
  std::string text = headline(result);
  if (!result.reason.empty()) text += "  " + result.reason + "\n";
  if (!result.cause.empty()) text += "  likely cause: " + result.cause + "\n";
  if (result.entries.empty()) return text;
  std::vector<CheckedEntry> entries = result.entries;
  std::ranges::stable_sort(entries, worse);
  const std::size_t left = entries.size() - std::min(entries.size(), most_rows);
  entries.resize(entries.size() - left);
  text += aligned(rows_of(entries));
  if (left > 0) text += fmt::format("  ... and {} more\n", left);
  const auto undecided =
    std::ranges::find_if(entries, [](const CheckedEntry& e) { return e.verdict == Verdict::undecided; });
  if (undecided != entries.end() && !undecided->reason.empty())
    text += fmt::format("  {} is undecided: {}\n", undecided->place, undecided->reason);
  for (const std::string& oracle : result.oracles) text += "  oracle: " + oracle + "\n";
  text += "  right by " + result.way;
  if (result.power && result.verdict == Verdict::holds)
    text += fmt::format("; sees relative errors of {:.1e} in each entry", *result.power);
  return text + "\n";
}

std::ostream& operator<<(std::ostream& out, const CheckResult& result) { return out << to_string(result); }

}  // namespace gradproof::inline v0
