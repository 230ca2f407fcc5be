#include "cli/commands.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <csignal>

#include <algorithm>

#include "cli/files.hpp"
#include "cli/outputs.hpp"
#include "cli/topics.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/report.hpp"
#include "protocol/children.hpp"

namespace gradproof::inline v0::cli {

std::atomic<bool> stop = false;

namespace {

std::atomic<bool> nothing_to_show = false;

}  // namespace

NothingToShow::NothingToShow() { nothing_to_show = true; }
NothingToShow::~NothingToShow() { nothing_to_show = false; }

void install_signal_handlers() {
  struct sigaction action {};
  action.sa_handler = [](int) {
    // The second time nobody wants to wait for a tidy end; and a check has no children and nothing to show before its end.
    if (stop.exchange(true) || nothing_to_show) _exit(Exit::inconclusive);
    protocol::kill_all_children();
  };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

namespace {

std::optional<std::vector<Dtype>> dtypes_of(const std::vector<std::string>& names) {
  std::vector<Dtype> dtypes;
  for (const std::string& n : names) {
    const auto d = find_dtype(n);
    if (!d) return complain("--dtype " + n + ": the dtypes are f16, bf16, f32 and f64"), std::nullopt;
    dtypes.push_back(*d);
  }
  return dtypes;
}

// By whom the report is.
void sign(Report& report) {
  report.version = GRADPROOF_VERSION;
  report.environment = environment_text();
}

}  // namespace

int verify(const Common& common, const VerifyArguments& arguments) {
  std::vector<Target> targets;
  for (const std::string& text : arguments.targets) {
    const auto target = parse_target(text);
    if (!target) return complain(target.error().message);
    targets.push_back(*target);
  }
  const auto dtypes = dtypes_of(arguments.dtypes);
  if (!dtypes) return Exit::usage;
  std::vector<KnownFailure> known;
  if (!arguments.known.empty()) {
    const auto text = read_text(arguments.known);
    if (!text) return Exit::usage;
    const auto parsed = parse_known_failures(*text);
    if (!parsed)
      return complain(arguments.known + ":" + std::to_string(parsed.error().line) + ": " +
                      parsed.error().message);
    known = *parsed;
  }
  std::optional<Graph> forward;
  if (!arguments.forward.empty()) {
    const auto document = read_document(arguments.forward);
    if (!document) return Exit::usage;
    forward = document->graph;
  }
  const auto contract = parse_contract(arguments.contract, forward);
  if (!contract) return complain(contract.error().message);
  const auto before = prepared(common, arguments.outputs, &read_reports);
  if (before.refused) return Exit::usage;
  std::vector<Report> reports;
  for (const Target& target : targets) {
    if (stop) break;
    Progress progress(common);
    VerifyOptions options;
    options.seed = arguments.seed;
    options.graphs = arguments.graphs;
    options.tier = find_tier(arguments.tier).value_or(Tier::recommended);
    options.dtypes = *dtypes;
    options.known = known;
    options.contract = *contract;
    if (arguments.budget > 0) options.seconds = arguments.budget;
    options.stop = &stop;
    options.progress = [&](const std::string& what, std::size_t done, std::size_t of) {
      progress.show(what, done, of);
    };
    reports.push_back(gradproof::verify(target, launch_of(common), options));
    sign(reports.back());
    write_counterexamples(reports.back(), arguments.failures);
  }
  return deliver_report(common, arguments.outputs, reports, before.earlier);
}

int properties(const Common& common, const PropertiesArguments& arguments) {
  for (const std::string& id : arguments.properties)
    if (find_property(id) == nullptr)
      return complain("there is no property " + id + "; `gradproof list properties` names them");
  const auto target = parse_target(arguments.subject);
  if (!target) return complain(target.error().message);
  const auto dtype = dtypes_of({arguments.dtype});
  if (!dtype) return Exit::usage;
  const auto before = prepared(common, arguments.outputs, &read_reports);
  if (before.refused) return Exit::usage;
  std::vector<Report> reports;
  {
    Progress progress(common);
    PropertiesOptions options{arguments.properties,
                              find_tier(arguments.tier).value_or(Tier::recommended),
                              arguments.seed,
                              arguments.graphs,
                              dtype->front(),
                              arguments.jobs == 0 ? all_cores() : arguments.jobs,
                              &stop,
                              {}};
    options.progress = [&](const std::string& what, std::size_t done, std::size_t of) {
      progress.show(what, done, of);
    };
    reports.push_back(run_properties(*target, launch_of(common), options));
    sign(reports.back());
  }
  write_counterexamples(reports.back(), arguments.failures);
  return deliver_report(common, arguments.outputs, reports, before.earlier);
}

int check(const Common& common, const CheckArguments& arguments) {
  const auto document = read_document(arguments.file);
  if (!document) return Exit::usage;
  if (!sensible(common, {}, {arguments.file})) return Exit::usage;
  CheckReport report = [&] {
    const NothingToShow until_it_is_done;
    return check_graph(document->graph, arguments.digits);
  }();
  report.file = arguments.file;
  if (common.json != "-") fmt::print("{}", to_text(report, {colored()}));
  if (!common.json.empty() && !write_file(common.json, to_json(report)))
    return complain("can't write " + common.json);
  return exit_code(report.conclusion);
}

int replay(const Common& common, const ReplayArguments& arguments) {
  const auto document = read_document(arguments.file);
  if (!document) return Exit::usage;
  const std::string subject =
    !arguments.subject.empty() ? arguments.subject : document->find("subject").value_or("builtin");
  const std::string property =
    !arguments.property.empty() ? arguments.property : document->find("property").value_or("");
  if (!property.empty() && find_property(property) == nullptr)
    return complain("there is no property " + property + "; `gradproof list properties` names them");
  const auto target = parse_target(subject);
  if (!target) return complain(target.error().message);
  const auto c = case_of(*document);
  if (!c) return Exit::usage;
  if (!sensible(common, arguments.outputs, {arguments.file})) return Exit::usage;
  std::vector<Report> reports;
  reports.push_back(gradproof::replay(*target, launch_of(common), *c, property));
  sign(reports.back());
  return deliver_report(common, arguments.outputs, reports, {});
}

namespace {

void list_ops() {
  for (std::size_t i = 0; i < op_count; ++i) {
    const OpInfo& op = info(OpId{static_cast<std::uint8_t>(i)});
    std::string_view kind;
    switch (op.kind) {
      case Kind::leaf: kind = "leaf"; break;
      case Kind::elementwise: kind = "elementwise"; break;
      case Kind::selection: kind = "selection"; break;
      case Kind::linear: kind = "linear"; break;
    }
    fmt::print("{:<21}  {:<11}  {:<8}  {} operand{}{}\n", op.name, kind,
               op.klass == Class::rational ? "rational" : "analytic", op.arity, op.arity == 1 ? "" : "s",
               op.has_surrogate ? "  declared gradient" : "");
  }
  for (const std::string_view macro : macro_names()) fmt::print("{:<21}  macro\n", macro);
}

void list_properties() {
  std::size_t widest = 0;
  for (const Property* p : catalogue()) widest = std::max(widest, p->id.size());
  for (const Property* p : catalogue()) fmt::print("{:<{}}  {}\n", p->id, widest, p->claim);
}

}  // namespace

int list(const std::string& what) {
  if (what == "properties") list_properties();
  else if (what == "ops") list_ops();
  else if (what == "topics")
    for (const Topic& topic : topics()) fmt::print("{:<22} {}\n", topic.id, topic.question);
  else if (what == "dtypes")
    for (const Dtype d : all_dtypes) fmt::print("{:<5} {}\n", format(d).name, format(d).words);
  else
    fmt::print(
      "builtin                  gradproof's own engine\n"
      "so:LIBRARY[:PREFIX]      a C plugin: PREFIX_forward and PREFIX_backward (default prefix grl)\n"
      "py:FILE:NAME             a layer in PyTorch, JAX, TensorFlow, Keras or PaddlePaddle: class, instance, "
      "factory or function\n"
      "js:FILE:NAME             a TensorFlow.js or jax-js layer: function, factory or tf.layers.Layer\n"
      "cmd:COMMAND LINE         any program that speaks the protocol; gradproof conformance tests it first\n"
      "socket:PATH              a layer in a program that runs already, such as a test of yours\n");
  return Exit::holds;
}

namespace {

// By words, for a terminal of 80 columns.
void print_wrapped(std::string_view rest) {
  std::string line = " ";
  while (!rest.empty()) {
    const auto end = std::min(rest.find(' '), rest.size());
    if (line.size() + 1 + end > 80) {
      fmt::print("{}\n", line);
      line = " ";
    }
    line += " " + std::string(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  fmt::print("{}\n", line);
}

}  // namespace

int explain(const std::string& id) {
  const auto topic = std::ranges::find(topics(), id, &Topic::id);
  if (topic != topics().end()) {
    fmt::print("{}\n\n  {}\n\n", topic->id, topic->question);
    print_wrapped(topic->answer);
    return Exit::holds;
  }
  const Property* p = find_property(id);
  if (p == nullptr)
    return complain("there is no property " + id +
                    "; `gradproof list properties` names them, and `gradproof list topics` questions");
  fmt::print("{}   ({})\n\n  {}\n\n", p->id, name(p->tier), p->claim);
  print_wrapped(p->explain);
  fmt::print("\n");
  print_wrapped("What breaks it: " + std::string(p->breaks));
  fmt::print("\n");
  print_wrapped("What mends it: " + std::string(p->mend));
  return Exit::holds;
}

}  // namespace gradproof::inline v0::cli
