// The parts of the host that need no process: packing, guarded buffers, calls, hints.
#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "adapters/c/caller.hpp"
#include "adapters/c/packing.hpp"
#include "adapters/c/symbols.hpp"
#include "tests/catch.hpp"

using namespace gradproof;
using namespace gradproof::plugin;

namespace {

constexpr std::byte pattern{0x5A};

std::vector<std::byte> bytes(std::initializer_list<int> values) {
  std::vector<std::byte> list;
  for (const int v : values) list.push_back(static_cast<std::byte>(v));
  return list;
}

std::uint16_t bits(Dtype dtype, double value) {
  const auto entry = packed(dtype, std::span<const double>(&value, 1));
  REQUIRE(entry.size() == 2);
  std::uint16_t word = 0;
  std::memcpy(&word, entry.data(), 2);
  return word;
}

double value(Dtype dtype, std::uint16_t word) {
  double v = 0;
  unpack(dtype, std::as_bytes(std::span(&word, 1)), std::span(&v, 1));
  return v;
}

// What happens to a kernel that is called on three floats.
CallReport report_on(gradproof_kernel function, Layout layout = Layout::contiguous, Caller&& caller = {}) {
  const std::array<float, 3> input{1, 2, 3};
  std::array<float, 3> output{};
  const Kernel kernel{function, "grl_forward", "x", "y"};
  return caller.call(kernel, Dtype::f32, layout, 0.5, std::as_bytes(std::span(input)),
                     std::as_writable_bytes(std::span(output)));
}

const float* floats(const void* p) { return static_cast<const float*>(p); }
float* floats(void* p) { return static_cast<float*>(p); }

int copy(const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t n, int, double) {
  for (int64_t i = 0; i < n; ++i) floats(y)[i * y_stride] = floats(x)[i * x_stride];
  return GRADPROOF_DONE;
}

}  // namespace

TEST_CASE("the 16-bit formats have the bits that IEEE 754 and bfloat16 give them") {
  CHECK(bits(Dtype::f16, 1) == 0x3C00);
  CHECK(bits(Dtype::f16, -2) == 0xC000);
  CHECK(bits(Dtype::f16, -0.0) == 0x8000);
  CHECK(bits(Dtype::f16, 65504) == 0x7BFF);
  CHECK(bits(Dtype::f16, std::ldexp(1, -24)) == 0x0001);
  CHECK(bits(Dtype::f16, std::ldexp(1, -14)) == 0x0400);
  CHECK(bits(Dtype::f16, INFINITY) == 0x7C00);
  CHECK(bits(Dtype::f16, 1e6) == 0x7C00);
  CHECK(bits(Dtype::f16, 1 + std::ldexp(1, -11)) == 0x3C00);  // a tie goes to even
  CHECK(bits(Dtype::bf16, 1) == 0x3F80);
  CHECK(bits(Dtype::bf16, -2.5) == 0xC020);
  CHECK(bits(Dtype::bf16, std::ldexp(1, -133)) == 0x0001);
  CHECK(bits(Dtype::bf16, -INFINITY) == 0xFF80);
}

TEST_CASE("a 16-bit format comes back bit for bit, whatever the bits") {
  for (const Dtype dtype : {Dtype::f16, Dtype::bf16}) {
    std::size_t wrong = 0, nans = 0;
    for (std::uint32_t word = 0; word < 0x10000; ++word) {
      const double v = value(dtype, static_cast<std::uint16_t>(word));
      if (std::isnan(v)) ++nans;
      else if (bits(dtype, v) != word) ++wrong;
    }
    CHECK(wrong == 0);
    CHECK(nans == 2 * ((1u << (format(dtype).precision - 1)) - 1));
  }
}

