// The command line.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "adapters/c/serve.hpp"
#include "cli/arguments.hpp"
#include "cli/files.hpp"

namespace {

namespace cli = gradproof::cli;
using cli::Arguments;

constexpr const char* exit_codes =
  "exit codes:\n"
  "  0  everything that was asked holds\n"
  "  1  something fails\n"
  "  2  wrong use, or bad input\n"
  "  3  the subject did not start, or broke the protocol\n"
  "  4  inconclusive: nothing, or too little, was decided\n"
  "  5  a known failure no longer happens\n"
  " 70  gradproof's own fault\n";

std::string own_path(const char* argv0) {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::string(argv0) : path.string();
}

// GRADPROOF_ADAPTERS, else where an installation has them beside the program, else the sources that we were
// built from.
std::string adapters_folder(const std::string& self) {
  if (const char* set = std::getenv("GRADPROOF_ADAPTERS"); set != nullptr && *set != '\0') return set;
  const auto installed = std::filesystem::path(self).parent_path().parent_path() / "share/gradproof/adapters";
  std::error_code error;
  return std::filesystem::is_directory(installed, error) ? installed.string() : GRADPROOF_ADAPTERS;
}

std::string from_environment(const char* name, const char* otherwise) {
  const char* set = std::getenv(name);
  return set != nullptr && *set != '\0' ? set : otherwise;
}

std::uint64_t half_of_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES), bytes = sysconf(_SC_PAGESIZE);
  return pages > 0 && bytes > 0 ? static_cast<std::uint64_t>(pages) / 2 * static_cast<std::uint64_t>(bytes)
                                : 0;
}

// CLI11's own ranges let NaN pass.
const CLI::Validator seconds_range(
  [](std::string& text) {
    double v = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
    const bool number = error == std::errc{} && end == text.data() + text.size();
    return number && v > 0 && v <= 86400 ? std::string()
                                         : "'" + text + "' is no number of seconds from 0 to 86400";
  },
  "SECONDS");

const CLI::Validator seed_range(
  [](std::string& text) {
    std::uint64_t v = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
    const bool number = error == std::errc{} && end == text.data() + text.size();
    return number ? std::string() : "'" + text + "' is no seed: an integer from 0 to 2^64 - 1";
  },
  "SEED");

// Seconds, minutes or hours: 90, 90s, 5m, 2h.
const CLI::Validator duration(
  [](std::string& text) {
    const std::string_view units = "smh";
    const std::size_t unit = text.empty() ? std::string_view::npos : units.find(text.back());
    const std::string digits = unit == std::string_view::npos ? text : text.substr(0, text.size() - 1);
    double v = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), v);
    if (error != std::errc{} || end != digits.data() + digits.size() || !(v > 0 && v <= 1e7))
      return "'" + text + "' is no time, such as 90s, 5m or 2h";
    text = std::to_string(v * (unit == 1 ? 60 : unit == 2 ? 3600 : 1));
    return std::string();
  },
  "TIME");

void add_subject_options(CLI::App& command, cli::Common& common) {
  command.add_option("--python", common.python,
                     "The Python to run py: targets with (default: $GRADPROOF_PYTHON, else python3)");
  command.add_option("--node", common.node,
                     "The Node to run js: targets with (default: $GRADPROOF_NODE, else node)");
  command.add_option("--start-timeout", common.start_seconds, "Seconds that a subject may take to start")
    ->check(seconds_range);
  command.add_option("--timeout", common.reply_seconds, "Seconds that a subject may take to answer")
    ->check(seconds_range);
  command
    .add_option("--memory", common.memory,
                "Memory that a subject may hold, such as 4GiB; 0: any (default: half of the machine's)")
    ->transform(CLI::AsSizeValue(false));
  command.add_flag("--quiet", common.quiet, "No progress on standard error");
}

void add_json(CLI::App& command, cli::Common& common) {
  command
    .add_option("--json", common.json,
                "Also write the report as JSON to FILE (- for standard output, in place of the text)")
    ->type_name("FILE");
}

void add_pages(CLI::App& command, cli::Outputs& outputs) {
  command
    .add_option("--html", outputs.html, "Also write the report as one HTML file, which needs no network")
    ->type_name("FILE");
  command.add_option("--markdown", outputs.markdown, "Also write it as Markdown, for a pull request")
    ->type_name("FILE");
}

