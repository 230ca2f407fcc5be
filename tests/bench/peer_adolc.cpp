// ADOL-C: operator overloading that records a tape of the operations, and sweeps over the tape.
#include <adolc/adolc.h>
#include <fmt/format.h>

#include <memory>

#include "loss.hpp"
#include "peers.hpp"

namespace gradproof::inline v0::bench {

namespace {

// Buffers that hold the whole tape of either job, so that nothing is written to files.
constexpr int buffer = 1 << 23;

double passive(const adouble& x) { return x.value(); }

// One job on a tape of its own: its active variables are set anew for each recording.
template <class Value>
class Tape {
 public:
  Tape(short number, std::vector<double> at, Value value)
      : number_(number), at_(std::move(at)), slope_(at_.size()), value_(std::move(value)) {}

  // Keeps what a reverse sweep needs.
  void record() {
    trace_on(number_, 1, buffer, buffer, buffer, buffer);
    {
      std::vector<adouble> active(at_.size());
      for (std::size_t i = 0; i < at_.size(); ++i) active[i] <<= at_[i];
      adouble result = value_(std::span<const adouble>(active));
      result >>= found_;
    }
    trace_off();
  }
  void sweep() {
    double one = 1;
    reverse(number_, 1, static_cast<int>(at_.size()), 0, &one, slope_.data());
  }
  void replay() { gradient(number_, static_cast<int>(at_.size()), at_.data(), slope_.data()); }

  [[nodiscard]] Answer answer() const {
    Answer answer{{fmt::format("{:.17e}", found_)}};
    for (const double slope : slope_) answer.entries.push_back(fmt::format("{:.17e}", slope));
    return answer;
  }

 private:
  short number_;
  std::vector<double> at_, slope_;
  Value value_;
  double found_ = 0;
};

// The tape's recording and the sweep over it; and the replay alone, for whoever evaluates one tape at many
// points. A replay takes the branches and the passive values of the recording: here the reversal's.
template <class Value>
void add_subjects(std::vector<Subject>& subjects, const char* job, short number, std::vector<double> at,
                  Value value) {
  subjects.push_back({job, 16, "ADOL-C, recording and sweep", with_gradient, [=] {
                        const auto tape = std::make_shared<Tape<Value>>(number, at, value);
                        const auto work = [=] { tape->record(), tape->sweep(); };
                        return Ready{work, {}, [=] { return work(), tape->answer(); }};
                      }});
  subjects.push_back({job, 16, "ADOL-C, replay of the tape", with_gradient, [=] {
                        const short other = number + 1;
                        const auto tape = std::make_shared<Tape<Value>>(other, at, value);
                        tape->record();
                        const auto work = [=] { tape->replay(); };
                        return Ready{work, {}, [=] { return work(), tape->answer(); }};
                      }});
}

}  // namespace

std::vector<Subject> adolc_subjects() {
  std::vector<Subject> subjects;
  const Network n = job_a();
  const auto of_network = [](int k) { return static_cast<double>(k) / Network::denominator; };
  const auto target = converted<double>(n.target, of_network);
  add_subjects(subjects, "job A", 1, converted<double>(n.leaves, of_network),
               [=](std::span<const adouble> leaves) {
                 return network_value<adouble, double>(n, leaves, target, passive);
               });
  const Recurrence r = job_b();
  const auto of_recurrence = [](int k) { return static_cast<double>(k) / Recurrence::denominator; };
  const RecurrenceConstants<double> constants(r, of_recurrence);
  add_subjects(
    subjects, "job B", 3, converted<double>({r.w, r.u, r.b}, of_recurrence),
    [=](std::span<const adouble> wub) { return recurrence_value<adouble, double>(wub, constants, passive); });
  return subjects;
}

}  // namespace gradproof::inline v0::bench