TEST_CASE("a bfloat16 is the upper half of a float") {
  for (const std::uint32_t word : {0x3F80u, 0x0001u, 0x0080u, 0x7F7Fu, 0xC2F7u}) {
    const std::uint32_t wide = word << 16;
    float expected = 0;
    std::memcpy(&expected, &wide, 4);
    CHECK(value(Dtype::bf16, static_cast<std::uint16_t>(word)) == static_cast<double>(expected));
  }
}

TEST_CASE("a guarded buffer tells where a byte was written") {
  Guarded buffer;
  const auto fill = [&](std::size_t count, std::size_t stride) {
    buffer.lay_out({4, count, stride, false}, pattern);
    CHECK_FALSE(buffer.stray());
    return static_cast<std::byte*>(buffer.data());
  };
  CHECK(reinterpret_cast<std::uintptr_t>(fill(3, 1)) % 64 == 0);
  fill(3, 1)[-1] = std::byte{};
  CHECK(buffer.stray() == "the entry before the first");
  fill(3, 1)[-100] = std::byte{};
  CHECK(buffer.stray() == "100 bytes before the beginning");
  fill(3, 1)[12] = std::byte{};
  CHECK(buffer.stray() == "the entry after the last");
  fill(3, 2)[40] = std::byte{};
  CHECK(buffer.stray() == "20 bytes past the end");
  fill(3, 2)[13] = std::byte{};
  CHECK(buffer.stray() == "the gap after entry 1");
  fill(0, 1)[0] = std::byte{};
  CHECK(buffer.stray() == "the entry after the last");
  buffer.wipe();
  CHECK_FALSE(buffer.stray());
}

TEST_CASE("a guarded buffer gives back what was put in, and takes its place") {
  Guarded buffer;
  const auto entries = bytes({1, 2, 3, 4, 5, 6});
  for (const std::size_t stride : {1u, 2u, 3u}) {
    for (const bool off_by_one : {false, true}) {
      buffer.lay_out({2, 3, stride, off_by_one}, pattern);
      CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64 == (off_by_one ? 2 : 0));
      buffer.put(entries);
      CHECK(buffer.stray());
      std::vector<std::byte> back(6);
      buffer.take(back);
      CHECK(back == entries);
      CHECK_FALSE(buffer.stray());
    }
  }
}

TEST_CASE("a kernel that keeps to the rules has nothing said about it") {
  for (const Layout layout : {Layout::contiguous, Layout::strided, Layout::offset}) {
    const CallReport report = report_on(copy, layout);
    CHECK_FALSE(report.error);
    CHECK(report.damage.empty());
  }
}

TEST_CASE("a value that happens to look like an unwritten entry is none") {
  std::array<std::uint32_t, 3> input{0x5A5A5A5A, 0xA5A5A5A5, 0x5A5A5A5A}, output{};
  Caller caller;
  const CallReport report =
    caller.call({copy, "grl_forward", "x", "y"}, Dtype::f32, Layout::contiguous, 1,
                std::as_bytes(std::span(input)), std::as_writable_bytes(std::span(output)));
  CHECK_FALSE(report.error);
  CHECK(output == input);
}

TEST_CASE("a kernel that throws is reported, with what it says") {
  const CallReport said = report_on([](const void*, int64_t, void*, int64_t, int64_t, int, double) -> int {
    throw std::runtime_error("no");
  });
  REQUIRE(said.error);
  CHECK(said.error->kind == "raised");
  CHECK(said.error->message == "grl_forward threw an exception: no (float32, strides 1 and 1)");
  const CallReport silent =
    report_on([](const void*, int64_t, void*, int64_t, int64_t, int, double) -> int { throw 1; });
  REQUIRE(silent.error);
  CHECK(silent.error->message == "grl_forward threw an exception (float32, strides 1 and 1)");
}

TEST_CASE("a refusal is told from a failure") {
  const auto refuse = [](const void*, int64_t, void*, int64_t, int64_t, int, double) -> int {
    return GRADPROOF_UNSUPPORTED;
  };
  const CallReport report = report_on(refuse, Layout::strided);
  REQUIRE(report.error);
  CHECK(report.error->kind == "unsupported");
  CHECK(report.error->message == "grl_forward returned GRADPROOF_UNSUPPORTED (float32, strides 2 and 3)");
}