void add_forms(CLI::App& command, cli::Outputs& outputs) {
  add_pages(command, outputs);
  command.add_option("--junit", outputs.junit, "Also write it as JUnit's XML, for CI")->type_name("FILE");
}

void add_worse(CLI::App& command, cli::Outputs& outputs) {
  command.add_flag("--fail-on-worse", outputs.fail_on_worse, "End with 1 where something got worse");
}

// All forms, and the comparison with an earlier run.
void add_outputs(CLI::App& command, cli::Outputs& outputs) {
  add_forms(command, outputs);
  command
    .add_option("--compare", outputs.compare,
                "Say what got worse, better, new or gone since this JSON report")
    ->type_name("OLD.json");
  add_worse(command, outputs);
}

void add_tier(CLI::App& command, std::string& tier) {
  command
    .add_option(
      "--tier", tier,
      "How much to ask for: required (what no reversal may break), recommended (default), or strict "
      "(bits in which conventions differ)")
    ->check(CLI::IsMember({"required", "recommended", "strict"}));
}

void add_verify(CLI::App& app, Arguments& a, int& code) {
  CLI::App* c = app.add_subcommand(
    "verify",
    "Judge gradient reversal layers: builtin, so:LIBRARY[:PREFIX], py:FILE:NAME, js:FILE:NAME, \"cmd:COMMAND "
    "LINE\", socket:PATH");
  c->add_option("target", a.verify.targets, "What to judge, such as py:grl.py:GradientReversal")->required();
  c->add_option("--seed", a.verify.seed, "Seed of all random choices")->check(seed_range);
  c->add_option("--graphs", a.verify.graphs, "Random graphs of each family and dtype")
    ->check(CLI::Range(0, 1000000));
  add_tier(*c, a.verify.tier);
  c->add_option("--dtype", a.verify.dtypes, "Only these dtypes (f16, bf16, f32, f64)")->delimiter(',');
  c->add_option("--contract", a.verify.contract,
                "What the layer declares: reversal (default), scale:S, stop, straight-through, clip:C, or "
                "derivative; or that the "
                "target is no layer: schedule, training");
  c->add_option("--forward", a.verify.forward, "The forward pass for --contract derivative: a .graph file")
    ->type_name("FILE");
  c->add_option(
     "--budget", a.verify.budget,
     "Begin no new random graphs after that many seconds (2 or 2s); what a verdict needs at least is tried")
    ->transform(CLI::Validator(
      [](std::string& text) {
        if (text.size() > 1 && text.back() == 's') text.pop_back();
        return std::string();
      },
      ""))
    ->check(seconds_range);
  c->add_option(
     "--known-failures", a.verify.known,
     "File of failures that are accepted: lines of PROPERTY:DTYPE (with *) and a reason; one that no longer "
     "happens is reported, with exit code 5")
    ->type_name("FILE");
  c->add_option("--failures", a.verify.failures, "Folder for replay files")->type_name("DIR");
  add_subject_options(*c, a.common);
  add_json(*c, a.common);
  add_outputs(*c, a.verify.outputs);
  c->callback([&] { code = cli::verify(a.common, a.verify); });
}

void add_properties(CLI::App& app, Arguments& a, int& code) {
  CLI::App* c = app.add_subcommand("properties", "Run the catalogue of properties on random graphs");
  c->add_option("property", a.properties.properties, "Ids (default: all)");
  add_tier(*c, a.properties.tier);
  c->add_option("--subject", a.properties.subject, "Whose gradients to judge (default: builtin)");
  c->add_option("--seed", a.properties.seed, "Seed of all random choices")->check(seed_range);
  c->add_option("--graphs", a.properties.graphs, "Random graphs for each property")
    ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 40));
  c->add_option(
     "--jobs", a.properties.jobs,
     "Threads for the built-in engine (default: one for each core); the report is the same for any number")
    ->check(CLI::Range(1, 1024));
  c->add_option("--dtype", a.properties.dtype, "The dtype of the subject's answers");
  c->add_option("--failures", a.properties.failures, "Folder for replay files")->type_name("DIR");
  add_subject_options(*c, a.common);
  add_json(*c, a.common);
  add_outputs(*c, a.properties.outputs);
  c->callback([&] { code = cli::properties(a.common, a.properties); });
}

