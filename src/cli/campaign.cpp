// gradproof campaign, and what can be done with its stores.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "cli/campaign.hpp"
#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/outputs.hpp"
#include "gradproof/campaign.hpp"
#include "gradproof/climb.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/ops.hpp"

namespace gradproof::inline v0::cli {

namespace {

namespace fs = std::filesystem;

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return v;
}

std::optional<std::uint64_t> number_in_environment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? std::nullopt : number_in(text);
}

// "2/4" is the second of four. "auto" asks the batch system: a Slurm job array, or an indexed Job of Kubernetes whose
// number of completions is in GRADPROOF_SHARDS.
std::optional<Shard> shard_of(const std::string& text) {
  if (text.empty()) return Shard{};
  if (text != "auto") {
    const std::size_t slash = text.find('/');
    const auto index = number_in(text.substr(0, slash));
    const auto of = slash == std::string::npos ? std::nullopt : number_in(text.substr(slash + 1));
    if (index && of && *index >= 1 && *index <= *of) return Shard{*index - 1, *of};
    complain("--shard " + text + ": which shard of how many, such as 2/4, or auto");
    return {};
  }
  if (const auto task = number_in_environment("SLURM_ARRAY_TASK_ID")) {
    const auto of = number_in_environment("SLURM_ARRAY_TASK_COUNT");
    const std::uint64_t first = number_in_environment("SLURM_ARRAY_TASK_MIN").value_or(0);
    const std::uint64_t step = number_in_environment("SLURM_ARRAY_TASK_STEP").value_or(1);
    if (of && step > 0 && *task >= first && (*task - first) / step < *of)
      return Shard{(*task - first) / step, *of};
    complain(
      "--shard auto: SLURM_ARRAY_TASK_ID does not go with SLURM_ARRAY_TASK_COUNT and SLURM_ARRAY_TASK_MIN");
    return {};
  }
  if (const auto index = number_in_environment("JOB_COMPLETION_INDEX")) {
    const auto of = number_in_environment("GRADPROOF_SHARDS");
    if (of && *index < *of) return Shard{*index, *of};
    complain(
      "--shard auto: set GRADPROOF_SHARDS to the Job's number of completions, which is more than "
      "JOB_COMPLETION_INDEX");
    return {};
  }
  complain("--shard auto: neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set");
  return {};
}

std::vector<std::string> graph_properties() {
  std::vector<std::string> ids;
  for (const Property* p : catalogue())
    if (p->looks == Looks::at_graphs && p->tier <= Tier::recommended) ids.emplace_back(p->id);
  return ids;
}

// All operations that exhaustive graphs can have, when none is named.
std::optional<std::vector<std::string>> exhaustive_operations(const std::vector<std::string>& named) {
  std::vector<std::string> operations;
  for (std::size_t i = 0; i < op_count && named.empty(); ++i)
    if (const OpId op{static_cast<std::uint8_t>(i)}; Exhaustive::takes(op))
      operations.emplace_back(info(op).name);
  for (const std::string& name : named) {
    const auto op = find_op(name);
    if (!op || !Exhaustive::takes(*op)) {
      complain("--ops " + name + ": " +
               (op ? "an operation on shapes can't be counted out"
                   : "there is no such operation; gradproof list ops names them"));
      return {};
    }
    operations.push_back(name);
  }
  return operations;
}

std::optional<CampaignPlan> plan_of(const CampaignArguments& a) {
  CampaignPlan plan;
  plan.subject = a.subject;
  const auto dtype = find_dtype(a.dtype);
  if (!dtype) return complain("--dtype " + a.dtype + ": the dtypes are f16, bf16, f32 and f64"), std::nullopt;
  plan.dtype = *dtype;
  if (a.subject == "builtin" && *dtype != Dtype::f32 && *dtype != Dtype::f64)
    return complain("--dtype " + a.dtype +
                    ": gradproof's own engine has f32 and f64; --subject names another"),
           std::nullopt;
  plan.seed = a.seed;
  plan.graphs = a.graphs;
  plan.swarm = !a.no_swarm;
  plan.properties = a.properties.empty() ? graph_properties() : a.properties;
  for (const std::string& id : a.properties) {
    const Property* p = find_property(id);
    if (p == nullptr)
      return complain("there is no property " + id + "; `gradproof list properties` names them"),
             std::nullopt;
    if (p->looks != Looks::at_graphs)
      return complain(id +
                      " does not look at random graphs; gradproof verify and gradproof properties have it"),
             std::nullopt;
  }
  // Who names properties wants them on every graph.
  plan.thorough = a.thorough ? *a.thorough : a.properties.empty() ? 100 : 1;
  if (plan.thorough == 0) plan.properties.clear();
  plan.digits = a.digits;
  if (a.digits > 0 && a.subject != "builtin")
    return complain("--digits is the precision of gradproof's own engine; a subject has its dtype"),
           std::nullopt;
  if (a.exhaustive > 0) {
    const auto operations = exhaustive_operations(a.operations);
    if (!operations) return {};
    plan.operations = *operations;
    plan.exhaustive = a.exhaustive;
    std::vector<OpId> ids;
    for (const std::string& name : plan.operations) ids.push_back(*find_op(name));
    const std::uint64_t all = Exhaustive(plan.exhaustive, ids).count();
    plan.graphs = plan.graphs == 0 ? all : std::min(plan.graphs, all);
  } else if (!a.operations.empty()) {
    return complain("--ops goes with --exhaustive"), std::nullopt;
  }
  plan.block = a.block > 0 ? a.block : plan.subject == "builtin" ? 2000 : 200;
  if (plan.graphs == 0 && a.seconds == 0) plan.graphs = 100000;
  return plan;
}

