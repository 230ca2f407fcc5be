#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "protocol/exchange.hpp"
#include "protocol/messages.hpp"

namespace gradproof::inline v0::protocol {

// A subject that cases can be put to, whatever happens to its process. The process is started when it is
// first needed, greeted, and replaced by a fresh one after a failure.
class Client {
 public:
  // `contract` says as what the subject is to be opened, where that is no layer.
  Client(Command command, Limits limits, std::string contract = {})
      : limits_(limits), exchange_(std::move(command), limits), contract_(std::move(contract)) {}

  // Who the subject is. Asks once for each process. A Failure: it did not start, or broke the protocol; a
  // SubjectError: the adapter works, and says why it cannot use the subject.
  [[nodiscard]] std::variant<Hello, SubjectError, Failure> hello();

  // One result for each case, in their order. A batch that takes the process down is put again one by one, so
  // that the guilty case is named (a CaseError whose kind is the trouble's name) and the others keep their
  // results. A case is guilty if it fails in a fresh process, or if it hangs or floods in any. After
  // `failures_in_a_row` guilty cases the rest is not tried and gets a CaseError of that kind.
  //
  // A Failure only where there is nobody to put cases to: the first process or a fresh one does not start or
  // does not greet, or the user interrupted us.
  [[nodiscard]] std::variant<std::vector<CaseResult>, Failure> run(std::span<const CaseRequest> cases);

  // The same in two steps, between which something else may be done or posted, but nothing asked: results come in the order
  // in which the cases were posted. What was posted when a process came to its end is put to the next one.
  void post(std::vector<CaseRequest> cases);
  [[nodiscard]] std::variant<std::vector<CaseResult>, Failure> collect();

  // Processes that were started after the first.
  [[nodiscard]] std::size_t restarts() const { return exchange_.starts() > 1 ? exchange_.starts() - 1 : 0; }

  // Failures that no case could be blamed for, because each did well when it was put again: a subject whose
  // crash depends on what it did before, or on chance. The first few; a report that leaves them out is not
  // honest.
  [[nodiscard]] const std::vector<Failure>& unexplained() const { return unexplained_; }

  // The first lines that the subject printed to stdout beside its answers, over all processes so far.
  [[nodiscard]] std::vector<std::string> stray() const;
  [[nodiscard]] std::string standard_error() { return exchange_.standard_error(); }
  [[nodiscard]] pid_t group() const { return exchange_.group(); }

  // Makes the subject as new without starting a process, where the adapter offers that. False where it does not, or where
  // that went wrong.
  [[nodiscard]] bool renew();

  // Ends the process; the next call starts another one.
  void stop();

 private:
  [[nodiscard]] std::optional<Failure> ready();
  [[nodiscard]] std::variant<std::vector<CaseResult>, Failure> put(std::span<const CaseRequest> cases);
  [[nodiscard]] std::variant<std::vector<CaseResult>, Failure> read(
    std::variant<nlohmann::json, Failure> answer, std::span<const CaseRequest> cases);
  [[nodiscard]] std::variant<CaseResult, Failure> put_one(const CaseRequest& request);
  [[nodiscard]] std::variant<std::vector<CaseResult>, Failure> put_one_by_one(
    std::span<const CaseRequest> cases, Failure of_all);
  void keep_unexplained(Failure failure);
  void keep_stray(const std::vector<std::string>& lines);

  Limits limits_;
  Exchange exchange_;
  std::string contract_;
  struct Posted {
    std::vector<CaseRequest> cases;
    bool is_sent;
  };
  std::deque<Posted> posted_;
  std::optional<std::variant<Hello, SubjectError>> greeting_;  // of the process that runs now
  bool fresh_ = false;                                         // that process has been given no case yet
  std::vector<Failure> unexplained_;
  std::vector<std::string> stray_;  // of the processes that have ended
};

}  // namespace gradproof::inline v0::protocol