void add_campaign_options(CLI::App& c, Arguments& a) {
  cli::CampaignArguments& o = a.campaign;
  c.add_option("--subject", o.subject, "Whose gradients to judge (default: builtin)");
  c.add_option("--dtype", o.dtype, "The dtype of the subject's answers (default: f64)");
  c.add_option("--graphs", o.graphs,
               "How many random graphs (default: 100000, or as many as there is time for)")
    ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 50));
  c.add_option("--for", o.seconds,
               "End after that time (90s, 5m, 2h), once a block is decided; others in work are left")
    ->transform(duration);
  c.add_option("--seed", o.seed, "Seed of all random choices")->check(seed_range);
  c.add_option("--jobs", o.jobs,
               "Blocks decided at a time, each with a subject of its own (default: one for each core)")
    ->check(CLI::Range(1, 1024));
  c.add_option("--thorough", o.thorough,
               "Put one graph in so many to every property as well (default: 100; 0: none)");
  c.add_option("--properties", o.properties,
               "Only these properties, and on every graph unless --thorough says otherwise")
    ->delimiter(',');
  c.add_option("--digits", o.digits, "Screen gradproof's own engine at so many digits, by the complex step")
    ->check(CLI::Range(17, 10000));
  c.add_option("--exhaustive", o.exhaustive,
               "All graphs of up to so many operations, in place of random ones")
    ->check(CLI::Range(1, 6));
  c.add_option("--ops", o.operations, "The operations of exhaustive graphs (default: all without shapes)")
    ->delimiter(',');
  c.add_flag("--no-swarm", o.no_swarm, "Draw every block from all operations alike");
  c.add_option("--block", o.block,
               "Graphs that are decided and kept together (default: 2000; 200 for other subjects)")
    ->check(CLI::Range(1, 1000000));
  c.add_option("--patience", o.patience,
               "Under MPI: hand a block to another rank after that time (default: 10m)")
    ->transform(duration);
  c.add_option("--store", o.store, "The file to keep it in (default: a new one in gradproof-campaigns/)")
    ->type_name("FILE");
  CLI::Option* resume =
    c.add_option("--resume", o.resume, "Go on with the campaign of this store")->type_name("FILE");
  for (const char* fixed : {"--subject", "--dtype", "--graphs", "--seed", "--thorough", "--properties",
                            "--digits", "--exhaustive", "--ops", "--no-swarm", "--block", "--store"})
    resume->excludes(c.get_option(fixed));
  resume->excludes(
    c.add_option("--shard", o.shard,
                 "Only a share of the blocks: 2/4 is the second of four; auto asks Slurm or Kubernetes"));
  c.add_option("--corpus", o.corpus, "Folder of .graph files that are run first")->type_name("DIR");
  c.add_option("--failures", o.failures, "Folder for replay files")->type_name("DIR");
  add_subject_options(c, a.common);
}

void add_campaign(CLI::App& app, Arguments& a, int& code) {
  CLI::App* c = app.add_subcommand(
    "campaign", "Run random graphs by the million, with every decided block kept in a store");
  add_campaign_options(*c, a);
  add_json(*c, a.common);
  add_outputs(*c, a.campaign.outputs);
  CLI::App* list = c->add_subcommand("list", "The stores in a folder");
  list->add_option("folder", a.campaigns, "The folder (default: gradproof-campaigns)");
  list->callback([&] { code = cli::campaign_list(a.campaigns); });
  CLI::App* show = c->add_subcommand("show", "What a store holds so far");
  show->add_option("store", a.store, "The file")->required();
  add_json(*show, a.common);
  add_outputs(*show, a.outputs);
  show->callback([&] { code = cli::campaign_show(a.common, a.outputs, a.store); });
  CLI::App* out =
    c->add_subcommand("export", "Write the smallest graph of each group of failures into a folder");
  out->add_option("store", a.store, "The file")->required();
  out->add_option("folder", a.folder, "The folder, fit for --corpus")->required();
  out->callback([&] { code = cli::campaign_export(a.store, a.folder); });
  CLI::App* merge = c->add_subcommand("merge", "Make one store of several of one campaign: shards, or parts");
  merge->add_option("stores", a.stores, "The files")->required();
  merge->add_option("--store", a.store, "The file to make")->required()->type_name("FILE");
  add_json(*merge, a.common);
  add_outputs(*merge, a.outputs);
  merge->callback([&] { code = cli::campaign_merge(a.common, a.outputs, a.stores, a.store); });
  c->require_subcommand(0, 1);
  c->callback([&, c] {
    if (c->get_subcommands().empty()) code = cli::campaign(a.common, a.campaign);
  });
}

