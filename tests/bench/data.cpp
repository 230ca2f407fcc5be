#include "data.hpp"

#include <cassert>

namespace gradproof::inline v0::bench {

namespace {

void draw(Draws& draws, std::vector<int>& into, std::size_t count, int largest) {
  for (std::size_t i = 0; i < count; ++i) into.push_back(draws.signed_upto(largest));
}

}  // namespace

Network network(std::size_t batch, std::size_t width) {
  Network n{batch, width, width, width, {}, {}};
  Draws draws(1);
  draw(draws, n.leaves, batch * width, 1000);
  // Weights up to 1/4 in magnitude keep the arguments of tanh around 1 for width 64: neither linear nor flat.
  draw(draws, n.leaves, n.entries() - n.leaves.size(), 250);
  draw(draws, n.target, batch, 1000);
  assert(n.leaves.size() == n.entries());
  return n;
}

Network job_a() {
  Network n = network(32, 64);
  assert(n.multiply_adds() == 264192 && n.tanhs() == 4096 && n.entries() == 10433);
  return n;
}

Recurrence recurrence(std::size_t steps) {
  Recurrence r{.w = 99901, .u = 997, .b = 7, .start = 50021, .target = 30011, .scale = 50051, .x = {}};
  Draws draws(2);
  draw(draws, r.x, steps, 100000);
  return r;
}

Recurrence job_b() {
  Recurrence r = recurrence(32503);
  assert(r.operations() == 162519);
  return r;
}

}  // namespace gradproof::inline v0::bench
