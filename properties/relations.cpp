#include "relations.hpp"

#include <cassert>

#include "gradproof/text.hpp"

namespace gradproof::inline v0 {

Case with_graph(const Case& c, Graph graph) {
  return {std::move(graph), c.dtype, c.layout, c.rank, c.contract};
}

Finding worst_of(const std::vector<Finding>& findings, std::string_view when_empty) {
  if (findings.empty()) return not_applicable(std::string(when_empty));
  Finding total;
  total.reason = findings.front().reason;
  for (const Finding& f : findings) {
    if (f.outcome == Outcome::fails) return f;
    total.compared += f.compared;
    if (f.detection_power)
      total.detection_power = std::max(total.detection_power.value_or(0), *f.detection_power);
    if (f.outcome == Outcome::holds) total.outcome = Outcome::holds;
    if (f.outcome == Outcome::undecided && total.outcome != Outcome::holds) {
      total.outcome = Outcome::undecided;
      total.reason = f.reason;
    }
  }
  return total;
}

namespace {

struct Sum {
  double value = 0;
  double allowed = 0;
};

// A relation fails because one of its graphs has a wrong gradient: the first that has says more than their sum.
Question wrong_alone(Subject& subject, const Case& c, const std::vector<Term>& terms) {
  std::vector<Graph> graphs = {c.graph};
  for (const Term& term : terms) graphs.push_back(term.graph);
  for (Graph& graph : graphs) {
    const Judged judged(graph, c.dtype);
    const Case one = with_graph(c, graph);
    const auto answer = numbers(subject.run(one), one);
    if (!answer || !judged.undecidable().empty()) continue;
    Comparison comparison(graph);
    for (std::size_t i = 0; i < answer->gradients.size(); ++i)
      for (std::size_t k = 0; k < answer->gradients[i].size(); ++k)
        comparison.gradient_entry(i, k, judged.bound(i, k).value, answer->gradients[i][k],
                                  judged.allowed(i, k));
    Finding finding = comparison.finish();
    if (finding.outcome != Outcome::fails) continue;
    finding.question.graph = std::move(graph);
    return finding.question;
  }
  return {};
}

// Adds one term's gradient to the sums of the original's inputs; its bound grows with it.
std::optional<Finding> add_term(Subject& subject, const Case& c, const Term& term,
                                std::vector<std::vector<Sum>>& sums) {
  const Judged judged(term.graph, c.dtype);
  if (!judged.undecidable().empty()) return undecided(judged.undecidable());
  const Case variant = with_graph(c, term.graph);
  const auto answer = numbers(subject.run(variant), variant);
  if (!answer) return answer.error();
  for (std::size_t i = 0; i < answer->gradients.size(); ++i) {
    std::vector<Sum>& into = sums[term.input_of.empty() ? i : term.input_of[i]];
    for (std::size_t k = 0; k < into.size(); ++k) {
      into[k].value += term.factor * answer->gradients[i][k];
      into[k].allowed += std::abs(term.factor) * judged.allowed(i, k);
    }
  }
  return {};
}

}  // namespace

Finding relation(Subject& subject, const Case& c, const std::vector<Term>& terms,
                 std::span<const double> scale) {
  const Judged judged(c.graph, c.dtype);
  if (!judged.undecidable().empty()) return undecided(judged.undecidable());
  const auto answer = numbers(subject.run(c), c);
  if (!answer) return answer.error();
  std::vector<std::vector<Sum>> sums;
  for (const NodeId input : c.graph.inputs()) sums.emplace_back(c.graph[input].shape.size());
  for (const Term& term : terms)
    if (auto finding = add_term(subject, c, term, sums)) {
      finding->question.graph = term.graph;
      return *std::move(finding);
    }
  Comparison comparison(c.graph);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const double factor = scale.empty() ? 1 : scale[i];
    for (std::size_t k = 0; k < sums[i].size(); ++k) {
      // Summing the terms here, in double, is off by at most an ulp of the largest for each.
      const double arithmetic = static_cast<double>(terms.size() + 1) * 0x1p-52 *
                                (std::abs(sums[i][k].value) + std::abs(factor * answer->gradients[i][k]));
      comparison.gradient_entry(i, k, sums[i][k].value, factor * answer->gradients[i][k],
                                sums[i][k].allowed + std::abs(factor) * judged.allowed(i, k) + arithmetic);
    }
  }
  Finding finding = comparison.finish();
  if (finding.outcome == Outcome::fails) {
    for (const Term& term : terms) finding.against += print(term.graph);
    finding.question = wrong_alone(subject, c, terms);
  }
  return finding;
}

}  // namespace gradproof::inline v0
