// oracle_sweep GRAPHS [SEED]: reverse mode against the oracles over many random graphs from one seed.
//
// Smooth graphs: the gradient at 50 digits against the anchored complex step, relative to each entry's
// absolute path sum; any difference beyond 1e-40 fails. Exact graphs: reverse mode against differences and
// duals in rationals, which must be equal. Graphs without a judgement are counted and shown.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "gradproof/analysis.hpp"
#include "gradproof/generate.hpp"
#include "gradproof/oracle.hpp"
#include "gradproof/text.hpp"

using namespace gradproof;

namespace {

struct Sweep {
  std::uint64_t smooth = 0, smooth_undecided = 0, entries = 0, cancelled = 0;
  std::uint64_t exact = 0, by_differences = 0, by_duals = 0, exact_undecided = 0;
  double worst = 0;
  std::uint64_t failures = 0;
};

void fail(Sweep& sweep, std::uint64_t index, const Graph& g, const char* what) {
  // The first few are enough to look at.
  if (sweep.failures++ >= 5) return;
  fmt::print("graph {}: {}\n{}", index, what, print(g));
}

void smooth(Sweep& sweep, std::uint64_t seed, std::uint64_t index) {
  const Graph g = random_graph(seed, index, {.family = Family::smooth});
  const Graph derivative = gradient(g);
  ++sweep.smooth;
  const auto reverse = reverse_mode(g, digits(50)), oracle = complex_step(g, digits(50));
  if (!well_defined(derivative) || !reverse || !oracle) {
    ++sweep.smooth_undecided;
    return;
  }
  const Bounds bounds = rounding_bounds(derivative, Dtype::f64);
  std::size_t at = 0;
  for (std::size_t i = g.outputs().size(); i < derivative.outputs().size(); ++i)
    for (const Bound& b : bounds.outputs[i]) {
      const Real difference = abs(reverse->value[at] - oracle->value[at]);
      const Real& truncation = oracle->error[at];
      ++at;
      ++sweep.entries;
      if (isfinite(difference) && difference <= truncation) continue;
      // Where the graph cancels to zero (a/b - c with a = bc) the path sum behind it may vanish, and what is
      // left is rounding: the bound on it, at this precision, is the measure then.
      const Real rounding =
        Real(2 * b.error * 0x1p53, Bits{63}) * Real::power_of_two(-digits(50).count, Bits{63});
      if (b.bulk == 0 && difference <= rounding) {
        ++sweep.cancelled;
        continue;
      }
      const double relative = (difference / Real(b.bulk, Bits{191})).to_double();
      sweep.worst = std::max(sweep.worst, relative);
      if (!(relative <= 1e-40)) return fail(sweep, index, g, "reverse mode and complex step differ");
    }
}

void exact(Sweep& sweep, std::uint64_t seed, std::uint64_t index) {
  const Graph g = random_graph(seed, index, {.family = Family::exact});
  ++sweep.exact;
  const auto reverse = reverse_mode_exact(g);
  if (!reverse) {
    ++sweep.exact_undecided;
    return;
  }
  if (const auto d = rational_differences(g)) {
    ++sweep.by_differences;
    if (d->value != reverse->value) fail(sweep, index, g, "reverse mode and differences in rationals differ");
  }
  if (const auto d = rational_duals(g)) {
    ++sweep.by_duals;
    if (d->value != reverse->value) fail(sweep, index, g, "reverse mode and duals in rationals differ");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t graphs = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2000;
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  Sweep s;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < graphs; ++i) smooth(s, seed, i);
  const auto middle = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < graphs; ++i) exact(s, seed, i);
  const auto end = std::chrono::steady_clock::now();
  const auto seconds = [](auto d) { return std::chrono::duration<double>(d).count(); };
  fmt::print("seed {}\n", seed);
  fmt::print(
    "smooth: {} graphs, {} entries against the complex step at 50 digits, worst {:.1e} of the absolute path "
    "sum ({} entries of path sum 0 within the rounding bound), {} undecided; {:.0f} graphs/s\n",
    s.smooth, s.entries, s.worst, s.cancelled, s.smooth_undecided,
    static_cast<double>(graphs) / seconds(middle - start));
  fmt::print(
    "exact: {} graphs, equal in rationals: {} to differences, {} to duals, {} undecided; {:.0f} graphs/s\n",
    s.exact, s.by_differences, s.by_duals, s.exact_undecided,
    static_cast<double>(graphs) / seconds(end - middle));
  const bool vacuous = s.smooth_undecided * 10 > s.smooth || s.by_differences * 2 < s.exact;
  if (vacuous) fmt::print("too little was decided\n");
  if (s.failures > 0) fmt::print("{} graphs failed\n", s.failures);
  return s.failures > 0 || vacuous ? 1 : 0;
}