void add_climb(CLI::App& app, Arguments& a, int& code) {
  CLI::App* c =
    app.add_subcommand("climb", "Search for the largest error, step by step from random graphs or inputs");
  c->add_option("--subject", a.climb.subject, "Whose gradients to judge (default: builtin)");
  c->add_option("--op", a.climb.operation, "Search the inputs of this operation, for the error in ulps");
  c->add_option("--dtype", a.climb.dtype, "The dtype of the subject's answers (default: f64)");
  c->add_option("--graphs", a.climb.graphs, "Graphs to ask about (default: 20000)")
    ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40));
  c->add_option("--seed", a.climb.seed, "Seed of all random choices")->check(seed_range);
  c->add_option("--failures", a.climb.failures, "Folder for replay files")->type_name("DIR");
  add_subject_options(*c, a.common);
  add_json(*c, a.common);
  add_pages(*c, a.climb.outputs);
  c->callback([&] { code = cli::climb(a.common, a.climb); });
}

void add_accuracy(CLI::App& app, Arguments& a, int& code) {
  CLI::App* c = app.add_subcommand(
    "accuracy", "Measure how exact each operation and its derivative is, in ulps of the unrounded truth");
  cli::AccuracyArguments& o = a.accuracy;
  c->add_option("subject,--subject", o.subject,
                "Whose operations to measure (default: builtin); of a layer those of its framework");
  c->add_option("--dtype", o.dtypes, "Only these dtypes (f16, bf16, f32, f64; default: all that it has)")
    ->delimiter(',');
  c->add_option("--ops", o.operations, "Only these operations (default: all without shapes)")->delimiter(',');
  c->add_option("--inputs", o.inputs, "Inputs to draw for each operation and dtype (default: 4000)")
    ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{10000000}));
  c->add_option("--seed", o.seed, "Seed of all random choices")->check(seed_range);
  c->add_flag("--worst-first", o.outputs.worst_first, "The largest errors at the top of the table");
  add_subject_options(*c, a.common);
  add_json(*c, a.common);
  add_outputs(*c, o.outputs);
  c->get_option("--junit")->description("Also write the comparison as JUnit's XML, for CI; needs --compare");
  c->callback([&] { code = cli::accuracy(a.common, a.accuracy); });
}

void add_report(CLI::App& app, Arguments& a, int& code) {
  CLI::App* c =
    app.add_subcommand("report", "Show, put together or compare reports that were written with --json");
  c->require_subcommand(1);
  CLI::App* show =
    c->add_subcommand("show", "A report of verify, properties, campaign or accuracy once more");
  show->add_option("file", a.file, "The JSON, - for standard input")->required();
  add_json(*show, a.common);
  add_outputs(*show, a.outputs);
  show->callback([&] { code = cli::report_show(a.common, a.outputs, a.file); });
  CLI::App* merge =
    c->add_subcommand("merge", "Verdicts on several targets, or shards of one accuracy measurement, as one");
  merge->add_option("files", a.stores, "The JSON files")->required();
  add_json(*merge, a.common);
  add_outputs(*merge, a.outputs);
  merge->callback([&] { code = cli::report_merge(a.common, a.outputs, a.stores); });
  CLI::App* diff =
    c->add_subcommand("diff", "What got worse, better, new or gone between two reports of one kind");
  diff->add_option("old", a.before, "The earlier JSON")->required();
  diff->add_option("new", a.now, "The later JSON")->required();
  add_json(*diff, a.common);
  add_forms(*diff, a.outputs);
  add_worse(*diff, a.outputs);
  diff->callback([&] { code = cli::report_diff(a.common, a.outputs, a.before, a.now); });
}

void add_studied(CLI::App& c, Arguments& a, cli::StudyArguments& graph) {
  c.add_option("file", graph.file, "A .graph file, - for standard input");
  c.add_option("--seed", graph.seed, "In place of a file: the random graph of this seed");
  add_json(c, a.common);
}

