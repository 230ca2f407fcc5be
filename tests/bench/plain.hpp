// The jobs at double by plain loops, the floor at 16 digits: what somebody writes who writes them by hand.
#pragma once

#include <vector>

#include "data.hpp"

namespace gradproof::inline v0::bench {

struct PlainNetwork {
  explicit PlainNetwork(const Network& network);
  double value();     // leaves h1, h2 and the residuals behind
  double gradient();  // and the value
  std::vector<double> leaves, slopes;

 private:
  Network n_;
  std::vector<double> target_, h1_, h2_, residual_, d1_, d2_;
};

struct PlainRecurrence {
  explicit PlainRecurrence(const Recurrence& recurrence);
  double value();
  double gradient();
  double slopes[3] = {0, 0, 0};  // of w, u and b

 private:
  double w_, u_, b_, start_, target_, scale_;
  std::vector<double> x_, h_;
};

}  // namespace gradproof::inline v0::bench
