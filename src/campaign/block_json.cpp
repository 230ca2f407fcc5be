#include "campaign/block_json.hpp"

#include <charconv>
#include <cmath>

#include "gradproof/ops.hpp"
#include "report/json_number.hpp"
#include "report/read_json.hpp"

namespace gradproof {

namespace {

// Without the zeros at its end.
CampaignJson row(std::span<const std::uint64_t> counters) {
  std::size_t size = counters.size();
  while (size > 0 && counters[size - 1] == 0) --size;
  CampaignJson j = CampaignJson::array();
  for (std::size_t i = 0; i < size; ++i) j.push_back(counters[i]);
  return j;
}

void read_row(const CampaignJson& j, std::span<std::uint64_t> counters) {
  for (std::size_t i = 0; i < std::min(j.size(), counters.size()); ++i)
    counters[i] = j[i].get<std::uint64_t>();
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
    if (const auto op = find_op(name)) counters[op->index] = count.get<std::uint64_t>();
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
  p.seed = j.at("seed").get<std::uint64_t>();
  p.graphs = j.at("graphs").get<std::uint64_t>();
  p.block = j.at("block").get<std::uint64_t>();
  p.thorough = j.at("thorough").get<std::uint64_t>();
  p.properties = j.at("properties").get<std::vector<std::string>>();
  p.digits = j.at("digits").get<std::int64_t>();
  p.exhaustive = j.at("exhaustive").get<std::uint32_t>();
  p.operations = j.at("operations").get<std::vector<std::string>>();
  p.swarm = j.at("swarm").get<bool>();
  p.schema = j.at("schema").get<std::uint64_t>();
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
    counts[property] = {c.at("holds").get<std::uint64_t>(), c.at("fails").get<std::uint64_t>(),
                        c.at("undecided").get<std::uint64_t>(), c.at("not_applicable").get<std::uint64_t>()};
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
  f.block = j.at("block").get<std::uint64_t>();
  f.graph = j.at("graph").get<std::uint64_t>();
  f.nodes = j.at("nodes").get<std::size_t>();
  f.entries = j.at("entries").get<std::size_t>();
  f.evaluations = j.at("evaluations").get<std::size_t>();
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
  b.number = j.at("number").get<std::uint64_t>();
  b.graphs = j.at("graphs").get<std::uint64_t>();
  b.digest = from_hex(j.at("digest").get_ref<const std::string&>());
  b.seconds = j.at("seconds").get<double>();
  b.counts = counts_from(j.at("counts"));
  b.census = census_from(j.at("census"));
  for (const CampaignJson& f : j.at("failures")) b.failures.push_back(failure_from(f));
  return b;
}

}  // namespace gradproof
