// What Ceres' GradientChecker says of the cases, at its defaults; prints what tests/bench/checkers/peers.py prints for the others.
// The threshold is that of Ceres' own solver, Solver::Options::gradient_check_relative_precision.
#include <ceres/ceres.h>
#include <ceres/gradient_checker.h>
#include <ceres/version.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "gradproof/calculus.hpp"
#include "gradproof/text.hpp"

using namespace gradproof;

namespace {

// f of one number, with the claim as its derivative.
class Claimed : public ceres::SizedCostFunction<1, 1> {
 public:
  Claimed(const Graph& graph, double claim) : graph_(graph), claim_(claim) {}
  bool Evaluate(const double* const* parameters, double* residuals, double** jacobians) const override {
    Evaluation<double> e(graph_);
    e.leaf(graph_.inputs()[0])[0] = parameters[0][0];
    e.run();
    residuals[0] = e[graph_.outputs()[0].node][0];
    if (jacobians != nullptr && jacobians[0] != nullptr) jacobians[0][0] = claim_;
    return true;
  }

 private:
  const Graph& graph_;
  double claim_;
};

bool accepts(const Graph& graph, double point, double claim) {
  const Claimed function(graph, claim);
  const std::vector<const ceres::Manifold*>* no_manifolds = nullptr;
  const ceres::GradientChecker checker(&function, no_manifolds, ceres::NumericDiffOptions());
  const double* parameters[] = {&point};
  return checker.Probe(parameters, ceres::Solver::Options().gradient_check_relative_precision, nullptr);
}

double read_double(const nlohmann::ordered_json& text) {
  return std::strtod(text.get<std::string>().c_str(), nullptr);
}

std::string verdicts(const nlohmann::ordered_json& c) {
  const auto document = parse("x = input 1x1 [0]\n" + c["body"].get<std::string>() + "\noutput y\n");
  std::string line;
  for (const auto& [claim, value] : c["claims"].items())
    line += fmt::format(
      "{}\"{}\": \"{}\"", line.empty() ? "" : ", ", claim,
      accepts(document->graph, read_double(c["point"]), read_double(value)) ? "accepted" : "rejected");
  return "{" + line + "}";
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::cerr << "usage: checkers_ceres CASES.json\n";
    return 2;
  }
  std::ifstream in(words[1]);
  const auto cases = nlohmann::ordered_json::parse(in);
  fmt::print("{{\n  \"checker\": \"ceres::GradientChecker\",\n  \"version\": \"{}\",\n",
             CERES_VERSION_STRING);
  fmt::print("  \"rule\": \"its verdict at 1e-8, the default of Ceres' solver\",\n  \"verdicts\": {{\n");
  for (std::size_t i = 0; i < cases.size(); ++i)
    fmt::print("    {}: {}{}\n", cases[i]["name"].dump(), verdicts(cases[i]),
               i + 1 < cases.size() ? "," : "");
  fmt::print("  }}\n}}\n");
  return 0;
}
