#include "gradproof/condition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "gradproof/analysis.hpp"
#include "gradproof/ops.hpp"
#include "gradproof/text.hpp"
#include "gradproof/truth.hpp"
#include "number/spelled.hpp"
#include "study/local.hpp"
#include "study/objective.hpp"
#include "verify/battery.hpp"
#include "verify/session.hpp"

namespace gradproof::inline v0 {

namespace {

// Verdicts allow twice the bound: for the terms of higher order, and for other orders of the same operations.
constexpr double allowance = 2;
constexpr std::size_t at_a_time = 100;  // graphs in one question

// One number that was compared: its error in ulps of the truth and as a share of what is allowed.
struct Compared {
  double ulps = 0, share = 0;
};

// What a row is made of.
class Pile {
 public:
  void add(const Compared& c) {
    ulps_.push_back(c.ulps);
    within_ += c.share <= 1 ? 1 : 0;
    of_bound_ = std::max(of_bound_, c.share);
  }
  template <class Row>
  void fill(Row& row) {
    std::ranges::sort(ulps_);
    row.count = ulps_.size();
    row.within = within_;
    row.median = at(0.5);
    row.p99 = at(0.99);
    row.highest = at(1);
    row.of_bound = of_bound_;
  }

 private:
  // The error below or at which the share of all lies.
  [[nodiscard]] double at(double share) const {
    if (ulps_.empty()) return 0;
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(ulps_.size())));
    return ulps_[std::max<std::size_t>(rank, 1) - 1];
  }
  std::vector<double> ulps_;
  std::uint64_t within_ = 0;
  double of_bound_ = 0;
};

// A number that may be compared: its truth, the sum of its terms' sizes, and what is allowed.
struct Entry {
  Real truth;
  double bulk = 0, allowed = 0;
};
// Of each entry of the gradient; nothing where the graph decides nothing: it may overflow, stands near a kink, or has no truth.
std::optional<std::vector<Entry>> entries(const Graph& graph, Dtype dtype) {
  const Bounds bounds = rounding_bounds(gradient(graph), dtype);
  if (bounds.overflows || bounds.kink_margin <= 1) return {};
  const Slopes slopes = proven_slopes(graph, Bits{format(dtype).precision + 64});
  if (!slopes) return {};
  std::vector<Entry> all;
  std::size_t at = 0;
  for (std::size_t i = graph.outputs().size(); i < bounds.outputs.size(); ++i)
    for (const Bound& b : bounds.outputs[i]) all.push_back({(*slopes)[at++], b.bulk, allowance * b.error});
  return all;
}

Compared compared(const Entry& e, double observed, Dtype dtype) {
  const Real error = abs(Real(observed, Bits{53}) - e.truth);
  const double off = error.to_double();
  return {ulp_distance(dtype, observed, e.truth), off == 0        ? 0
                                                  : e.allowed > 0 ? off / e.allowed
                                                                  : std::numeric_limits<double>::infinity()};
}

// The numbers of an answer's gradients in order; an absent gradient is one of zeros.
std::optional<std::vector<double>> numbers(const Graph& graph, const Answer& answer) {
  std::vector<double> all;
  if (answer.gradients.size() != graph.inputs().size()) return {};
  for (std::size_t i = 0; i < graph.inputs().size(); ++i) {
    const std::size_t size = graph[graph.inputs()[i]].shape.size();
    if (answer.gradients[i] && answer.gradients[i]->values.size() != size) return {};
    for (std::size_t k = 0; k < size; ++k)
      all.push_back(answer.gradients[i] ? answer.gradients[i]->values[k] : 0);
  }
  return all;
}

// The longest way from an input to an output.
std::uint32_t depth_of(const Graph& graph) {
  std::vector<std::uint32_t> depth(graph.size(), 0);
  for (std::uint32_t i = 0; i < graph.size(); ++i)
    for (const NodeId x : graph.operands(NodeId{i})) depth[i] = std::max(depth[i], depth[x.index] + 1);
  return *std::ranges::max_element(depth);
}

