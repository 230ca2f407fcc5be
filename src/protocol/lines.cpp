#include "protocol/lines.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "protocol/quote.hpp"

namespace gradproof::inline v0::protocol {
namespace {

constexpr std::size_t stray_lines_kept = 8;
constexpr std::size_t stray_bytes_kept = 200;

}  // namespace

void Lines::feed(std::string_view chunk) {
  received_ += chunk.size();
  while (!chunk.empty()) {
    const std::size_t end = chunk.find('\n');
    keep(chunk.substr(0, end));
    if (end == std::string_view::npos) break;
    end_line();
    chunk.remove_prefix(end + 1);
  }
  if (received_ <= limit_ || ready()) return;
  flooded_ = true;
  line_ = std::string();  // gives the memory back, which clear() would not
  inside_stray_ = true;   // whatever is left of that line is of no use
}

void Lines::keep(std::string_view part) {
  if (part.empty()) return;
  if (!inside_stray_ && line_.empty() && part[0] != '{') inside_stray_ = true;
  if (!inside_stray_) line_ += part;
  // A byte more than is shown: quoting then knows that something was cut.
  else if (stray_line_.size() <= stray_bytes_kept)
    stray_line_ += part.substr(0, stray_bytes_kept + 1 - stray_line_.size());
}

void Lines::end_line() {
  if (inside_stray_) {
    finish();
  } else if (!line_.empty()) {
    lines_.push_back(std::exchange(line_, {}));
  }
}

void Lines::finish() {
  inside_stray_ = false;
  if (stray_line_.ends_with('\r')) stray_line_.pop_back();
  if (stray_line_.empty()) return;
  ++stray_count_;
  if (stray_.size() < stray_lines_kept) stray_.push_back(one_line(stray_line_, stray_bytes_kept));
  stray_line_.clear();
}

std::string Lines::take() {
  assert(ready());
  std::string line = std::move(lines_.front());
  lines_.pop_front();
  return line;
}

void Tail::feed(std::string_view chunk) {
  if (chunk.size() > limit_) chunk.remove_prefix(chunk.size() - limit_);
  bytes_ += chunk;
  if (bytes_.size() > 2 * limit_) bytes_.erase(0, bytes_.size() - limit_);
}

std::string_view Tail::text() const {
  const std::string_view all = bytes_;
  return all.substr(all.size() - std::min(all.size(), limit_));
}

}  // namespace gradproof::inline v0::protocol
