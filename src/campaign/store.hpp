// The store of a campaign: an SQLite file (in WAL mode) with its plan, every decided block and every failure. A block is
// written whole or not at all, so that a process may be killed at any time.
#pragma once

#include <functional>
#include <memory>
#include <set>

#include "gradproof/campaign.hpp"

struct sqlite3;

namespace gradproof::inline v0 {

class Store {
 public:
  static constexpr int format_version = 1;

  // Makes the file; refuses one that exists.
  [[nodiscard]] static Result<Store, StoreTrouble> make(const std::string& file, const StoreFacts& facts);
  enum class For { reading, writing };
  [[nodiscard]] static Result<Store, StoreTrouble> open(const std::string& file, For what);

  [[nodiscard]] Result<StoreFacts, StoreTrouble> facts();
  // Numbers of decided blocks with their digests, in order.
  [[nodiscard]] Result<std::vector<std::pair<std::uint64_t, std::uint64_t>>, StoreTrouble> digests();
  // Makes this block ours, unless it is decided or another process that lives is at it. Who dies loses what it claimed.
  [[nodiscard]] Result<bool, StoreTrouble> claim(std::uint64_t number);
  // Gives back what was made ours and is not decided, so that nobody waits for it.
  [[nodiscard]] std::optional<StoreTrouble> release();
  // Keeps a block; one that is there already stays as it is.
  [[nodiscard]] std::optional<StoreTrouble> keep(const Block& block);
  [[nodiscard]] std::optional<StoreTrouble> each_block(const std::function<void(const Block&)>& use);
  // The failures, each group once, the one found most often first.
  [[nodiscard]] Result<std::vector<FailureGroup>, StoreTrouble> groups();
  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  Store(std::string file, std::unique_ptr<sqlite3, Close> db);
  [[nodiscard]] StoreTrouble trouble();
  [[nodiscard]] bool run(const char* statements);
  [[nodiscard]] std::optional<StoreTrouble> check_format();
  std::string file_, owner_;
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace gradproof::inline v0
