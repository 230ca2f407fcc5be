#include "number/ball.hpp"

#include "number/ball_product.hpp"

#include <flint/fmpq.h>
#include <gmp.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace gradproof::inline v0 {

namespace {

// FLINT keeps caches (pi, log 2, spare bignums) for each thread, and leaves it to the thread to free them.
// Balls outlive this safely: their limbs come from malloc and their exponents are small.
struct Caches {
  bool used = false;
  ~Caches() {
    if (used) flint_cleanup();
  }
};
thread_local Caches caches;

// From a magnitude of 2^29 on exponentials are out of range: 2^29 log2(e) > 2^29.
constexpr slong exp_limit = 29;
static_assert(slong{1} << exp_limit >= Ball::largest_exponent);
// A ball around -2^29 reaches to this side of it, and from three quarters of that on exp is below what has an exponent
// too: 3/4 log2(e) > 1.
constexpr ulong vanishes_from = ulong{3} << (exp_limit - 2);

void set_ratio(arb_ptr x, const std::string& ratio, slong precision) {
  mpq_t q;
  mpq_init(q);
  mpq_set_str(q, ratio.c_str(), 10);
  fmpq_t f;
  fmpq_init(f);
  fmpq_set_mpq(f, q);
  arb_set_fmpq(x, f, precision);
  fmpq_clear(f);
  mpq_clear(q);
}

// rad := x >= 0, exactly where the 30 bits of a radius hold it.
void set_radius(mag_ptr rad, arf_srcptr x) {
  if (arf_bits(x) > MAG_BITS || arf_is_special(x) != 0) {
    arf_get_mag(rad, x);
    return;
  }
  fmpz_t mantissa, exponent;
  fmpz_init(mantissa);
  fmpz_init(exponent);
  arf_get_fmpz_2exp(mantissa, exponent, x);
  mag_set_ui_2exp_si(rad, fmpz_get_ui(mantissa), fmpz_get_si(exponent));
  fmpz_clear(mantissa);
  fmpz_clear(exponent);
}

// x := the nearest integer, ties to even. Adding 1/2 is exact and cheap: |x| is at least 1/2 and no integer,
// so that its bits are few.
void round_to_even(arf_ptr x) {
  if (arf_is_int(x) != 0 || arf_is_finite(x) == 0) return;
  if (arf_cmpabs_2exp_si(x, -1) <= 0) {
    arf_zero(x);
    return;
  }
  arf_t half, floor;
  arf_init(half);
  arf_init(floor);
  arf_set_d(half, 0.5);
  arf_add(x, x, half, ARF_PREC_EXACT, ARF_RND_DOWN);
  arf_floor(floor, x);
  // At a tie x + 1/2 is an integer itself, and the even one is that or its lower neighbour.
  const bool tie = arf_equal(floor, x) != 0;
  if (tie && arf_is_int_2exp_si(floor, 1) == 0) arf_sub_ui(floor, floor, 1, ARF_PREC_EXACT, ARF_RND_DOWN);
  arf_swap(x, floor);
  arf_clear(half);
  arf_clear(floor);
}

// Arb's vectors stand without gaps. These entries share the limbs of the balls that they were copied from,
// are only read, and own nothing.
std::vector<arb_struct> borrowed(const Ball* x, std::size_t stride, std::size_t count) {
  std::vector<arb_struct> entries;
  entries.reserve(count);
  for (std::size_t i = 0; i < count; ++i) entries.push_back(*x[i * stride].get());
  return entries;
}

// A matrix of Arb's whose entries are borrowed from balls, or are its own until handed over.
class Matrix {
 public:
  Matrix(std::size_t rows, std::size_t cols)
      : rows_(static_cast<slong>(rows)), cols_(static_cast<slong>(cols)) {
    arb_mat_init(matrix_, rows_, cols_);
  }
  Matrix(const Matrix&) = delete;
  Matrix& operator=(const Matrix&) = delete;
  // Borrowed entries are forgotten, so that clearing frees nothing of theirs.
  ~Matrix() {
    if (borrows_) for_each([](arb_ptr entry, slong) { arb_init(entry); });
    arb_mat_clear(matrix_);
  }

