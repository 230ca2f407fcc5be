#include "verify/external.hpp"

#include <algorithm>

#include "gradproof/text.hpp"
#include "verify/listed.hpp"
#include "verify/reply.hpp"
#include "verify/scenario_json.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr std::size_t batch_size = 32;
constexpr std::size_t most_known = 4096;  // replies kept; beyond that the memory is not worth the round trips

protocol::CaseRequest in_text(const Case& c) {
  protocol::CaseRequest r{print(c.graph), std::string(format(c.dtype).name),
                          std::string(gradproof::name(c.layout)), c.rank};
  r.contract = c.contract;
  return r;
}

std::string key_of(const protocol::CaseRequest& r) {
  if (!r.listed.empty()) return r.listed;
  return r.dtype + " " + r.layout + " " + std::to_string(r.rank) + " " + r.contract + " " + r.graph;
}

}  // namespace

void External::note_strikes(const protocol::CaseResult& result) {
  const auto* error = std::get_if<protocol::CaseError>(&result);
  if (error == nullptr || error->kind == "raised" || error->kind == "returned" ||
      error->kind == "unsupported")
    return;
  if (error->kind != "not_tried") strikes_ += error->kind == "timed_out" ? 3 : 1;
}

Reply External::not_tried() const {
  if (lost_) {
    const std::string why = "not tried: the subject could not be started again: " + lost_->message;
    return NoAnswer{Refusal::not_tried, "lost", why, lost_->standard_error};
  }
  return NoAnswer{Refusal::not_tried, "given_up",
                  "not tried: the subject hung or died too often to be asked again", ""};
}

void External::ask(std::span<const protocol::CaseRequest> requests, std::span<const std::string> keys) {
  // A subject that has failed before is asked one case at a time, so that giving up comes in time.
  for (std::size_t at = 0; at < requests.size();) {
    const std::size_t count = std::min(strikes_ > 0 ? std::size_t{1} : batch_size, requests.size() - at);
    if (lost_ || strikes_ >= most_strikes) {
      for (std::size_t i = at; i < requests.size(); ++i) known_.insert_or_assign(keys[i], not_tried());
      return;
    }
    const auto answer = client_.run(requests.subspan(at, count));
    if (const auto* failure = std::get_if<protocol::Failure>(&answer)) {
      lost_ = *failure;
      continue;
    }
    const auto& results = std::get<std::vector<protocol::CaseResult>>(answer);
    for (std::size_t i = 0; i < count; ++i) {
      note_strikes(results[i]);
      known_.insert_or_assign(keys[at + i], reply_of(results[i]));
    }
    at += count;
  }
}

std::vector<Reply> External::run(std::span<const Case> cases) {
  if (known_.size() > most_known) known_.clear();
  std::vector<std::string> keys;
  std::vector<protocol::CaseRequest> requests;
  std::vector<std::string> asked;
  for (const Case& c : cases) {
    protocol::CaseRequest r = request_for(c);
    keys.push_back(key_of(r));
    if (known_.contains(keys.back())) continue;
    if (std::ranges::find(asked, keys.back()) != asked.end()) continue;
    asked.push_back(keys.back());
    requests.push_back(std::move(r));
  }
  ask(requests, asked);
  std::vector<Reply> replies;
  for (const std::string& key : keys) replies.push_back(known_.find(key)->second);
  refuse_other_lambdas(replies, cases);
  return replies;
}

void External::refuse_other_lambdas(std::vector<Reply>& replies, std::span<const Case> cases) const {
  for (std::size_t i = 0; i < cases.size(); ++i)
    if (only_lambda_ && !only_has(cases[i].graph, *only_lambda_)) replies[i] = other_lambda();
}

void External::post(std::span<const Case> cases) {
  // A subject that has failed before is asked one case at a time, and in its turn.
  const bool at_once =
    !lost_ && strikes_ == 0 && cases.size() <= batch_size && std::ranges::all_of(posted_, &Posted::is_asked);
  posted_.push_back({{cases.begin(), cases.end()}, at_once});
  if (!at_once) return;
  std::vector<protocol::CaseRequest> requests;
  for (const Case& c : cases) requests.push_back(request_for(c));
  client_.post(std::move(requests));
}

