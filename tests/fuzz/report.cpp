// What earlier runs and users wrote, read again: replay files, plans, blocks and failures of campaigns, and lists of known failures.
#include "campaign/block_json.hpp"
#include "cli/files.hpp"
#include "gradproof/text.hpp"
#include "gradproof/verify.hpp"
#include "tests/fuzz/target.hpp"

using namespace gradproof;

namespace {

// Whatever was read says the same when it is written: a reader that takes 1.5 for 1 or -1 for 2^64 - 1 makes another campaign
// of it. What the reader does not know (another version's members) may be missing.
void check_said_alike(const CampaignJson& read, const CampaignJson& written) {
  for (const auto& [key, value] : written.items())
    fuzz::demand(read.contains(key) && read[key] == value, "what was read is written alike: " + key);
}

// The readers throw where a store is damaged; Store says so then.
template <class Read>
void read_or_throw(const CampaignJson& json, Read read) {
  try {
    read(json);
  } catch (const std::exception&) {
    return;
  }
}

void check_campaign(const CampaignJson& json) {
  CampaignJson written;
  const auto reading = [&](auto read) {
    written = CampaignJson::object();
    read_or_throw(json, [&](const CampaignJson& j) {
      if constexpr (std::is_same_v<decltype(read(j)), Census>) written = json_of(read(j));
      else written = to_campaign_json(read(j));
    });
    return written;
  };
  if (json.is_object()) check_said_alike(json, reading(plan_from));
  if (json.is_object()) check_said_alike(json, reading(failure_from));
  // Censuses are trimmed when they are written, so that these are compared with themselves.
  for (const auto& once : {reading(census_from), reading(block_from)}) {
    if (once.empty()) continue;
    const bool block = once.contains("census");
    const auto twice = block ? to_campaign_json(block_from(once)) : json_of(census_from(once));
    fuzz::demand(once == twice, "what was written reads back as the same");
  }
}

void check_known(std::string_view text) {
  const auto known = parse_known_failures(text);
  if (!known) {
    fuzz::demand(known.error().line >= 1 && !known.error().message.empty(), "a bad list says where and why");
    return;
  }
  for (const KnownFailure& k : *known)
    fuzz::demand(!k.pattern.empty() && !k.reason.empty(), "a known failure has a pattern and a reason");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  if (const auto document = parse(text)) (void)cli::case_of(*document);
  check_known(text);
  const auto json = CampaignJson::parse(text.begin(), text.end(), nullptr, false);
  if (!json.is_discarded()) check_campaign(json);
  return 0;
}
