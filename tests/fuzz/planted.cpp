// A reader with a fault, which a fuzzer finds and the replay of its corpus shows: that of the others says something then.
#include "tests/fuzz/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::demand(fuzz::text_of(data, size).substr(0, 3) != "bug", "no text begins with bug");
  return 0;
}
