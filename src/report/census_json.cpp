#include "report/census_json.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>

#include "gradproof/ops.hpp"

namespace gradproof::inline v0 {

std::uint64_t count_from(const ReportJson& j, std::uint64_t largest) {
  const bool whole = j.is_number_unsigned() || (j.is_number_integer() && j.get<std::int64_t>() >= 0);
  if (whole && j.get<std::uint64_t>() <= largest) return j.get<std::uint64_t>();
  throw std::invalid_argument("no count: " + j.dump());
}

namespace {

// Without the zeros at its end.
ReportJson row(std::span<const std::uint64_t> counters) {
  std::size_t size = counters.size();
  while (size > 0 && counters[size - 1] == 0) --size;
  ReportJson j = ReportJson::array();
  for (std::size_t i = 0; i < size; ++i) j.push_back(counters[i]);
  return j;
}

void read_row(const ReportJson& j, std::span<std::uint64_t> counters) {
  const auto& row = j.get_ref<const ReportJson::array_t&>();
  for (std::size_t i = 0; i < std::min(row.size(), counters.size()); ++i) counters[i] = count_from(row[i]);
}

std::string op_name(std::size_t i) { return std::string(info(OpId{static_cast<std::uint8_t>(i)}).name); }

ReportJson by_operation(std::span<const std::uint64_t> counters) {
  ReportJson j = ReportJson::object();
  for (std::size_t i = 0; i < op_count; ++i)
    if (counters[i] > 0) j[op_name(i)] = counters[i];
  return j;
}

void read_by_operation(const ReportJson& j, std::span<std::uint64_t> counters) {
  for (const auto& [name, count] : j.get_ref<const ReportJson::object_t&>())
    if (const auto op = find_op(name)) counters[op->index] = count_from(count);
}

}  // namespace

ReportJson json_of(const Census& c) {
  ReportJson pairs = ReportJson::object();
  for (std::size_t i = 0; i < op_count; ++i)
    if (ReportJson of_user = by_operation(c.pairs[i]); !of_user.empty())
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

Census census_from(const ReportJson& j) {
  Census c;
  read_row(j.at("nodes"), c.nodes);
  read_row(j.at("depth"), c.depth);
  read_row(j.at("fan_out"), c.fan_out);
  read_row(j.at("reversals_on_a_path"), c.reversals_on_a_path);
  read_row(j.at("entries_by_8"), c.entries);
  read_row(j.at("outputs"), c.outputs);
  read_by_operation(j.at("operations"), c.operations);
  for (const auto& [name, of_user] : j.at("operands").get_ref<const ReportJson::object_t&>())
    if (const auto op = find_op(name)) read_by_operation(of_user, c.pairs[op->index]);
  read_row(j.at("lambda"), c.strengths);
  read_row(j.at("residual"), c.residual);
  return c;
}

}  // namespace gradproof::inline v0