std::vector<Reply> External::collect() {
  const Posted posted = std::move(posted_.front());
  posted_.pop_front();
  if (!posted.is_asked) return run(posted.cases);
  const auto answer = client_.collect();
  std::vector<Reply> replies;
  if (const auto* failure = std::get_if<protocol::Failure>(&answer)) {
    lost_ = *failure;
    replies.assign(posted.cases.size(), not_tried());
  } else {
    for (const auto& result : std::get<std::vector<protocol::CaseResult>>(answer)) {
      note_strikes(result);
      replies.push_back(reply_of(result));
    }
  }
  refuse_other_lambdas(replies, posted.cases);
  return replies;
}

void External::remember(std::span<const Case> cases, std::span<const Reply> replies) {
  if (known_.size() > most_known) known_.clear();
  for (std::size_t i = 0; i < cases.size(); ++i)
    known_.insert_or_assign(key_of(request_for(cases[i])), replies[i]);
}

protocol::CaseRequest External::request_for(const Case& c) {
  auto list = takes_lists() ? listed(c) : std::nullopt;
  return list ? *std::move(list) : in_text(c);
}

bool External::takes_lists() {
  if (takes_lists_) return *takes_lists_;
  const auto hello = client_.hello();
  const auto* facts = std::get_if<protocol::Hello>(&hello);
  if (facts != nullptr) takes_lists_ = facts->listed;
  return facts != nullptr && facts->listed;
}

Reply External::ask_one(protocol::CaseRequest request, const std::string& key) {
  if (known_.size() > most_known) known_.clear();
  if (!known_.contains(key)) ask(std::span(&request, 1), std::span(&key, 1));
  return known_.find(key)->second;
}

bool External::lambda_is_fixed() {
  const auto hello = client_.hello();
  const auto* facts = std::get_if<protocol::Hello>(&hello);
  return facts != nullptr && facts->lambda_is_fixed;
}

Reply External::live(const Scenario& scenario) {
  if (only_lambda_ && !only_makes(scenario.steps, *only_lambda_)) return other_lambda();
  const auto hello = client_.hello();
  const auto* facts = std::get_if<protocol::Hello>(&hello);
  if (facts != nullptr && !can_live(scenario.steps, facts->steps))
    return NoAnswer{Refusal::unsupported, "unsupported", "the adapter has no such steps", ""};
  const std::string steps = scenario_json(scenario), dtype(format(scenario.dtype).name);
  return ask_one({.graph = {}, .dtype = dtype, .layout = {}, .scenario = steps}, dtype + " " + steps);
}

Reply External::run_twice(const Case& c) {
  const auto hello = client_.hello();
  const auto* facts = std::get_if<protocol::Hello>(&hello);
  if (facts != nullptr && !facts->twice) return Subject::run_twice(c);
  protocol::CaseRequest r{.graph = print(c.graph),
                          .dtype = std::string(format(c.dtype).name),
                          .layout = std::string(gradproof::name(c.layout)),
                          .rank = c.rank,
                          .twice = true};
  const std::string key = "twice " + r.dtype + " " + r.layout + " " + std::to_string(r.rank) + " " + r.graph;
  return ask_one(std::move(r), key);
}

bool External::reads_late() {
  const auto hello = client_.hello();
  const auto* facts = std::get_if<protocol::Hello>(&hello);
  return facts != nullptr && facts->reads_late;
}

bool External::takes_vectors() {
  const auto hello = client_.hello();
  const auto* facts = std::get_if<protocol::Hello>(&hello);
  return facts != nullptr && facts->vector;
}

std::string External::alias() {
  const auto hello = client_.hello();
  const auto* facts = std::get_if<protocol::Hello>(&hello);
  return facts != nullptr ? facts->alias : std::string();
}

protocol::Command command_for(const Target& target, const Launch& launch) {
  switch (target.kind) {
    case Target::Kind::plugin:
      return {{launch.self, "serve-plugin", target.file, target.name}, {}, target.text};
    case Target::Kind::python:
      return {{launch.python, launch.adapters + "/python/gradproof_adapter", target.file, target.name},
              {{"PYTHONUNBUFFERED", "1"}},
              target.text};
    case Target::Kind::javascript:
      return {{launch.node, launch.adapters + "/javascript/adapter/main.js", target.file, target.name},
              {},
              target.text};
    case Target::Kind::command: return {target.words, {}, target.text};
    case Target::Kind::running: return {{launch.self, "relay", target.file}, {}, target.text};
    case Target::Kind::builtin: break;
  }
  return {};
}

}  // namespace gradproof::inline v0
