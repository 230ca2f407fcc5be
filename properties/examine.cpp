#include "examine.hpp"

#include <algorithm>

#include "gradproof/ops.hpp"
#include "relations.hpp"

namespace gradproof {

std::string_view name(Conclusion conclusion) {
  switch (conclusion) {
    case Conclusion::verified: return "VERIFIED";
    case Conclusion::not_verified: return "NOT VERIFIED";
    case Conclusion::inconclusive: return "INCONCLUSIVE";
    case Conclusion::no_subject: return "NO SUBJECT";
  }
  return "?";
}

int exit_code(Conclusion conclusion) {
  switch (conclusion) {
    case Conclusion::verified: return 0;
    case Conclusion::not_verified: return 1;
    case Conclusion::inconclusive: return 4;
    case Conclusion::no_subject: return 3;
  }
  return 70;
}

Tallying::Tallying(const Property& property, Dtype dtype) {
  tally_.property = property.id;
  tally_.claim = property.claim;
  tally_.dtype = dtype;
}

void Tallying::add(const Finding& finding) {
  switch (finding.outcome) {
    case Outcome::holds:
      ++tally_.holds;
      if (finding.detection_power) powers_.push_back(*finding.detection_power);
      return;
    case Outcome::fails: ++tally_.fails; return;
    case Outcome::undecided: ++tally_.undecided; break;
    case Outcome::not_applicable: ++tally_.not_applicable; break;
  }
  ++tally_.reasons[finding.reason];
}

Tally Tallying::tally() const {
  Tally t = tally_;
  if (powers_.empty()) return t;
  std::vector<double> sorted = powers_;
  std::ranges::sort(sorted);
  t.median_power = sorted[sorted.size() / 2];
  t.worst_power = sorted.back();
  return t;
}

std::size_t reader_nodes(const Graph& g) {
  return static_cast<std::size_t>(
    std::ranges::count_if(g.nodes(), [](const Node& n) { return n.op != id_of<Constant>(); }));
}

Counterexample shrunk(Subject& subject, const Property& property, const Case& failing, const Finding& finding,
                      std::size_t budget) {
  const Residual residual = finding.worst ? finding.worst->residual : Residual::none;
  const auto still_fails = [&](const Graph& g) {
    const Finding f = property.check(subject, with_graph(failing, g));
    return f.outcome == Outcome::fails && f.worst && f.worst->residual == residual;
  };
  Shrunk s = shrink(failing.graph, still_fails, budget);
  Counterexample c{
    std::string(property.id), with_graph(failing, std::move(s.graph)), {}, 0, s.evaluations, {}};
  c.finding = property.check(subject, c.minimal);
  // A subject that answers differently each time may stop failing; what was first seen stands then.
  if (c.finding.outcome != Outcome::fails) {
    c.minimal = failing;
    c.finding = finding;
  }
  c.nodes = reader_nodes(c.minimal.graph);
  return c;
}

Graph nth_graph(const Examination& e, std::uint64_t index) {
  return random_graph(e.seed, index, index % 2 == 0 ? e.exact : e.smooth);
}

Examined examine(Subject& subject, const Property& property, const Examination& e) {
  Tallying tallying(property, e.dtype);
  Examined result;
  for (std::uint64_t i = 0; i < e.graphs; ++i) {
    if (e.stop != nullptr && e.stop->load()) break;
    const Case c{quantized(nth_graph(e, i), e.dtype), e.dtype};
    const Finding f = property.check(subject, c);
    tallying.add(f);
    if (e.progress) e.progress(i + 1);
    if (f.outcome != Outcome::fails || result.counterexample) continue;
    result.found_at = i + 1;
    result.counterexample = shrunk(subject, property, c, f);
    if (e.until_first_failure) break;
  }
  result.tally = tallying.tally();
  return result;
}

}  // namespace gradproof
