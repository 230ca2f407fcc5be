#include "verify/schedule_run.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "catalogue.hpp"
#include "examine.hpp"
#include "schedule.hpp"
#include "verify/diagnose.hpp"
#include "verify/known.hpp"
#include "verify/schedule_causes.hpp"

namespace gradproof::inline v0 {

namespace {

struct Asked {
  Case c;
  Finding finding;
  Told told;
};

// The one number of an answer.
const Tensor* number_of(const Reply& reply) {
  if (!reply || reply->outputs.size() != 1 || reply->outputs[0].values.size() != 1) return nullptr;
  return &reply->outputs[0];
}

Asked asked(Subject& subject, const Case& c) {
  Finding f = schedule_coefficients.check(subject, c);
  const Reply reply = subject.run(c);
  const Tensor* number = number_of(reply);
  Told told{*moment_of(c.graph), c.contract, {}, c.dtype, f.outcome == Outcome::holds};
  if (number != nullptr)
    told.value = number->values[0], told.dtype = find_dtype(number->dtype).value_or(c.dtype);
  return {c, std::move(f), std::move(told)};
}

// Which of both ways it takes beyond n, where that can be told.
std::string beyond_the_end(const std::vector<Asked>& all) {
  bool goes_on = false, held = false;
  for (const Asked& a : all) {
    const Moment& m = a.told.at;
    if (!a.told.holds || m.i <= m.n || !a.told.value) continue;
    Moment end = m;
    end.i = end.n;
    const double allowed = coefficient_error(m, a.told.dtype);
    const bool as_on = std::abs(*a.told.value - coefficient(m)) <= allowed;
    const bool as_held = std::abs(*a.told.value - coefficient(end)) <= allowed;
    if (as_on == as_held) continue;
    goes_on = goes_on || as_on;
    held = held || as_held;
  }
  if (goes_on && held) return ", beyond n sometimes held and sometimes not";
  return goes_on ? ", beyond n it goes on" : held ? ", beyond n it is held" : "";
}

// The format in which the subject answers.
Dtype answering(Subject& subject, const protocol::Hello& hello) {
  const Reply reply = subject.run(schedule_cases(Dtype::f64, hello.fixed).front());
  const Tensor* number = number_of(reply);
  return number != nullptr && number->dtype == "f32" ? Dtype::f32 : Dtype::f64;
}

// A schedule that is right when it is asked first of all, and wrong later, keeps something from object to object.
bool right_when_fresh(Subject& subject, const Asked& failing) {
  subject.refresh();
  return schedule_coefficients.check(subject, failing.c).outcome == Outcome::holds;
}

std::string text_of(const Moment& m) {
  const auto word = [](double v) {
    std::array<char, 40> shortest{};
    return std::string(shortest.data(),
                       std::to_chars(shortest.data(), shortest.data() + shortest.size(), v).ptr);
  };
  return " at step " + word(m.i) + " of " + word(m.n) + ", lo = " + word(m.lo) + ", hi = " + word(m.hi) +
         ", α = " + word(m.alpha);
}

// Whether each wrong answer is one that was given before, for the same step of a schedule with other parameters.
bool repeats_itself(const std::vector<Told>& told) {
  for (auto t = told.begin(); t != told.end(); ++t)
    if (!t->holds && std::none_of(told.begin(), t, [&](const Told& earlier) {
          return earlier.at.i == t->at.i && earlier.value && earlier.value == t->value;
        }))
      return false;
  return true;
}

Diagnosis diagnosed(Subject& subject, const std::vector<Asked>& all, const Asked& failing,
                    const Counterexample& example) {
  Diagnosis d{headline(example) + text_of(failing.told.at), "", ""};
  std::vector<Told> told;
  for (const Asked& a : all)
    if (a.finding.outcome == Outcome::holds || a.finding.outcome == Outcome::fails) told.push_back(a.told);
  if (const auto named = named_by_schedule(told)) {
    d.cause = named->cause, d.mend = named->mend;
  } else if (failing.told.use == asked_once && right_when_fresh(subject, failing)) {
    if (repeats_itself(told)) {
      d.cause = "the coefficient of a step is kept and given again where n, lo, hi or α are others (a cache)";
      d.mend = "compute it each time, or keep it by all that it depends on";
    } else {
      d.cause = "the count of steps is shared by all objects, or goes on from one to the next";
      d.mend = "keep the count on the object, not on its class or in a global";
    }
  } else if (example.finding.worst->residual == Residual::no_answer) {
    d.cause = "the schedule gives no answer (" + example.finding.worst->place + ")",
    d.mend = "its own words are below";
  }
  return d;
}

}  // namespace

void run_schedule(Subject& subject, const VerifyOptions& options, const protocol::Hello& hello,
                  Report& report) {
  const Dtype dtype = answering(subject, hello);
  Tallying tallying(schedule_coefficients, dtype);
  const KnownFailure* known = known_failure(options.known, schedule_coefficients.id, dtype);
  std::vector<Asked> all;
  for (const Case& c : schedule_cases(dtype, hello.fixed)) {
    all.push_back(asked(subject, c));
    tallying.add(all.back().finding);
    if (all.back().finding.outcome == Outcome::fails && known != nullptr) tallying.accept(known->reason);
  }
  report.cases = all.size();
  report.tallies.push_back(tallying.tally());
  note_unexpected_passes(options.known, report);
  report.subject.lambda += beyond_the_end(all);
  const auto failing =
    std::ranges::find_if(all, [](const Asked& a) { return a.finding.outcome == Outcome::fails; });
  if (failing != all.end() && known == nullptr) {
    report.conclusion = Conclusion::not_verified;
    report.counterexamples.push_back({std::string(schedule_coefficients.id), failing->c, failing->finding,
                                      reader_nodes(failing->c.graph), 0, ""});
    report.diagnosis = diagnosed(subject, all, *failing, report.counterexamples.front());
    return;
  }
  // Enough for the value at several steps, for one parameter at least.
  constexpr std::size_t least = 10;
  if (report.tallies[0].decided() < least)
    report.reason = "only " + std::to_string(report.tallies[0].decided()) +
                    " coefficients could be decided, at least " + std::to_string(least) + " are needed";
  else
    report.conclusion = report.unexpected_passes.empty() ? Conclusion::verified : Conclusion::unexpected_pass;
}

}  // namespace gradproof::inline v0
