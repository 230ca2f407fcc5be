// Campaigns: millions of random graphs against the properties, block by block, with every decided block in a store.
//
// A block is a run of graphs, a function of the plan and the block's number alone. So it does not matter who decides
// it: another thread, machine or process, today or after a crash. The digest of a campaign is that of its blocks.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gradproof/census.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/report.hpp"
#include "gradproof/verify.hpp"

namespace gradproof::inline v0 {

// --- What is tried
// ----------------------------------------------------------------------------------------------------

// Campaigns of one plan decide the same blocks in the same way.
struct CampaignPlan {
  std::string subject = "builtin";
  Dtype dtype = Dtype::f64;
  std::uint64_t seed = 1;
  std::uint64_t graphs = 0;             // of all shards; 0: as many as there is time for
  std::uint64_t block = 2000;           // graphs that are decided, and kept, together
  std::uint64_t thorough = 100;         // one graph in so many is put to every property as well; 0: none
  std::vector<std::string> properties;  // ids of those
  std::int64_t digits = 0;              // above 0: screened in Real, by the complex step at that precision
  std::uint32_t exhaustive = 0;  // above 0: all graphs of up to so many operations, in place of random ones
  std::vector<std::string> operations;  // of exhaustive graphs
  bool swarm = true;
  std::uint64_t schema = Draw::schema_version;  // of the generator: another one draws other graphs

  friend bool operator==(const CampaignPlan&, const CampaignPlan&) = default;
  [[nodiscard]] std::uint64_t blocks() const { return graphs / block + (graphs % block == 0 ? 0 : 1); }
};

// The name of the screening, beside the ids of the properties: each graph's gradient, along one direction, against one
// forward sweep of dual numbers (or the complex step) on the anchored graph.
inline constexpr std::string_view screening = "forward-sweep";

// --- What was tried
// ---------------------------------------------------------------------------------------------------

// How many decisions about one property ended in which way.
struct Counts {
  std::uint64_t holds = 0, fails = 0, undecided = 0, not_applicable = 0;
  void add(Outcome outcome);
  void add(const Counts& other);
};

// A failure, made small.
struct CampaignFailure {
  std::string property;
  std::string residual;  // the class of the disagreement
  std::string skeleton;  // the minimal graph without its numbers
  std::string document;  // the minimal case as a replay file has it
  std::string place;
  double expected = 0, observed = 0, allowed = 0;
  std::string reason;
  std::uint64_t block = 0, graph = 0;  // where it was found; of the corpus, the file's place in it
  std::size_t nodes = 0, entries = 0, evaluations = 0;
  bool from_corpus = false;
};

// What became of one block.
struct Block {
  std::uint64_t number = 0;
  std::uint64_t graphs = 0;
  std::uint64_t digest = 0;
  double seconds = 0;
  std::map<std::string, Counts, std::less<>> counts;  // by property
  Census census;
  std::vector<CampaignFailure> failures;
};

// Failures of one property, one class of residual and one skeleton: once, with how often.
struct FailureGroup {
  CampaignFailure smallest;
  std::uint64_t count = 0;
};

// --- The store
// --------------------------------------------------------------------------------------------------------

// A sentence that says what is wrong and what to do.
struct StoreTrouble {
  std::string message;
};

// A share of the blocks: those whose number leaves `index` over when divided by `of`.
struct Shard {
  std::uint64_t index = 0, of = 1;
  friend bool operator==(const Shard&, const Shard&) = default;
};

// What a store says of itself.
struct StoreFacts {
  CampaignPlan plan;
  Shard shard;
  std::string version;      // of gradproof
  std::string environment;  // system, compiler
  std::uint64_t blocks = 0, graphs = 0, failures = 0;
  double seconds = 0;  // of work, added up over threads
};

// --- Running
// ----------------------------------------------------------------------------------------------------------

// Why this gradproof can't decide the plan's blocks as the one that began it did; empty where it can.
[[nodiscard]] std::string not_of_today(const CampaignPlan& plan);
// How many blocks a shard has to decide.
[[nodiscard]] std::uint64_t blocks_of(const CampaignPlan& plan, const Shard& shard);

// How far a run is.
struct CampaignProgress {
  std::uint64_t graphs = 0;  // decided in this run
  std::uint64_t of = 0;      // to be decided in this run; 0: unknown
  std::uint64_t failures = 0, undecided = 0;
  double seconds = 0;
  double seconds_left = 0;  // 0: unknown
};

// A replay file that is run first.
struct CorpusFile {
  std::string name, text;
};

// How this run goes about a plan: none of it has a say in what a block holds.
struct CampaignOptions {
  std::string store;  // a file
  bool resume = false;
  Shard shard;
  std::size_t jobs = 1;
  // After that long no block is begun, and those in work are left: all but the first of the run, and those that have shown a
  // failure.
  std::optional<double> seconds;
  std::vector<CorpusFile> corpus;
  std::string version, environment;
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const CampaignProgress&)> progress;
};

