// Sacado with Boost's MPFR number of fixed digits, whose limbs are in the object itself: the fastest of
// Boost's MPFR types, and the only one that does not leak here, for Sacado never destroys what it makes.
#include <boost/multiprecision/mpfr.hpp>

namespace gradproof::inline v0::bench {

// Boost's operators also take whatever converts to one of its numbers, Sacado's variables among it, and then
// win over Sacado's own. So they stand behind a type whose operators take nothing but itself.
template <unsigned Digits>
struct Boosted {
  using Number = boost::multiprecision::number<
    boost::multiprecision::mpfr_float_backend<Digits, boost::multiprecision::allocate_stack>,
    boost::multiprecision::et_off>;
  Number number;

  Boosted() = default;
  Boosted(int n) : number(n) {}
  Boosted(double x) : number(x) {}
  Boosted(Number n) : number(n) {}

  friend Boosted operator+(const Boosted& a, const Boosted& b) { return Number(a.number + b.number); }
  friend Boosted operator-(const Boosted& a, const Boosted& b) { return Number(a.number - b.number); }
  friend Boosted operator*(const Boosted& a, const Boosted& b) { return Number(a.number * b.number); }
  friend Boosted operator/(const Boosted& a, const Boosted& b) { return Number(a.number / b.number); }
  friend Boosted operator-(const Boosted& a) { return Number(-a.number); }
  Boosted& operator+=(const Boosted& b) {
    number += b.number;
    return *this;
  }
};

}  // namespace gradproof::inline v0::bench

// Sacado calls std::tanh and std::cosh by these names and finds only what was there before it; so whoever
// brings a number type has to put the type's functions there.
namespace std {

template <unsigned Digits>
gradproof::bench::Boosted<Digits> tanh(const gradproof::bench::Boosted<Digits>& x) {
  return gradproof::bench::Boosted<Digits>(boost::multiprecision::tanh(x.number));
}

template <unsigned Digits>
gradproof::bench::Boosted<Digits> cosh(const gradproof::bench::Boosted<Digits>& x) {
  return gradproof::bench::Boosted<Digits>(boost::multiprecision::cosh(x.number));
}

}  // namespace std

#include "peer_sacado.hpp"

namespace gradproof::inline v0::bench {

namespace {

template <unsigned Digits>
void add(std::vector<Subject>& subjects) {
  using V = Boosted<Digits>;
  const auto text = [](const V& x) { return x.number.str(Digits + 3, std::ios_base::scientific); };
  const int bits = static_cast<int>(mpfr_get_prec(V(1).number.backend().data()));
  for (Subject& s :
       SacadoSubjects<V, decltype(text)>("Sacado Rad, Boost MPFR on the stack", Digits, bits, text).all())
    subjects.push_back(std::move(s));
}

}  // namespace

std::vector<Subject> sacado_mpfr_subjects() {
  std::vector<Subject> subjects;
  add<50>(subjects);
  add<100>(subjects);
  return subjects;
}

}  // namespace gradproof::inline v0::bench