// A row's key: [2^k, 2^(k+1)) for depths, decades for conditions, eights of binary orders for strengths.
int decade(double condition) {
  return static_cast<int>(std::clamp(std::floor(std::log10(std::max(1.0, condition))), 0.0, 17.0));
}
int octave(std::uint32_t depth) { return depth == 0 ? 0 : static_cast<int>(std::floor(std::log2(depth))); }
// The binary order of the strength that is furthest from 1.
double strength_of(const Graph& graph) {
  const Strength s = reversal_strength(graph);
  return s.up >= s.down ? s.up : -s.down;
}
int eight_of(double strength) { return static_cast<int>(std::floor(strength / 8)); }

class Measuring {
 public:
  Measuring(Subject& subject, const std::vector<std::string>& ops, ConditionStudy& study)
      : subject_(subject),
        study_(study),
        dtype_(study.options.dtype),
        recipe_(graph_recipe(Family::smooth, dtype_, ops)) {}

  void run() {
    const std::uint64_t graphs = study_.options.graphs;
    for (std::uint64_t from = 0; from < graphs && !stopped(); from += at_a_time) {
      std::vector<Case> cases;
      for (std::uint64_t i = from; i < std::min(graphs, from + at_a_time); ++i)
        cases.push_back({quantized(random_graph(study_.options.seed, i, recipe_), dtype_), dtype_});
      if (study_.options.progress) study_.options.progress("graphs and their nodes", from, graphs);
      whole(cases);
      nodes(cases);
    }
    finish();
  }

 private:
  [[nodiscard]] bool stopped() {
    const bool now = study_.options.stop != nullptr && study_.options.stop->load();
    study_.report.interrupted = study_.report.interrupted || now;
    return now;
  }

  void whole(const std::vector<Case>& cases) {
    const std::vector<Reply> replies = subject_.run(cases);
    for (std::size_t i = 0; i < cases.size() && i < replies.size(); ++i) {
      const Graph& g = cases[i].graph;
      const auto seen = answered(g, replies[i]);
      if (!seen) continue;
      const auto truths = entries(g, dtype_);
      if (!truths) {
        ++study_.undecided;
        continue;
      }
      ++study_.graphs;
      for (std::size_t k = 0; k < truths->size(); ++k)
        entry((*truths)[k], (*seen)[k], depth_of(g), strength_of(g));
    }
  }
  std::optional<std::vector<double>> answered(const Graph& g, const Reply& reply) {
    auto seen = reply ? numbers(g, *reply) : std::nullopt;
    if (seen) return seen;
    const bool unsupported = !reply.ok() && reply.error().refusal == Refusal::unsupported;
    ++(unsupported ? study_.unsupported : study_.no_answer);
    if (!reply.ok() && !unsupported && study_.report.detail.empty())
      study_.report.detail = reply.error().message;
    return {};
  }
  void entry(const Entry& e, double observed, std::uint32_t depth, double strength) {
    if (!std::isfinite(observed)) {
      ++study_.not_finite;
      return;
    }
    if (mpfr_zero_p(e.truth.get()) != 0) {
      ++study_.zeros;
      return;
    }
    const Compared c = compared(e, observed, dtype_);
    const double condition = std::max(1.0, e.bulk / std::abs(e.truth.to_double()));
    by_condition_[decade(condition)].add(c);
    by_depth_[octave(depth)].add(c);
    by_strength_[eight_of(strength)].add(c);
    const double log2 = std::log10(2.0);
    study_.points.push_back({static_cast<float>(std::log10(condition)),
                             static_cast<float>(std::log10(std::max(1U, depth))),
                             static_cast<float>(strength * log2), static_cast<float>(c.ulps)});
  }

