// Products of doubles and floats: a tile of four rows by a few vectors of columns in registers. Each entry is summed
// from left to right, product by product, so its bits are those of the plain loop, on every machine and with
// whichever vector instructions it has.
#include <cstring>

#include "gradproof/number.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#define GRADPROOF_VECTOR_CLONES 1
#endif

namespace gradproof::inline v0 {

namespace {

// As many numbers as 64 bytes hold; the compiler maps it to what the instruction set has.
template <class S>
struct Wide {
  typedef S type __attribute__((vector_size(64), may_alias));
  static constexpr std::size_t size = 64 / sizeof(S);
};

template <class S>
struct Operands {
  const S* a;
  const S* b;
  S* y;
  std::size_t rows, inner, cols;
};

// Rows i ... i + Rows - 1 by columns j ... j + Wide - 1.
template <std::size_t Rows, class S>
[[gnu::always_inline]] inline void tile(const Operands<S>& o, std::size_t i, std::size_t j) {
  using V = typename Wide<S>::type;
  V sum[Rows] = {};
  for (std::size_t l = 0; l < o.inner; ++l) {
    V b;
    std::memcpy(&b, o.b + l * o.cols + j, sizeof b);
#pragma GCC unroll 4
    for (std::size_t r = 0; r < Rows; ++r) sum[r] += o.a[(i + r) * o.inner + l] * b;
  }
  for (std::size_t r = 0; r < Rows; ++r) std::memcpy(o.y + (i + r) * o.cols + j, &sum[r], sizeof sum[r]);
}

template <class S>
[[gnu::always_inline]] inline void multiply(const Operands<S>& o) {
  const std::size_t wide_cols = o.cols - o.cols % Wide<S>::size, tall_rows = o.rows - o.rows % 4;
  for (std::size_t j = 0; j < wide_cols; j += Wide<S>::size) {
    for (std::size_t i = 0; i < tall_rows; i += 4) tile<4>(o, i, j);
    for (std::size_t i = tall_rows; i < o.rows; ++i) tile<1>(o, i, j);
  }
  for (std::size_t i = 0; i < o.rows; ++i)
    for (std::size_t j = wide_cols; j < o.cols; ++j) {
      S sum = 0;
      for (std::size_t l = 0; l < o.inner; ++l) sum += o.a[i * o.inner + l] * o.b[l * o.cols + j];
      o.y[i * o.cols + j] = sum;
    }
}

#ifdef GRADPROOF_VECTOR_CLONES
template <class S>
[[gnu::target("avx512f")]] void multiply_512(const Operands<S>& o) {
  multiply(o);
}
template <class S>
[[gnu::target("avx2")]] void multiply_256(const Operands<S>& o) {
  multiply(o);
}
#endif

template <class S>
void dispatch(const Operands<S>& o) {
#ifdef GRADPROOF_VECTOR_CLONES
  static const bool has_512 = __builtin_cpu_supports("avx512f") != 0,
                    has_256 = __builtin_cpu_supports("avx2") != 0;
  if (has_512) return multiply_512(o);
  if (has_256) return multiply_256(o);
#endif
  multiply(o);
}

}  // namespace

void Product<float>::multiply(const float* a, const float* b, std::size_t rows, std::size_t inner,
                              std::size_t cols, float* y, const float& /*zero*/) {
  dispatch<float>({a, b, y, rows, inner, cols});
}
void Product<double>::multiply(const double* a, const double* b, std::size_t rows, std::size_t inner,
                               std::size_t cols, double* y, const double& /*zero*/) {
  dispatch<double>({a, b, y, rows, inner, cols});
}

}  // namespace gradproof::inline v0