TEST_CASE("entries that nobody wrote are counted, and what else was written is told") {
  const auto packed_copy = [](const void* x, int64_t, void* y, int64_t, int64_t n, int, double) -> int {
    return copy(x, 1, y, 1, n, GRADPROOF_F32, 0);
  };
  const CallReport report = report_on(packed_copy, Layout::strided);
  REQUIRE(report.error);
  CHECK(report.error->kind == "returned");
  CHECK(
    report.error->message ==
    "grl_forward left entry 1 of 3 of y unwritten, and 1 more; it overwrote the gap after entry 0 of y, the "
    "result of grl_forward (float32, strides 2 and 3)");
}

TEST_CASE("a kernel that reads beside its input finds a NaN there") {
  const auto reads_next = [](const void* x, int64_t, void* y, int64_t, int64_t n, int, double) -> int {
    return copy(floats(x) + 1, 1, y, 1, n, GRADPROOF_F32, 0);
  };
  const std::array<float, 2> input{1, 2};
  std::array<float, 2> output{};
  Caller caller;
  const CallReport report =
    caller.call({reads_next, "grl_forward", "x", "y"}, Dtype::f32, Layout::contiguous, 1,
                std::as_bytes(std::span(input)), std::as_writable_bytes(std::span(output)));
  CHECK_FALSE(report.error);
  CHECK(output[0] == 2);
  CHECK(std::isnan(output[1]));
}

TEST_CASE("a pointer that was kept is seen at the next call, and at that one alone") {
  static void* kept;
  kept = nullptr;
  const auto keeps = [](const void* x, int64_t, void* y, int64_t, int64_t n, int, double lambda) -> int {
    if (kept != nullptr && lambda == 0.5) *floats(kept) = 0;
    kept = y;
    return copy(x, 1, y, 1, n, GRADPROOF_F32, 0);
  };
  Caller caller;
  const std::array<float, 2> input{1, 2};
  std::array<float, 2> output{};
  const auto damage = [&](double lambda) {
    return caller
      .call({keeps, "grl_forward", "x", "y"}, Dtype::f32, Layout::contiguous, lambda,
            std::as_bytes(std::span(input)), std::as_writable_bytes(std::span(output)))
      .damage;
  };
  CHECK(damage(1).empty());
  CHECK(damage(0.5) == std::vector<std::string>{"a buffer of an earlier call, in grl_forward"});
  CHECK(damage(1).empty());
}

TEST_CASE("the functions of a library are listed") {
  const std::string path = std::string(GRADPROOF_BINARY_DIR) + "/subjects/c/right_dann_prefix.so";
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  REQUIRE(library != nullptr);
  const auto functions = exported_functions(library);
  CHECK(std::count(functions.begin(), functions.end(), "dann_forward") == 1);
  CHECK(std::count(functions.begin(), functions.end(), "dann_backward") == 1);
  CHECK(std::count(functions.begin(), functions.end(), "grl_forward") == 0);
  dlclose(library);
}

TEST_CASE("a missing function comes with a hint where there is one") {
  CHECK(hint_for_missing({"main", "_forward", "a_forward"}, "grl_forward").empty());
  CHECK(hint_for_missing({"b_forward", "a_backward", "b_backward", "a_forward"}, "grl_forward") ==
        "it has both functions for the prefixes a, b, which may follow the file after a colon, as in "
        "so:FILE.so:a");
  CHECK(
    hint_for_missing({"_Z11grl_forwardPKvi"}, "grl_forward") ==
    "it has grl_forward with C++ linkage (_Z11grl_forwardPKvi): declare it extern \"C\", with the parameters "
    "of gradproof/plugin.h");
  CHECK(hint_for_missing({"_Z12grl_forwardsv"}, "grl_forward").empty());
}