// A file of the corpus that can't be run, and why.
struct CorpusTrouble {
  std::string file;
  std::string message;
};

// What the store holds after a run, and what of it is new.
struct CampaignReport {
  CampaignPlan plan;
  Shard shard;
  std::string store;
  Report report;  // subject, conclusion, the tallies as far as they go, and a counterexample for each group
  std::uint64_t blocks = 0, graphs = 0;  // decided, in the store
  std::uint64_t missing_blocks = 0;      // of the plan and shard
  std::uint64_t digest = 0;
  std::map<std::string, Counts, std::less<>> counts;
  Census census;
  std::vector<FailureGroup> groups;
  std::size_t corpus_files = 0, corpus_failures = 0;
  std::vector<CorpusTrouble> corpus_troubles;
  std::uint64_t graphs_now = 0;  // decided in this run
  double seconds_now = 0;
  double graphs_per_second = 0;
};

// Decides the plan's blocks until they are done, the time is over or a stop is asked for. Each is in the store as soon as it
// is decided, so that nothing is lost with the process. The error says why the store can't be used.
[[nodiscard]] Result<CampaignReport, StoreTrouble> run_campaign(const CampaignPlan& plan,
                                                                const Target& target, const Launch& launch,
                                                                const CampaignOptions& options);

// The whole of a store, as far as it was decided; no subject is asked.
[[nodiscard]] Result<CampaignReport, StoreTrouble> campaign_so_far(const std::string& store);
[[nodiscard]] Result<StoreFacts, StoreTrouble> store_facts(const std::string& store);

// What a merge made of several stores of one plan.
struct Merged {
  std::uint64_t blocks = 0;
  std::vector<std::string> overlaps;          // blocks that several stores had, and agreed on
  std::vector<std::uint64_t> missing_shards;  // counted from 1, when the stores are shards
  std::uint64_t missing_blocks = 0;
  std::uint64_t of_shards = 1;
};
[[nodiscard]] Result<Merged, StoreTrouble> merge_campaigns(const std::vector<std::string>& stores,
                                                           const std::string& into,
                                                           const std::string& version,
                                                           const std::string& environment);

// The digest of blocks in the order of their numbers.
[[nodiscard]] std::uint64_t campaign_digest(std::span<const std::pair<std::uint64_t, std::uint64_t>> blocks);

// --- Showing
// ----------------------------------------------------------------------------------------------------------

// The report for a terminal, painted or plain.
[[nodiscard]] std::string to_text(const CampaignReport& report, const Style& style = {});
// {"schema": "gradproof/campaign/1", ...}; the schema is docs/reference/campaign.schema.json.
[[nodiscard]] std::string to_json(const CampaignReport& report);
[[nodiscard]] Result<CampaignReport, NoReport> read_campaign(std::string_view json);
// As those of report.hpp; what was tried is drawn as well.
[[nodiscard]] std::string to_html(const CampaignReport& report, const Changes* changes = nullptr,
                                  const Style& style = {});
[[nodiscard]] std::string to_markdown(const CampaignReport& report, const Changes* changes = nullptr,
                                      const Style& style = {});
[[nodiscard]] std::string to_junit(const CampaignReport& report, const Changes* changes = nullptr,
                                   const Style& style = {});
[[nodiscard]] Changes changes_between(const CampaignReport& before, const CampaignReport& now);

}  // namespace gradproof::inline v0
