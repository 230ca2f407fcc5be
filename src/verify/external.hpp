// A subject in a process of its own, behind the line protocol.
#pragma once

#include <algorithm>
#include <map>

#include "gradproof/verify.hpp"
#include "protocol/client.hpp"

namespace gradproof::inline v0 {

class External : public Subject {
 public:
  // `contract` as Client has it.
  External(std::string target, protocol::Command command, protocol::Limits limits, std::string contract = {})
      : target_(std::move(target)), client_(std::move(command), limits, std::move(contract)) {}

  [[nodiscard]] std::string name() const override { return target_; }
  using Subject::run;
  // Answers from memory what was asked before: properties look at the same case from different sides.
  [[nodiscard]] std::vector<Reply> run(std::span<const Case> cases) override;

  // What is posted is asked in any case, and not remembered.
  void post(std::span<const Case> cases) override;
  [[nodiscard]] std::vector<Reply> collect() override;

  [[nodiscard]] Reply live(const Scenario& scenario) override;
  [[nodiscard]] Reply run_twice(const Case& c) override;
  [[nodiscard]] bool reads_late() override;
  [[nodiscard]] bool takes_vectors() override;
  [[nodiscard]] std::string alias() override;
  void fix_lambda(double lambda) override { only_lambda_ = lambda; }
  [[nodiscard]] bool lambda_is_fixed() override;

  void refresh() override {
    known_.clear();
    if (client_.renew()) return;
    if (client_.group() > 0) ++deliberate_;
    client_.stop();
  }

  void forget() override { known_.clear(); }
  void remember(std::span<const Case> cases, std::span<const Reply> replies) override;

  // Processes that had to be started because one before had failed.
  [[nodiscard]] std::size_t restarts() const {
    return client_.restarts() - std::min(client_.restarts(), deliberate_);
  }
  protocol::Client& client() { return client_; }
  [[nodiscard]] const std::optional<protocol::Failure>& lost() const { return lost_; }

 private:
  void note_strikes(const protocol::CaseResult& result);
  [[nodiscard]] Reply not_tried() const;
  [[nodiscard]] Reply ask_one(protocol::CaseRequest request, const std::string& key);
  void ask(std::span<const protocol::CaseRequest> requests, std::span<const std::string> keys);
  [[nodiscard]] bool takes_lists();
  [[nodiscard]] protocol::CaseRequest request_for(const Case& c);
  void refuse_other_lambdas(std::vector<Reply>& replies, std::span<const Case> cases) const;
  std::string target_;
  protocol::Client client_;
  std::optional<bool> takes_lists_;  // what its hello said
  std::map<std::string, Reply, std::less<>> known_;
  // Failures so far, a hang counting for three: it costs a whole deadline. At most_strikes the subject is given up,
  // because what it is has been seen.
  static constexpr int most_strikes = 9;
  int strikes_ = 0;
  // Whether the client was asked already, or is still to be.
  struct Posted {
    std::vector<Case> cases;
    bool is_asked;
  };
  std::deque<Posted> posted_;
  std::optional<double> only_lambda_;
  std::size_t deliberate_ = 0;             // processes ended by refresh()
  std::optional<protocol::Failure> lost_;  // the process could not be had again
};

// How a target's process is started.
[[nodiscard]] protocol::Command command_for(const Target& target, const Launch& launch);

}  // namespace gradproof::inline v0
