#include "campaign/block_json.hpp"

#include <charconv>
#include <cmath>
#include <stdexcept>

#include "report/json_number.hpp"

namespace gradproof::inline v0 {

namespace {

// Throws where the value is not what was written, as count_from() does.
std::uint64_t digest_from(const CampaignJson& j) {
  const auto& text = j.get_ref<const std::string&>();
  if (hex(from_hex(text)) != text) throw std::invalid_argument("no digest: " + text);
  return from_hex(text);
}

}  // namespace

std::string hex(std::uint64_t digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 0; i < 16; ++i) text[15 - i] = digits[digest >> (4 * i) & 15U];
  return text;
}

std::uint64_t from_hex(std::string_view text) {
  std::uint64_t v = 0;
  (void)std::from_chars(text.data(), text.data() + text.size(), v, 16);
  return v;
}

CampaignJson to_campaign_json(const CampaignPlan& p) {
  return {{"subject", p.subject},
          {"dtype", format(p.dtype).name},
          {"seed", p.seed},
          {"graphs", p.graphs},
          {"block", p.block},
          {"thorough", p.thorough},
          {"properties", p.properties},
          {"digits", p.digits},
          {"exhaustive", p.exhaustive},
          {"operations", p.operations},
          {"swarm", p.swarm},
          {"schema", p.schema}};
}

CampaignPlan plan_from(const CampaignJson& j) {
  CampaignPlan p;
  p.subject = j.at("subject").get<std::string>();
  p.dtype = find_dtype(j.at("dtype").get<std::string>()).value();
  p.seed = count_from(j.at("seed"));
  p.graphs = count_from(j.at("graphs"));
  p.block = count_from(j.at("block"));
  p.thorough = count_from(j.at("thorough"));
  p.properties = j.at("properties").get<std::vector<std::string>>();
  p.digits = static_cast<std::int64_t>(count_from(j.at("digits"), INT64_MAX));
  p.exhaustive = static_cast<std::uint32_t>(count_from(j.at("exhaustive"), UINT32_MAX));
  p.operations = j.at("operations").get<std::vector<std::string>>();
  p.swarm = j.at("swarm").get<bool>();
  p.schema = count_from(j.at("schema"));
  return p;
}

CampaignJson to_campaign_json(const std::map<std::string, Counts, std::less<>>& counts) {
  CampaignJson j = CampaignJson::object();
  for (const auto& [property, c] : counts)
    j[property] = {{"holds", c.holds},
                   {"fails", c.fails},
                   {"undecided", c.undecided},
                   {"not_applicable", c.not_applicable}};
  return j;
}

std::map<std::string, Counts, std::less<>> counts_from(const CampaignJson& j) {
  std::map<std::string, Counts, std::less<>> counts;
  for (const auto& [property, c] : j.items())
    counts[property] = {count_from(c.at("holds")), count_from(c.at("fails")), count_from(c.at("undecided")),
                        count_from(c.at("not_applicable"))};
  return counts;
}

CampaignJson to_campaign_json(const CampaignFailure& f) {
  return {{"property", f.property},
          {"residual", f.residual},
          {"skeleton", f.skeleton},
          {"document", f.document},
          {"place", f.place},
          {"expected", json_number(f.expected)},
          {"observed", json_number(f.observed)},
          {"allowed", json_number(f.allowed)},
          {"reason", f.reason},
          {"block", f.block},
          {"graph", f.graph},
          {"nodes", f.nodes},
          {"entries", f.entries},
          {"evaluations", f.evaluations}};
}

CampaignFailure failure_from(const CampaignJson& j) {
  CampaignFailure f;
  f.property = j.at("property").get<std::string>();
  f.residual = j.at("residual").get<std::string>();
  f.skeleton = j.at("skeleton").get<std::string>();
  f.document = j.at("document").get<std::string>();
  f.place = j.at("place").get<std::string>();
  f.expected = number_of(j.at("expected"));
  f.observed = number_of(j.at("observed"));
  f.allowed = number_of(j.at("allowed"));
  f.reason = j.at("reason").get<std::string>();
  f.block = count_from(j.at("block"));
  f.graph = count_from(j.at("graph"));
  f.nodes = count_from(j.at("nodes"));
  f.entries = count_from(j.at("entries"));
  f.evaluations = count_from(j.at("evaluations"));
  return f;
}

CampaignJson to_campaign_json(const Block& b) {
  CampaignJson failures = CampaignJson::array();
  for (const CampaignFailure& f : b.failures) failures.push_back(to_campaign_json(f));
  return {{"number", b.number},
          {"graphs", b.graphs},
          {"digest", hex(b.digest)},
          {"seconds", b.seconds},
          {"counts", to_campaign_json(b.counts)},
          {"census", json_of(b.census)},
          {"failures", std::move(failures)}};
}

Block block_from(const CampaignJson& j) {
  Block b;
  b.number = count_from(j.at("number"));
  b.graphs = count_from(j.at("graphs"));
  b.digest = digest_from(j.at("digest"));
  b.seconds = j.at("seconds").get<double>();
  b.counts = counts_from(j.at("counts"));
  b.census = census_from(j.at("census"));
  for (const CampaignJson& f : j.at("failures")) b.failures.push_back(failure_from(f));
  return b;
}

}  // namespace gradproof::inline v0
