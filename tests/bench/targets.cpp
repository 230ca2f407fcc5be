#include "targets.hpp"

#include <fmt/format.h>

#include "enclosed.hpp"
#include "machine.hpp"
#include "ours.hpp"

namespace gradproof::inline v0::bench {

namespace {

constexpr const char* sacado_name = "Sacado Rad, Boost MPFR on the stack";

struct Figure {
  const char* subject;
  const char* quantity;
};

// A ratio of two medians where `over` names a second figure, else an amount.
struct Target {
  const char* job;
  int digits;
  Figure figure;
  std::optional<Figure> over;
  double limit;
  bool at_most = true;
};

std::vector<Target> all_targets() {
  const Figure our_value{our_name, value_only}, our_gradient{our_name, with_gradient};
  const Figure floor{floor_name, value_only}, floor_gradient{floor_name, with_gradient};
  return {{"job A", 50, our_gradient, floor, 0.50},
          {"job A", 100, our_gradient, floor, 0.55},
          {"job A", 1000, our_gradient, floor, flint_major() >= 3 ? 0.9 : 1.7},
          {"job A", 50, our_gradient, our_value, 2.2},
          {"job A", 100, our_gradient, our_value, 2.2},
          {"job A", 1000, our_gradient, our_value, 2.2},
          {"job A", 50, {enclosed_name, with_gradient}, floor, 1.0},
          {"job A", 50, {enclosed_name, "entries_enclosing_truth"}, {}, 10433, false},
          {"job A", 50, {enclosed_name, "digits_lost"}, {}, 9},
          {"job A", 16, our_gradient, floor_gradient, 0.5},
          {"job A", 16, our_gradient, floor, 0.5},
          {"job B", 16, our_gradient, floor, 5},
          {"job B", 50, our_gradient, floor, 1.6},
          {"job A", 50, {sacado_name, with_gradient}, our_gradient, 5, false}};
}

std::string words(const Target& t) {
  const std::string digits = t.digits == 16 ? "double" : fmt::format("{} digits", t.digits);
  const std::string over = t.over ? fmt::format(" over {} {}", t.over->subject, t.over->quantity) : "";
  return fmt::format("{}, {}: {} {}{}", t.job, digits, t.figure.subject, t.figure.quantity, over);
}

// What the target is about, where it was measured.
std::optional<double> amount(const Target& t, const std::vector<Entry>& measured) {
  const Entry* figure = find(measured, t.job, t.digits, t.figure.subject, t.figure.quantity);
  if (figure == nullptr) return {};
  if (!t.over) return figure->amount;
  const Entry* over = find(measured, t.job, t.digits, t.over->subject, t.over->quantity);
  if (over == nullptr) return {};
  return *figure->median_ns / *over->median_ns;
}

Entry judged(const Target& t, const std::vector<Entry>& measured) {
  Entry e{.job = t.job,
          .digits = t.digits,
          .subject = t.figure.subject,
          .quantity = "target",
          .amount = amount(t, measured),
          .unit = t.over ? "ratio" : "as stated",
          .text = words(t)};
  (t.at_most ? e.at_most : e.at_least) = t.limit;
  if (e.amount) e.met = t.at_most ? *e.amount <= t.limit : *e.amount >= t.limit;
  return e;
}

}  // namespace

std::vector<Entry> targets(const std::vector<Entry>& measured) {
  std::vector<Entry> all;
  for (const Target& t : all_targets()) all.push_back(judged(t, measured));
  return all;
}

}  // namespace gradproof::inline v0::bench
