// Decides blocks of a campaign with one subject.
#pragma once

#include <deque>

#include "campaign/digest.hpp"
#include "campaign/screen.hpp"
#include "gradproof/campaign.hpp"
#include "gradproof/generate.hpp"
#include "verify/session.hpp"

namespace gradproof::inline v0 {

class Examiner {
 public:
  // What was decided since it was last told.
  struct Step {
    std::uint64_t graphs = 0, failures = 0, undecided = 0;
    bool must_finish = false;  // the block has shown a failure, or is whole: no lack of time ends it
  };

  Examiner(Subject& subject, const Hello& hello, const CampaignPlan& plan);
  Examiner(const Examiner&) = delete;
  Examiner& operator=(const Examiner&) = delete;
  // Leaves nothing with the subject that was not collected.
  ~Examiner() { collect_all(); }

  // Nothing when `go_on` says no, which is asked after each handful of graphs, and after each graph that every property sees. A
  // subject in another process is asked for the beginning of the block that `following` names before this one is done with, so
  // that it never waits: that one is to be decided next.
  [[nodiscard]] std::optional<Block> decide(
    std::uint64_t number, const std::function<bool(const Step&)>& go_on,
    const std::function<std::optional<std::uint64_t>()>& following = {});
  // Cases of the corpus, each against every property that looks at graphs, as a block that has no number.
  [[nodiscard]] Block examine(std::span<const std::pair<Case, const Property*>> cases);

 private:
  using Check = std::function<Finding(const Case&)>;
  struct Work {
    Block block;
    Digest digest;
    std::map<std::pair<std::string, Residual>, std::size_t> shrunk;
  };
  // A block's graphs, before they are drawn.
  struct Stretch {
    std::uint64_t number = 0, begin = 0, end = 0;
    Recipe exact, smooth;
  };
  // Those from one index to another, which are asked about at once.
  struct Handful {
    std::shared_ptr<const Stretch> stretch;
    std::uint64_t from = 0, to = 0;
    std::vector<Case> cases;
    std::vector<std::uint64_t> indices;
    // Null until they are collected.
    std::optional<std::vector<Reply>> replies;
  };
  [[nodiscard]] std::optional<Graph> nth(std::uint64_t index, const Recipe& exact,
                                         const Recipe& smooth) const;
  [[nodiscard]] std::shared_ptr<const Stretch> stretch(std::uint64_t number) const;
  [[nodiscard]] std::unique_ptr<Handful> drawn(std::shared_ptr<const Stretch> stretch,
                                               std::uint64_t from) const;
  [[nodiscard]] std::unique_ptr<Handful> drawn_after(
    const Handful& h, std::uint64_t number,
    const std::function<std::optional<std::uint64_t>()>& following) const;
  void begin(std::uint64_t number);
  void draw_ahead(const Handful& h, std::size_t count, std::uint64_t number,
                  const std::function<std::optional<std::uint64_t>()>& following);
  void put(std::unique_ptr<Handful> h);
  void collect(Handful& h);
  void collect_all();
  [[nodiscard]] bool calls_for_subject(const Handful& h, const std::vector<Screened>& results) const;
  // Asks the subject where there is no reply yet.
  [[nodiscard]] Screened screened_by_subject(const Case& c, const Reply* reply);
  [[nodiscard]] std::optional<Step> look(const Handful& h, const std::vector<Screened>& results, Work& work,
                                         const std::function<bool(const Step&)>& go_on);
  void note(const Screened& s, const Case& c, std::uint64_t index, Work& work);
  void judge(const Property& property, const Case& c, std::uint64_t index, Work& work);
  void keep(const std::string& id, const Check& check, const Case& c, const Finding& finding,
            std::uint64_t index, Work& work);

  Subject& subject_;
  const CampaignPlan& plan_;
  bool engine_;
  std::optional<double> fixed_lambda_;
  Recipe exact_, smooth_;
  std::optional<Exhaustive> exhaustive_;
  std::vector<const Property*> properties_;
  // Those that were drawn and not yet looked at, in order; kept from one block to the next.
  std::deque<std::unique_ptr<Handful>> ahead_;
};

// A graph without its numbers: operations and what they read.
[[nodiscard]] std::string skeleton(const Graph& graph);

}  // namespace gradproof::inline v0
