#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradproof::inline v0::protocol {

// Cuts what a subject writes to stdout into lines, at a bounded cost. A line that begins with '{' is meant
// for us and is kept whole; any other line is stray: a print that somebody forgot. The first few stray lines
// are kept, cut to a readable length; the rest is dropped as it arrives, so that printing a gigabyte costs us
// no memory.
class Lines {
 public:
  explicit Lines(std::size_t limit) : limit_(limit) {}

  void expect_reply() { received_ = 0, flooded_ = false; }
  void feed(std::string_view chunk);
  void finish();  // no more will come, or nobody will wait for it: an unfinished stray line counts as a line

  [[nodiscard]] bool ready() const { return !lines_.empty(); }
  [[nodiscard]] std::string take();
  [[nodiscard]] bool flooded() const { return flooded_; }  // more than `limit` bytes since expect_reply()
  [[nodiscard]] std::size_t unfinished() const {
    return line_.size();
  }  // bytes of a reply that has no end yet
  [[nodiscard]] const std::vector<std::string>& stray() const { return stray_; }
  [[nodiscard]] std::size_t stray_count() const { return stray_count_; }

 private:
  void keep(std::string_view part);
  void end_line();

  std::size_t limit_;
  std::size_t received_ = 0;
  bool flooded_ = false;
  bool inside_stray_ = false;
  std::string line_;        // the reply that is coming in
  std::string stray_line_;  // the head of the stray line that is coming in
  std::deque<std::string> lines_;
  std::vector<std::string> stray_;
  std::size_t stray_count_ = 0;
};

// The last `limit` bytes of a stream of any length.
class Tail {
 public:
  explicit Tail(std::size_t limit) : limit_(limit) {}
  void feed(std::string_view chunk);
  [[nodiscard]] std::string_view text() const;

 private:
  std::size_t limit_;
  std::string bytes_;  // up to twice the limit, so that cutting is rare
};

}  // namespace gradproof::inline v0::protocol