// builtin-seed-1.db; another one of the same name gets a number.
std::string new_store(const CampaignPlan& plan, const Shard& shard) {
  const std::string folder = "gradproof-campaigns";
  std::error_code error;
  fs::create_directories(folder, error);
  std::string stem = folder + "/" + slug(plan.subject) + "-seed-" + std::to_string(plan.seed);
  if (shard.of > 1) stem += fmt::format("-shard-{}-of-{}", shard.index + 1, shard.of);
  std::string file = stem + ".db";
  for (int n = 2; fs::exists(file, error); ++n) file = stem + "-" + std::to_string(n) + ".db";
  return file;
}

std::optional<std::vector<CorpusFile>> read_corpus(const std::string& folder) {
  std::vector<CorpusFile> corpus;
  if (folder.empty()) return corpus;
  std::error_code error;
  if (!fs::is_directory(folder, error))
    return complain("--corpus " + folder + ": there is no such folder"), std::nullopt;
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error))
    if (entry.is_regular_file(error) && entry.path().extension() == ".graph") files.push_back(entry.path());
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    const auto text = read_text(file.string());
    if (!text) return {};
    corpus.push_back({file.string(), *text});
  }
  return corpus;
}

std::string clock_text(double seconds) {
  const auto s = static_cast<std::uint64_t>(seconds);
  if (s < 90) return fmt::format("{} s", s);
  if (s < 5400) return fmt::format("{} min", (s + 30) / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

std::string progress_text(const CampaignProgress& p) {
  const double rate = p.seconds > 0 ? static_cast<double>(p.graphs) / p.seconds : 0;
  std::string text = fmt::format("{}", p.graphs);
  if (p.of > 0) text += fmt::format(" of {}", p.of);
  text += fmt::format(" graphs, {:.0f}/s, {} failing, {} undecided", rate, p.failures, p.undecided);
  if (p.seconds_left > 0) text += ", " + clock_text(p.seconds_left) + " left";
  return text;
}

// The options of a store that is gone on with.
std::optional<CampaignPlan> resumed(const CampaignArguments& a, CampaignOptions& options) {
  const auto facts = store_facts(a.resume);
  if (!facts) return complain(facts.error().message), std::nullopt;
  options.store = a.resume;
  options.resume = true;
  options.shard = facts->shard;
  return facts->plan;
}

}  // namespace

std::optional<AskedCampaign> asked_for(const Common& common, const CampaignArguments& a) {
  CampaignOptions options;
  std::optional<CampaignPlan> plan;
  if (!a.resume.empty()) {
    plan = resumed(a, options);
  } else {
    const auto shard = shard_of(a.shard);
    if (!shard) return {};
    options.shard = *shard;
    plan = plan_of(a);
    if (plan) options.store = a.store.empty() ? new_store(*plan, *shard) : a.store;
  }
  if (!plan) return {};
  const auto target = parse_target(plan->subject);
  if (!target) return complain(target.error().message), std::nullopt;
  auto corpus = read_corpus(a.corpus);
  if (!corpus) return {};
  auto before = prepared(common, a.outputs, &read_campaign);
  if (before.refused) return {};
  options.corpus = *std::move(corpus);
  options.jobs = a.jobs == 0 ? all_cores() : a.jobs;
  if (a.seconds > 0) options.seconds = a.seconds;
  options.version = GRADPROOF_VERSION;
  options.environment = environment_text();
  options.stop = &stop;
  return AskedCampaign{*std::move(plan), *target, std::move(options), std::move(before.earlier)};
}

int run_and_deliver(const Common& common, const CampaignArguments& a, AskedCampaign& asked,
                    const RunCampaign& run) {
  auto report = [&] {
    Progress progress(common);
    asked.options.progress = [&](const CampaignProgress& p) { progress.show(progress_text(p)); };
    return run(asked);
  }();
  if (!report) return complain(report.error().message);
  CampaignReport found = *std::move(report);
  write_counterexamples(found.report, a.failures);
  return deliver_report(common, a.outputs, found, asked.earlier);
}

namespace {

int alone(const Common& common, const CampaignArguments& a) {
  auto asked = asked_for(common, a);
  if (!asked) return Exit::usage;
  return run_and_deliver(common, a, *asked, [&](const AskedCampaign& x) {
    return run_campaign(x.plan, x.target, launch_of(common), x.options);
  });
}

bool has_many_ranks() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_SIZE"})
    if (const auto size = number_in_environment(name); size && *size > 1) return true;
  return false;
}

}  // namespace

CampaignOnRanks campaign_on_ranks = nullptr;

