// The commands of the program: each takes what the command line said and returns the exit code.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gradproof::inline v0::cli {

// The documented exit codes; docs/reference/exit-codes.md.
enum Exit : int {
  holds = 0,
  fails = 1,
  usage = 2,
  no_subject = 3,
  inconclusive = 4,
  unexpected_pass = 5,
  our_fault = 70
};

// What all commands share.
struct Common {
  std::string self;      // this program's own path
  std::string adapters;  // the folder of the adapters
  std::string python;    // interpreter for py: targets
  std::string node;      // and for js: targets
  std::string json;      // also write the report here; "-" is standard output, in place of the text
  double start_seconds = 60;
  double reply_seconds = 20;
  std::uint64_t memory = 0;  // bytes that a subject may have resident; 0: any number
  bool quiet = false;        // no progress
};

// The forms of a report besides text and JSON, each into a file ("-" is standard output, in place of the text), and
// what the run is compared with.
struct Outputs {
  std::string html, markdown, junit;
  std::string compare;  // an earlier run's JSON
  bool fail_on_worse = false;
  bool worst_first = false;  // of accuracy: how its tables are ordered
};

struct VerifyArguments {
  std::vector<std::string> targets;
  std::uint64_t seed = 1;
  std::uint64_t graphs = 60;
  std::string tier = "recommended";
  std::vector<std::string> dtypes;
  std::string failures = "gradproof-failures";  // folder for replay files
  std::string known;                            // a file of accepted failures
  std::string contract = "reversal";
  std::string forward;  // a .graph file: the forward pass of --contract derivative
  double budget = 0;    // seconds; 0: none
  Outputs outputs{};
};
int verify(const Common& common, const VerifyArguments& arguments);

struct PropertiesArguments {
  std::vector<std::string> properties;
  std::string subject = "builtin";
  std::string tier = "recommended";
  std::uint64_t seed = 1;
  std::uint64_t graphs = 200;
  std::size_t jobs = 0;  // 0: all cores
  std::string dtype = "f64";
  std::string failures = "gradproof-failures";
  Outputs outputs{};
};
int properties(const Common& common, const PropertiesArguments& arguments);

struct CheckArguments {
  std::string file;
  std::int64_t digits = 30;
};
int check(const Common& common, const CheckArguments& arguments);

struct ReplayArguments {
  std::string file;
  std::string subject;   // in place of the file's
  std::string property;  // likewise
  Outputs outputs{};
};
int replay(const Common& common, const ReplayArguments& arguments);

struct ConformanceArguments {
  std::vector<std::string> words;  // of the adapter's command, or one target
};
int conformance(const Common& common, const ConformanceArguments& arguments);

struct CampaignArguments {
  std::string subject = "builtin";
  std::string dtype = "f64";
  std::uint64_t seed = 1, graphs = 0, block = 0;
  double seconds = 0;    // to end after
  std::size_t jobs = 0;  // 0: all cores
  std::int64_t digits = 0;
  std::optional<std::uint64_t> thorough;
  std::vector<std::string> properties;
  std::uint32_t exhaustive = 0;
  std::vector<std::string> operations;
  bool no_swarm = false;
  double patience =
    600;  // under MPI: seconds after which a block that did not come back goes to another rank
  std::string store, resume, shard, corpus;
  std::string failures = "gradproof-failures";
  Outputs outputs{};
};
int campaign(const Common& common, const CampaignArguments& arguments);
int campaign_show(const Common& common, const Outputs& outputs, const std::string& store);
int campaign_list(const std::string& folder);
int campaign_export(const std::string& store, const std::string& folder);
int campaign_merge(const Common& common, const Outputs& outputs, const std::vector<std::string>& stores,
                   const std::string& into);

struct ClimbArguments {
  std::string subject = "builtin", dtype = "f64", operation;
  std::uint64_t seed = 1, graphs = 20000;
  std::string failures = "gradproof-failures";
  Outputs outputs{};
};
int climb(const Common& common, const ClimbArguments& arguments);

struct AccuracyArguments {
  std::string subject = "builtin";
  std::vector<std::string> dtypes, operations;
  std::uint64_t seed = 1, inputs = 4000;
  Outputs outputs{};
};
int accuracy(const Common& common, const AccuracyArguments& arguments);

// Reports that were written as JSON.
int report_show(const Common& common, const Outputs& outputs, const std::string& file);
int report_merge(const Common& common, const Outputs& outputs, const std::vector<std::string>& files);
int report_diff(const Common& common, Outputs outputs, const std::string& before, const std::string& now);
// While one of these lives, the first signal ends the program: there are no children, and nothing to show before the end.
struct NothingToShow {
  NothingToShow();
  ~NothingToShow();
  NothingToShow(const NothingToShow&) = delete;
  NothingToShow& operator=(const NothingToShow&) = delete;
};

struct StudyArguments {
  std::string file;  // a .graph file; empty: the random graph of the seed
  std::optional<std::uint64_t> seed;
  std::vector<std::string> dtypes;
  std::optional<std::int64_t> digits;
  std::optional<std::string> wrt;
  Outputs outputs{};
};
int study_steps(const Common& common, const StudyArguments& arguments);
struct PrecisionArguments {
  StudyArguments graph;  // of which the file and the seed count
  std::vector<std::int64_t> digits;
};
int study_precision(const Common& common, const PrecisionArguments& arguments);
struct ConditionArguments {
  std::string subject = "builtin", dtype = "f64";
  std::uint64_t seed = 1, graphs = 200;
  Outputs outputs{};
};
int study_condition(const Common& common, const ConditionArguments& arguments);

// The kinds of layers and adapters to begin with; and one of them, written into a new file.
std::vector<std::string> start_kinds();
int start(const Common& common, const std::string& kind, const std::string& file);

int list(const std::string& what);
int explain(const std::string& property);
int doctor(const Common& common);
// Joins standard input and output to a Unix socket, until either side ends.
int relay(const std::string& path);

// Set by SIGINT and SIGTERM, which also end every child.
extern std::atomic<bool> stop;
void install_signal_handlers();

}  // namespace gradproof::inline v0::cli
