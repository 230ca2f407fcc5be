// Planted faults in the layer's life: every property of a scenario can fail, and every fault is caught.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "catalogue.hpp"
#include "player.hpp"
#include "tests/golden.hpp"
#include "verify/battery.hpp"

using namespace gradproof;

namespace {

struct LastWriter : Player {
  double strength(const Pending&) const override { return latest_; }
};
struct FirstStrengthForEver : Player {
  void set(Layer&, double) override {}
};
struct ReadInBackward : Player {
  double strength(const Pending& p) const override { return layers_.at(p.layer).lambda; }
};
// A stack: each backward pass takes what the last forward pass left.
struct Stack : Player {
  std::vector<double> left;
  void forwarded(Pending& p) override { left.push_back(p.lambda); }
  double strength(const Pending& p) const override { return left.empty() ? p.lambda : left.back(); }
  void after_backward(Pending&) override {
    if (!left.empty()) left.pop_back();
  }
};
// One slot: a forward pass overwrites what an earlier one saved.
struct Slot : Player {
  double slot = 0;
  void forwarded(Pending& p) override { slot = p.lambda; }
  double strength(const Pending&) const override { return slot; }
};
struct ScalesWhatItSaved : Player {
  void after_backward(Pending& p) override { p.lambda *= p.lambda; }
};
struct WritesWhereItShouldAdd : Player {
  double accumulated(double, double own) const override { return own; }
};
struct HooksPileUp : Player {
  double strength(const Pending& p) const override {
    double s = p.lambda;
    for (const auto& [name, other] : pending_)
      if (other.input == p.input && other.age != p.age) s *= -other.lambda;
    return s;
  }
};
struct CopyStartsAnew : Player {
  Layer copied(const Layer&) const override { return {1}; }
};
// A registry, in which a copy stands under its original's key.
struct CopySharesStrength : Player {
  void set(Layer& layer, double lambda) override {
    const double shared = layer.lambda;
    for (auto& [name, other] : layers_)
      if (other.lambda == shared) other.lambda = lambda;
  }
};
struct OnlyInTraining : Player {
  double strength(const Pending& p) const override { return layers_.at(p.layer).training ? p.lambda : -1; }
};
// Whether it is needed is decided by the last look at it.
struct AsleepAfterALook : Player {
  void glanced(Layer& layer) override { layer.training = false; }
  double strength(const Pending& p) const override { return layers_.at(p.layer).training ? p.lambda : -1; }
};
struct HandsOnTheInput : Player {
  void multiplied(Pending& p, double by) override {
    p.factor *= by;
    for (double& v : leaves_.at(p.input)) v *= by;
  }
};
struct LambdaLearns : Player {
  std::optional<double> strength_gradient() const override { return 0.25; }
};

// A warm-up inside the layer: its λ grows with the forward passes so far.
struct CountsItsCalls : Player {
  void forwarded(Pending& p) override { p.lambda *= static_cast<double>(p.age + 1) / 64; }
};

// A vector of λ along the wrong axis, and one of which one number is made.
struct AlongTheColumns : Player {
  double strength_at(const Pending& p, std::size_t row, std::size_t col) const override {
    return p.numbers.empty() ? Player::strength_at(p, row, col) : p.numbers[col % p.numbers.size()];
  }
};
struct OneForAll : Player {
  double strength_at(const Pending& p, std::size_t, std::size_t) const override { return strength(p); }
};

// What the author says is fresh memory, and is the input itself.
struct SharesMemory : Player {
  bool hands_on_the_input() const override { return true; }
};
// x + 0 or a comparison with NaN, for which something puts its own.
struct OneNanForAll : Player {
  double passed(double x) const override {
    return std::isnan(x) ? std::numeric_limits<double>::quiet_NaN() : x;
  }
};

// The formula for holomorphic functions, where none is wanted.
struct Conjugates : Player {
  double strength_at(const Pending& p, std::size_t row, std::size_t col) const override {
    const double own = Player::strength_at(p, row, col);
    return in_pairs_.contains(p.input) && col % 2 == 1 ? -own : own;
  }
};

template <class Faulty>
struct Subjected : Engine {
  Reply live(const Scenario& scenario) override { return Faulty().live(scenario); }
};

struct LifeFault {
  const char* name;
  std::unique_ptr<Subject> subject;
};

std::vector<LifeFault> life_faults() {
  std::vector<LifeFault> faults;
  const auto add = [&]<class F>(const char* name, std::type_identity<F>) {
    faults.push_back({name, std::make_unique<Subjected<F>>()});
  };
  add("last-writer-wins", std::type_identity<LastWriter>{});
  add("first-strength-for-ever", std::type_identity<FirstStrengthForEver>{});
  add("read-in-backward", std::type_identity<ReadInBackward>{});
  add("stack-of-strengths", std::type_identity<Stack>{});
  add("one-slot", std::type_identity<Slot>{});
  add("scales-what-it-saved", std::type_identity<ScalesWhatItSaved>{});
  add("writes-where-it-should-add", std::type_identity<WritesWhereItShouldAdd>{});
  add("hooks-pile-up", std::type_identity<HooksPileUp>{});
  add("copy-starts-anew", std::type_identity<CopyStartsAnew>{});
  add("copy-shares-strength", std::type_identity<CopySharesStrength>{});
  add("only-in-training", std::type_identity<OnlyInTraining>{});
  add("asleep-after-a-look", std::type_identity<AsleepAfterALook>{});
  add("hands-on-the-input", std::type_identity<HandsOnTheInput>{});
  add("lambda-learns", std::type_identity<LambdaLearns>{});
  add("counts-its-calls", std::type_identity<CountsItsCalls>{});
  add("vector-along-the-columns", std::type_identity<AlongTheColumns>{});
  add("first-of-the-vector", std::type_identity<OneForAll>{});
  add("shares-memory", std::type_identity<SharesMemory>{});
  add("one-nan-for-all", std::type_identity<OneNanForAll>{});
  add("conjugates", std::type_identity<Conjugates>{});
  return faults;
}

bool fails(Subject& subject, const Property& p) {
  for (const Case& c : life_cases(Dtype::f64, 1, {}))
    if (p.check(subject, c).outcome == Outcome::fails) return true;
  return false;
}

}  // namespace

