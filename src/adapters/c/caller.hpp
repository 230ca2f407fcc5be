#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "adapters/c/guarded.hpp"
#include "adapters/c/library.hpp"
#include "gradproof/dtype.hpp"
#include "gradproof/property.hpp"

namespace gradproof::inline v0::plugin {

// What a call did besides its product.
struct CallReport {
  std::optional<protocol::CaseError> error;  // then there is no product
  std::vector<std::string> damage;           // what it wrote to and had no right to
};

// Calls kernels on buffers that give away every byte that is written outside of the result or left unwritten,
// and that spoil the result of whoever reads outside of the input. Two sets of buffers take turns, so that a
// kernel that kept a pointer to the previous ones writes where it can be seen.
class Caller {
 public:
  // `input` and `output` hold the same number of entries, in a row. The layout is contiguous, strided or
  // offset. A kernel that adds finds the entries of `initial` in its result.
  [[nodiscard]] CallReport call(const Kernel& kernel, Dtype dtype, Layout layout, double lambda,
                                std::span<const std::byte> input, std::span<std::byte> output,
                                std::span<const std::byte> initial = {});

 private:
  struct Buffers {
    Guarded input, output;
  };
  struct Call {
    const Kernel& kernel;
    Dtype dtype;
    Layout layout;
    double lambda;
    std::span<const std::byte> input;
    std::size_t element;
    std::size_t count;
    std::span<const std::byte> initial;
  };
  // Calls the kernel on buffers whose result is filled with `prefill`.
  [[nodiscard]] std::optional<protocol::CaseError> attempt(const Call& call, std::byte prefill);
  // To the buffers in use, once their result is taken, and to those of the call before, which must be as they
  // were left. Wipes them all.
  [[nodiscard]] std::vector<std::string> damage(const Call& call);
  // Entries of the result that still hold what they were filled with, whatever that is; and such as do once, but are
  // something else where another pattern was before, so that the kernel adds to what it finds.
  struct Untouched {
    std::vector<std::size_t> unwritten, added;
  };
  [[nodiscard]] Untouched untouched(const Call& call, std::span<const std::byte> output);

  std::array<Buffers, 2> sets_;
  std::size_t turn_ = 0;
};

}  // namespace gradproof::inline v0::plugin
