#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/process.hpp"

namespace gradproof::inline v0::protocol {

// Questions to one subject and its answers, a line of JSON each. The process is started by the first
// question; after a failure it is ended, and the next question starts another one.
class Exchange {
 public:
  Exchange(Command command, Limits limits);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange();

  // `request` is an object without "id"; ids count up over all processes. The first question to a process has
  // the time that a start may take, every other one the time of a reply. The answer is an object with the
  // right id; whatever else it holds is the caller's to check.
  [[nodiscard]] std::variant<nlohmann::json, Failure> ask(const nlohmann::json& request);
  // The same for a request that is text already.
  [[nodiscard]] std::variant<nlohmann::json, Failure> ask(std::string command, const std::string& request);

  // The same in two steps, between which something else may be done or posted; answers come in the order of the questions.
  // Before ask() all answers have to be collected. With a failure everything is lost that was posted and is not collected.
  [[nodiscard]] std::optional<Failure> post(std::string command, const std::string& request);
  [[nodiscard]] std::variant<nlohmann::json, Failure> collect();

  // A failure that the caller found in the answer: the process is ended, and what it said meanwhile is
  // attached.
  [[nodiscard]] Failure reject(Trouble trouble, std::string message);

  void stop();  // politely; the next question starts a new process

  [[nodiscard]] bool running() const { return process_ != nullptr; }
  [[nodiscard]] std::size_t starts() const { return starts_; }
  [[nodiscard]] pid_t group() const {
    return process_ ? process_->group() : -1;
  }  // of the process that runs now

  // What the process that runs now has printed beside its answers, for a report that is not a failure.
  [[nodiscard]] std::vector<std::string> stray() const;
  [[nodiscard]] std::string standard_error();

 private:
  [[nodiscard]] std::variant<nlohmann::json, Failure> answer_by(Deadline deadline);
  [[nodiscard]] std::variant<nlohmann::json, Failure> checked(const std::string& line, std::uint64_t id);
  [[nodiscard]] Failure over(Failure failure);

  Command command_;
  Limits limits_;
  std::unique_ptr<Process> process_;
  bool fresh_ = false;  // nothing was asked of this process yet
  std::uint64_t next_id_ = 0;
  std::size_t starts_ = 0;
  // A question without an answer so far.
  struct Posted {
    std::uint64_t id;
    std::string command;
    Deadline deadline;
  };
  std::deque<Posted> posted_;
  std::string during_;
};

}  // namespace gradproof::inline v0::protocol
