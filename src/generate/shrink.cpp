#include <cassert>
#include <unordered_map>

#include "gradproof/generate.hpp"
#include "gradproof/text.hpp"

namespace gradproof::inline v0 {

namespace {

// The descent as if it asked about one candidate after the other. Answers that were fetched ahead of need are
// kept, and count when the descent comes to them, so the way and its end are the same for any number of
// graphs asked at once.
class Descent {
 public:
  Descent(Graph failing, const StillFail& still_fail, std::size_t batch, std::size_t budget)
      : shrunk_{std::move(failing)},
        still_fail_(still_fail),
        batch_(batch),
        budget_(budget),
        search_(shrunk_.graph) {}

  Shrunk run() && {
    while (!shrunk_.exhausted_budget) {
      const bool ended = collect();
      if (!graphs_.empty()) ask();
      if (consider()) continue;
      if (beyond_budget_) shrunk_.exhausted_budget = true;
      if (!ended) continue;
      // The search ends where it began on this graph, or begins anew for the moves before.
      if (complete_) break;
      search_ = SmallerGraphs(shrunk_.graph);
      complete_ = true;
    }
    return std::move(shrunk_);
  }

 private:
  struct Answer {
    bool known = false;
    bool fails = false;
    bool considered = false;
  };
  struct Candidate {
    std::string text;
    Graph graph;
    SmallerGraphs::Position position;
  };

  // Queues candidates up to the first that is known to fail, or until there are enough to ask about. True at
  // the end.
  bool collect() {
    queue_.clear();
    graphs_.clear();
    while (graphs_.size() < batch_) {
      std::optional<Graph> graph = search_.next();
      if (!graph) return true;
      std::string text = print(*graph);
      const auto [entry, fresh] = answers_.try_emplace(text);
      const Answer& answer = entry->second;
      if (answer.considered || (!answer.known && !fresh)) continue;
      beyond_budget_ = considered_ + queue_.size() == budget_;
      if (beyond_budget_) return false;
      if (!answer.known) graphs_.push_back(*graph);
      queue_.push_back({std::move(text), *std::move(graph), search_.position()});
      if (answer.fails) return false;
    }
    return false;
  }

  void ask() {
    const std::vector<bool> fails = still_fail_(graphs_);
    assert(fails.size() == graphs_.size() && "one answer for each graph");
    ++shrunk_.rounds;
    shrunk_.evaluations += graphs_.size();
    std::size_t i = 0;
    for (const Candidate& candidate : queue_) {
      Answer& answer = answers_[candidate.text];
      if (!answer.known) answer = {true, fails[i++], false};
    }
  }

  // Goes through the queue to the first failure and moves there. True when it moved.
  bool consider() {
    for (Candidate& candidate : queue_) {
      ++considered_;
      Answer& answer = answers_[candidate.text];
      answer.considered = true;
      if (!answer.fails) continue;
      ++shrunk_.steps;
      shrunk_.graph = std::move(candidate.graph);
      search_ = SmallerGraphs(shrunk_.graph, {candidate.position.move, candidate.position.site, 0});
      complete_ = false;
      return true;
    }
    return false;
  }

  Shrunk shrunk_;
  const StillFail& still_fail_;
  std::size_t batch_, budget_, considered_ = 0;
  SmallerGraphs search_;
  bool complete_ = true;        // the search on this graph began with the first move
  bool beyond_budget_ = false;  // a candidate was left out of the queue
  std::unordered_map<std::string, Answer> answers_;
  std::vector<Candidate> queue_;
  std::vector<Graph> graphs_;
};

}  // namespace

Shrunk shrink_in_batches(Graph failing, const StillFail& still_fail, std::size_t batch, std::size_t budget) {
  assert(batch > 0);
  return Descent(std::move(failing), still_fail, batch, budget).run();
}

Shrunk shrink(Graph failing, const std::function<bool(const Graph&)>& still_fails, std::size_t budget) {
  const StillFail one = [&](std::span<const Graph> graphs) {
    return std::vector<bool>{still_fails(graphs[0])};
  };
  return shrink_in_batches(std::move(failing), one, 1, budget);
}

}  // namespace gradproof::inline v0