  void borrow(const Ball* x) {
    borrows_ = true;
    for_each([&](arb_ptr entry, slong k) { *entry = *x[k].get(); });
  }
  void hand_over(Ball* y, Bits precision) {
    for_each([&](arb_ptr entry, slong k) {
      y[k] = Ball(precision);
      arb_swap(y[k].get(), entry);
      y[k].keep_in_range();
    });
  }
  [[nodiscard]] arb_mat_struct* get() { return matrix_; }

 private:
  void for_each(auto f) {
    for (slong i = 0; i < rows_; ++i)
      for (slong j = 0; j < cols_; ++j) f(arb_mat_entry(matrix_, i, j), i * cols_ + j);
  }
  arb_mat_t matrix_;
  slong rows_, cols_;
  bool borrows_ = false;
};

}  // namespace

Ball::Ball(const Literal& literal, Bits precision) : Ball(precision) {
  caches.used = true;
  if (!literal.is_double()) {
    set_ratio(value_, literal.ratio(), precision_);
    return;
  }
  const double v = literal.nearest();
  if (std::isnan(v)) arb_indeterminate(value_);
  else arb_set_d(value_, v);
}

Ball Ball::hull(const Ball& a, const Ball& b) {
  Ball result(std::max(a.precision(), b.precision()));
  if (!a.is_finite() || !b.is_finite()) {
    if (a.is_undefined() || b.is_undefined()) arb_indeterminate(result.value_);
    else arb_zero_pm_inf(result.value_);
    return result;
  }
  // Both balls' lower ends and upper ends, rounded outward; the middle of the outer two, and the larger
  // distance from there.
  arf_struct end[4], *low = &end[0], *high = &end[1];
  for (arf_struct& e : end) arf_init(&e);
  const slong p = result.precision_ + MAG_BITS;
  arb_get_lbound_arf(&end[0], a.value_, p);
  arb_get_ubound_arf(&end[1], a.value_, p);
  arb_get_lbound_arf(&end[2], b.value_, p);
  arb_get_ubound_arf(&end[3], b.value_, p);
  if (arf_cmp(&end[2], low) < 0) low = &end[2];
  if (arf_cmp(&end[3], high) > 0) high = &end[3];
  arf_t mid;
  arf_init(mid);
  arf_add(mid, low, high, result.precision_, ARF_RND_NEAR);
  arf_mul_2exp_si(mid, mid, -1);
  arf_sub(low, mid, low, p, ARF_RND_UP);
  arf_sub(high, high, mid, p, ARF_RND_UP);
  set_radius(arb_radref(result.value_), arf_cmp(low, high) > 0 ? low : high);
  arf_swap(arb_midref(result.value_), mid);
  arf_clear(mid);
  for (arf_struct& e : end) arf_clear(&e);
  result.keep_in_range();
  return result;
}

void Ball::bring_into_range() {
  if (is_undefined()) {
    arb_indeterminate(value_);
    return;
  }
  // An infinity among the leaves stays what it is.
  if (arf_is_inf(arb_midref(value_)) != 0 && mag_is_zero(arb_radref(value_)) != 0) return;
  if (arf_cmpabs_2exp_si(arb_midref(value_), largest_exponent) >= 0 ||
      mag_cmp_2exp_si(arb_radref(value_), largest_exponent) >= 0) {
    arb_zero_pm_inf(value_);
    return;
  }
  mag_t least;
  mag_init(least);
  mag_set_ui_2exp_si(least, 1, -largest_exponent);
  if (mag_is_zero(arb_radref(value_)) == 0 && mag_cmp(arb_radref(value_), least) < 0)
    mag_set(arb_radref(value_), least);
  if (arf_is_zero(arb_midref(value_)) == 0 && arf_cmpabs_2exp_si(arb_midref(value_), -largest_exponent) < 0) {
    arf_zero(arb_midref(value_));
    mag_add(arb_radref(value_), arb_radref(value_), least);
  }
  mag_clear(least);
}

namespace {
bool is_moderate(arb_srcptr x) {
  return arf_cmpabs_2exp_si(arb_midref(x), exp_limit) < 0 && mag_cmp_2exp_si(arb_radref(x), exp_limit) < 0;
}
}  // namespace