void add_study(CLI::App& app, Arguments& a, int& code) {
  CLI::App* c = app.add_subcommand(
    "study", "Measure how differences, precisions and conditions act on a gradient's error");
  c->require_subcommand(1);
  CLI::App* steps = c->add_subcommand("steps",
                                      "The error of each difference scheme against the step, the best step, "
                                      "and what to give to a gradient checker");
  add_studied(*steps, a, a.study);
  add_pages(*steps, a.study.outputs);
  steps->add_option("--dtype", a.study.dtypes, "In these dtypes (f16, bf16, f32, f64; default: f32,f64)")
    ->delimiter(',')
    ->allow_extra_args(false);
  steps->add_option("--digits", a.study.digits, "And in so many decimal digits (default: 50; 0: not)")
    ->check(CLI::Range(0, 1000));
  steps->add_option("--wrt", a.study.wrt, "An input, or an entry such as x[0,1] (default: the worst of all)");
  steps->callback([&] { code = cli::study_steps(a.common, a.study); });
  CLI::App* precision = c->add_subcommand("precision", "Digits asked for against digits got and time");
  add_studied(*precision, a, a.precision.graph);
  precision
    ->add_option("--digits", a.precision.digits,
                 "Decimal digits to ask for (default: 16,20,30,50,100,200,500,1000)")
    ->delimiter(',')
    ->allow_extra_args(false)
    ->check(CLI::Range(1, 10000));
  add_pages(*precision, a.precision.graph.outputs);
  precision->callback([&] { code = cli::study_precision(a.common, a.precision); });
  CLI::App* condition = c->add_subcommand("condition",
                                          "The errors of random graphs' gradients against condition, depth "
                                          "and strength, and which operation they come from");
  condition->add_option("subject,--subject", a.condition.subject, "Whose gradients (default: builtin)");
  condition->add_option("--dtype", a.condition.dtype, "The dtype of the subject's answers (default: f64)");
  condition->add_option("--graphs", a.condition.graphs, "Random graphs (default: 200)")
    ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1000000}));
  condition->add_option("--seed", a.condition.seed, "Seed of all random choices")->check(seed_range);
  add_subject_options(*condition, a.common);
  add_json(*condition, a.common);
  add_pages(*condition, a.condition.outputs);
  condition->callback([&] { code = cli::study_condition(a.common, a.condition); });
}

void add_check(CLI::App& app, Arguments& a, int& code) {
  CLI::App* c = app.add_subcommand("check", "Judge one graph's gradient by every oracle");
  c->add_option("file", a.check.file, "A .graph file, - for standard input")->required();
  c->add_option("--digits", a.check.digits, "Decimal digits (1 to 10000)")->check(CLI::Range(1, 10000));
  add_json(*c, a.common);
  c->callback([&] { code = cli::check(a.common, a.check); });
}

void add_replay(CLI::App& app, Arguments& a, int& code) {
  CLI::App* c = app.add_subcommand("replay", "Run the case of a replay file again");
  c->add_option("file", a.replay.file, "A .graph file that a failing run wrote")->required();
  c->add_option("--subject", a.replay.subject, "Another subject than the file's");
  c->add_option("--property", a.replay.property, "Another property than the file's");
  add_subject_options(*c, a.common);
  add_json(*c, a.common);
  add_forms(*c, a.replay.outputs);
  c->callback([&] { code = cli::replay(a.common, a.replay); });
}

void add_conformance(CLI::App& app, Arguments& a, int& code) {
  CLI::App* c = app.add_subcommand("conformance", "Test an adapter: whether it keeps to the protocol");
  c->add_option("adapter", a.conformance.words,
                "The adapter's command and its arguments, behind -- where it has options; or a target")
    ->required();
  add_subject_options(*c, a.common);
  c->callback([&] { code = cli::conformance(a.common, a.conformance); });
}

void add_adapter(CLI::App& app, Arguments& a, int& code) {
  CLI::App* c = app.add_subcommand("adapter", "Begin a layer or an adapter: adapter init KIND");
  c->require_subcommand(1);
  CLI::App* init =
    c->add_subcommand("init", "Write one that is right into a new file, and say the next command");
  init
    ->add_option("kind", a.kind, "c, cpp, cuda, torch, jax, tf, paddle, tfjs, or tiny for any other language")
    ->required()
    ->check(CLI::IsMember(cli::start_kinds()));
  init->add_option("--file", a.file, "The file to write; nothing is ever overwritten")->type_name("FILE");
  init->callback([&] { code = cli::start(a.common, a.kind, a.file); });
}

