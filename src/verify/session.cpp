#include "verify/session.hpp"

#include <filesystem>

#include "gradproof/ops.hpp"
#include "verify/external.hpp"

namespace gradproof {

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
  report.subject.lambda = h.lambda;
  report.subject.dtypes = h.dtypes;
}

void with_external(const Target& target, const Launch& launch, Report& report,
                   const std::function<void(Subject&, const Hello&)>& use) {
  std::error_code ignored;
  if (target.kind == Target::Kind::python &&
      !std::filesystem::is_regular_file(launch.adapters + "/python/gradproof_adapter/__main__.py", ignored))
    return no_subject(report,
                      "there is no Python adapter in " + launch.adapters +
                        "; set GRADPROOF_ADAPTERS to the folder that holds python/",
                      "");
  External subject(target.text, command_for(target, launch),
                   protocol::Limits{.start = launch.start, .reply = launch.reply});
  const auto hello = subject.client().hello();
  if (const auto* failure = std::get_if<protocol::Failure>(&hello)) {
    no_subject(report, "the subject did not start: " + failure->message, failure->standard_error);
  } else if (const auto* error = std::get_if<protocol::SubjectError>(&hello)) {
    no_subject(report, error->message, error->traceback);
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
                  const std::function<void(Subject&, const Hello&)>& use) {
  report.subject.target = target.text;
  const auto start = std::chrono::steady_clock::now();
  if (target.kind == Target::Kind::builtin) {
    Engine engine;
    const Hello facts = engine_facts();
    note_facts(report, facts);
    use(engine, facts);
  } else {
    with_external(target, launch, report, use);
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace gradproof
