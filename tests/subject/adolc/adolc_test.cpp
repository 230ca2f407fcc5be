// ADOL-C as a subject: a reversal as an externally differentiated function, taped and swept by ADOL-C.
#include <adolc/adolc.h>

#include <algorithm>
#include <cassert>
#include <memory>

#include "gradproof/subject.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

// λ goes as one more variable behind the others, since ADOL-C hands an external function nothing but those. Forward is the identity.
int forward(int n, double* x, int m, double* y) {
  assert(n == m + 1);
  std::copy_n(x, m, y);
  return 1;
}
int right(int m, double* u, int n, double* z, double* x, double* /*y*/) {
  for (int i = 0; i < m; ++i) z[i] = -x[n - 1] * u[i];
  z[n - 1] = 0;
  return 1;
}
int without_minus(int m, double* u, int n, double* z, double* x, double* /*y*/) {
  for (int i = 0; i < m; ++i) z[i] = x[n - 1] * u[i];
  z[n - 1] = 0;
  return 1;
}
// The last dependent variable is forgotten.
int one_short(int m, double* u, int n, double* z, double* x, double* y) {
  const int status = right(m, u, n, z, x, y);
  if (m > 0) z[m - 1] = 0;
  return status;
}

ext_diff_fct* reversal(ADOLC_ext_fct_fos_reverse* reverse_pass) {
  ext_diff_fct* const f = reg_ext_fct(forward);
  f->zos_forward = forward;
  f->fos_reverse = reverse_pass;
  return f;
}

// A layer on one tape for all: ADOL-C has room for 32 at once, so that a backward pass records its own again, from the input and the
// λ that its forward pass had.
struct Taped {
  ext_diff_fct* external;
  double lambda = 1, of_this_pass = 1;
  std::vector<double> input{};
  static constexpr short tape = 1;

  void set_lambda(double l) { lambda = l; }
  void forward(std::span<const double> in, std::span<double> out) {
    input.assign(in.begin(), in.end());
    of_this_pass = lambda;
    record(out);
  }
  void backward(std::span<const double> gy, std::span<double> gx) const {
    record(gx);
    std::vector<double> u(gy.begin(), gy.end()), z(gy.size() + 1);
    if (gy.empty()) return;
    const auto n = static_cast<int>(gy.size());
    fos_reverse(tape, n, n + 1, u.data(), z.data());
    std::copy_n(z.begin(), n, gx.begin());
  }

 private:
  void record(std::span<double> values) const {
    const std::size_t n = input.size();
    if (n == 0) return;
    trace_on(tape, 1);
    {
      ensureContiguousLocations(2 * n + 1);
      const auto x = std::make_unique<adouble[]>(n + 1), y = std::make_unique<adouble[]>(n);
      for (std::size_t i = 0; i < n; ++i) x[i] <<= input[i];
      x[n] <<= of_this_pass;
      call_ext_fct(external, static_cast<int>(n) + 1, x.get(), static_cast<int>(n), y.get());
      for (std::size_t i = 0; i < n; ++i) y[i] >>= values[i];
    }
    trace_off();
  }
};

LayerVerdict verdict_on(ADOLC_ext_fct_fos_reverse* reverse_pass) {
  return verify_layer(Taped{reversal(reverse_pass)}, {.name = "ADOL-C"});
}

}  // namespace

TEST_CASE("a reversal of ADOL-C is verified") {
  const LayerVerdict verdict = verdict_on(right);
  INFO(verdict);
  CHECK(verdict);
}

TEST_CASE("reversals of ADOL-C that are wrong are caught") {
  const LayerVerdict minus = verdict_on(without_minus);
  INFO(minus);
  CHECK_FALSE(minus);
  CHECK(minus.cause.find("the minus sign is missing") != std::string::npos);
  const LayerVerdict last = verdict_on(one_short);
  INFO(last);
  CHECK_FALSE(last);
  CHECK(last.cause.find("the last element is left out") != std::string::npos);
}
