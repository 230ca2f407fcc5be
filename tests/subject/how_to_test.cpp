// What docs/how-to/verify-in-cpp.md shows, the Catch2 and RapidCheck of a user around it.
#include <rapidcheck.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "gradproof/subject.hpp"
#include "tests/catch.hpp"

struct ReversalLayer {
  void set_lambda(double lambda) { lambda_ = lambda; }
  void forward(std::span<const double> x, std::span<double> y) {
    of_this_pass_ = lambda_;
    std::copy(x.begin(), x.end(), y.begin());
  }
  void backward(std::span<const double> gradient, std::span<double> result) const {
    for (std::size_t i = 0; i < gradient.size(); ++i) result[i] = -of_this_pass_ * gradient[i];
  }

 private:
  double lambda_ = 1, of_this_pass_ = 1;
};

TEST_CASE("the object reverses the gradient") { REQUIRE(gradproof::verify_layer(ReversalLayer{})); }

TEST_CASE("the square has its derivative") {
  const gradproof::Layer square{
    .forward =
      [](std::span<const double> x, std::span<double> y) {
        for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] * x[i];
      },
    .backward =
      [](std::span<const double> x, std::span<const double> gradient, std::span<double> result) {
        for (std::size_t i = 0; i < x.size(); ++i) result[i] = 2 * x[i] * gradient[i];
      }};
  const std::string forward = "x = input 1x2 [3 -0.5]\ny = square x\noutput y\n";
  REQUIRE(gradproof::verify_layer(square, {.contract = "derivative", .forward_graph = forward}));
}

namespace {

gradproof::LayerVerdict without_minus() {
  return gradproof::verify_layer(gradproof::Layer{.forward = [](const std::vector<double>& x) { return x; },
                                                  .backward =
                                                    [](std::vector<double> g, double lambda) {
                                                      for (double& v : g) v *= lambda;
                                                      return g;
                                                    }});
}

}  // namespace

// Run by the test below, in a process of its own, to see what is printed.
TEST_CASE("a layer without the minus sign", "[.catch2]") { REQUIRE(without_minus()); }
TEST_CASE("a layer without the minus sign, under RapidCheck", "[.rapidcheck]") {
  CHECK(rc::check("the layer reverses", [] { RC_ASSERT(without_minus()); }));
}

TEST_CASE("Catch2 and RapidCheck print the report of a layer that fails") {
  const auto printed_by = [](const std::string& which) {
    const std::string file = GRADPROOF_BINARY_DIR "/subject-" + which + ".txt";
    const std::string command =
      "'" GRADPROOF_BINARY_DIR "/tests/subject' '[." + which + "]' > '" + file + "' 2>&1";
    CHECK(std::system(command.c_str()) != 0);
    std::ifstream printed(file);
    return std::string(std::istreambuf_iterator<char>(printed), {});
  };
  for (const std::string which : {"catch2", "rapidcheck"}) {
    const std::string said = printed_by(which);
    INFO(said);
    CHECK(said.find("without_minus()") != std::string::npos);
    CHECK(said.find("NOT VERIFIED") != std::string::npos);
    CHECK(said.find("the minus sign is missing") != std::string::npos);
    CHECK(said.find("reverse x") != std::string::npos);
  }
}
