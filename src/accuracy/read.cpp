// An accuracy report read back from JSON, and several of them put together.
#include <algorithm>
#include <cmath>

#include "gradproof/accuracy.hpp"
#include "report/read_json.hpp"

namespace gradproof::inline v0 {

namespace {

std::vector<double> numbers_from(const ReportJson& j) {
  std::vector<double> values;
  for (const ReportJson& v : j) values.push_back(number_of(v));
  return values;
}

Witness witness_from(const ReportJson& j) {
  return {numbers_from(j.at("inputs")), number_of(j.at("observed")), text_of(j, "truth"),
          number_of(j.at("ulps"))};
}

// A chart has an axis of what stands here, so it must be what a measurement can give.
ExponentBin bin_from(const ReportJson& j) {
  const ExponentBin b{text_of(j, "sign") == "-", j.at("exponent").get<int>(), j.at("width").get<int>(),
                      number_of(j.at("ulps"))};
  constexpr int beyond_every_format = 1100;
  const bool is_one =
    std::isfinite(b.highest) && b.highest >= 0 && std::abs(b.exponent) <= beyond_every_format;
  if (!is_one || (b.width != 1 && b.width != 16)) throw Misfit{"by_exponent has what no format has"};
  return b;
}

PartAccuracy part_from(const ReportJson& j) {
  PartAccuracy p;
  p.part = text_of(j, "part");
  p.judged = count_of(j, "judged");
  p.drawn = count_of(j, "drawn");
  p.undecided = count_of(j, "undecided");
  p.beyond = count_of(j, "beyond");
  p.subnormal = count_of(j, "subnormal");
  p.nearest = count_of(j, "nearest");
  if (p.nearest > p.drawn) throw Misfit{"nearest counts more than was drawn"};
  if (!j.at("max").is_null()) p.worst = witness_from(j["max"]);
  p.p999 = number_of(j.at("p99_9"));
  p.p99 = number_of(j.at("p99"));
  p.p50 = number_of(j.at("p50"));
  for (const Oddity o : all_oddities)
    if (const std::string kind(name(o)); j.at("odd").contains(kind))
      p.odd[static_cast<std::size_t>(o)] = {count_of(j["odd"][kind], "count"),
                                            witness_from(j["odd"][kind].at("first"))};
  p.specials = count_of(j, "specials");
  for (const ReportJson& m : j.at("special_misses"))
    p.special_misses.push_back(
      {numbers_from(m.at("inputs")), number_of(m.at("observed")), number_of(m.at("expected"))});
  for (const ReportJson& b : j.at("by_exponent")) p.bins.push_back(bin_from(b));
  return p;
}

OperationAccuracy operation_from(const ReportJson& j) {
  OperationAccuracy o;
  o.operation = text_of(j, "operation");
  o.dtype = dtype_of(j.at("dtype"));
  o.trouble = text_of(j, "trouble");
  o.unsupported = j.at("unsupported").get<bool>();
  o.no_subnormals = j.at("no_subnormals").get<bool>();
  for (const ReportJson& p : j.at("parts")) o.parts.push_back(part_from(p));
  return o;
}

}  // namespace

Result<AccuracyReport, NoReport> read_accuracy(std::string_view json) {
  AccuracyReport r;
  auto trouble = read_json(json, "gradproof/accuracy/1", [&](const ReportJson& j) {
    r.report.command = "accuracy";
    r.report.version = text_of(j, "version");
    r.report.environment = j.value("environment", "");
    r.report.subject.target = text_of(j, "subject");
    r.report.subject.framework = text_of(j, "framework");
    r.report.seed = r.options.seed = count_of(j, "seed");
    r.options.inputs = count_of(j, "inputs");
    if (j.contains("asked")) {
      for (const ReportJson& d : j["asked"].at("dtypes")) r.options.dtypes.push_back(dtype_of(d));
      r.options.operations = j["asked"].at("operations").get<std::vector<std::string>>();
    }
    const int code = j.at("exit_code").get<int>();
    r.report.conclusion = j.at("measured").get<bool>()                ? Conclusion::verified
                          : code == exit_code(Conclusion::no_subject) ? Conclusion::no_subject
                                                                      : Conclusion::inconclusive;
    r.report.reason = text_of(j, "reason");
    r.report.detail = j.value("detail", "");
    r.report.interrupted = j.at("interrupted").get<bool>();
    for (const ReportJson& o : j.at("operations")) r.operations.push_back(operation_from(o));
  });
  if (trouble) return *std::move(trouble);
  return r;
}

Result<AccuracyReport, NoReport> merged(std::span<const AccuracyReport> parts) {
  if (parts.empty()) return NoReport{"there is nothing to merge"};
  AccuracyReport all = parts.front();
  for (const AccuracyReport& p : parts.subspan(1)) {
    if (p.report.subject.target != all.report.subject.target ||
        p.report.subject.framework != all.report.subject.framework)
      return NoReport{
        "accuracy of " + p.report.subject.target + " and of " + all.report.subject.target +
        " (or of two versions of its framework) does not merge; gradproof report diff compares them"};
    if (p.options.seed != all.options.seed || p.options.inputs != all.options.inputs ||
        p.report.version != all.report.version)
      return NoReport{
        "shards of one measurement have one seed, one number of inputs and one version of gradproof"};
    for (const OperationAccuracy& o : p.operations) {
      const auto same = [&](const OperationAccuracy& x) {
        return x.operation == o.operation && x.dtype == o.dtype;
      };
      if (std::ranges::any_of(all.operations, same))
        return NoReport{o.operation + " in " + std::string(format(o.dtype).words) + " is in two of them"};
      all.operations.push_back(o);
    }
    const auto add = [](auto& to, const auto& from) {
      // Who named nothing asked for all.
      if (to.empty() || from.empty()) return to.clear();
      for (const auto& x : from)
        if (std::ranges::find(to, x) == to.end()) to.push_back(x);
    };
    add(all.options.dtypes, p.options.dtypes);
    add(all.options.operations, p.options.operations);
    all.report.interrupted = all.report.interrupted || p.report.interrupted;
    if (exit_code(p.report.conclusion) > exit_code(all.report.conclusion)) {
      all.report.conclusion = p.report.conclusion;
      all.report.reason = p.report.reason;
    }
  }
  return all;
}

}  // namespace gradproof::inline v0
