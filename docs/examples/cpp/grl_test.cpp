#include "grl.hpp"

#include <catch2/catch.hpp>
#include <gradproof/subject.hpp>

TEST_CASE("the layer reverses the gradient") {
  const gradproof::Layer layer{.forward = reversal_forward<double>, .backward = reversal_backward<double>};
  REQUIRE(gradproof::verify_layer(layer));
}
