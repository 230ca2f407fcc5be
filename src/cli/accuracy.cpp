// gradproof accuracy.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "gradproof/accuracy.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/ops.hpp"

namespace gradproof::cli {

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
  for (const std::string& file : {common.json, a.html, a.markdown})
    if (!writable(file)) return complain("can't write " + file);
  AccuracyReport report = [&] {
    Progress progress(common);
    options->progress = [&](const std::string& what, std::size_t done, std::size_t of) {
      progress.show(what, done, of);
    };
    return measure_accuracy(*target, launch_of(common), *options);
  }();
  report.report.version = GRADPROOF_VERSION;
  const RowOrder order = a.worst_first ? RowOrder::worst_first : RowOrder::table;
  if (common.json != "-") fmt::print("{}", to_text(report, order));
  const auto deliver = [&](const std::string& file, const std::string& text) {
    return file.empty() || write_file(file, text);
  };
  if (!deliver(common.json, to_json(report))) return complain("can't write " + common.json);
  if (!deliver(a.markdown, to_markdown(report, order))) return complain("can't write " + a.markdown);
  if (!a.html.empty() && !write_file(a.html, to_html(report))) return complain("can't write " + a.html);
  if (report.report.interrupted) return Exit::inconclusive;
  return exit_code(report.report.conclusion);
}

}  // namespace gradproof::cli
