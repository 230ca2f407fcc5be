#include "campaign/parts.hpp"

#include <fmt/format.h>

#include <algorithm>

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

}  // namespace

void Counts::add(Outcome outcome) {
  switch (outcome) {
    case Outcome::holds: ++holds; break;
    case Outcome::fails: ++fails; break;
    case Outcome::undecided: ++undecided; break;
    case Outcome::not_applicable: ++not_applicable; break;
  }
}

void Counts::add(const Counts& other) {
  holds += other.holds;
  fails += other.fails;
  undecided += other.undecided;
  not_applicable += other.not_applicable;
}

std::vector<Tally> tallies_of(const CampaignReport& r) {
  std::vector<Tally> tallies;
  for (const bool screened : {true, false})
    for (const auto& [property, counts] : r.counts)
      if ((property == screening) == screened) tallies.push_back(tally_of(property, counts, r.plan.dtype));
  return tallies;
}

// 1234567 as 1,234,567.
std::string grouped(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string failures_text(const CampaignReport& r) {
  std::uint64_t all = r.corpus_failures, small = 0, silent = 0;
  for (const auto& [property, c] : r.counts) all += c.fails;
  for (const FailureGroup& g : r.groups)
    (g.smallest.residual == name(Residual::no_answer) ? silent : small) += g.count;
  std::string text = grouped(all) + " failing checks";
  if (small > 0) text += ", of which " + grouped(small) + " were made small";
  // What hangs costs a deadline each time, and so it is not asked again.
  if (silent > 0) text += ", of which " + grouped(silent) + " got no answer and are kept as they came";
  return text + fmt::format("; they are of {} kind{}", r.groups.size(), r.groups.size() == 1 ? "" : "s");
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
