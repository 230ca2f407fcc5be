#include "campaign/block_json.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "gradproof/ops.hpp"
#include "report/json_number.hpp"
#include "report/read_json.hpp"

namespace gradproof::inline v0 {

namespace {

// nlohmann's get() takes -1 for 2^64 - 1 and 1.5 for 1, and a damaged store would be gone on with as another campaign. All of
// these throw where the value is not what was written.
std::uint64_t count_from(const CampaignJson& j, std::uint64_t largest = UINT64_MAX) {
  const bool whole = j.is_number_unsigned() || (j.is_number_integer() && j.get<std::int64_t>() >= 0);
  if (whole && j.get<std::uint64_t>() <= largest) return j.get<std::uint64_t>();
  throw std::invalid_argument("no count: " + j.dump());
}

std::uint64_t digest_from(const CampaignJson& j) {
  const auto& text = j.get_ref<const std::string&>();
  if (hex(from_hex(text)) != text) throw std::invalid_argument("no digest: " + text);
  return from_hex(text);
}

// Without the zeros at its end.
CampaignJson row(std::span<const std::uint64_t> counters) {
  std::size_t size = counters.size();
  while (size > 0 && counters[size - 1] == 0) --size;
  CampaignJson j = CampaignJson::array();
  for (std::size_t i = 0; i < size; ++i) j.push_back(counters[i]);
  return j;
}

void read_row(const CampaignJson& j, std::span<std::uint64_t> counters) {
  for (std::size_t i = 0; i < std::min(j.size(), counters.size()); ++i) counters[i] = count_from(j[i]);
}

std::string op_name(std::size_t i) { return std::string(info(OpId{static_cast<std::uint8_t>(i)}).name); }

CampaignJson by_operation(std::span<const std::uint64_t> counters) {
  CampaignJson j = CampaignJson::object();
  for (std::size_t i = 0; i < op_count; ++i)
    if (counters[i] > 0) j[op_name(i)] = counters[i];
  return j;
}

void read_by_operation(const CampaignJson& j, std::span<std::uint64_t> counters) {
  for (const auto& [name, count] : j.items())
    if (const auto op = find_op(name)) counters[op->index] = count_from(count);
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

CampaignJson to_campaign_json(const Census& c) {
  CampaignJson pairs = CampaignJson::object();
  for (std::size_t i = 0; i < op_count; ++i)
    if (CampaignJson of_user = by_operation(c.pairs[i]); !of_user.empty())
      pairs[op_name(i)] = std::move(of_user);
  return {{"nodes", row(c.nodes)},
          {"depth", row(c.depth)},
          {"fan_out", row(c.fan_out)},
          {"reversals_on_a_path", row(c.reversals_on_a_path)},
          {"entries_by_8", row(c.entries)},
          {"outputs", row(c.outputs)},
          {"operations", by_operation(c.operations)},
          {"operands", std::move(pairs)},
          {"lambda", row(c.strengths)},
          {"residual", row(c.residual)}};
}

Census census_from(const CampaignJson& j) {
  Census c;
  read_row(j.at("nodes"), c.nodes);
  read_row(j.at("depth"), c.depth);
  read_row(j.at("fan_out"), c.fan_out);
  read_row(j.at("reversals_on_a_path"), c.reversals_on_a_path);
  read_row(j.at("entries_by_8"), c.entries);
  read_row(j.at("outputs"), c.outputs);
  read_by_operation(j.at("operations"), c.operations);
  for (const auto& [name, of_user] : j.at("operands").items())
    if (const auto op = find_op(name)) read_by_operation(of_user, c.pairs[op->index]);
  read_row(j.at("lambda"), c.strengths);
  read_row(j.at("residual"), c.residual);
  return c;
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
          {"census", to_campaign_json(b.census)},
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
