#include "rapidcheck.hpp"

#include <cassert>
#include <exception>
#include <ostream>

#include <rapidcheck.h>
#include <rapidcheck/detail/TestListenerAdapter.h>

#include "gradproof/text.hpp"

namespace gradproof {

namespace {

// RapidCheck pulls shrinks one at a time, and copies the sequence to look ahead.
class SmallerSequence {
 public:
  explicit SmallerSequence(const Graph& graph) : candidates_(graph) {}
  rc::Maybe<Graph> operator()() {
    std::optional<Graph> graph = candidates_.next();
    if (!graph) return rc::Nothing;
    return *std::move(graph);
  }

 private:
  SmallerGraphs candidates_;
};

struct ShrinkBudgetSpent {};

// RapidCheck bounds neither the number of shrinks nor their time, so the listener ends them.
class Listener : public rc::detail::TestListenerAdapter {
 public:
  explicit Listener(std::size_t budget) : budget_(budget) {}

  void onTestCaseFinished(const rc::detail::CaseDescription& description) override {
    switch (description.result.type) {
      case rc::detail::CaseResult::Type::Success: ++held; break;
      case rc::detail::CaseResult::Type::Discard: ++undecided; break;
      case rc::detail::CaseResult::Type::Failure: break;
    }
  }
  void onShrinkTried(const rc::detail::CaseDescription&, bool) override {
    if (++shrinks_tried >= budget_) throw ShrinkBudgetSpent{};
  }

  int held = 0, undecided = 0;
  std::size_t shrinks_tried = 0;

 private:
  std::size_t budget_;
};

rc::detail::CaseResult case_result(const ReadyVerdict& judgement) {
  using Type = rc::detail::CaseResult::Type;
  switch (judgement.outcome) {
    case Outcome::holds: return {Type::Success, judgement.reason};
    case Outcome::fails: return {Type::Failure, judgement.reason};
    case Outcome::undecided:
    case Outcome::not_applicable: return {Type::Discard, judgement.reason};
  }
  return {Type::Failure, "no such outcome"};
}

// FNV-1a, so that properties of one campaign see different graphs.
std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return h;
}

// A check that throws has not held.
ReadyVerdict judge(const PropertyTest& test, const Graph& graph) {
  try {
    return test.check(graph);
  } catch (const std::exception& e) {
    return {Outcome::fails, std::string("the check ended with the exception: ") + e.what()};
  }
}

// The graph of a failing case is kept on the way: RapidCheck goes to each shrink that fails, so the last is
// the least.
rc::detail::Property property(const PropertyTest& test, PropertyReport& report) {
  return rc::gen::map(arbitrary_graph(test.recipe), [&](Graph&& graph) {
    const ReadyVerdict judgement = judge(test, graph);
    rc::detail::CaseDescription description;
    description.result = case_result(judgement);
    description.example = [text = print(graph)] { return rc::detail::Example{{"Graph", text}}; };
    if (judgement.outcome == Outcome::fails) {
      report.reason = judgement.reason;
      report.minimal = std::move(graph);
    }
    return description;
  });
}

void conclude(const rc::detail::TestResult& result, PropertyReport& report) {
  if (result.is<rc::detail::SuccessResult>()) {
    assert(report.held > 0 && "a property that no graph was judged by does not hold");
    report.outcome = Outcome::holds;
  } else if (result.is<rc::detail::GaveUpResult>()) {
    report.outcome = Outcome::undecided;
    report.reason = result.get<rc::detail::GaveUpResult>().description;
  } else if (result.is<rc::detail::Error>()) {
    report.outcome = Outcome::undecided;
    report.reason = result.get<rc::detail::Error>().description;
  } else {
    report.outcome = Outcome::fails;
  }
}

}  // namespace

rc::Gen<Graph> arbitrary_graph(const Recipe& recipe) {
  return [recipe](rc::Random random, int /*size*/) {
    const std::uint64_t seed = random.next();
    return rc::shrinkable::shrinkRecur(
      random_graph(seed, 0, recipe), [](const Graph& graph) { return rc::makeSeq<SmallerSequence>(graph); });
  };
}

void showValue(const Graph& graph, std::ostream& out) { out << print(graph); }

PropertyReport run_property(const PropertyTest& test) {
  assert(test.graphs > 0 && "a run without graphs says nothing");
  PropertyReport report;
  rc::detail::TestMetadata metadata;
  metadata.id = metadata.description = test.id;
  rc::detail::TestParams params;
  params.seed = test.seed ^ hash(test.id);
  params.maxSuccess = test.graphs;
  params.maxDiscardRatio = test.undecided_per_decided;
  params.disableShrinking = test.shrink_budget == 0;
  Listener listener(test.shrink_budget);
  const auto finish = [&] {
    report.held = listener.held;
    report.undecided = listener.undecided;
    report.shrinks_tried = listener.shrinks_tried;
  };
  try {
    // An empty map: nothing is taken from the environment.
    const auto result = rc::detail::checkProperty(property(test, report), metadata, params, listener, {});
    finish();
    conclude(result, report);
  } catch (const ShrinkBudgetSpent&) {
    finish();
    report.outcome = Outcome::fails;
    report.shrinking_cut_short = true;
  }
  return report;
}

}  // namespace gradproof