int campaign(const Common& common, const CampaignArguments& a) {
  if (!has_many_ranks()) return alone(common, a);
  if (campaign_on_ranks != nullptr) return campaign_on_ranks(common, a);
  return complain(
    "this gradproof knows nothing of MPI, and every rank would do the whole; run gradproof-mpi, which is "
    "built where "
    "MPI is found (./dev test --with mpi)");
}

int campaign_show(const Common& common, const Outputs& outputs, const std::string& store) {
  const auto before = prepared(common, outputs, &read_campaign);
  if (before.refused) return Exit::usage;
  const auto report = campaign_so_far(store);
  if (!report) return complain(report.error().message);
  return deliver_report(common, outputs, *report, before.earlier);
}

int campaign_list(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return complain("there is no folder " + folder);
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".db") files.push_back(entry.path());
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    const auto facts = store_facts(file.string());
    if (!facts) {
      fmt::print("{}\n  {}\n", file.string(), facts.error().message);
      continue;
    }
    const std::uint64_t all = facts->plan.graphs == 0 ? 0 : blocks_of(facts->plan, facts->shard);
    fmt::print("{}\n  {}, seed {}; {} graphs in {}{} blocks; {} failures made small\n", file.string(),
               facts->plan.subject, facts->plan.seed, facts->graphs, facts->blocks,
               all > 0 ? fmt::format(" of {}", all) : "", facts->failures);
  }
  if (files.empty()) fmt::print("no stores in {}\n", folder);
  return Exit::holds;
}

int campaign_export(const std::string& store, const std::string& folder) {
  const auto report = campaign_so_far(store);
  if (!report) return complain(report.error().message);
  std::error_code error;
  fs::create_directories(folder, error);
  std::size_t n = 0;
  for (const FailureGroup& group : report->groups) {
    const std::string file = fmt::format("{}/{}-{}.graph", folder, group.smallest.property, ++n);
    if (!write_file(file, group.smallest.document)) return complain("can't write " + file);
    fmt::print("{}\n", file);
  }
  if (n == 0) fmt::print("{} has no failures\n", store);
  return Exit::holds;
}

int campaign_merge(const Common& common, const Outputs& outputs, const std::vector<std::string>& stores,
                   const std::string& into) {
  if (!sensible(common, outputs)) return Exit::usage;
  const auto merged = merge_campaigns(stores, into, GRADPROOF_VERSION, environment_text());
  if (!merged) return complain(merged.error().message);
  for (const std::string& overlap : merged->overlaps)
    fmt::print(stderr, "gradproof: kept once: {}\n", overlap);
  if (merged->missing_blocks > 0) {
    std::string shards;
    for (const std::uint64_t s : merged->missing_shards)
      shards += fmt::format("{}{}/{}", shards.empty() ? "" : ", ", s, merged->of_shards);
    complain(fmt::format(
      "{} blocks are missing: {}; `gradproof campaign --resume {}` decides them, or merge {} as well",
      merged->missing_blocks, merged->of_shards > 1 ? "of shard " + shards : "not decided yet", into,
      merged->of_shards > 1 ? "those shards" : "the stores that have them"));
  }
  return campaign_show(common, outputs, into);
}

int climb(const Common& common, const ClimbArguments& a) {
  const auto target = parse_target(a.subject);
  if (!target) return complain(target.error().message);
  const auto dtype = find_dtype(a.dtype);
  if (!dtype) return complain("--dtype " + a.dtype + ": the dtypes are f16, bf16, f32 and f64");
  if (a.subject == "builtin" && *dtype != Dtype::f32 && *dtype != Dtype::f64)
    return complain("--dtype " + a.dtype +
                    ": gradproof's own engine has f32 and f64; --subject names another");
  if (!a.operation.empty()) {
    const auto op = find_op(a.operation);
    if (!op)
      return complain("--op " + a.operation + ": there is no such operation; gradproof list ops names them");
    if (!Exhaustive::takes(*op))
      return complain("--op " + a.operation + ": an operation on shapes has no error of its own");
  }
  if (!sensible(common, a.outputs)) return Exit::usage;
  ClimbOptions options;
  options.seed = a.seed;
  options.evaluations = a.graphs;
  options.dtype = *dtype;
  options.operation = a.operation;
  options.stop = &stop;
  ClimbReport report = [&] {
    Progress progress(common);
    options.progress = [&](std::uint64_t done, double highest) {
      progress.show(fmt::format("{} graphs, highest {:.3g}", done, highest));
    };
    return gradproof::climb(*target, launch_of(common), options);
  }();
  report.report.version = GRADPROOF_VERSION;
  report.report.environment = environment_text();
  write_counterexamples(report.report, a.failures);
  const Style style = style_of(common);
  const bool written = deliver(common, a.outputs,
                               {[&] { return to_text(report, style); },
                                [&] { return to_json(report); },
                                [&] { return to_html(report, style); },
                                [&] { return to_markdown(report, style); },
                                {}});
  return written ? exit_code(report.report.conclusion) : static_cast<int>(Exit::usage);
}

}  // namespace gradproof::inline v0::cli
