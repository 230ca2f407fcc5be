#include "examine.hpp"

#include <algorithm>
#include <memory>

#include "crew.hpp"
#include "gradproof/ops.hpp"
#include "relations.hpp"

namespace gradproof::inline v0 {

std::string_view name(Conclusion conclusion) {
  switch (conclusion) {
    case Conclusion::verified: return "VERIFIED";
    case Conclusion::not_verified: return "NOT VERIFIED";
    case Conclusion::inconclusive: return "INCONCLUSIVE";
    case Conclusion::no_subject: return "NO SUBJECT";
    case Conclusion::unexpected_pass: return "UNEXPECTED PASS";
  }
  return "?";
}

int exit_code(Conclusion conclusion) {
  switch (conclusion) {
    case Conclusion::verified: return 0;
    case Conclusion::not_verified: return 1;
    case Conclusion::inconclusive: return 4;
    case Conclusion::no_subject: return 3;
    case Conclusion::unexpected_pass: return 5;
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

Counterexample shrunk(std::string id, const std::function<Finding(const Case&)>& check,
                      const std::function<bool(const Graph&)>& may_be, const Case& failing,
                      const Finding& finding, std::size_t budget) {
  const Residual residual = finding.worst ? finding.worst->residual : Residual::none;
  const auto still_fails = [&](const Graph& g) {
    if (!may_be(g)) return false;
    const Finding f = check(with_graph(failing, g));
    return f.outcome == Outcome::fails && f.worst && f.worst->residual == residual;
  };
  Shrunk s = shrink(failing.graph, still_fails, budget);
  Counterexample c{std::move(id), with_graph(failing, std::move(s.graph)), {}, 0, s.evaluations, {}};
  c.finding = check(c.minimal);
  // A subject that answers differently each time may stop failing; what was first seen stands then.
  if (c.finding.outcome != Outcome::fails) {
    c.minimal = failing;
    c.finding = finding;
  }
  c.nodes = reader_nodes(c.minimal.graph);
  return c;
}

Counterexample shrunk(Subject& subject, const Property& property, const Case& failing, const Finding& finding,
                      std::size_t budget) {
  // A property of the layer speaks of this very graph: its values and shapes may shrink, its operations may not.
  const auto same_layer = [&](const Graph& g) {
    return property.looks == Looks::at_graphs ||
           std::ranges::equal(g.nodes(), failing.graph.nodes(), {}, &Node::op, &Node::op);
  };
  const auto check = [&](const Case& c) { return property.check(subject, c); };
  return shrunk(std::string(property.id), check, same_layer, failing, finding, budget);
}

Graph nth_graph(const Examination& e, std::uint64_t index) {
  return random_graph(e.seed, index, index % 2 == 0 ? e.exact : e.smooth);
}

namespace {

// A case and what the property found on it.
struct Looked {
  Case c;
  Finding finding;
};

// The subject, and as many others like it as there are jobs for and it can be had.
struct Crew {
  Crew(Subject& subject, std::size_t jobs) : members{&subject} {
    while (members.size() < jobs) {
      others.push_back(subject.another());
      if (!others.back()) return;
      members.push_back(others.back().get());
    }
  }
  std::vector<std::unique_ptr<Subject>> others;
  std::vector<Subject*> members;
};

}  // namespace

Examined examine(Subject& subject, const Property& property, const Examination& e) {
  Tallying tallying(property, e.dtype);
  Examined result;
  const Crew crew(subject, e.jobs);
  const auto stopped = [&] { return e.stop != nullptr && e.stop->load(); };
  // Alone, a subject is asked nothing after its first failure; several may be asked some cases more, which are not
  // counted.
  const std::uint64_t most = crew.members.size() == 1 ? 1 : 32 * crew.members.size();
  for (std::uint64_t begin = 0; begin < e.graphs && !stopped(); begin += most) {
    std::vector<std::optional<Looked>> block(std::min(most, e.graphs - begin));
    in_parallel(crew.members.size(), block.size(), [&](std::size_t worker, std::size_t i) {
      if (stopped()) return;
      const Case c{quantized(nth_graph(e, begin + i), e.dtype), e.dtype};
      block[i] = Looked{c, property.check(*crew.members[worker], c)};
    });
    for (std::uint64_t i = 0; i < block.size() && block[i]; ++i) {
      const auto& [c, finding] = *block[i];
      tallying.add(finding);
      if (e.progress) e.progress(begin + i + 1);
      if (finding.outcome != Outcome::fails || result.counterexample) continue;
      result.found_at = begin + i + 1;
      result.counterexample = shrunk(subject, property, c, finding);
      if (!e.until_first_failure) continue;
      result.tally = tallying.tally();
      return result;
    }
  }
  result.tally = tallying.tally();
  return result;
}

}  // namespace gradproof::inline v0
