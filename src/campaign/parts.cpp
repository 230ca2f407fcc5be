#include "campaign/parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "gradproof/ops.hpp"
#include "gradproof/text.hpp"

namespace gradproof::inline v0 {

namespace {

Tally tally_of(const std::string& property, const Counts& c, Dtype dtype) {
  Tally t;
  t.property = property;
  if (const Property* p = find_property(property)) t.claim = p->claim;
  else
    t.claim = "Along one direction, reverse mode gives what one forward sweep of the anchored graph gives.";
  t.dtype = dtype;
  t.holds = c.holds;
  t.fails = c.fails;
  t.undecided = c.undecided;
  t.not_applicable = c.not_applicable;
  return t;
}

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

}  // namespace

std::vector<Tally> tallies_of(const CampaignReport& r) {
  std::vector<Tally> tallies;
  for (const bool screened : {true, false})
    for (const auto& [property, counts] : r.counts)
      if ((property == screening) == screened) tallies.push_back(tally_of(property, counts, r.plan.dtype));
  return tallies;
}

std::vector<CensusRow> census_rows(const Census& c) {
  const std::vector<Columns> sizes = {{"0-2", 0, 3}, {"3-7", 3, 8}, {"8-15", 8, 16}, {"16 up", 16, 32}};
  return {
    row_of("operations in a graph", c.nodes, sizes),
    row_of("longest path", c.depth, sizes),
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
            {"computed", 8, 9}}),
    row_of("residual in ulps", c.residual,
           {{"0", 0, 1}, {"to 1/8", 1, 5}, {"to 1", 5, 8}, {"to 8", 8, 11}, {"more", 11, 17}})};
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

// 1234567 as 1,234,567.
std::string grouped(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  const double p = 100 * static_cast<double>(part) / static_cast<double>(whole);
  if (part > 0 && p < 0.1) return "<0.1%";
  return fmt::format("{:.{}f}%", p, p < 10 ? 1 : 0);
}

std::string plan_text(const CampaignReport& r) {
  const CampaignPlan& p = r.plan;
  std::string text =
    fmt::format("{} graphs in {} block{}", grouped(r.graphs), grouped(r.blocks), r.blocks == 1 ? "" : "s");
  if (r.shard.of > 1) text += fmt::format(", shard {}/{}", r.shard.index + 1, r.shard.of);
  if (p.exhaustive > 0) text += fmt::format("; all graphs of up to {} operations", p.exhaustive);
  else text += fmt::format("; seed {}", p.seed);
  if (p.thorough == 1) text += "; each by every property";
  else if (p.thorough > 1) text += fmt::format("; one in {} by every property", grouped(p.thorough));
  if (p.digits > 0) text += fmt::format("; screened at {} digits", p.digits);
  return text;
}

// The counterexample that shows a kind of failure once more, if the subject could be asked again.
const Counterexample* counterexample_of(const CampaignReport& r, const CampaignFailure& f) {
  for (const Counterexample& e : r.report.counterexamples)
    if (e.property == f.property && f.document.ends_with(print(e.minimal.graph).substr(12))) return &e;
  return nullptr;
}

}  // namespace gradproof::inline v0
