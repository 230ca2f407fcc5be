#include "verify/session.hpp"

#include <filesystem>

#include "gradproof/ops.hpp"
#include "verify/external.hpp"

namespace gradproof::inline v0 {

namespace {

Hello engine_facts() {
  Hello h;
  h.framework = "gradproof's own engine";
  h.form = "gradient graph";
  h.lambda = "second operand of reverse";
  h.dtypes = {"f32", "f64"};
  for (std::size_t i = 0; i < op_count; ++i)
    h.ops.emplace_back(info(OpId{static_cast<std::uint8_t>(i)}).name);
  return h;
}

void no_subject(Report& report, std::string reason, std::string detail) {
  report.conclusion = Conclusion::no_subject;
  report.reason = std::move(reason);
  report.detail = std::move(detail);
}

void note_facts(Report& report, const Hello& h) {
  report.subject.framework = h.framework;
  report.subject.form = h.form;
  report.subject.lambda = h.lambda + (h.factor ? ", as the factor -λ itself" : "");
  report.subject.factor = h.factor;
  report.subject.dtypes = h.dtypes;
  report.subject.adapter = h.adapter;
  report.subject.usage = h.usage;
}

// What is wrong with the adapter that the target needs, with the remedy; empty where nothing is.
std::string missing_adapter(const Target& target, const Launch& launch) {
  const bool python = target.kind == Target::Kind::python;
  if (!python && target.kind != Target::Kind::javascript) return "";
  const std::string entry = python ? "/python/gradproof_adapter/__main__.py" : "/javascript/adapter/main.js";
  std::error_code ignored;
  if (std::filesystem::is_regular_file(launch.adapters + entry, ignored)) return "";
  return std::string("there is no ") + (python ? "Python" : "JavaScript") + " adapter in " + launch.adapters +
         "; set GRADPROOF_ADAPTERS to the folder that holds " + (python ? "python/" : "javascript/");
}

// What to do where the interpreter of the target's language could not be started.
std::string remedy(const Target& target, const protocol::Failure& failure) {
  if (failure.trouble != protocol::Trouble::not_started || target.kind != Target::Kind::javascript) return "";
  return "; install Node 18 or later, or name it with --node or GRADPROOF_NODE";
}

void with_external(const Target& target, const Launch& launch, Report& report,
                   const std::function<void(Subject&, const Hello&)>& use, const std::string& contract) {
  if (std::string missing = missing_adapter(target, launch); !missing.empty())
    return no_subject(report, std::move(missing), "");
  External subject(
    target.text, command_for(target, launch),
    protocol::Limits{.start = launch.start, .reply = launch.reply, .memory_bytes = launch.memory}, contract);
  const auto hello = subject.client().hello();
  if (const auto* failure = std::get_if<protocol::Failure>(&hello)) {
    no_subject(report, "the subject did not start: " + failure->message + remedy(target, *failure),
               failure->standard_error);
  } else if (const auto* error = std::get_if<protocol::SubjectError>(&hello)) {
    no_subject(report, error->message, error->traceback);
  } else if (std::get<Hello>(hello).contract != contract) {
    no_subject(report, "the adapter can't open the target for --contract " + contract, "");
  } else {
    note_facts(report, std::get<Hello>(hello));
    use(subject, std::get<Hello>(hello));
    if (const auto& lost = subject.lost(); lost && report.conclusion != Conclusion::not_verified &&
                                           lost->trouble != protocol::Trouble::interrupted)
      no_subject(report, "the subject was lost: " + lost->message, lost->standard_error);
  }
  report.subject.stray = subject.client().stray();
  report.subject.restarts = subject.restarts();
}

}  // namespace

void with_subject(const Target& target, const Launch& launch, Report& report,
                  const std::function<void(Subject&, const Hello&)>& use, const std::string& contract) {
  report.subject.target = target.text;
  const auto start = std::chrono::steady_clock::now();
  if (target.kind == Target::Kind::builtin) {
    Engine engine;
    const Hello facts = engine_facts();
    note_facts(report, facts);
    use(engine, facts);
  } else {
    with_external(target, launch, report, use, contract);
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace gradproof::inline v0
