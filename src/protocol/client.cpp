#include "protocol/client.hpp"

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>
#include <utility>

#include "protocol/wire.hpp"

namespace gradproof::inline v0::protocol {
namespace {

constexpr std::size_t unexplained_kept = 16;
constexpr std::size_t stray_kept = 8;

// A hang and a flood belong to the request that was waiting. Every other trouble may be left over from an
// earlier one, and only a process that has done nothing else proves who caused it.
bool belongs_to_request(Trouble trouble) {
  return trouble == Trouble::timed_out || trouble == Trouble::flooded;
}

CaseError blamed(const Failure& failure) {
  return {std::string(name(failure.trouble)), failure.message, failure.standard_error};
}

CaseError not_tried(const CaseError& last, std::size_t in_a_row) {
  return {"not_tried",
          "not tried: " + std::to_string(in_a_row) + " cases in a row had failed (" + last.message + ")",
          {}};
}

}  // namespace

std::variant<Hello, SubjectError, Failure> Client::hello() {
  if (!exchange_.running()) greeting_.reset();
  if (!greeting_) {
    auto answer = exchange_.ask(hello_request(contract_));
    if (auto* failure = std::get_if<Failure>(&answer)) return keep_stray(failure->stray), std::move(*failure);
    auto read = read_hello(std::get<nlohmann::json>(answer));
    if (auto* wrong = std::get_if<Violation>(&read))
      return exchange_.reject(Trouble::protocol, "broke the protocol: " + wrong->message);
    if (auto* error = std::get_if<SubjectError>(&read)) greeting_ = std::move(*error);
    else greeting_ = std::get<Hello>(std::move(read));
    fresh_ = true;
  }
  if (const auto* error = std::get_if<SubjectError>(&*greeting_)) return *error;
  return std::get<Hello>(*greeting_);
}

std::variant<std::vector<CaseResult>, Failure> Client::run(std::span<const CaseRequest> cases) {
  if (cases.empty()) return std::vector<CaseResult>{};
  if (cases.size() == 1) return put_one_by_one(cases, {});
  if (auto failure = ready()) return std::move(*failure);
  auto results = put(cases);
  auto* failure = std::get_if<Failure>(&results);
  if (failure == nullptr || failure->trouble == Trouble::interrupted) return results;
  return put_one_by_one(cases, std::move(*failure));
}

void Client::post(std::vector<CaseRequest> cases) {
  // Whoever waits for its turn behind one that could not be sent must not overtake it.
  bool is_sent = std::ranges::all_of(posted_, &Posted::is_sent) && !cases.empty() && !ready();
  if (is_sent) {
    fresh_ = false;
    if (auto failure = exchange_.post("run", run_text(cases))) {
      keep_stray(failure->stray);
      is_sent = false;
      for (Posted& before : posted_) before.is_sent = false;
    }
  }
  posted_.push_back({std::move(cases), is_sent});
}

std::variant<std::vector<CaseResult>, Failure> Client::collect() {
  assert(!posted_.empty());
  const Posted posted = std::move(posted_.front());
  posted_.pop_front();
  if (!posted.is_sent) return run(posted.cases);
  auto results = read(exchange_.collect(), posted.cases);
  auto* failure = std::get_if<Failure>(&results);
  if (failure == nullptr) return results;
  for (Posted& after : posted_) after.is_sent = false;
  if (failure->trouble == Trouble::interrupted) return results;
  return put_one_by_one(posted.cases, std::move(*failure));
}

// Nothing if there is a process that has greeted us.
std::optional<Failure> Client::ready() {
  auto greeting = hello();
  if (auto* failure = std::get_if<Failure>(&greeting)) return std::move(*failure);
  if (const auto* error = std::get_if<SubjectError>(&greeting))
    return Failure{Trouble::not_started, "cannot use the subject: " + error->kind + ": " + error->message,
                   error->traceback, exchange_.stray(), "hello"};
  return std::nullopt;
}

std::variant<std::vector<CaseResult>, Failure> Client::put(std::span<const CaseRequest> cases) {
  fresh_ = false;
  return read(exchange_.ask("run", run_text(cases)), cases);
}

std::variant<std::vector<CaseResult>, Failure> Client::read(std::variant<nlohmann::json, Failure> answer,
                                                            std::span<const CaseRequest> cases) {
  if (auto* failure = std::get_if<Failure>(&answer)) return keep_stray(failure->stray), std::move(*failure);
  auto read = read_results(std::get<nlohmann::json>(answer), cases);
  if (auto* wrong = std::get_if<Violation>(&read))
    return exchange_.reject(Trouble::protocol, "broke the protocol: " + wrong->message);
  return std::get<std::vector<CaseResult>>(std::move(read));
}

// At most two attempts, of which the second is in a fresh process.
std::variant<CaseResult, Failure> Client::put_one(const CaseRequest& request) {
  std::optional<Failure> before;
  for (;;) {
    if (auto failure = ready()) return std::move(*failure);
    const bool decisive = fresh_;
    auto answer = put({&request, 1});
    if (auto* results = std::get_if<std::vector<CaseResult>>(&answer)) {
      if (before) keep_unexplained(std::move(*before));
      return std::move(results->front());
    }
    auto& failure = std::get<Failure>(answer);
    if (failure.trouble == Trouble::interrupted) return std::move(failure);
    if (decisive || belongs_to_request(failure.trouble)) return CaseResult(blamed(failure));
    before = std::move(failure);
  }
}

// `of_all` is the failure of the whole batch, if it was tried: somebody has to be guilty of it.
std::variant<std::vector<CaseResult>, Failure> Client::put_one_by_one(std::span<const CaseRequest> cases,
                                                                      Failure of_all) {
  std::vector<CaseResult> results;
  results.reserve(cases.size());
  std::size_t guilty = 0, in_a_row = 0;
  for (const CaseRequest& each : cases) {
    if (in_a_row != 0 && in_a_row >= limits_.failures_in_a_row) break;
    auto answer = put_one(each);
    if (auto* failure = std::get_if<Failure>(&answer)) return std::move(*failure);
    results.push_back(std::get<CaseResult>(std::move(answer)));
    const bool survived = exchange_.running();
    in_a_row = survived ? 0 : in_a_row + 1;
    guilty += survived ? 0 : 1;
  }
  if (results.size() < cases.size()) {
    const CaseError rest = not_tried(std::get<CaseError>(results.back()), in_a_row);
    results.resize(cases.size(), rest);
  }
  if (guilty == 0 && of_all.trouble != Trouble::none) keep_unexplained(std::move(of_all));
  return results;
}

void Client::keep_unexplained(Failure failure) {
  if (unexplained_.size() < unexplained_kept) unexplained_.push_back(std::move(failure));
}

// A restarted subject prints the same lines again, which tells nobody anything.
void Client::keep_stray(const std::vector<std::string>& lines) {
  for (const std::string& line : lines)
    if (stray_.size() < stray_kept && std::ranges::find(stray_, line) == stray_.end()) stray_.push_back(line);
}

std::vector<std::string> Client::stray() const {
  std::vector<std::string> all = stray_;
  for (const std::string& line : exchange_.stray())
    if (all.size() < stray_kept && std::ranges::find(all, line) == all.end()) all.push_back(line);
  return all;
}

bool Client::renew() {
  const auto* hello = greeting_ ? std::get_if<Hello>(&*greeting_) : nullptr;
  if (!exchange_.running() || hello == nullptr || !hello->again) return false;
  greeting_.reset();
  auto answer = exchange_.ask({{"command", "again"}});
  if (auto* failure = std::get_if<Failure>(&answer)) {
    keep_stray(failure->stray);
    return false;
  }
  auto read = read_hello(std::get<nlohmann::json>(answer));
  if (auto* same = std::get_if<Hello>(&read)) greeting_ = std::move(*same);
  fresh_ = true;
  return greeting_.has_value();
}

void Client::stop() {
  for (Posted& each : posted_) each.is_sent = false;
  keep_stray(exchange_.stray());
  exchange_.stop();
}

}  // namespace gradproof::inline v0::protocol
