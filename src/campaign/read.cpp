// A campaign's report read back from JSON.
#include "campaign/block_json.hpp"
#include "campaign/parts.hpp"
#include "gradproof/text.hpp"
#include "report/read_json.hpp"

namespace gradproof::inline v0 {

namespace {

CampaignPlan plan_of(const ReportJson& j) {
  (void)dtype_of(j.at("dtype"));  // says so where it is none
  return plan_from(j);
}

FailureGroup group_from(const ReportJson& j) {
  FailureGroup g{failure_from(j), count_of(j, "count")};
  g.smallest.from_corpus = j.at("from_corpus").get<bool>();
  return g;
}

// With the graph and where it was written, but without the finding, which is the group's.
std::optional<Counterexample> counterexample_from(const ReportJson& j, const CampaignReport& r) {
  const std::string file = j.value("replay_file", "");
  if (file.empty()) return {};
  const auto document = parse(text_of(j, "document"));
  if (!document) throw Misfit{"a graph can't be read: " + document.error().message()};
  Counterexample e{
    text_of(j, "property"), Case{document->graph, r.plan.dtype}, {}, count_of(j, "nodes"), 0, file};
  e.script_file = j.value("script_file", "");
  return e;
}

void read(const ReportJson& j, CampaignReport& r) {
  Report& own = r.report;
  own.command = "campaign";
  own.version = text_of(j, "version");
  own.environment = j.value("environment", "");
  r.plan = plan_of(j.at("plan"));
  own.seed = r.plan.seed;
  const ReportJson& shard = j.at("shard");
  r.shard = {count_of(shard, "index") - 1, count_of(shard, "of")};
  r.store = text_of(j, "store");
  const ReportJson& s = j.at("subject");
  own.subject.target = text_of(s, "target");
  own.subject.framework = text_of(s, "framework");
  own.subject.form = text_of(s, "form");
  own.subject.lambda = text_of(s, "lambda");
  own.conclusion = named(j.at("conclusion"), {Conclusion::verified, Conclusion::not_verified,
                                              Conclusion::inconclusive, Conclusion::no_subject});
  own.reason = text_of(j, "reason");
  own.interrupted = j.at("interrupted").get<bool>();
  const ReportJson& d = j.at("diagnosis");
  own.diagnosis = {text_of(d, "headline"), text_of(d, "cause"), text_of(d, "mend")};
  r.blocks = count_of(j, "blocks");
  r.missing_blocks = count_of(j, "missing_blocks");
  r.graphs = count_of(j, "graphs");
  r.digest = from_hex(text_of(j, "digest"));
  r.graphs_now = count_of(j, "graphs_now");
  r.seconds_now = number_of(j.at("seconds_now"));
  r.graphs_per_second = number_of(j.at("graphs_per_second"));
  r.counts = counts_from(j.at("counts"));
  r.census = census_from(j.at("census"));
  own.tallies = tallies_of(r);
  for (const Tally& t : own.tallies) own.cases += t.decided() + t.undecided + t.not_applicable;
  const ReportJson& corpus = j.at("corpus");
  r.corpus_files = count_of(corpus, "files");
  r.corpus_failures = count_of(corpus, "fails");
  for (const ReportJson& t : corpus.at("not_run"))
    r.corpus_troubles.push_back({text_of(t, "file"), text_of(t, "message")});
  for (const ReportJson& f : j.at("failures")) {
    r.groups.push_back(group_from(f));
    if (auto e = counterexample_from(f, r)) own.counterexamples.push_back(*std::move(e));
  }
}

}  // namespace

Result<CampaignReport, NoReport> read_campaign(std::string_view json) {
  CampaignReport r;
  auto trouble = read_json(json, "gradproof/campaign/1", [&](const ReportJson& j) { read(j, r); });
  if (trouble) return *std::move(trouble);
  return r;
}

}  // namespace gradproof::inline v0
