#include "peers.hpp"

namespace gradproof::inline v0::bench {

namespace {

void append(std::vector<Subject>& all, std::vector<Subject> more) {
  for (Subject& s : more) all.push_back(std::move(s));
}

// What stands in for a peer that was not built.
[[maybe_unused]] std::vector<Subject> missing(const char* name, const char* package,
                                              std::vector<int> digits) {
  std::vector<Subject> subjects;
  for (const int d : digits)
    subjects.push_back({"job A", d, name, with_gradient, [=] {
                          return NotHere{std::string(package) + " was not there when this was built"};
                        }});
  return subjects;
}

}  // namespace

std::vector<Subject> peers() {
  std::vector<Subject> all;
#ifdef GRADPROOF_BENCH_ADOLC
  append(all, adolc_subjects());
#else
  append(all, missing("ADOL-C", "libadolc-dev", {16}));
#endif
#ifdef GRADPROOF_BENCH_CERES
  append(all, ceres_subjects());
#else
  append(all, missing("Ceres Jet", "libceres-dev", {16}));
#endif
#ifdef GRADPROOF_BENCH_SACADO
  append(all, sacado_subjects());
  append(all, sacado_mpfr_subjects());
#else
  append(all, missing("Sacado", "libtrilinos-sacado-dev", {16, 50, 100}));
#endif
  append(all, mpmath_subjects());
  return all;
}

}  // namespace gradproof::inline v0::bench
