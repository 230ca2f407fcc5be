// What changed between two campaigns.
#include <fmt/format.h>

#include <algorithm>

#include "campaign/block_json.hpp"
#include "campaign/parts.hpp"
#include "gradproof/report.hpp"

namespace gradproof::inline v0 {

namespace {

std::string kind_of(const CampaignFailure& f) {
  return fmt::format("{}: {} ({}){}", "kind of failure", f.property, f.residual,
                     f.skeleton.empty() ? "" : ", " + f.skeleton);
}

std::string times(const FailureGroup& g) {
  return fmt::format("met {} time{}", g.count, g.count == 1 ? "" : "s");
}

bool has_kind(const CampaignReport& r, const CampaignFailure& f) {
  return std::ranges::any_of(r.groups,
                             [&](const FailureGroup& g) { return kind_of(g.smallest) == kind_of(f); });
}

}  // namespace

Changes changes_between(const CampaignReport& before, const CampaignReport& now) {
  // A target that has another name is the same question all the same, and the remarks say so.
  Report renamed = before.report;
  renamed.subject.target = now.report.subject.target;
  Changes changes = changes_between(std::span(&renamed, 1), std::span(&now.report, 1));
  const bool same_plan = before.plan == now.plan && before.shard == now.shard;
  if (before.report.subject.target != now.report.subject.target)
    changes.remarks.push_back("the subject was " + before.report.subject.target + ", is " +
                              now.report.subject.target);
  if (before.graphs != now.graphs)
    changes.remarks.push_back(fmt::format("{} graphs were decided, {} are now", before.graphs, now.graphs));
  if (!same_plan)
    changes.remarks.emplace_back(
      "the plans differ: these are not the same graphs, or not the same questions about them");
  else if (before.blocks == now.blocks && before.digest != now.digest)
    changes.remarks.push_back("of the same graphs something else became: the digest was " +
                              hex(before.digest) + ", is " + hex(now.digest));
  for (const FailureGroup& g : now.groups)
    if (!has_kind(before, g.smallest))
      changes.list.push_back({Change::Way::worse, kind_of(g.smallest), "not met", times(g)});
  // Other graphs, or fewer, may just not have met it.
  const bool seen_as_much = same_plan && now.blocks >= before.blocks;
  for (const FailureGroup& g : before.groups)
    if (!has_kind(now, g.smallest))
      changes.list.push_back(
        {seen_as_much ? Change::Way::better : Change::Way::gone, kind_of(g.smallest), times(g), "not met"});
  arrange(changes);
  return changes;
}

}  // namespace gradproof::inline v0
