// What the training looks like, as SVG.
#pragma once

#include <string>
#include <vector>

#include "training.hpp"

namespace dann {

// The points of both domains, and where a network of each layer tells label 1 from label 0: a panel for each.
struct Panel {
  Layer layer;
  Parameters parameters;
};
[[nodiscard]] std::string boundary_picture(const Blobs& blobs, const std::vector<Panel>& panels);

// The target's accuracy over the steps: for each layer the mean over the seeds, and a band from the worst to the best.
struct Curve {
  Layer layer;
  std::vector<Course> courses;
};
[[nodiscard]] std::string accuracy_picture(const std::vector<Curve>& curves);

}  // namespace dann
