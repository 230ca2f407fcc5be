// Planted faults: engines that are wrong in one way each, and the proof that the catalogue can fail.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "gradproof/calculus.hpp"
#include "gradproof/property.hpp"

namespace gradproof::inline v0 {

struct Fault {
  std::string_view name;
  std::string_view story;  // what went wrong, in a sentence
  // Each may be empty: what reverse mode does instead of the right thing; another graph that is
  // differentiated in place of the asked one; another forward value for a node; a change to the finished
  // answer.
  std::shared_ptr<const Backward> backward;
  std::function<Graph(const Graph&)> rewire;
  std::function<bool(const Graph&, NodeId, const Evaluation<double>&, std::span<double>)> forward;
  std::function<void(const Graph&, Answer&)> spoil;
  bool second_order_only = false;
};

[[nodiscard]] std::span<const Fault> faults();

class FaultyEngine : public Subject {
 public:
  explicit FaultyEngine(const Fault& fault) : fault_(fault) {}
  [[nodiscard]] std::string name() const override { return "fault:" + std::string(fault_.name); }
  using Subject::run;
  [[nodiscard]] std::vector<Reply> run(std::span<const Case> cases) override;
  [[nodiscard]] Reply run_twice(const Case& c) override;

 private:
  const Fault& fault_;
};

}  // namespace gradproof::inline v0
