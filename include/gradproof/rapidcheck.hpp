// The catalogue of properties under RapidCheck, and generators for properties of your own. Links with your
// RapidCheck; gradproof's library needs none.
//
//   Mine subject;                                                    // a gradproof::Subject
//   REQUIRE(gradproof::rc::holds("reversal-scales", subject));      // one property on random graphs
//   for (const auto& run : gradproof::rc::all(subject)) CHECK(run);  // each one
//
//   rc::check("my engine is right", [] {
//     const auto graph = *gradproof::rc::graphs();  // shrinks by gradproof's moves, prints as text
//     RC_ASSERT(mine(graph) == theirs(graph));
//   });
//
// A failure is told with the smallest graph that fails, as text. A run that judged no graph is no pass. RapidCheck
// keeps its state in static variables: one run at a time, from one thread. After `using namespace gradproof`
// RapidCheck's own namespace has to be written ::rc.
#pragma once

#include <cassert>
#include <exception>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <rapidcheck.h>
#include <rapidcheck/detail/TestListenerAdapter.h>

#include "gradproof/dtype.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/property.hpp"
#include "gradproof/text.hpp"

namespace gradproof::inline v0 {

// How RapidCheck prints what it generated.
inline void showValue(const Graph& graph, std::ostream& out) { out << "\n" << print(graph); }
inline void showValue(const Literal& literal, std::ostream& out) { out << literal.text(); }

namespace rc {

// --- Generators ---------------------------------------------------------------------------------------------

// RapidCheck pulls shrinks one at a time, and copies the sequence to look ahead.
class SmallerSequence {
 public:
  explicit SmallerSequence(const Graph& graph) : candidates_(graph) {}
  ::rc::Maybe<Graph> operator()() {
    std::optional<Graph> graph = candidates_.next();
    if (!graph) return ::rc::Nothing;
    return *std::move(graph);
  }