void add_small_commands(CLI::App& app, Arguments& a, int& code) {
  CLI::App* list = app.add_subcommand("list", "List targets, properties, ops, dtypes or topics");
  list->add_option("what", a.list, "targets, properties, ops, dtypes or topics")
    ->check(CLI::IsMember({"targets", "properties", "ops", "dtypes", "topics"}));
  list->callback([&] { code = cli::list(a.list); });
  CLI::App* explain = app.add_subcommand(
    "explain", "Say what a property claims and what breaks and mends it, or answer a question");
  explain->add_option("property", a.explain, "Its id, or that of a topic")->required();
  explain->callback([&] { code = cli::explain(a.explain); });
  CLI::App* doctor = app.add_subcommand("doctor", "Say what is installed, and whether the engine works");
  doctor->add_option("--python", a.common.python, "The Python to look for frameworks in");
  doctor->add_option("--node", a.common.node, "The Node to look at");
  doctor->callback([&] { code = cli::doctor(a.common); });
  CLI::App* serve = app.add_subcommand("serve-plugin", "");
  serve->group("");  // hidden: how we host a C plugin in a process of its own
  serve->add_option("library", a.library)->required();
  serve->add_option("prefix", a.prefix);
  serve->callback([&] { gradproof::serve_plugin(a.library, a.prefix); });
  CLI::App* relay = app.add_subcommand("relay", "");
  relay->group("");  // hidden: the process of a subject that runs already
  relay->add_option("path", a.socket)->required();
  relay->callback([&] { code = cli::relay(a.socket); });
}

// --help and --version come here as well, and are no errors.
int usage_error(const CLI::App& app, const CLI::ParseError& e, int argc, char** argv) {
  if (e.get_exit_code() == 0) return app.exit(e);
  const std::string first = argc > 1 ? argv[1] : "";
  const auto known = app.get_subcommands([&](const CLI::App* c) { return c->get_name() == first; });
  const bool unknown = !first.empty() && first[0] != '-' && known.empty();
  if (!first.empty() && first[0] == '-')
    return cli::complain("there is no option " + first +
                         " before a command; gradproof --help names the commands");
  if (unknown) return cli::complain("there is no command " + first + "; gradproof --help names them");
  // The help of the command that was being read, which has the word that is missing.
  std::string command = "gradproof";
  for (const CLI::App* at = &app; at != nullptr;) {
    const auto parsed = at->get_subcommands();
    at = parsed.empty() ? nullptr : parsed.back();
    if (at != nullptr) command += " " + at->get_name();
  }
  return cli::complain(std::string(e.what()) + "; see " + command + " --help");
}

// CLI11 calls these once it has understood the whole line.
void only_read(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    command->callback({});
    only_read(*command);
  }
}

void set_surroundings(cli::Common& common, const char* argv0) {
  common.self = own_path(argv0);
  common.adapters = adapters_folder(common.self);
  common.python = from_environment("GRADPROOF_PYTHON", "python3");
  common.memory = half_of_memory();
  common.node = from_environment("GRADPROOF_NODE", "node");
}

}  // namespace

int cli::command_line(int argc, char** argv, Arguments& a, Done done) {
  CLI::App app(
    "gradproof proves gradients right, gradient reversal layers first, or shows exactly where they are wrong",
    "gradproof");
  app.set_version_flag("--version", GRADPROOF_VERSION);
  app.require_subcommand(1);
  app.footer(exit_codes);
  set_surroundings(a.common, argv[0]);
  int code = cli::Exit::holds;
  add_verify(app, a, code);
  add_properties(app, a, code);
  add_campaign(app, a, code);
  add_climb(app, a, code);
  add_accuracy(app, a, code);
  add_report(app, a, code);
  add_study(app, a, code);
  add_check(app, a, code);
  add_replay(app, a, code);
  add_conformance(app, a, code);
  add_adapter(app, a, code);
  add_small_commands(app, a, code);
  if (done == Done::no) only_read(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return usage_error(app, e, argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "gradproof: our own fault: {}\nPlease report this with the command that you typed.\n",
               e.what());
    return cli::Exit::our_fault;
  }
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  // A reader that has left, such as head, wants no more.
  if (!written && errno != EPIPE)
    return cli::complain("standard output can't be written; what was found is lost (code " +
                         std::to_string(code) + ")");
  return code;
}
