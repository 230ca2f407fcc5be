// gradproof accuracy.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/outputs.hpp"
#include "gradproof/accuracy.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/ops.hpp"

namespace gradproof::inline v0::cli {

namespace {

// What the command line asks for; complains where it makes no sense.
std::optional<AccuracyOptions> asked_for(const AccuracyArguments& a) {
  AccuracyOptions options;
  options.seed = a.seed;
  options.inputs = a.inputs;
  options.operations = a.operations;
  options.stop = &stop;
  for (const std::string& word : a.dtypes) {
    const auto dtype = find_dtype(word);
    if (!dtype) return complain("--dtype " + word + ": the dtypes are f16, bf16, f32 and f64"), std::nullopt;
    if (std::ranges::find(options.dtypes, *dtype) == options.dtypes.end()) options.dtypes.push_back(*dtype);
  }
  for (const std::string& word : a.operations) {
    const auto op = find_op(word);
    if (!op)
      return complain("--ops " + word + ": there is no such operation; gradproof list ops names them"),
             std::nullopt;
    if (!Exhaustive::takes(*op))
      return complain("--ops " + word + ": an operation on shapes is not measured"), std::nullopt;
  }
  return options;
}

}  // namespace

int accuracy(const Common& common, const AccuracyArguments& a) {
  const auto target = parse_target(a.subject);
  if (!target) return complain(target.error().message);
  auto options = asked_for(a);
  if (!options) return Exit::usage;
  if (!a.outputs.junit.empty() && a.outputs.compare.empty())
    return complain("--junit needs --compare OLD.json: a measurement alone has nothing that could fail");
  const auto before = prepared(common, a.outputs, &read_accuracy);
  if (before.refused) return Exit::usage;
  if (before.earlier && !can_judge(a.outputs, before.earlier->options, *options)) return Exit::usage;
  AccuracyReport report = [&] {
    Progress progress(common);
    options->progress = [&](const std::string& what, std::size_t done, std::size_t of) {
      progress.show(what, done, of);
    };
    return measure_accuracy(*target, launch_of(common), *options);
  }();
  report.report.version = GRADPROOF_VERSION;
  report.report.environment = environment_text();
  return deliver_report(common, a.outputs, report, before.earlier);
}

}  // namespace gradproof::inline v0::cli
