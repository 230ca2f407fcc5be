// The step study of functions of one's own.
#include "gradproof/study_function.hpp"

#include "tests/catch.hpp"

using namespace gradproof;

TEST_CASE("a function's step study is that of its graph") {
  const auto f = [](const auto& x) { return sin(x[0]) * x[1]; };
  const StepStudy study = study_steps(f, {0.5, 2.0}, {{Dtype::f64}, 30, "x0"});
  INFO(study.trouble);
  REQUIRE(has_result(study));
  REQUIRE(study.curves.size() == 2);
  const StepCurve& c = study.curves[0];
  CHECK(std::stod(c.slope) == Approx(2 * std::cos(0.5)).epsilon(1e-15));
  const SchemeSummary& central = c.schemes[static_cast<std::size_t>(Scheme::central)];
  // (3 d / |f'''|)^(1/3), where f''' has the size of f' and d is at least a rounding of the value, and at most 16: three
  // operations, of which one is a function, and the point's own.
  REQUIRE(central.predicted);
  const double size = std::tan(0.5);
  CHECK(*central.predicted >= std::log2(std::cbrt(3 * size * 0x1p-53)));
  CHECK(*central.predicted <= std::log2(std::cbrt(3 * size * 16 * 0x1p-53)));
  CHECK(to_text(study).find("x0") != std::string::npos);
  CHECK(study.advice.size() == all_checkers.size());
}

TEST_CASE("a function of one number, and one that has no study") {
  const StepStudy study = study_steps([](const auto& x) { return exp(x); }, 1.0, {{Dtype::f32}, 0, ""});
  REQUIRE(has_result(study));
  CHECK(study.entries == 1);
  const StepStudy kink = study_steps([](const auto& x) { return abs(x); }, 0.0);
  CHECK_FALSE(has_result(kink));
  CHECK_FALSE(kink.trouble.empty());
  const StepStudy outside = study_steps([](const auto& x) { return log(x); }, -1.0);
  CHECK_FALSE(has_result(outside));
  CHECK_FALSE(outside.trouble.empty());
}