 private:
  SmallerGraphs candidates_;
};

// A graph that RapidCheck makes smaller by the moves of SmallerGraphs.
inline ::rc::Shrinkable<Graph> shrinking(Graph graph) {
  return ::rc::shrinkable::shrinkRecur(std::move(graph),
                                       [](const Graph& g) { return ::rc::makeSeq<SmallerSequence>(g); });
}

// Graphs of a recipe, shrinking by the moves of SmallerGraphs. RapidCheck's size has no say: lengths are uniform.
[[nodiscard]] inline ::rc::Gen<Graph> graphs(const Recipe& recipe = {}) {
  return
    [recipe](::rc::Random random, int /*size*/) { return shrinking(random_graph(random.next(), 0, recipe)); };
}

// Strengths of reversals: 0, 1, -1, dyadic ones, such as no float32 holds, tiny, huge. They shrink to the first of
// 1, 2, 0, -1, 1/2 that still fails.
[[nodiscard]] inline ::rc::Gen<Literal> strengths(const Recipe& recipe = {}) {
  return [recipe](::rc::Random random, int /*size*/) {
    Draw draw(random.next(), 0);
    return ::rc::shrinkable::shrinkRecur(random_lambda(draw, recipe), [](const Literal& l) {
      std::vector<Literal> simpler;
      for (const double v : {1.0, 2.0, 0.0, -1.0, 0.5}) {
        if (l == Literal(v)) break;
        simpler.emplace_back(v);
      }
      return ::rc::seq::fromContainer(simpler);
    });
  };
}

// Matrices of up to so many rows and columns, in eighths up to +-8, which every format holds. They lose rows and
// columns first, then entries become 1.
[[nodiscard]] inline ::rc::Gen<Tensor> tensors(Dtype dtype = Dtype::f64, std::uint32_t max_dimension = 4) {
  const auto smaller = [](const Tensor& t) {
    std::vector<Tensor> simpler;
    const auto rows = t.shape[0], cols = t.shape[1];
    const auto cut = [&](std::int64_t to_rows, std::int64_t to_cols) {
      Tensor s{t.dtype, {to_rows, to_cols}, {}};
      for (std::int64_t i = 0; i < to_rows; ++i)
        for (std::int64_t j = 0; j < to_cols; ++j)
          s.values.push_back(t.values[static_cast<std::size_t>(i * cols + j)]);
      simpler.push_back(std::move(s));
    };
    if (rows > 1) cut(rows - 1, cols);
    if (cols > 1) cut(rows, cols - 1);
    for (std::size_t k = 0; k < t.values.size(); ++k)
      if (t.values[k] != 1) {
        simpler.push_back(t);
        simpler.back().values[k] = 1;
      }
    return ::rc::seq::fromContainer(simpler);
  };
  return [=](::rc::Random random, int /*size*/) {
    Draw draw(random.next(), 0);
    Tensor t{std::string(format(dtype).name), {}, {}};
    for (int k = 0; k < 2; ++k) t.shape.push_back(draw.between(1, static_cast<int>(max_dimension)));
    for (std::int64_t k = 0; k < t.shape[0] * t.shape[1]; ++k)
      t.values.push_back(draw.between(-64, 64) / 8.0);
    return ::rc::shrinkable::shrinkRecur(std::move(t), smaller);
  };
}

// The layer alone: one reversal of one input, which some properties judge and no random graph is.
[[nodiscard]] inline ::rc::Gen<Graph> lone_layers(const Recipe& recipe = {}) {
  return [recipe](::rc::Random random, int /*size*/) {
    Draw draw(random.next(), 0);
    const auto most = static_cast<int>(recipe.max_dimension);
    const int rows = draw.between(1, most), cols = draw.between(1, most);
    const Shape shape{static_cast<std::uint32_t>(rows), static_cast<std::uint32_t>(cols)};
    std::vector<Literal> x, cotangent;
    for (std::size_t k = 0; k < shape.size(); ++k) {
      x.emplace_back(draw.between(-64, 64) / 8.0);
      cotangent.emplace_back(draw.between(-64, 64) / 8.0);
    }
    Builder b;
    const Expr input = b.input(shape, x, "x");
    // A λ that is no double belongs to graphs; a layer takes it as one.
    b.output(reverse(input, Literal(random_lambda(draw, recipe).nearest())), cotangent);
    return shrinking(std::move(b).finish_or_die());
  };
}

// --- Properties ---------------------------------------------------------------------------------------------

// How many graphs of which kind a property is tried on.
struct RunOptions {
  std::uint64_t seed = 1;  // the same seed gives the same graphs, and each property graphs of its own
  int graphs = 100;
  Dtype dtype = Dtype::f64;
  std::optional<Family> family{};  // exact and smooth ones by turns, unless one is named
  Recipe recipe{};                 // but for its family
  int undecided_per_decided = 10;  // more that are undecided or not applicable, and the whole is undecided
  std::size_t shrink_budget = 1000;
};

// What became of a property, or of a check of your own.
struct PropertyRun {
  std::string property;
  std::string claim{};
  Outcome outcome = Outcome::undecided;
  int held = 0, undecided = 0;
  std::size_t shrinks_tried = 0;
  bool shrinking_cut_short = false;
  std::string reason{};            // of the failure, or why it is undecided
  std::optional<Graph> minimal{};  // the smallest graph on which it failed
  Dtype dtype = Dtype::f64;
  [[nodiscard]] explicit operator bool() const { return outcome == Outcome::holds; }
};

// What a check says of one graph.
struct Judged {
  Outcome outcome = Outcome::holds;
  std::string reason{};
};
using GraphCheck = std::function<Judged(const Graph&)>;

namespace running {

struct ShrinkBudgetSpent {};

// RapidCheck bounds neither the number of shrinks nor their time, so the listener ends them.
class Listener : public ::rc::detail::TestListenerAdapter {
 public:
  explicit Listener(std::size_t budget) : budget_(budget) {}
  void onTestCaseFinished(const ::rc::detail::CaseDescription& description) override {
    switch (description.result.type) {
      case ::rc::detail::CaseResult::Type::Success: ++held; break;
      case ::rc::detail::CaseResult::Type::Discard: ++undecided; break;
      case ::rc::detail::CaseResult::Type::Failure: break;
    }
  }
  void onShrinkTried(const ::rc::detail::CaseDescription& /*description*/, bool /*accepted*/) override {
    if (++shrinks_tried >= budget_) throw ShrinkBudgetSpent{};
  }
  int held = 0, undecided = 0;
  std::size_t shrinks_tried = 0;

