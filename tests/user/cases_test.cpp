// check_gradient on the scalar functions that mislead gradient checkers (tests/bench/checkers has them as graphs): written as
// their users would, right gradients and wrong ones.
#include <array>
#include <cmath>

#include "gradproof/calculus.hpp"
#include "gradproof/check.hpp"
#include "gradproof/rounded.hpp"
#include "tests/golden.hpp"
#include "user/recording.hpp"

using namespace gradproof;

namespace {

// The function in both of its forms.
struct MisleadingCase {
  std::string formula;
  double at;
  Accuracy accuracy;  // of the formula in double, as its author would say
  calling::Function generic, plain;
};

template <class F>
MisleadingCase scalar(std::string formula, double at, F f, Accuracy accuracy = {}) {
  return {std::move(formula), at, accuracy, calling::function<true>(f),
          calling::function<true>(in_double(f))};
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double softplus(double x) { return std::log1p(std::exp(x)); }
double relu(double x) { return x > 0 ? x : 0; }

const std::vector<MisleadingCase>& cases() {
  using std::exp, std::log, std::sin, std::cos, std::tanh, std::sqrt, std::abs, std::pow, std::max;
  static const std::vector<MisleadingCase> all = {
    scalar("exp x, far up", 700, [](auto x) { return exp(x); }),
    scalar("exp x, far down", -700, [](auto x) { return exp(x); }),
    scalar("log x, near 0", 1e-300, [](auto x) { return log(x); }),
    scalar("log x, far out", 1e300, [](auto x) { return log(x); }),
    scalar("exp(-x^2)", 20, [](auto x) { return exp(-(x * x)); }, {500, 0}),
    scalar("cos x, beside its maximum", 1e-9, [](auto x) { return cos(x); }),
    scalar("(x - 1)^3, beside its flat point", 1 + 0x1p-20, [](auto x) { return pow(x - 1, 3); }),
    scalar("(x - 1)^2, at its minimum", 1, [](auto x) { return pow(x - 1, 2); }),
    scalar("exp x - 1 - x", 1e-4, [](auto x) { return exp(x) - 1 - x; }, {4, 0x1p-52}),
    scalar("sqrt(x + 1) - sqrt x", 1e8, [](auto x) { return sqrt(x + 1) - sqrt(x); }, {4, 0x1p-37}),
    scalar("(x + 1)^3 - x^3 - 3 x^2", 1e5, [](auto x) { return pow(x + 1, 3) - pow(x, 3) - 3 * (x * x); },
           {4, 48}),
    scalar("sin(1000 x)", 1.3, [](auto x) { return sin(1000 * x); }, {4, 0x1p-42}),
    scalar("sin(1 / x)", 1e-3, [](auto x) { return sin(1 / x); }, {4, 0x1p-42}),
    scalar("sin x, far out", 1e8, [](auto x) { return sin(x); }),
    scalar("relu x + x", 1e-9, [](auto x) { return relu(x) + x; }),
    scalar("|x - 1| + x^2", 1 + 0x1p-30, [](auto x) { return abs(x - 1) + x * x; }),
    scalar("max(x^2, x)", 1 + 0x1p-24, [](auto x) { return max(x * x, x); }),
    scalar("sigmoid(10^4 (x - 1/2))", 0.501, [](auto x) { return sigmoid(10000 * (x - 0.5)); }, {32, 0}),
    scalar("sigmoid x", 40, [](auto x) { return sigmoid(x); }),
    scalar("tanh x", 20, [](auto x) { return tanh(x); }),
    scalar("softplus x", -50, [](auto x) { return softplus(x); }),
    scalar("x^2, at 10^150", 1e150, [](auto x) { return x * x; }),
    scalar("sin(10^300 x)", 1e-300, [](auto x) { return sin(1e300 * x); }, {4, 0x1p-48}),
    scalar("10^-300 exp(sin x)", 1, [](auto x) { return 1e-300 * exp(sin(x)); })};
  return all;
}

struct Claim {
  std::string name;
  double (*of)(double right);
  bool is_right;
};
const std::array claims = {Claim{"right", [](double g) { return g; }, true},
                           Claim{"sign flip", [](double g) { return -g; }, false},
                           Claim{"zeroed", [](double) { return 0.0; }, false},
                           Claim{"+0.05 %", [](double g) { return g * 1.0005; }, false},
                           Claim{"+1e-6", [](double g) { return g * (1 + 1e-6); }, false},
                           Claim{"+1e-9", [](double g) { return g * (1 + 1e-9); }, false},
                           Claim{"+4 ulp", [](double g) { return g + 4 * ulp(Dtype::f64, g); }, false}};

CheckResult verdict(const calling::Function& f, const MisleadingCase& c, double claimed,
                    const CheckOptions& options) {
  const calling::Claim claim{[claimed](auto, auto) { return std::vector{claimed}; }, {}};
  return calling::gradient(f, claim, {c.at}, options);
}

// The right gradient, rounded to double, by any check of it.
double right_of(const MisleadingCase& c) { return verdict(c.generic, c, 0, {}).entries.at(0).right; }

// What a plain backward pass in double gives.
double backward_of(const MisleadingCase& c) {
  const std::vector<double> x{c.at}, one{1};
  Recording recording(x, Rounding::constant);
  const auto results = c.generic.traced(recording.inputs(), 1);
  const Graph g = gradproof::gradient(*recording.graph(results, one));
  return evaluate<Rounded<Dtype::f64>>(g)[g.outputs()[1].node][0].value();
}

// A wrong gradient that holds is a mistake, unless the verdict has said that it would not have seen so little.
struct Counts {
  int decided = 0, mistaken = 0, undecided = 0, below_sight = 0;
};
void add(Counts& counts, const CheckResult& r, bool is_right, double relative) {
  if (r.verdict == Verdict::undecided) ++counts.undecided;
  else if (r && !is_right && r.power.value_or(0) >= relative) ++counts.below_sight;
  else if (static_cast<bool>(r) == is_right) ++counts.decided;
  else ++counts.mistaken;
}

enum class Way { promised, generic, in_double, in_double_vouched_for };
CheckResult asked(Way way, const MisleadingCase& c, double claimed, double promised_ulps) {
  CheckOptions options;
  if (way == Way::promised) options.promise = Accuracy{promised_ulps, 0};
  if (way == Way::in_double_vouched_for) options.accuracy = c.accuracy;
  const bool is_generic = way == Way::promised || way == Way::generic;
  return verdict(is_generic ? c.generic : c.plain, c, claimed, options);
}

Counts judged(Way way, const Claim& claim, double promised_ulps = 2) {
  Counts counts;
  for (const MisleadingCase& c : cases()) {
    const double right = right_of(c);
    if (right == 0) continue;
    const double claimed = claim.of(right);
    add(counts, asked(way, c, claimed, promised_ulps), claim.is_right,
        std::abs(claimed - right) / std::abs(right));
  }
  return counts;
}

std::string row(const std::string& name, Way way) {
  std::string text = name;
  for (const Claim& claim : claims) {
    const Counts n = judged(way, claim);
    text += " | " + std::to_string(n.mistaken) + " (" + std::to_string(n.undecided) + ", " +
            std::to_string(n.below_sight) + ")";
  }
  return text + "\n";
}

// The verdicts of one way on every claim, as tests/bench/checkers keeps those of other checkers.
std::string verdict_word(const CheckResult& r, const Claim& claim, double relative) {
  Counts counts;
  add(counts, r, claim.is_right, relative);
  return counts.below_sight > 0 ? "below sight"
         : counts.undecided > 0 ? "undecided"
         : r                    ? "accepted"
                                : "rejected";
}

struct Row {
  Way way;
  std::string file, checker, rule;
};
const std::array rows = {
  Row{Way::promised, "generic-f-2-ulps-promised", "gradproof, generic f, 2 ulps promised",
      "`check_gradient(f, gradient, x, {.promise = {{2, 0}}})`"},
  Row{Way::generic, "generic-f", "gradproof, generic f", "`check_gradient(f, gradient, x)`"},
  Row{Way::in_double_vouched_for, "f-in-double-accuracy-stated", "gradproof, f in double, accuracy stated",
      "`check_gradient(in_double(f), gradient, x, {.accuracy = ...})`"},
  Row{Way::in_double, "f-in-double", "gradproof, f in double",
      "`check_gradient(in_double(f), gradient, x)`"}};

std::string verdicts_of(const Row& row) {
  std::string text = "{\n  \"checker\": \"" + row.checker + "\",\n  \"version\": \"\",\n  \"rule\": \"" +
                     row.rule + "\",\n  \"verdicts\": {";
  std::string separator = "\n";
  for (const MisleadingCase& c : cases()) {
    const double right = right_of(c);
    if (right == 0) continue;
    text += separator + "    \"" + c.formula + "\": {";
    separator = ",\n";
    for (const Claim& claim : claims) {
      const CheckResult r = asked(row.way, c, claim.of(right), 2);
      text += (&claim == &claims[0] ? "\"" : ", \"") + claim.name + "\": \"" +
              verdict_word(r, claim, std::abs(claim.of(right) - right) / std::abs(right)) + "\"";
    }
    text += "}";
  }
  return text + "\n  }\n}\n";
}

}  // namespace

// tests/bench/checkers puts these beside the verdicts of other checkers. Those of an f in double depend on the library's
// functions: they are as they were found once, and other tests say what holds of them everywhere.
TEST_CASE("cases: the verdicts that the comparison of checkers shows") {
  const char* update = std::getenv("UPDATE");
  const bool updates = update != nullptr && *update == '1';
  for (const Row& row : rows)
    if (updates || row.way == Way::promised || row.way == Way::generic)
      check_golden("tests/bench/checkers/verdicts/gradproof-" + row.file + ".json", verdicts_of(row));
}

TEST_CASE("cases: 24, of which 23 have a gradient that is not zero") {
  CHECK(cases().size() == 24);
  CHECK(std::ranges::count_if(cases(), [](const MisleadingCase& c) { return right_of(c) == 0; }) == 1);
  CHECK(
    std::ranges::all_of(cases(), [](const MisleadingCase& c) { return c.generic.traced && c.plain.plain; }));
}

TEST_CASE("cases: the verdicts on the 23 of a generic f are what the table says") {
  std::string table =
    "Verdicts on 23 gradients: mistakes (undecided, held below what the verdict says that it sees)\n\nclaim";
  for (const Claim& claim : claims) table += " | " + claim.name;
  table +=
    "\n" + row("generic f, 2 ulps promised", Way::promised) + row("generic f, no promise", Way::generic);
  check_golden("tests/user/shown/cases.txt", table);
}

TEST_CASE("cases: everything is told of a gradient that is promised to 2 ulps") {
  for (const Claim& claim : claims) {
    INFO(claim.name);
    CHECK(judged(Way::promised, claim).decided == 23);
  }
}

TEST_CASE("cases: a right gradient always holds, and a plain backward pass in double never fails") {
  CHECK(judged(Way::generic, claims[0]).decided == 23);
  int holds = 0;
  for (const MisleadingCase& c : cases()) {
    const CheckResult r = verdict(c.generic, c, backward_of(c), {});
    INFO(c.formula << "\n" << r);
    CHECK(r.verdict != Verdict::fails);
    holds += r ? 1 : 0;
  }
  CHECK(holds == 21);
}

// How many are decided depends on the library's functions in double; that none is mistaken does not.
TEST_CASE("cases: of an f in double, what its own rounding hides is undecided") {
  for (const Way way : {Way::in_double, Way::in_double_vouched_for})
    for (const Claim& claim : claims) {
      const Counts n = judged(way, claim);
      INFO(claim.name << ": " << n.decided << " decided, " << n.undecided << " undecided, " << n.below_sight
                      << " below sight");
      CHECK(n.mistaken == 0);
      CHECK(n.decided + n.undecided + n.below_sight == 23);
      if (claim.name == "right" || claim.name == "sign flip") CHECK(n.decided >= 12);
    }
}

TEST_CASE("cases: the counts show a checker that is too strict, and one that sees nothing") {
  // Rounded to double a gradient is off by up to half an ulp.
  CHECK(judged(Way::promised, claims[0], 0).mistaken > 10);
  CHECK(judged(Way::promised, claims[1], 0x1p60).decided == 0);
  // A verdict that claims more sight than it has.
  Counts counts;
  CheckResult boasting;
  boasting.verdict = Verdict::holds;
  boasting.power = 1e-15;
  add(counts, boasting, false, 1e-6);
  CHECK(counts.mistaken == 1);
}