Ball expm1(Ball a) {
  if (is_moderate(a.value_) || !a.is_finite()) return Ball::mapped(std::move(a), arb_expm1);
  return exp(std::move(a)) - 1;
}

Ball exp(Ball a) {
  if (is_moderate(a.value_) || !a.is_finite()) return Ball::mapped(std::move(a), arb_exp);
  arf_t upper;
  arf_init(upper);
  arb_get_ubound_arf(upper, a.value_, MAG_BITS);
  const bool vanishes = arf_sgn(upper) < 0 && arf_cmpabs_ui(upper, vanishes_from) >= 0;
  arf_clear(upper);
  if (vanishes) {
    arf_zero(arb_midref(a.value_));
    mag_set_ui_2exp_si(arb_radref(a.value_), 1, -Ball::largest_exponent);
  } else {
    arb_zero_pm_inf(a.value_);
  }
  return a;
}

Ball numeric<Ball>::round_even(const Ball& x) {
  if (!x.is_finite()) return x;
  Ball low(x.precision()), high(x.precision());
  arb_get_lbound_arf(arb_midref(low.get()), x.get(), x.precision().count + MAG_BITS);
  arb_get_ubound_arf(arb_midref(high.get()), x.get(), x.precision().count + MAG_BITS);
  round_to_even(arb_midref(low.get()));
  round_to_even(arb_midref(high.get()));
  return Ball::hull(low, high);
}

Ball Reduce<Ball>::sum(const Ball* x, std::size_t stride, std::size_t count, Ball start) {
  if (count == 1 && arb_is_zero(start.get()) != 0) return x[0];
  const std::vector<arb_struct> terms = borrowed(x, stride, count);
  const Ball one = numeric<Ball>::integer(1, start);
  arb_dot(start.get(), start.get(), 0, terms.data(), 1, one.get(), 0, static_cast<slong>(count),
          start.precision().count);
  start.keep_in_range();
  return start;
}

Ball Reduce<Ball>::dot(const Ball* x, std::size_t x_stride, const Ball* y, std::size_t y_stride,
                       std::size_t count, Ball start) {
  const std::vector<arb_struct> left = borrowed(x, x_stride, count), right = borrowed(y, y_stride, count);
  arb_dot(start.get(), start.get(), 0, left.data(), 1, right.data(), 1, static_cast<slong>(count),
          start.precision().count);
  start.keep_in_range();
  return start;
}

namespace {

// Entry by entry; the second factor is taken by columns.
void multiply_by_dots(const Ball* a, const Ball* b, std::size_t rows, std::size_t inner, std::size_t cols,
                      Ball* y, Bits precision) {
  const std::vector<arb_struct> left = borrowed(a, 1, rows * inner);
  for (std::size_t j = 0; j < cols; ++j) {
    const std::vector<arb_struct> column = borrowed(b + j, cols, inner);
    for (std::size_t i = 0; i < rows; ++i) {
      Ball& entry = y[i * cols + j];
      entry = Ball(precision);
      arb_dot(entry.get(), nullptr, 0, left.data() + i * inner, 1, column.data(), 1,
              static_cast<slong>(inner), precision.count);
      entry.keep_in_range();
    }
  }
}

}  // namespace

// Our own kernels take a third of the time of Arb's block product, and their radii are those of each entry's own sum.
// Arb's turns its operands into matrices of integers, which pays from about 32 rows, columns and
// terms on (measured at 64 to 3328 bits).
void Product<Ball>::multiply(const Ball* a, const Ball* b, std::size_t rows, std::size_t inner,
                             std::size_t cols, Ball* y, const Ball& zero) {
  if (rows >= 3 && cols >= 3 && rows * inner * cols >= 512 &&
      packed_ball_product(a, b, {rows, inner, cols}, y, zero.precision()))
    return;
  constexpr std::size_t worth_a_block = 32;
  if (std::min({rows, inner, cols}) < worth_a_block) {
    multiply_by_dots(a, b, rows, inner, cols, y, zero.precision());
    return;
  }
  Matrix left(rows, inner), right(inner, cols), product(rows, cols);
  left.borrow(a);
  right.borrow(b);
  arb_mat_mul_block(product.get(), left.get(), right.get(), zero.precision().count);
  product.hand_over(y, zero.precision());
}

}  // namespace gradproof::inline v0
