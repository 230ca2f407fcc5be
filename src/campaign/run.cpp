// A campaign from its first block to its report.
#include <algorithm>
#include <chrono>
#include <thread>

#include "campaign/block_json.hpp"
#include "campaign/conduct.hpp"
#include "campaign/examiner.hpp"
#include "campaign/parts.hpp"
#include "campaign/store.hpp"
#include "crew.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/text.hpp"
#include "verify/diagnose.hpp"

namespace gradproof::inline v0 {

namespace {

// The replay files, as far as they can be read: each with the property that it was written for, if it names one.
std::vector<std::pair<Case, const Property*>> corpus_cases(const CampaignOptions& options,
                                                           CampaignReport& report) {
  std::vector<std::pair<Case, const Property*>> cases;
  for (const CorpusFile& file : options.corpus) {
    const auto document = parse(file.text);
    if (!document) {
      report.corpus_troubles.push_back({file.name, document.error().message()});
      continue;
    }
    const auto property = document->find("property");
    const Property* only = property ? find_property(*property) : nullptr;
    if (property && only == nullptr) {
      report.corpus_troubles.push_back({file.name, "there is no property " + *property});
      continue;
    }
    if (only != nullptr && only->looks != Looks::at_graphs) {
      report.corpus_troubles.push_back({file.name, *property + " looks at no graph; use gradproof replay"});
      continue;
    }
    const auto dtype = document->find("dtype");
    cases.emplace_back(Case{document->graph, find_dtype(dtype.value_or("")).value_or(report.plan.dtype)},
                       only);
  }
  return cases;
}

void run_corpus(const Target& target, const Launch& launch, const CampaignOptions& options,
                CampaignReport& report) {
  const auto cases = corpus_cases(options, report);
  if (cases.empty()) return;
  Block block;
  with_subject(target, launch, report.report, [&](Subject& subject, const Hello& hello) {
    block = Examiner(subject, hello, report.plan).examine(cases);
  });
  report.corpus_files = cases.size();
  for (const auto& [property, counts] : block.counts) report.corpus_failures += counts.fails;
  for (const CampaignFailure& f : block.failures) {
    FailureGroup group{f, 1};
    group.smallest.from_corpus = true;
    report.groups.push_back(std::move(group));
  }
}

// Adds up the store. The subject is not asked.
std::optional<StoreTrouble> add_up(Store& store, CampaignReport& report) {
  const auto trouble = store.each_block([&](const Block& b) {
    ++report.blocks;
    report.graphs += b.graphs;
    report.census.add(b.census);
    for (const auto& [property, counts] : b.counts) report.counts[property].add(counts);
  });
  if (trouble) return trouble;
  const auto digests = store.digests();
  if (!digests) return digests.error();
  report.digest = campaign_digest(*digests);
  auto groups = store.groups();
  if (!groups) return groups.error();
  std::ranges::move(*std::move(groups), std::back_inserter(report.groups));
  report.report.tallies = tallies_of(report);
  for (const auto& [property, counts] : report.counts)
    report.report.cases += counts.holds + counts.fails + counts.undecided + counts.not_applicable;
  return {};
}

// The screening must have decided something, and so must every property that is asked of each graph. One that sees a
// graph in a hundred may not have met its kind yet, and is shown as never decided.
void conclude(CampaignReport& report) {
  Report& r = report.report;
  if (r.conclusion == Conclusion::no_subject) return;
  std::uint64_t fails = report.corpus_failures;
  std::string silent;
  for (const Tally& t : r.tallies) {
    fails += t.fails;
    // The screening comes first: where it decides nothing, no property will.
    const bool asked_for = t.property == screening || report.plan.thorough == 1;
    if (t.decided() == 0 && asked_for && (silent.empty() || t.property == screening)) silent = t.property;
  }
  if (fails > 0) r.conclusion = Conclusion::not_verified;
  else if (report.blocks == 0)
    r.reason = r.interrupted ? "interrupted before a block was decided" : "no block was decided";
  else if (!silent.empty())
    r.reason = silent + " was never decided; more graphs, or another subject, are needed";
  else if (report.missing_blocks > 0)
    r.reason = std::to_string(report.missing_blocks) + " blocks are not decided yet; what was tried holds";
  else r.conclusion = Conclusion::verified;
}

void count_missing(CampaignReport& report) {
  if (report.plan.graphs == 0) return;
  const std::uint64_t all = blocks_of(report.plan, report.shard);
  report.missing_blocks = all > report.blocks ? all - report.blocks : 0;
}

}  // namespace

std::string not_of_today(const CampaignPlan& plan) {
  if (plan.schema != Draw::schema_version)
    return "it was drawn by another generator (schema " + std::to_string(plan.schema) +
           ", and this gradproof has " + std::to_string(Draw::schema_version) + ")";
  for (const std::string& id : plan.properties) {
    const Property* p = find_property(id);
    if (p == nullptr || p->looks != Looks::at_graphs)
      return "this gradproof has no property " + id + " of graphs";
  }
  for (const std::string& name : plan.operations) {
    const auto op = find_op(name);
    if (!op || !Exhaustive::takes(*op)) return "this gradproof can't count out the operation " + name;
  }
  if (plan.block == 0) return "its blocks are empty";
  return "";
}

std::uint64_t blocks_of(const CampaignPlan& plan, const Shard& shard) {
  const std::uint64_t all = plan.blocks();
  return all / shard.of + (shard.index < all % shard.of ? 1 : 0);
}

Result<CampaignReport, StoreTrouble> campaign_so_far(const std::string& file) {
  auto store = Store::open(file, Store::For::reading);
  if (!store) return store.error();
  Store opened = *std::move(store);
  const auto facts = opened.facts();
  if (!facts) return facts.error();
  CampaignReport report;
  report.plan = facts->plan;
  report.shard = facts->shard;
  report.store = file;
  report.report.command = "campaign";
  report.report.seed = facts->plan.seed;
  report.report.version = facts->version;
  report.report.environment = facts->environment;
  report.report.subject.target = facts->plan.subject;
  report.report.seconds = facts->seconds;
  if (auto trouble = add_up(opened, report)) return *std::move(trouble);
  count_missing(report);
  conclude(report);
  return report;
}

Result<StoreFacts, StoreTrouble> store_facts(const std::string& file) {
  auto store = Store::open(file, Store::For::reading);
  if (!store) return store.error();
  Store opened = *std::move(store);
  return opened.facts();
}

namespace {

// Each group's smallest graph is put to the subject again: the whole finding is what scripts and diagnosis need.
void show_groups(Subject& subject, const Hello& hello, CampaignReport& report) {
  constexpr std::size_t most_shown = 20;
  for (const FailureGroup& group : report.groups) {
    if (report.report.counterexamples.size() >= most_shown) break;
    const Property* p = find_property(group.smallest.property);
    const auto document = parse(group.smallest.document);
    if (p == nullptr || !document) continue;
    const auto dtype = document->find("dtype");
    const Case c{document->graph, find_dtype(dtype.value_or("")).value_or(report.plan.dtype)};
    Counterexample e{group.smallest.property, c, {}, group.smallest.nodes, group.smallest.evaluations, ""};
    e.finding = p->check(subject, c);
    if (e.finding.outcome == Outcome::fails) report.report.counterexamples.push_back(std::move(e));
  }
  if (!report.report.counterexamples.empty())
    report.report.diagnosis = diagnose(subject, report.report.counterexamples, hello.fixed_lambda);
}

Result<Store, StoreTrouble> store_for(const CampaignPlan& plan, const CampaignOptions& options) {
  if (options.resume) {
    if (const std::string why = not_of_today(plan); !why.empty())
      return StoreTrouble{options.store + " can't be gone on with: " + why +
                          "; use the gradproof that began it"};
    return Store::open(options.store, Store::For::writing);
  }
  return Store::make(options.store, {plan, options.shard, options.version, options.environment});
}

}  // namespace

void decide_blocks(Desk& desk, const CampaignPlan& plan, const Target& target, const Launch& launch,
                   Report& report) {
  with_subject(target, launch, report, [&](Subject& subject, const Hello& hello) {
    Examiner examiner(subject, hello, plan);
    std::optional<std::uint64_t> following;
    while (true) {
      const auto number = following ? std::exchange(following, {}) : desk.next();
      if (!number && !desk.waits()) return;
      if (!number) {
        std::this_thread::sleep_for(std::chrono::milliseconds(60));
        continue;
      }
      const auto block = examiner.decide(
        *number, [&](const Examiner::Step& step) { return desk.note(step); },
        [&] { return following = desk.next(); });
      if (!block || !desk.keep(*block)) return;
    }
  });
}

Result<CampaignReport, StoreTrouble> conduct(const CampaignPlan& plan, const Target& target,
                                             const Launch& launch, const CampaignOptions& options,
                                             const std::function<void(Desk&, Report&)>& work) {
  auto made = store_for(plan, options);
  if (!made) return made.error();
  Store store = *std::move(made);
  CampaignReport report;
  report.plan = plan;
  report.shard = options.shard;
  report.store = options.store;
  Desk desk(store, plan, options);
  if (auto trouble = desk.begin()) return *std::move(trouble);
  run_corpus(target, launch, options, report);
  work(desk, report.report);
  report.report.command = "campaign";
  report.report.seed = plan.seed;
  report.report.version = options.version;
  report.report.environment = options.environment;
  report.graphs_now = desk.graphs();
  report.seconds_now = desk.seconds();
  report.graphs_per_second = desk.seconds() > 0 ? static_cast<double>(desk.graphs()) / desk.seconds() : 0;
  report.report.interrupted = desk.stopped();
  if (desk.trouble()) return *desk.trouble();
  if (auto trouble = store.release()) return *std::move(trouble);
  if (auto trouble = add_up(store, report)) return *std::move(trouble);
  count_missing(report);
  conclude(report);
  if (!report.groups.empty() && !report.report.interrupted) {
    Report facts;
    with_subject(target, launch, facts,
                 [&](Subject& subject, const Hello& hello) { show_groups(subject, hello, report); });
  }
  return report;
}

Result<CampaignReport, StoreTrouble> run_campaign(const CampaignPlan& plan, const Target& target,
                                                  const Launch& launch, const CampaignOptions& options) {
  return conduct(plan, target, launch, options, [&](Desk& desk, Report& report) {
    const std::size_t jobs = std::max<std::size_t>(1, options.jobs);
    // Each has a report of its own, of which the first one's facts about the subject stay.
    std::vector<Report> reports(jobs);
    in_parallel(jobs, jobs,
                [&](std::size_t, std::size_t i) { decide_blocks(desk, plan, target, launch, reports[i]); });
    report = std::move(reports.front());
  });
}

}  // namespace gradproof::inline v0
