#include "user/cause.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gradproof::inline v0 {

namespace {

class Comparison {
 public:
  Comparison(std::span<const double> claimed, std::span<const Right> right,
             std::span<const CheckedEntry> entries)
      : claimed_(claimed), right_(right), entries_(entries) {
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (entries[i].verdict == Verdict::fails) failing_.push_back(i);
  }

  [[nodiscard]] const std::vector<std::size_t>& failing() const { return failing_; }
  [[nodiscard]] bool all_fail() const {
    return std::ranges::all_of(entries_, [](const CheckedEntry& e) {
      return e.verdict == Verdict::fails || e.right == 0 || e.verdict == Verdict::undecided;
    });
  }
  // Every wrong entry is so many times what is right. A factor means nothing where 0 is right, and no more where
  // the allowed error is as large as the entry.
  [[nodiscard]] bool times(double factor) const {
    return std::ranges::all_of(failing_, [&](std::size_t i) {
      return right_[i].truth && entries_[i].right != 0 && entries_[i].allowed < std::abs(entries_[i].right) &&
             agrees(right_[i], factor, claimed_[i], entries_[i].allowed);
    });
  }
  // Every claim belongs where `source` says, and not all are where they belong.
  template <class F>
  [[nodiscard]] bool moved(F source) const {
    for (std::size_t i = 0; i < claimed_.size(); ++i)
      if (!agrees(right_[source(i)], 1, claimed_[i], entries_[source(i)].allowed)) return false;
    return true;
  }
  [[nodiscard]] double ratio(std::size_t i) const { return claimed_[i] / entries_[i].right; }
  [[nodiscard]] double claimed(std::size_t i) const { return claimed_[i]; }
  [[nodiscard]] std::size_t size() const { return claimed_.size(); }
  [[nodiscard]] const std::string& place(std::size_t i) const { return entries_[i].place; }

 private:
  std::span<const double> claimed_;
  std::span<const Right> right_;
  std::span<const CheckedEntry> entries_;
  std::vector<std::size_t> failing_;
};

std::string number(double x) { return fmt::format("{:.6g}", x); }

// Factors that a slip of the pen makes.
std::string telling_factor(const Comparison& c, const GradientContract& contract) {
  const double n = static_cast<double>(c.size()), factor = contract.factor;
  struct Slip {
    double times;
    std::string says;
  };
  std::vector<Slip> slips;
  if (factor != 1 && factor != 0) {
    slips.push_back({1 / factor, "it is the plain derivative: the factor of the contract is missing"});
    if (factor != -1) slips.push_back({-1, "the minus sign is missing, or there is one too many"});
    if (factor != -1) slips.push_back({-1 / factor, "the strength is missing, and the sign is the other"});
    slips.push_back({factor, "the factor of the contract is applied twice"});
  }
  slips.push_back({-1, "the sign is flipped"});
  slips.push_back({2, "a factor 2 too many"});
  slips.push_back({0.5, "a factor 2 is missing"});
  if (n > 2) {
    slips.push_back(
      {n, "it is the gradient of a sum where f has a mean, or a factor " + number(n) + " too many"});
    slips.push_back({1 / n, "it is the gradient of a mean where f has a sum, or divided by " + number(n)});
  }
  for (const Slip& s : slips)
    if (s.times != 1 && c.times(s.times)) return s.says;
  return {};
}

// Entries that are right, but not where they stand.
std::string telling_place(const Comparison& c, std::size_t cols) {
  const std::size_t n = c.size(), rows = n / cols;
  if (n < 2) return {};
  if (c.moved([n](std::size_t i) { return (i + 1) % n; }) ||
      c.moved([n](std::size_t i) { return (i + n - 1) % n; }))
    return "the entries are right, but shifted by one place";
  if (c.moved([n](std::size_t i) { return n - 1 - i; })) return "the entries are right, in reverse order";
  if (rows > 1 && c.moved([=](std::size_t i) { return i % rows * cols + i / rows; }))
    return rows == cols ? "it is the transpose" : "it is stored column by column";
  for (std::size_t width = 2; rows == 1 && width <= n / 2; ++width)
    if (n % width == 0 && c.moved([=](std::size_t i) { return i % (n / width) * width + i / (n / width); }))
      return "it is the transpose, x being a matrix of " + std::to_string(n / width) + " x " +
             std::to_string(width) + " entries";
  if (const auto& f = c.failing(); f.size() == 2) {
    const auto other = [&](std::size_t i) { return i == f[0] ? f[1] : i == f[1] ? f[0] : i; };
    if (c.moved(other)) return "the entries " + c.place(f[0]) + " and " + c.place(f[1]) + " are exchanged";
  }
  return {};
}

}  // namespace

std::string likely_cause(std::span<const double> claimed, std::span<const Right> right,
                         std::span<const CheckedEntry> entries, std::size_t cols,
                         const GradientContract& contract) {
  const Comparison c(claimed, right, entries);
  const auto& failing = c.failing();
  if (failing.empty()) return {};
  const std::string where = c.all_fail()          ? ""
                            : failing.size() == 1 ? " in " + c.place(failing[0]) + " alone"
                                                  : " in " + std::to_string(failing.size()) + " entries";
  const auto is_nan = [&](std::size_t i) { return std::isnan(c.claimed(i)); };
  if (std::ranges::all_of(failing, is_nan)) return "NaN" + where;
  if (std::ranges::all_of(failing, [&](std::size_t i) { return c.claimed(i) == 0; }))
    return "it is 0" + where + ": the contribution is missing";
  if (std::string says = telling_factor(c, contract); !says.empty()) return says + where;
  if (std::string says = telling_place(c, cols); !says.empty()) return says;
  // One factor for several entries is no chance.
  const double ratio = c.ratio(failing[0]);
  if (failing.size() > 1 && std::isfinite(ratio) && c.times(ratio))
    return "it is " + number(ratio) + " times what is right" + where;
  return {};
}

}  // namespace gradproof::inline v0
