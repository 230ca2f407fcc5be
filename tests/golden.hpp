// Expected output lives in text files beside the tests; UPDATE=1 in the environment rewrites them, and the review is the diff.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/catch.hpp"

namespace gradproof::inline v0 {

inline std::string source_path(const std::string& file) {
  return std::string(GRADPROOF_SOURCE_DIR) + "/" + file;
}

inline std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void check_golden(const std::string& file, const std::string& actual) {
  const std::string path = source_path(file);
  const char* update = std::getenv("UPDATE");
  if (update != nullptr && *update == '1') std::ofstream(path, std::ios::binary) << actual;
  INFO("expected in " << file << "; UPDATE=1 rewrites it");
  CHECK(file_text(path) == actual);
}

}  // namespace gradproof::inline v0
