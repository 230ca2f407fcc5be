// The command line, read and not done: it is understood, or is misuse; what is understood lies in the ranges that --help states.
// A word stands on each line.
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "gradproof/verify.hpp"
#include "tests/fuzz/target.hpp"
#include "verify/command_line.hpp"

using namespace gradproof;

namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words = {"gradproof"};
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find('\n'));
    // The system hands over no word with a zero in it.
    words.emplace_back(word.substr(0, word.find('\0')));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return words;
}

bool is_time(double seconds) { return seconds > 0 && seconds <= 86400; }

void check_ranges(const cli::Arguments& a) {
  fuzz::demand(is_time(a.common.start_seconds) && is_time(a.common.reply_seconds), "a subject has time");
  fuzz::demand(a.verify.budget == 0 || is_time(a.verify.budget), "a budget is a time");
  fuzz::demand(a.verify.graphs <= 1000000, "verify takes up to a million graphs");
  fuzz::demand(a.properties.graphs <= std::uint64_t{1} << 40, "properties take up to 2^40 graphs");
  fuzz::demand(a.properties.jobs <= 1024 && a.campaign.jobs <= 1024, "there are up to 1024 jobs");
  fuzz::demand(a.check.digits >= 1 && a.check.digits <= 10000, "check has up to 10000 digits");
  fuzz::demand(a.campaign.seconds >= 0 && a.campaign.seconds <= 1e7 * 3600, "a campaign ends");
  fuzz::demand(a.campaign.exhaustive <= 6 && a.campaign.block <= 1000000, "a block fits the memory");
  fuzz::demand(a.climb.graphs >= 1 && a.accuracy.inputs >= 1, "there is something to ask");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto words = words_of(fuzz::text_of(data, size));
  for (const std::string& word : words) {
    (void)parse_target(word);
    (void)command_words(word);
    (void)parse_contract(word, std::nullopt);
  }
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  cli::Arguments arguments;
  const int code = cli::command_line(static_cast<int>(words.size()), argv.data(), arguments, cli::Done::no);
  fuzz::demand(code == cli::Exit::holds || code == cli::Exit::usage,
               "a command line is understood, or misuse");
  if (code == cli::Exit::holds) check_ranges(arguments);
  return 0;
}
