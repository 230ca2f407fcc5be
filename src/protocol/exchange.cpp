#include "protocol/exchange.hpp"

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "protocol/quote.hpp"
#include "protocol/wire.hpp"

namespace gradproof::inline v0::protocol {
namespace {

using nlohmann::json;

// An answer of 256 MiB may be one string, but not 100 million little values: in memory each takes 30 times
// the room that it took on the wire. Nor may it nest so deeply that whatever walks through it runs out of
// stack.
constexpr std::size_t most_values = 1'000'000;
constexpr std::size_t most_levels = 32;

// The place of the quote that ends the string which begins at `begin`, or the end of the line.
std::size_t end_of_string(std::string_view line, std::size_t begin) {
  for (std::size_t end = line.find('"', begin + 1); end != std::string_view::npos;
       end = line.find('"', end + 1)) {
    std::size_t backslashes = 0;
    while (line[end - 1 - backslashes] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return end;
  }
  return line.size();
}

// Looks at the brackets and commas alone, before anything is parsed. Tensors are strings, which are skipped
// at the speed of memchr.
std::optional<std::string> too_complex(std::string_view line) {
  std::size_t values = 0, level = 0, deepest = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"') i = end_of_string(line, i);
    if (c == '{' || c == '[') ++values, deepest = std::max(deepest, ++level);
    if (c == ',') ++values;
    if ((c == '}' || c == ']') && level > 0) --level;
  }
  if (deepest > most_levels) return "an answer nested deeper than " + std::to_string(most_levels) + " levels";
  if (values > most_values) return "an answer of more than " + std::to_string(most_values) + " values";
  return std::nullopt;
}

// The id goes first, and nothing is copied but the text.
std::string with_id(std::uint64_t id, std::string_view request) {
  assert(request.starts_with("{\"") && !request.starts_with("{\"id\""));
  std::string line = "{\"id\":" + std::to_string(id) + ',';
  line.reserve(line.size() + request.size());
  return line.append(request.substr(1)) + '\n';
}

// An adapter that could not even read the id of a request answers with the id null and says what was wrong.
std::optional<std::string> complaint(const json& answer) {
  const auto error = answer.find("error");
  if (error == answer.end() || !error->is_object()) return std::nullopt;
  const auto message = error->find("message");
  if (message == error->end() || !message->is_string()) return std::nullopt;
  return one_line(message->get_ref<const std::string&>());
}

// Empty if the answer is the one that was asked for.
std::string wrong_id(const json& answer, std::uint64_t asked) {
  const auto id = answer.find("id");
  const std::string wanted = "request " + std::to_string(asked);
  if (id == answer.end()) return "answered " + wanted + " without an id";
  if (id->is_number_integer() && *id == asked) return {};
  if (const auto said = complaint(answer); said && id->is_null())
    return "could not read " + wanted + ": " + *said;
  if (id->is_number_unsigned() && *id < asked) return "answered request " + id->dump() + " a second time";
  return "answered " + wanted + " with the id " + described(*id);
}

}  // namespace

Exchange::Exchange(Command command, Limits limits) : command_(std::move(command)), limits_(limits) {}

Exchange::~Exchange() = default;

std::variant<json, Failure> Exchange::ask(const json& request) {
  assert(request.is_object() && !request.contains("id"));
  return ask(request.value("command", ""), request.dump(-1, ' ', false, json::error_handler_t::replace));
}

std::variant<json, Failure> Exchange::ask(std::string command, const std::string& request) {
  assert(posted_.empty());
  if (auto failure = post(std::move(command), request)) return std::move(*failure);
  return answer_by(posted_.front().deadline);
}

std::optional<Failure> Exchange::post(std::string command, const std::string& request) {
  during_ = command;
  if (!process_) {
    auto started = Process::start(command_, limits_);
    if (auto* failure = std::get_if<Failure>(&started)) return over(std::move(*failure));
    process_ = std::move(std::get<std::unique_ptr<Process>>(started));
    fresh_ = true;
    ++starts_;
  }
  const auto deadline = Deadline::in(std::exchange(fresh_, false) ? limits_.start : limits_.reply);
  posted_.push_back({next_id_++, std::move(command), deadline});
  auto failure = process_->send(with_id(posted_.back().id, request), deadline);
  if (failure) return over(std::move(*failure));
  return std::nullopt;
}

std::variant<json, Failure> Exchange::collect() {
  assert(!posted_.empty());
  // The time that the answers before it took, and that we took, is not the subject's.
  return answer_by(Deadline::in(posted_.front().deadline.allowed));
}

std::variant<json, Failure> Exchange::answer_by(Deadline deadline) {
  const Posted posted = std::move(posted_.front());
  posted_.pop_front();
  during_ = posted.command;
  auto line = process_->receive(deadline);
  if (auto* failure = std::get_if<Failure>(&line)) return over(std::move(*failure));
  return checked(std::get<std::string>(line), posted.id);
}

std::variant<json, Failure> Exchange::checked(const std::string& line, std::uint64_t id) {
  if (const auto problem = too_complex(line)) return reject(Trouble::flooded, "wrote " + *problem);
  // Through pointers it reads a third faster than through the iterators of a string.
  json answer = json::parse(line.data(), line.data() + line.size(), nullptr, false);
  if (!answer.is_object())
    return reject(Trouble::garbage, "answered with a line that is not JSON: " + in_quotes(line));
  if (const auto problem = wrong_id(answer, id); !problem.empty()) return reject(Trouble::protocol, problem);
  return answer;
}

Failure Exchange::reject(Trouble trouble, std::string message) {
  if (process_) return over(process_->failure(trouble, std::move(message)));
  return over({trouble, std::move(message), {}, {}, {}});
}

Failure Exchange::over(Failure failure) {
  if (process_) process_->stop(std::chrono::milliseconds{0});
  process_.reset();
  posted_.clear();
  failure.during = during_;
  return failure;
}

void Exchange::stop() {
  process_.reset();
  posted_.clear();
}

std::vector<std::string> Exchange::stray() const {
  return process_ ? process_->stray() : std::vector<std::string>{};
}

std::string Exchange::standard_error() { return process_ ? process_->standard_error() : std::string(); }

}  // namespace gradproof::inline v0::protocol