 private:
  std::size_t budget_;
};

inline ::rc::detail::CaseResult case_result(const Judged& judged) {
  using Type = ::rc::detail::CaseResult::Type;
  switch (judged.outcome) {
    case Outcome::holds: return {Type::Success, judged.reason};
    case Outcome::fails: return {Type::Failure, judged.reason};
    case Outcome::undecided:
    case Outcome::not_applicable: return {Type::Discard, judged.reason};
  }
  return {Type::Failure, "no such outcome"};
}

// FNV-1a, so that the properties of one run see different graphs.
inline std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return h;
}

// A check that throws has not held.
inline Judged judge(const GraphCheck& check, const Graph& graph) {
  try {
    return check(graph);
  } catch (const std::exception& e) {
    return {Outcome::fails, std::string("the check ended with the exception: ") + e.what()};
  }
}

inline void conclude(const ::rc::detail::TestResult& result, PropertyRun& run) {
  if (result.is<::rc::detail::SuccessResult>()) {
    run.outcome = run.held > 0 ? Outcome::holds : Outcome::undecided;
    if (run.held == 0) run.reason = "no graph was judged";
  } else if (result.is<::rc::detail::GaveUpResult>()) {
    run.outcome = Outcome::undecided;
    run.reason = result.get<::rc::detail::GaveUpResult>().description;
  } else if (result.is<::rc::detail::Error>()) {
    run.outcome = Outcome::undecided;
    run.reason = result.get<::rc::detail::Error>().description;
  } else {
    run.outcome = Outcome::fails;
  }
}

inline Judged judged_by(const Property& p, Subject& subject, const Graph& graph, Dtype dtype) {
  const Finding f = p.check(subject, {quantized(graph, dtype), dtype});
  if (!f.worst) return {f.outcome, f.reason};
  const auto number = [](double v) { return Literal(v).text(); };
  return {f.outcome, f.worst->place + ": expected " + number(f.worst->expected) + ", observed " +
                       number(f.worst->observed) + ", allowed " + number(f.worst->allowed)};
}

// Random graphs, exact and smooth ones by turns unless a family is named.
inline ::rc::Gen<Graph> subjects_graphs(const RunOptions& options) {
  Recipe exact = options.recipe, smooth = options.recipe;
  exact.family = options.family.value_or(Family::exact);
  smooth.family = options.family.value_or(Family::smooth);
  return [=](::rc::Random random, int /*size*/) {
    const std::uint64_t seed = random.next();
    return shrinking(random_graph(seed, 0, seed % 2 == 0 ? exact : smooth));
  };
}

}  // namespace running

// A check of your own on graphs of a generator. `id` makes the graphs of the seed its own.
[[nodiscard]] inline PropertyRun run(const std::string& id, const ::rc::Gen<Graph>& graphs,
                                     const GraphCheck& check, const RunOptions& options = {}) {
  PropertyRun run{id, ""};
  run.dtype = options.dtype;
  if (options.graphs <= 0) {
    run.reason = "a run without graphs says nothing";
    return run;
  }
  // The graph of a failing case is kept on the way: RapidCheck goes to each shrink that fails, so the last is the
  // least.
  const ::rc::detail::Property property = ::rc::gen::map(graphs, [&](Graph&& graph) {
    const Judged judged = running::judge(check, graph);
    ::rc::detail::CaseDescription description;
    description.result = running::case_result(judged);
    description.example = [text = print(graph)] { return ::rc::detail::Example{{"Graph", text}}; };
    if (judged.outcome == Outcome::fails) {
      run.reason = judged.reason;
      run.minimal = std::move(graph);
    }
    return description;
  });
  ::rc::detail::TestMetadata metadata;
  metadata.id = metadata.description = id;
  ::rc::detail::TestParams params;
  params.seed = options.seed ^ running::hash(id);
  params.maxSuccess = options.graphs;
  params.maxDiscardRatio = options.undecided_per_decided;
  params.disableShrinking = options.shrink_budget == 0;
  running::Listener listener(options.shrink_budget);
  const auto finish = [&] {
    run.held = listener.held;
    run.undecided = listener.undecided;
    run.shrinks_tried = listener.shrinks_tried;
  };
  try {
    // An empty map: nothing is taken from the environment.
    const auto result = ::rc::detail::checkProperty(property, metadata, params, listener, {});
    finish();
    running::conclude(result, run);
  } catch (const running::ShrinkBudgetSpent&) {
    finish();
    run.outcome = Outcome::fails;
    run.shrinking_cut_short = true;
  }
  return run;
}

// A property of the catalogue, judged on a subject.
[[nodiscard]] inline PropertyRun holds(const Property& property, Subject& subject,
                                       const RunOptions& options = {}) {
  PropertyRun result;
  if (property.looks == Looks::at_a_schedule || property.looks == Looks::at_training) {
    result.reason = "it judges a schedule or a training step, and no graph is one";
  } else {
    const bool of_graphs = property.looks == Looks::at_graphs;
    const auto check = [&](const Graph& g) {
      return running::judged_by(property, subject, g, options.dtype);
    };
    result = run(std::string(property.id),
                 of_graphs ? running::subjects_graphs(options) : lone_layers(options.recipe), check, options);
  }
  result.property = property.id;
  result.claim = property.claim;
  return result;
}
// By its id, as `gradproof properties` lists them.
[[nodiscard]] inline PropertyRun holds(std::string_view id, Subject& subject,
                                       const RunOptions& options = {}) {
  if (const Property* property = find_property(id)) return holds(*property, subject, options);
  PropertyRun none{std::string(id)};
  none.reason = "there is no property of this name";
  return none;
}

// Every property up to a tier that graphs or lone layers can be judged by.
[[nodiscard]] inline std::vector<PropertyRun> all(Subject& subject, const RunOptions& options = {},
                                                  Tier tier = Tier::required) {
  std::vector<PropertyRun> runs;
  for (const Property* p : catalogue())
    if (p->tier <= tier && p->looks != Looks::at_a_schedule && p->looks != Looks::at_training)
      runs.push_back(holds(*p, subject, options));
  return runs;
}

// A property on one graph, given as text: that of a failure.
[[nodiscard]] inline PropertyRun replay(std::string_view id, Subject& subject, std::string_view graph,
                                        Dtype dtype = Dtype::f64) {
  PropertyRun result{std::string(id)};
  result.dtype = dtype;
  const Property* property = find_property(id);
  const auto document = parse(graph);
  if (property == nullptr) result.reason = "there is no property of this name";
  else if (!document) result.reason = document.error().message();
  else {
    result.claim = property->claim;
    const Judged judged = running::judge(
      [&](const Graph& g) { return running::judged_by(*property, subject, g, dtype); }, document->graph);
    result.outcome = judged.outcome;
    result.reason = judged.reason;
    result.held = judged.outcome == Outcome::holds ? 1 : 0;
    if (judged.outcome == Outcome::fails) result.minimal = document->graph;
  }
  return result;
}

// The run as text: how many graphs held and, where one failed, the smallest with the line that replays it.
[[nodiscard]] inline std::string to_string(const PropertyRun& run) {
  std::string text = run.property + " " + std::string(name(run.outcome)) + ": " + std::to_string(run.held) +
                     " graphs hold, " + std::to_string(run.undecided) + " undecided or not applicable\n";
  if (!run.claim.empty()) text += "  " + run.claim + "\n";
  if (!run.reason.empty()) text += "  " + run.reason + "\n";
  if (!run.minimal) return text;
  const std::string dtype(format(run.dtype).name);
  text += run.shrinking_cut_short ? "  A graph on which it fails; shrinking was cut short:\n\n"
                                  : "  The smallest graph on which it fails:\n\n";
  text += print(*run.minimal);
  text += "\n  replay: gradproof::rc::replay(\"" + run.property +
          "\", subject, that text, gradproof::Dtype::" + dtype + ")\n";
  return text;
}
inline std::ostream& operator<<(std::ostream& out, const PropertyRun& run) { return out << to_string(run); }

}  // namespace rc
}  // namespace gradproof::inline v0

// Graphs and strengths as arguments of a property.
template <>
struct rc::Arbitrary<gradproof::Graph> {
  static Gen<gradproof::Graph> arbitrary() { return gradproof::rc::graphs(); }
};
template <>
struct rc::Arbitrary<gradproof::Literal> {
  static Gen<gradproof::Literal> arbitrary() { return gradproof::rc::strengths(); }
};
