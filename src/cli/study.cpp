// gradproof study.
#include <fmt/format.h>

#include <chrono>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/outputs.hpp"
#include "gradproof/condition.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/study.hpp"

namespace gradproof::inline v0::cli {

namespace {

// The graph of a file, or a random one.
struct Studied {
  Graph graph;
  std::string source;
};
std::optional<Studied> studied(const StudyArguments& a) {
  if (!a.file.empty() && a.seed) return complain("a file and --seed are two graphs; name one"), std::nullopt;
  if (!a.file.empty()) {
    auto document = read_document(a.file);
    if (!document) return {};
    return Studied{std::move(document->graph), a.file == "-" ? "standard input" : a.file};
  }
  if (!a.seed) return complain("name a .graph file, or a random graph by --seed"), std::nullopt;
  return Studied{random_graph(*a.seed, 0), fmt::format("the random graph of seed {}", *a.seed)};
}

std::optional<std::vector<Dtype>> dtypes_named(const std::vector<std::string>& words) {
  std::vector<Dtype> dtypes;
  for (const std::string& word : words) {
    const auto dtype = find_dtype(word);
    if (!dtype) return complain("--dtype " + word + ": the dtypes are f16, bf16, f32 and f64"), std::nullopt;
    dtypes.push_back(*dtype);
  }
  return dtypes;
}

// Writes a study in the forms that were asked for; `code` is the program's where all could be written.
int delivered(const Common& common, const Outputs& outputs, const Forms& forms, int code) {
  return deliver(common, outputs, forms) ? code : static_cast<int>(Exit::usage);
}

}  // namespace

int study_steps(const Common& common, const StudyArguments& a) {
  const auto what = studied(a);
  if (!what) return Exit::usage;
  StepOptions options;
  options.digits = a.digits.value_or(options.digits);
  if (a.wrt && a.wrt->empty()) return complain("--wrt names an input, or an entry such as x[0,1]");
  options.wrt = a.wrt.value_or("");
  if (!a.dtypes.empty()) {
    const auto dtypes = dtypes_named(a.dtypes);
    if (!dtypes) return Exit::usage;
    options.dtypes = *dtypes;
  }
  if (!sensible(common, a.outputs, {a.file})) return Exit::usage;
  const NothingToShow until_it_is_done;
  StepStudy study = gradproof::study_steps(what->graph, options);
  study.version = GRADPROOF_VERSION;
  study.source = what->source;
  if (study.bad_input) return complain(study.trouble);
  return delivered(common, a.outputs,
                   {[&] { return to_text(study); },
                    [&] { return to_json(study); },
                    [&] { return to_html(study); },
                    [&] { return to_markdown(study); },
                    {}},
                   has_result(study) ? Exit::holds : Exit::inconclusive);
}

int study_precision(const Common& common, const PrecisionArguments& a) {
  const auto what = studied(a.graph);
  if (!what) return Exit::usage;
  PrecisionOptions options;
  if (!a.digits.empty()) options.digits = a.digits;
  options.clock = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  const Outputs& outputs = a.graph.outputs;
  if (!sensible(common, outputs, {a.graph.file})) return Exit::usage;
  const NothingToShow until_it_is_done;
  PrecisionStudy study = gradproof::study_precision(what->graph, options);
  study.version = GRADPROOF_VERSION;
  study.source = what->source;
  if (study.bad_input) return complain(study.trouble);
  return delivered(common, outputs,
                   {[&] { return to_text(study); },
                    [&] { return to_json(study); },
                    [&] { return to_html(study); },
                    [&] { return to_markdown(study); },
                    {}},
                   has_result(study) ? Exit::holds : Exit::inconclusive);
}

int study_condition(const Common& common, const ConditionArguments& a) {
  const auto target = parse_target(a.subject);
  if (!target) return complain(target.error().message);
  const auto dtypes = dtypes_named({a.dtype});
  if (!dtypes) return Exit::usage;
  if (!sensible(common, a.outputs)) return Exit::usage;
  ConditionOptions options;
  options.seed = a.seed;
  options.graphs = a.graphs;
  options.dtype = dtypes->front();
  options.stop = &stop;
  ConditionStudy study = [&] {
    Progress progress(common);
    options.progress = [&](const std::string& words, std::size_t done, std::size_t of) {
      progress.show(words, done, of);
    };
    return gradproof::study_condition(*target, launch_of(common), options);
  }();
  study.report.version = GRADPROOF_VERSION;
  study.report.environment = environment_text();
  return delivered(
    common, a.outputs,
    {[&] { return to_text(study); },
     [&] { return to_json(study); },
     [&] { return to_html(study); },
     [&] { return to_markdown(study); },
     {}},
    study.report.interrupted ? static_cast<int>(Exit::inconclusive) : exit_code(study.report.conclusion));
}

}  // namespace gradproof::inline v0::cli
