// What a layer's answers to equal calls say of it.
#include <cmath>
#include <functional>

#include "tests/catch.hpp"
#include "verify/repetition.hpp"

using namespace gradproof;

namespace {

// A layer whose gradient depends on how often it was called.
class Repeated : public Subject {
 public:
  explicit Repeated(std::function<double(int)> gradient) : gradient_(std::move(gradient)) {}
  [[nodiscard]] std::string name() const override { return "repeated"; }
  using Subject::run;
  [[nodiscard]] std::vector<Reply> run(std::span<const Case> cases) override {
    return std::vector<Reply>(cases.size(), Answer{});
  }
  [[nodiscard]] Reply live(const Scenario& scenario) override {
    Answer answer;
    int call = 0;
    for (const Act& act : scenario.steps)
      if (act.what == Act::Do::backward) {
        Tensor gradient{};
        gradient.shape = {1, 1};
        gradient.values = {gradient_(call++)};
        answer.gradients.emplace_back(std::move(gradient));
      }
    return answer;
  }

 private:
  std::function<double(int)> gradient_;
};

std::string cause(std::function<double(int)> gradient) {
  Repeated subject(std::move(gradient));
  const auto named = named_by_repetition(subject, Dtype::f64, {});
  return named ? named->cause : "";
}

}  // namespace

TEST_CASE("A NaN in each of equal calls is one answer, and no pattern fits it") {
  CHECK(cause([](int) { return -0.5; }).empty());
  CHECK(cause([](int) { return std::nan(""); }).empty());
  CHECK(cause([](int i) { return i == 0 ? std::nan("") : -0.5; }).find("the first call is another one") !=
        std::string::npos);
  CHECK(cause([](int i) { return std::pow(-0.5, i + 1); }).find("hooks pile up") != std::string::npos);
}
