// Reading what the user names and writing what we found.
#pragma once

#include <optional>
#include <string>

#include "cli/commands.hpp"
#include "gradproof/text.hpp"
#include "gradproof/verdict.hpp"
#include "gradproof/verify.hpp"

namespace gradproof::inline v0::cli {

// Prints "gradproof: MESSAGE" to standard error and returns the code.
int complain(const std::string& message, int code = Exit::usage);

// The file as a document; complains and gives nothing when it can't be read or parsed. "-" is standard input.
// The text of a file, or of standard input for "-"; says why where there is none, once.
[[nodiscard]] std::optional<std::string> read_text(const std::string& file);
[[nodiscard]] std::optional<Document> read_document(const std::string& file);

// Whether a report can be written there: asked before the work starts.
[[nodiscard]] bool writable(const std::string& file);
[[nodiscard]] bool write_file(const std::string& file, const std::string& text);

// A target as a part of file names.
[[nodiscard]] std::string slug(const std::string& target);

// Writes each counterexample of the report as a replay file into the folder and notes where.
void write_counterexamples(Report& report, const std::string& folder);

// The case that a replay file describes: its graph with the dtype, layout and rank of its metadata. Complains
// when these are unknown words.
[[nodiscard]] std::optional<Case> case_of(const Document& document);

// The system, and the compiler that we were built with.
[[nodiscard]] std::string environment_text();

[[nodiscard]] Launch launch_of(const Common& common);

// A line of progress on a terminal, overwritten in place.
class Progress {
 public:
  explicit Progress(const Common& common);
  ~Progress();
  void show(const std::string& what, std::size_t done, std::size_t of);
  void show(const std::string& line);

 private:
  bool on_;
  bool shown_ = false;
  double last_ = 0;
};

// Whether standard output is a terminal that may be painted (NO_COLOR unset).
[[nodiscard]] bool colored();

}  // namespace gradproof::inline v0::cli
