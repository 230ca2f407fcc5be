#include "floor.hpp"

#include <fmt/format.h>
#include <mpfr.h>

#include <memory>

#include "data.hpp"
#include "gradproof/number.hpp"
#include "plain.hpp"

namespace gradproof::inline v0::bench {

namespace {

// MPFR numbers of one precision that live as long as this does.
class Numbers {
 public:
  Numbers(std::size_t count, int bits) : numbers_(count) {
    for (auto& x : numbers_) mpfr_init2(&x, bits);
  }
  // Random fractions, each with all of its limbs in use.
  Numbers(std::size_t count, int bits, Draws& draws) : Numbers(count, bits) {
    for (auto& x : numbers_) {
      mpfr_set_si(&x, draws.signed_upto(1000), MPFR_RNDN);
      mpfr_div_ui(&x, &x, 1009, MPFR_RNDN);
    }
  }
  Numbers(const Numbers&) = delete;
  Numbers& operator=(const Numbers&) = delete;
  ~Numbers() {
    for (auto& x : numbers_) mpfr_clear(&x);
  }
  mpfr_ptr operator[](std::size_t i) { return &numbers_[i]; }
  [[nodiscard]] std::size_t size() const { return numbers_.size(); }

 private:
  std::vector<__mpfr_struct> numbers_;
};

// As many pairs of mpfr_mul and mpfr_add as asked for, then as many mpfr_tanh. The operands come from three
// arrays as large as those of job A, so that the cache holds what it holds there; the arrays' lengths have no
// common divisor, so that no pair of operands comes twice: MPFR branches on its data, and a processor learns
// the branches of data that repeat. The addend is no earlier result, so that no pair waits for the one before.
class Pairs {
 public:
  explicit Pairs(int bits) : a_(4096, bits, draws_), b_(4093, bits, draws_), c_(4091, bits, draws_) {}
  void run(std::size_t pairs, std::size_t tanhs) {
    std::size_t j = 0, k = 0;
    for (std::size_t i = 0; i < pairs; ++i) {
      mpfr_mul(result_[0], a_[i % 4096], b_[j], MPFR_RNDN);
      mpfr_add(result_[1], c_[k], result_[0], MPFR_RNDN);
      if (++j == b_.size()) j = 0;
      if (++k == c_.size()) k = 0;
    }
    for (std::size_t i = 0; i < tanhs; ++i) mpfr_tanh(result_[1], a_[i % 4096], MPFR_RNDN);
  }

 private:
  Draws draws_{4};
  Numbers a_, b_, c_;
  Numbers result_{2, static_cast<int>(mpfr_get_prec(a_[0]))};
};

// Job B's value in raw MPFR with temporaries that are there already.
class RawRecurrence {
 public:
  RawRecurrence(const Recurrence& r, int bits)
      : bits_(bits), x_(r.x.size(), bits), fixed_(6, bits), temporary_(3, bits) {
    for (std::size_t t = 0; t < r.x.size(); ++t) set(x_[t], r.x[t]);
    const int fixed[] = {r.w, r.u, r.b, r.start, r.target, r.scale};
    for (std::size_t i = 0; i < 6; ++i) set(fixed_[i], fixed[i]);
  }
  mpfr_srcptr run() {
    mpfr_ptr h = temporary_[0], s = temporary_[1], p = temporary_[2];
    mpfr_set(h, fixed_[3], MPFR_RNDN);
    for (std::size_t t = 0; t < x_.size(); ++t) {
      mpfr_mul(s, fixed_[0], h, MPFR_RNDN);
      mpfr_mul(p, fixed_[1], x_[t], MPFR_RNDN);
      mpfr_add(s, s, p, MPFR_RNDN);
      mpfr_add(s, s, fixed_[2], MPFR_RNDN);
      mpfr_tanh(h, s, MPFR_RNDN);
    }
    mpfr_sub(s, h, fixed_[4], MPFR_RNDN);
    mpfr_sqr(s, s, MPFR_RNDN);
    mpfr_mul(s, s, fixed_[5], MPFR_RNDN);
    return s;
  }
  Answer answer() {
    char* text = nullptr;
    // Two digits more than the bits have tell any two numbers apart.
    mpfr_asprintf(&text, "%.*Re", static_cast<int>(bits_ * 0.302) + 2, run());
    Answer answer{{text}, bits_};
    mpfr_free_str(text);
    return answer;
  }

 private:
  static void set(mpfr_ptr x, int k) {
    mpfr_set_si(x, k, MPFR_RNDN);
    mpfr_div_ui(x, x, Recurrence::denominator, MPFR_RNDN);
  }
  int bits_;
  Numbers x_, fixed_, temporary_;
};

std::string text(double x) { return fmt::format("{:.17e}", x); }

volatile double sink = 0;

Subject pairs(int digits_wanted, const char* quantity, std::size_t share) {
  return {"job A", digits_wanted, floor_name, quantity, [=] {
            const Network n = job_a();
            const auto state = std::make_shared<Pairs>(static_cast<int>(digits(digits_wanted).count));
            return Ready{[=] { state->run(share * n.multiply_adds(), n.tanhs()); }, {}, {}};
          }};
}

Ready plain_network(bool gradient) {
  const auto state = std::make_shared<PlainNetwork>(job_a());
  if (!gradient) return {[=] { sink = state->value(); }, {}, [=] { return Answer{{text(state->value())}}; }};
  return {[=] { sink = state->gradient(); },
          {},
          [=] {
            Answer answer{{text(state->gradient())}};
            for (const double slope : state->slopes) answer.entries.push_back(text(slope));
            return answer;
          }};
}

Ready plain_recurrence(bool gradient) {
  const auto state = std::make_shared<PlainRecurrence>(job_b());
  if (!gradient) return {[=] { sink = state->value(); }, {}, [=] { return Answer{{text(state->value())}}; }};
  return {[=] { sink = state->gradient(); },
          {},
          [=] {
            Answer answer{{text(state->gradient())}};
            for (const double slope : state->slopes) answer.entries.push_back(text(slope));
            return answer;
          }};
}

Ready raw_recurrence(int digits_wanted) {
  const auto state = std::make_shared<RawRecurrence>(job_b(), static_cast<int>(digits(digits_wanted).count));
  return {[=] { (void)state->run(); }, {}, [=] { return state->answer(); }};
}

}  // namespace

std::vector<Subject> floors(const std::vector<int>& digits) {
  std::vector<Subject> subjects;
  for (const int d : digits) {
    if (d == 16) {
      for (const bool gradient : {false, true}) {
        const char* quantity = gradient ? with_gradient : value_only;
        subjects.push_back({"job A", d, floor_name, quantity, [=] { return plain_network(gradient); }});
        subjects.push_back({"job B", d, floor_name, quantity, [=] { return plain_recurrence(gradient); }});
      }
    } else {
      subjects.push_back(pairs(d, value_only, 1));
      subjects.push_back(pairs(d, with_gradient, 3));
      subjects.push_back({"job B", d, floor_name, value_only, [=] { return raw_recurrence(d); }});
    }
  }
  return subjects;
}

}  // namespace gradproof::inline v0::bench
