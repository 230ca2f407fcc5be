#include "adapters/c/caller.hpp"

#include <algorithm>
#include <exception>

#include "protocol/quote.hpp"

namespace gradproof::inline v0::plugin {
namespace {

// All ones is a NaN in every format: whoever reads beside the entries of the input can't come to a right
// result. The two patterns of the output are finite numbers, and what is equal to both was not written.
constexpr std::byte around_input{0xFF};
constexpr std::byte first_prefill{0x5A};
constexpr std::byte second_prefill{0xA5};

// In the strided layout input and output have different strides, so that a kernel that takes one for the
// other is seen.
Spread spread(Layout layout, std::size_t element, std::size_t count, std::size_t stride) {
  return {element, count, layout == Layout::strided ? stride : 1, layout == Layout::offset};
}

std::string circumstances(Dtype dtype, const Guarded& in, const Guarded& out) {
  return std::string(format(dtype).words) + ", strides " + std::to_string(in.stride()) + " and " +
         std::to_string(out.stride());
}

// The entries in which every byte is the pattern.
std::vector<std::size_t> filled_with(std::span<const std::byte> entries, std::size_t element,
                                     std::byte pattern) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i * element < entries.size(); ++i)
    if (std::ranges::all_of(entries.subspan(i * element, element), [&](std::byte b) { return b == pattern; }))
      found.push_back(i);
  return found;
}

std::string joined(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& each : list) text += (text.empty() ? "" : " and ") + each;
  return text;
}

// Nothing where the call did its work. A kernel in C++ may throw although it shouldn't.
template <class F>
std::optional<protocol::CaseError> refusal(const Kernel& kernel, F function) {
  try {
    const int status = function();
    if (status == GRADPROOF_DONE) return {};
    if (status == GRADPROOF_UNSUPPORTED)
      return protocol::CaseError{"unsupported", kernel.name + " returned GRADPROOF_UNSUPPORTED", ""};
    return protocol::CaseError{"raised", kernel.name + " returned " + std::to_string(status), ""};
  } catch (const std::exception& e) {
    return protocol::CaseError{"raised", kernel.name + " threw an exception: " + protocol::one_line(e.what()),
                               ""};
  } catch (...) {
    return protocol::CaseError{"raised", kernel.name + " threw an exception", ""};
  }
}

}  // namespace

std::optional<protocol::CaseError> Caller::attempt(const Call& c, std::byte prefill) {
  Guarded& in = sets_[turn_].input;
  Guarded& out = sets_[turn_].output;
  in.lay_out(spread(c.layout, c.element, c.count, 2), around_input);
  in.put(c.input);
  out.lay_out(spread(c.layout, c.element, c.count, 3), prefill);
  if (!c.initial.empty()) out.put(c.initial);
  std::optional<protocol::CaseError> error = refusal(c.kernel, [&] {
    return invoke(c.kernel, {in.data(), in.stride()}, {out.data(), out.stride()}, c.count, c.dtype, c.lambda);
  });
  if (!error) return error;
  error->message += " (" + circumstances(c.dtype, in, out) + ")";
  in.wipe();
  out.wipe();
  return error;
}

std::vector<std::string> Caller::damage(const Call& c) {
  Buffers& now = sets_[turn_];
  Buffers& before = sets_[1 - turn_];
  std::vector<std::string> found;
  std::vector<std::byte> entries(c.input.size());
  now.input.take(entries);
  if (const auto entry = first_difference(c.input, entries, c.element))
    found.push_back("entry " + std::to_string(*entry) + " of " + c.kernel.input + ", the input of " +
                    c.kernel.name);
  if (const auto place = now.input.stray())
    found.push_back(*place + " of " + c.kernel.input + ", the input of " + c.kernel.name);
  if (const auto place = now.output.stray())
    found.push_back(*place + " of " + c.kernel.output + ", the result of " + c.kernel.name);
  if (before.input.stray() || before.output.stray())
    found.push_back("a buffer of an earlier call, in " + c.kernel.name);
  for (Guarded* buffer : {&now.input, &now.output, &before.input, &before.output}) buffer->wipe();
  return found;
}

Caller::Untouched Caller::untouched(const Call& c, std::span<const std::byte> output) {
  const auto suspects = filled_with(output, c.element, first_prefill);
  if (suspects.empty() || attempt(c, second_prefill)) return {};
  std::vector<std::byte> again(output.size());
  sets_[turn_].output.take(again);
  sets_[turn_].input.wipe();
  sets_[turn_].output.wipe();
  const auto left_again = filled_with(again, c.element, second_prefill);
  // A result that happens to look like the pattern does so again.
  const auto same = filled_with(again, c.element, first_prefill);
  Untouched found;
  for (const std::size_t i : suspects) {
    if (std::ranges::binary_search(left_again, i)) found.unwritten.push_back(i);
    else if (!std::ranges::binary_search(same, i)) found.added.push_back(i);
  }
  return found;
}

CallReport Caller::call(const Kernel& kernel, Dtype dtype, Layout layout, double lambda,
                        std::span<const std::byte> input, std::span<std::byte> output,
                        std::span<const std::byte> initial) {
  const auto element = static_cast<std::size_t>(format(dtype).bytes);
  const Call c{kernel, dtype, layout, lambda, input, element, input.size() / element, initial};
  turn_ = 1 - turn_;
  CallReport report{attempt(c, first_prefill), {}};
  if (report.error) return report;
  sets_[turn_].output.take(output);
  report.damage = damage(c);
  // Whether entries are left out of an addition shows in the sum.
  const auto [missing, added] = initial.empty() ? untouched(c, output) : Untouched{};
  if (!added.empty()) {
    const std::string where =
      kernel.name + " added to what was in entry " + std::to_string(added[0]) + " of " + kernel.output;
    report.error = protocol::CaseError{"returned", where + ", and should have written", ""};
    return report;
  }
  if (missing.empty()) return report;
  std::string message = kernel.name + " left entry " + std::to_string(missing[0]) + " of " +
                        std::to_string(c.count) + " of " + kernel.output + " unwritten";
  if (missing.size() > 1) message += ", and " + std::to_string(missing.size() - 1) + " more";
  if (!report.damage.empty()) message += "; it overwrote " + joined(report.damage);
  message += " (" + circumstances(dtype, sets_[turn_].input, sets_[turn_].output) + ")";
  report.error = protocol::CaseError{"returned", std::move(message), ""};
  return report;
}

}  // namespace gradproof::inline v0::plugin
