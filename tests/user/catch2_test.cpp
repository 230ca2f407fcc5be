// The assertions and the matcher, and what they print where they fail. Compiled with either version of Catch2.
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/catch.hpp"
// After Catch2.
#include "gradproof/catch2.hpp"

namespace {

const auto f = [](const auto& x) { return sin(x[0]) * x[1]; };
const auto gradient = [](std::span<const double> x) {
  return std::vector<double>{std::cos(x[0]) * x[1], std::sin(x[0])};
};
const auto flipped = [](std::span<const double> x) {
  return std::vector<double>{std::cos(x[0]) * x[1], -std::sin(x[0])};
};
const auto jacobian = gradient;

}  // namespace

TEST_CASE("catch2: right gradients pass") {
  REQUIRE_GRADIENT(f, gradient, {0.5, 2.0});
  CHECK_GRADIENT(f, gradient, {0.5, 2.0}, {.resolution = 1e-12});
  CHECK_GRADIENT([](auto x) { return x * x; }, [](double x) { return 2 * x; }, 3.0);
  REQUIRE_JACOBIAN(f, jacobian, {0.5, 2.0});
  CHECK_HESSIAN([](const auto& x) { return x[0] * x[1]; },
                [](std::span<const double>) {
                  return std::vector<double>{0, 1, 1, 0};
                },
                {0.5, 2.0});
  CHECK_THAT(gradient, gradproof::GradientOf(f, {0.5, 2.0}));
  CHECK_THAT((std::vector<double>{std::cos(0.5) * 2, std::sin(0.5)}), gradproof::GradientOf(f, {0.5, 2.0}));
  CHECK_THAT((std::vector<double>{1, 2}), !gradproof::GradientOf(f, {0.5, 2.0}));
}

// Run by the test below, in a process of its own, to see what is printed.
TEST_CASE("catch2: a flipped sign, asserted", "[.asserted]") { REQUIRE_GRADIENT(f, flipped, {0.5, 2.0}); }
TEST_CASE("catch2: a flipped sign, matched", "[.matched]") {
  CHECK_THAT(flipped, gradproof::GradientOf(f, {0.5, 2.0}));
}
TEST_CASE("catch2: an undecided one", "[.undecided]") {
  CHECK_GRADIENT([](const auto& x) { return abs(x[0]); },
                 [](std::span<const double>) { return std::vector<double>{0.5}; }, {0.0});
}

TEST_CASE("catch2: what fails is shown as a table") {
  const auto printed_by = [](const std::string& which) {
    const std::string file = GRADPROOF_BINARY_DIR "/user-" + which + ".txt";
    const std::string command =
      "'" GRADPROOF_BINARY_DIR "/tests/user' '[." + which + "]' > '" + file + "' 2>&1";
    CHECK(std::system(command.c_str()) != 0);
    std::ifstream printed(file);
    return std::string(std::istreambuf_iterator<char>(printed), {});
  };
  const auto has = [](const std::string& text, const std::string& what) {
    return text.find(what) != std::string::npos;
  };
  for (const std::string which : {"asserted", "matched"}) {
    const std::string said = printed_by(which);
    INFO(said);
    CHECK(has(said, "likely cause: the sign is flipped in x[1] alone"));
    CHECK(has(said, "x[1]   -0.4794255386  0.4794255386  -1 "));
    CHECK(said.find("x[1]   -0.47") < said.find("x[0]   1.75"));
  }
  const std::string said = printed_by("undecided");
  INFO(said);
  CHECK(has(said, "UNDECIDED"));
  CHECK(has(said, "stands on the kink of abs"));
}
