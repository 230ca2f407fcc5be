// What changed between two runs of the verifier.
#include "gradproof/changes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/matrix.hpp"
#include "report/verdict_words.hpp"

namespace gradproof::inline v0 {

std::string_view name(Change::Way way) {
  switch (way) {
    case Change::Way::worse: return "worse";
    case Change::Way::better: return "better";
    case Change::Way::added: return "new";
    case Change::Way::gone: return "gone";
  }
  return "?";
}

bool any_worse(const Changes& changes) { return count(changes, Change::Way::worse) > 0; }

std::size_t count(const Changes& changes, Change::Way way) {
  return static_cast<std::size_t>(std::ranges::count(changes.list, way, &Change::way));
}

void arrange(Changes& changes) { std::ranges::stable_sort(changes.list, std::ranges::less{}, &Change::way); }

namespace {

// The further from a shown pass, the lower. A failure that its owner accepts is a failure still, and what can't be
// tried shows nothing.
int rank_of(Standing s) {
  switch (s) {
    case Standing::failed: return 0;
    case Standing::known: return 1;
    case Standing::undecided: return 2;
    case Standing::unsupported:
    case Standing::skipped: return 3;
    case Standing::passed: return 4;
  }
  return 0;
}

int rank_of(Conclusion c) {
  switch (c) {
    case Conclusion::not_verified: return 0;
    case Conclusion::no_subject: return 1;
    case Conclusion::inconclusive: return 2;
    case Conclusion::unexpected_pass: return 3;
    case Conclusion::verified: return 4;
  }
  return 0;
}

Change::Way way_of(int before, int now) { return now < before ? Change::Way::worse : Change::Way::better; }

std::string place_of(const Report& r, const Tally& t) {
  return fmt::format("{}: {} in {}", r.subject.target, t.property, format(t.dtype).words);
}

// Reports of one target, in the same order among themselves on both sides.
std::vector<const Report*> reports_on(std::span<const Report> reports, const std::string& target) {
  std::vector<const Report*> found;
  for (const Report& r : reports)
    if (r.subject.target == target) found.push_back(&r);
  return found;
}

void compare(const Report& before, const Report& now, Changes& changes) {
  if (before.conclusion != now.conclusion)
    changes.list.push_back({way_of(rank_of(before.conclusion), rank_of(now.conclusion)),
                            now.subject.target + ": the verdict", std::string(verdict_word(before)),
                            std::string(verdict_word(now))});
  const auto same = [](const Tally& a) {
    return [&a](const Tally& b) { return a.property == b.property && a.dtype == b.dtype; };
  };
  for (const Tally& t : now.tallies) {
    const auto was = std::ranges::find_if(before.tallies, same(t));
    if (was == before.tallies.end()) {
      changes.list.push_back({Change::Way::added, place_of(now, t), "", standing_text(t)});
      continue;
    }
    const int old_rank = rank_of(standing_of(*was)), new_rank = rank_of(standing_of(t));
    if (old_rank != new_rank)
      changes.list.push_back(
        {way_of(old_rank, new_rank), place_of(now, t), standing_text(*was), standing_text(t)});
  }
  // What passed and is no longer asked, of a subject that is still there, is shown no longer.
  for (const Tally& t : before.tallies)
    if (std::ranges::none_of(now.tallies, same(t)))
      changes.list.push_back({standing_of(t) == Standing::passed ? Change::Way::worse : Change::Way::gone,
                              place_of(before, t), standing_text(t),
                              standing_of(t) == Standing::passed ? "not tried" : ""});
}

// What else than the subject may have made a difference.
void remark(const Report& before, const Report& now, Changes& changes) {
  const auto differ = [&](std::string_view what, const std::string& a, const std::string& b) {
    if (a != b)
      changes.remarks.push_back(fmt::format("{}: {} was {}, is {}", now.subject.target, what,
                                            a.empty() ? "not said" : a, b.empty() ? "not said" : b));
  };
  differ("the command", before.command, now.command);
  differ("the seed", fmt::format("{}", before.seed), fmt::format("{}", now.seed));
  differ("gradproof's version", before.version, now.version);
  differ("the framework", before.subject.framework, now.subject.framework);
  differ("the tier", before.tier ? std::string(name(*before.tier)) : "",
         now.tier ? std::string(name(*now.tier)) : "");
  for (const Report* r : {&before, &now})
    if (r->interrupted)
      changes.remarks.push_back(
        fmt::format("{}: {} run was interrupted", now.subject.target, r == &now ? "this" : "the earlier"));
  differ("the number of checks", fmt::format("{}", before.cases), fmt::format("{}", now.cases));
}

}  // namespace

Changes changes_between(std::span<const Report> before, std::span<const Report> now) {
  Changes changes;
  std::vector<std::string> done;
  const auto each = [&](const std::string& target) {
    if (std::ranges::find(done, target) != done.end()) return;
    done.push_back(target);
    const auto old = reports_on(before, target), fresh = reports_on(now, target);
    for (std::size_t i = 0; i < std::max(old.size(), fresh.size()); ++i) {
      if (i >= old.size())
        changes.list.push_back({Change::Way::added, target, "", std::string(verdict_word(*fresh[i]))});
      else if (i >= fresh.size())
        changes.list.push_back({Change::Way::gone, target, std::string(verdict_word(*old[i])), ""});
      else remark(*old[i], *fresh[i], changes), compare(*old[i], *fresh[i], changes);
    }
  };
  for (const Report& r : now) each(r.subject.target);
  for (const Report& r : before) each(r.subject.target);
  arrange(changes);
  return changes;
}

}  // namespace gradproof::inline v0