TEST_CASE("life matrix: every fault is caught and every property catches one") {
  std::vector<const Property*> lives;
  for (const Property* p : catalogue())
    if (p->looks == Looks::at_its_life) lives.push_back(p);
  std::vector<int> caught(lives.size(), 0);
  std::string text =
    "# Which properties (from left to right) catch which planted fault in the layer's life.\n";
  for (std::size_t i = 0; i < lives.size(); ++i) text += fmt::format("#  {:>2} {}\n", i + 1, lives[i]->id);
  for (const LifeFault& fault : life_faults()) {
    text += fmt::format("{:<26}", fault.name);
    int catchers = 0;
    for (std::size_t i = 0; i < lives.size(); ++i) {
      const bool found = fails(*fault.subject, *lives[i]);
      text += found ? " x" : " .";
      catchers += found;
      caught[i] += found;
    }
    text += "\n";
    INFO(fault.name);
    CHECK(catchers > 0);
  }
  for (std::size_t i = 0; i < lives.size(); ++i) {
    INFO(lives[i]->id);
    CHECK(caught[i] > 0);
  }
  check_golden("tests/faults/life_matrix.txt", text);
}

TEST_CASE("the engine's own layer passes every scenario, in both of its dtypes") {
  Engine engine;
  for (const Property* p : catalogue()) {
    if (p->looks != Looks::at_its_life) continue;
    for (const Dtype d : {Dtype::f32, Dtype::f64})
      for (const Case& c : life_cases(d, 1, {})) {
        INFO(p->id);
        CHECK(p->check(engine, c).outcome == Outcome::holds);
      }
  }
}

TEST_CASE("a layer that is declared to read λ late is right to do so, and wrong not to") {
  struct Late : Subjected<ReadInBackward> {
    bool reads_late() override { return true; }
  } late;
  struct Early : Engine {
    bool reads_late() override { return true; }
  } early;
  const Property& p = *find_property("lambda-of-the-forward-pass");
  CHECK_FALSE(fails(late, p));
  CHECK_FALSE(fails(late, *find_property("pending-in-any-order")));
  CHECK(fails(early, p));
}
