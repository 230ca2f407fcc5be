// Ceres' Jet: forward mode, a value and its derivatives along N directions at once.
#include <ceres/jet.h>
#include <fmt/format.h>

#include <memory>

#include "loss.hpp"
#include "peers.hpp"

namespace gradproof::inline v0::bench {

namespace {

constexpr int width = 16;  // directions at a time in job A

class JetNetwork {
 public:
  using Jet = ceres::Jet<double, width>;
  JetNetwork() {
    const auto number = [](int k) { return static_cast<double>(k) / Network::denominator; };
    for (const double x : converted<double>(n_.leaves, number)) leaves_.emplace_back(x);
    target_ = converted<double>(n_.target, number);
  }
  // The derivatives along the leaves first ... first + 15.
  Jet run(std::size_t first) {
    const std::size_t count = std::min<std::size_t>(width, leaves_.size() - first);
    for (std::size_t i = 0; i < count; ++i) leaves_[first + i].v[static_cast<Eigen::Index>(i)] = 1;
    const Jet y = network_value<Jet, double>(n_, leaves_, target_, [](const Jet& x) { return x.a; });
    for (std::size_t i = 0; i < count; ++i) leaves_[first + i].v.setZero();
    return y;
  }
  [[nodiscard]] std::size_t entries() const { return leaves_.size(); }

 private:
  Network n_ = job_a();
  std::vector<Jet> leaves_;
  std::vector<double> target_;
};

std::string text(double x) { return fmt::format("{:.17e}", x); }

volatile double sink = 0;

Ready network_directions() {
  const auto state = std::make_shared<JetNetwork>();
  return {[=] { sink = state->run(0).v[0]; },
          {},
          [=] {
            Answer answer{{text(state->run(0).a)}};
            for (std::size_t first = 0; first < state->entries(); first += width) {
              const auto y = state->run(first);
              for (std::size_t i = 0; i < width && first + i < state->entries(); ++i)
                answer.entries.push_back(text(y.v[static_cast<Eigen::Index>(i)]));
            }
            return answer;
          }};
}

// Job B has three directions, so that forward mode is at its best.
Ready recurrence_directions() {
  using Jet = ceres::Jet<double, 3>;
  const Recurrence r = job_b();
  const auto number = [](int k) { return static_cast<double>(k) / Recurrence::denominator; };
  const RecurrenceConstants<double> constants(r, number);
  const std::vector<Jet> wub = {Jet(number(r.w), 0), Jet(number(r.u), 1), Jet(number(r.b), 2)};
  const auto run = [=] {
    return recurrence_value<Jet, double>(wub, constants, [](const Jet& x) { return x.a; });
  };
  return {[=] { sink = run().v[0]; },
          {},
          [=] {
            const Jet y = run();
            return Answer{{text(y.a), text(y.v[0]), text(y.v[1]), text(y.v[2])}};
          }};
}

}  // namespace

std::vector<Subject> ceres_subjects() {
  const std::size_t entries = job_a().entries(), chunks = (entries + width - 1) / width;
  return {{"job A", 16, fmt::format("Ceres Jet, {} directions timed, times {}", width, chunks), with_gradient,
           network_directions, static_cast<double>(chunks)},
          {"job B", 16, "Ceres Jet, 3 directions", with_gradient, recurrence_directions}};
}

}  // namespace gradproof::inline v0::bench