  // The nodes of these graphs, each by itself.
  void nodes(const std::vector<Case>& cases) {
    std::vector<Case> alone;
    std::vector<OpId> ops;
    for (const Case& c : cases)
      for (LoneNode& n : lone_nodes(c.graph, dtype_)) {
        ops.push_back(n.op);
        alone.push_back({std::move(n.graph), dtype_});
      }
    for (std::size_t from = 0; from < alone.size(); from += at_a_time) {
      const std::span<const Case> part =
        std::span(alone).subspan(from, std::min(at_a_time, alone.size() - from));
      const std::vector<Reply> replies = subject_.run(part);
      for (std::size_t i = 0; i < part.size() && i < replies.size(); ++i)
        node(ops[from + i], part[i].graph, replies[i]);
    }
  }
  void node(OpId op, const Graph& g, const Reply& reply) {
    const auto seen = reply ? numbers(g, *reply) : std::nullopt;
    if (!seen) return;
    const auto truths = entries(g, dtype_);
    if (!truths) return;
    Local& local = local_[op.index];
    for (std::size_t k = 0; k < truths->size(); ++k) {
      const Entry& e = (*truths)[k];
      const Compared c = std::isfinite((*seen)[k]) ? compared(e, (*seen)[k], dtype_)
                                                   : Compared{std::numeric_limits<double>::infinity(),
                                                              std::numeric_limits<double>::infinity()};
      local.pile.add(c);
      if (!local.row.graph.empty() && c.share <= local.share) continue;
      local.share = c.share;
      local.row.graph = print(g);
      local.row.observed = spelled((*seen)[k]);
      local.row.truth = e.truth.text(20);
    }
  }

  void finish() {
    for (auto& [key, pile] : by_condition_) {
      ConditionRow& row = study_.by_condition.emplace_back();
      row.at = key + 0.5;
      row.what = key == 17 ? "1e17 and more" : fmt::format("1e{} to 1e{}", key, key + 1);
      pile.fill(row);
    }
    for (auto& [key, pile] : by_depth_) {
      ConditionRow& row = study_.by_depth.emplace_back();
      row.what = fmt::format("{} to {}", 1 << key, (2 << key) - 1);
      row.at = (key + 0.5) * std::log10(2.0);
      pile.fill(row);
    }
    for (auto& [key, pile] : by_strength_) {
      ConditionRow& row = study_.by_strength.emplace_back();
      row.what = fmt::format("2^{} to 2^{}", 8 * key, 8 * key + 8);
      row.at = (8 * key + 4) * std::log10(2.0);
      pile.fill(row);
    }
    for (auto& [op, local] : local_) {
      local.row.operation = info(OpId{op}).name;
      local.pile.fill(local.row);
      study_.local.push_back(std::move(local.row));
    }
    std::ranges::stable_sort(study_.local, std::ranges::greater{}, &LocalRow::of_bound);
    if (!study_.local.empty() && study_.local.front().of_bound > 1)
      study_.guilty = study_.local.front().operation;
  }

  struct Local {
    Pile pile;
    LocalRow row;
    double share = 0;
  };
  Subject& subject_;
  ConditionStudy& study_;
  Dtype dtype_;
  Recipe recipe_;
  std::map<int, Pile> by_condition_, by_depth_, by_strength_;
  std::map<std::uint8_t, Local> local_;
};

}  // namespace

void study_condition(Subject& subject, const std::vector<std::string>& ops, ConditionStudy& study) {
  Measuring(subject, ops, study).run();
  Report& r = study.report;
  const bool any = !study.by_condition.empty() || !study.local.empty();
  r.conclusion = any ? Conclusion::verified : Conclusion::inconclusive;
  if (any) return;
  r.reason = fmt::format(
    "nothing could be measured: {} graphs undecided, {} unsupported, {} without an answer, {} entries not "
    "finite, {} entries 0",
    study.undecided, study.unsupported, study.no_answer, study.not_finite, study.zeros);
}

ConditionStudy study_condition(const Target& target, const Launch& launch, const ConditionOptions& options) {
  ConditionStudy study;
  study.options = options;
  study.report.command = "study condition";
  study.report.seed = options.seed;
  with_subject(target, launch, study.report, [&](Subject& subject, const Hello& hello) {
    const std::string name(format(options.dtype).name);
    if (std::ranges::find(hello.dtypes, name) == hello.dtypes.end()) {
      study.report.conclusion = Conclusion::inconclusive;
      study.report.reason = "the subject has no " + std::string(format(options.dtype).words);
      return;
    }
    study_condition(subject, hello.ops, study);
  });
  return study;
}

}  // namespace gradproof::inline v0
