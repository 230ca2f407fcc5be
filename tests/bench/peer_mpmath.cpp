// mpmath: a process that stays, and computes the value whenever it is asked to. It says itself how long that
// took, so that the pipe between us costs it nothing.
#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>

#include "data.hpp"
#include "peers.hpp"
#include "protocol/process.hpp"

namespace gradproof::inline v0::bench {

namespace {

using nlohmann::json;
using protocol::Deadline;
using protocol::Failure;

class Mpmath {
 public:
  explicit Mpmath(std::unique_ptr<protocol::Process> process) : process_(std::move(process)) {}
  // The answer to one line, or a sentence that says why there is none.
  std::variant<json, std::string> ask(const json& question) {
    const Deadline deadline = Deadline::in(std::chrono::minutes(2));
    if (const auto failure = process_->send(question.dump() + "\n", deadline)) return failure->message;
    const auto line = process_->receive(deadline);
    if (const auto* failure = std::get_if<Failure>(&line))
      return failure->message + " " + failure->standard_error;
    return json::parse(std::get<std::string>(line));
  }

 private:
  std::unique_ptr<protocol::Process> process_;
};

json question(const std::string& job, int digits) {
  if (job == "job A") {
    const Network n = job_a();
    return {
      {"job", "A"},         {"digits", digits},   {"denominator", Network::denominator},
      {"leaves", n.leaves}, {"target", n.target}, {"shape", {n.batch, n.features, n.hidden1, n.hidden2}}};
  }
  const Recurrence r = job_b();
  return {{"job", "B"},
          {"digits", digits},
          {"denominator", Recurrence::denominator},
          {"leaves", {r.w, r.u, r.b, r.start, r.target, r.scale}},
          {"x", r.x}};
}

std::variant<Ready, NotHere> prepare(const std::string& job, int digits) {
  const std::string script = std::string(GRADPROOF_SOURCE_DIR) + "/tests/bench/mpmath_value.py";
  auto started = protocol::Process::start({{GRADPROOF_PYTHON3, script}, {}, "mpmath"}, {});
  if (auto* failure = std::get_if<Failure>(&started)) return NotHere{failure->message};
  const auto process = std::make_shared<Mpmath>(std::move(std::get<0>(started)));
  const auto first = process->ask(question(job, digits));
  if (const auto* trouble = std::get_if<std::string>(&first)) return NotHere{*trouble};
  const json& said = std::get<json>(first);
  if (said.contains("missing")) return NotHere{said["missing"]};
  const Answer answer{{said["value"]}, said["bits"]};
  const auto seconds = [process] {
    const auto reply = process->ask({{"run", true}});
    if (const auto* trouble = std::get_if<std::string>(&reply)) {
      fmt::print(stderr, "mpmath: {}\n", *trouble);
      std::exit(1);
    }
    return std::get<json>(reply)["ns"].get<double>() / 1e9;
  };
  return Ready{{}, seconds, [answer] { return answer; }};
}

}  // namespace

std::vector<Subject> mpmath_subjects() {
  std::vector<Subject> subjects;
  for (const char* job : {"job A", "job B"})
    subjects.push_back(
      {job, 50, "mpmath", value_only, [job = std::string(job)] { return prepare(job, 50); }});
  return subjects;
}

}  // namespace gradproof::inline v0::bench
