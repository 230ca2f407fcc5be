#include "ours.hpp"

#include <fmt/format.h>

#include "gradproof/real.hpp"
#include "graphs.hpp"

namespace gradproof::inline v0::bench {

namespace {

std::string text(double x, Bits /*precision*/) { return fmt::format("{:.17e}", x); }
// Two digits more than the bits have tell any two numbers apart.
std::string text(const Real& x, Bits precision) {
  return x.text(static_cast<int>(static_cast<double>(precision.count) * 0.302) + 2);
}

template <Number S>
struct State {
  std::shared_ptr<const Graph> graph;
  Bits precision;
  Evaluation<S> values{*graph, precision, Keep::outputs};

  Answer answer() {
    values.run();
    Answer answer{{}, static_cast<int>(precision.count)};
    for (const S& x : results(*graph, values)) answer.entries.push_back(text(x, precision));
    return answer;
  }
};

template <Number S>
Ready evaluation_in(std::shared_ptr<const Graph> graph, Bits precision) {
  const auto state = std::make_shared<State<S>>(State<S>{std::move(graph), precision});
  return {[=] { state->values.run(); }, {}, [=] { return state->answer(); }};
}

template <class Job>
void add_subjects(std::vector<Subject>& subjects, const char* name, const Job& job, int digits_wanted) {
  const auto subject = [&](const char* quantity, auto prepare) {
    subjects.push_back({name, digits_wanted, our_name, quantity, std::move(prepare)});
  };
  subject(value_only, [=] { return evaluation(std::make_shared<Graph>(graph_of(job)), digits_wanted); });
  subject(with_gradient,
          [=] { return evaluation(std::make_shared<Graph>(gradient(graph_of(job))), digits_wanted); });
  subject("build", [=] {
    return Ready{[=] {
                   const Graph derivative = gradient(graph_of(job));
                   if (digits_wanted == 16) Evaluation<double> values(derivative, {}, Keep::outputs);
                   else Evaluation<Real> values(derivative, digits(digits_wanted), Keep::outputs);
                 },
                 {},
                 {}};
  });
}

}  // namespace

Ready evaluation(std::shared_ptr<const Graph> graph, int digits_wanted) {
  if (digits_wanted == 16) return evaluation_in<double>(std::move(graph), Bits{53});
  return evaluation_in<Real>(std::move(graph), digits(digits_wanted));
}

std::vector<Subject> ours(const std::vector<int>& digits) {
  std::vector<Subject> subjects;
  for (const int d : digits) {
    add_subjects(subjects, "job A", job_a(), d);
    add_subjects(subjects, "job B", job_b(), d);
  }
  return subjects;
}

}  // namespace gradproof::inline v0::bench
