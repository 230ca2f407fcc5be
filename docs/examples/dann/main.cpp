// dann [--seeds N] [--first SEED] [--steps N] [--out FOLDER]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

#include "picture.hpp"
#include "trajectory.hpp"

namespace {

using namespace dann;

struct Wish {
  int seeds = 10;
  std::uint64_t first = 1;
  int steps = Settings{}.steps;
  std::string out{};
};

std::optional<Wish> read(int count, char** words) {
  Wish wish;
  for (int i = 1; i < count; i += 2) {
    const std::string option = words[i];
    if (i + 1 == count) return {};
    const long number = std::strtol(words[i + 1], nullptr, 10);
    if (option == "--out") wish.out = words[i + 1];
    else if (number < 1 || number > 1000000) return {};
    else if (option == "--seeds") wish.seeds = static_cast<int>(number);
    else if (option == "--first") wish.first = static_cast<std::uint64_t>(number);
    else if (option == "--steps") wish.steps = static_cast<int>(number);
    else return {};
  }
  return wish;
}

std::vector<Curve> trainings(const Wish& wish) {
  std::vector<Curve> curves;
  for (const Layer layer : all_layers) {
    curves.push_back({layer, {}});
    for (int i = 0; i < wish.seeds; ++i) {
      const std::uint64_t seed = wish.first + static_cast<std::uint64_t>(i);
      curves.back().courses.push_back(
        trained(drawn_blobs(seed), {.seed = seed, .layer = layer, .steps = wish.steps}));
    }
  }
  return curves;
}

void print_row(const std::string& title, const std::vector<double>& numbers) {
  std::printf("%-6s", title.c_str());
  for (const double n : numbers) std::printf("  %15.3f", n);
  std::printf("\n");
}

void print_table(const Wish& wish, const std::vector<Curve>& curves) {
  std::printf("Part of the target told rightly after %d steps\n\nseed  ", wish.steps);
  for (const Curve& curve : curves) std::printf("  %15s", std::string(name(curve.layer)).c_str());
  std::printf("\n");
  std::vector<double> least(curves.size(), 1), sum(curves.size(), 0), most(curves.size(), 0);
  for (std::size_t i = 0; i < static_cast<std::size_t>(wish.seeds); ++i) {
    std::vector<double> row;
    for (std::size_t c = 0; c < curves.size(); ++c) {
      row.push_back(curves[c].courses[i].accuracies.back().target);
      least[c] = std::min(least[c], row[c]), sum[c] += row[c] / wish.seeds,
      most[c] = std::max(most[c], row[c]);
    }
    print_row(std::to_string(wish.first + i), row);
  }
  print_row("worst", least);
  print_row("mean", sum);
  print_row("best", most);
}

void print_first_steps(const Wish& wish) {
  constexpr int steps = 4;
  const Blobs blobs = drawn_blobs(wish.first);
  const Settings right{.seed = wish.first, .steps = wish.steps};
  std::printf("\nThe first %d steps of seed %d at 50 digits, as the formula with the reversal has them\n",
              steps, static_cast<int>(wish.first));
  for (const Layer layer : {Layer::reversal, Layer::minus_lost}) {
    Settings settings = right;
    settings.layer = layer;
    std::vector<Parameters> course;
    train(blobs, settings, steps, [&](int, const Parameters& now) { course.push_back(now); });
    std::printf("%s: %s\n", std::string(name(layer)).c_str(),
                to_string(judged(blobs, right, course)).c_str());
  }
}

bool write(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  file.close();
  if (!file) std::fprintf(stderr, "dann: %s can't be written\n", path.c_str());
  return !file.fail();
}

}  // namespace

int main(int count, char** words) {
  const std::optional<Wish> wish = read(count, words);
  if (!wish) {
    std::fprintf(stderr, "usage: dann [--seeds N] [--first SEED] [--steps N] [--out FOLDER]\n");
    return 2;
  }
  const std::vector<Curve> curves = trainings(*wish);
  print_table(*wish, curves);
  print_first_steps(*wish);
  if (wish->out.empty()) return 0;
  std::vector<Panel> panels;
  for (const Curve& curve : curves) panels.push_back({curve.layer, curve.courses.front().parameters});
  return write(wish->out + "/boundary.svg", boundary_picture(drawn_blobs(wish->first), panels)) &&
             write(wish->out + "/accuracy.svg", accuracy_picture(curves))
           ? 0
           : 1;
}
