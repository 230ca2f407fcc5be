#include "protocol/wire.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "protocol/base64.hpp"
#include "protocol/quote.hpp"

namespace gradproof::inline v0::protocol {
namespace {

using nlohmann::json;

constexpr std::size_t most_dimensions = 64;

// Where in the answer a value stands. A chain on the stack: it is written out only if something is wrong
// there.
struct Place {
  const Place* outer = nullptr;
  std::string_view key{};
  std::size_t index = 0;

  [[nodiscard]] Place member(std::string_view name) const { return {this, name, 0}; }
  [[nodiscard]] Place element(std::size_t i) const { return {this, {}, i}; }
  [[nodiscard]] std::string written() const {
    if (outer == nullptr) return {};
    const std::string before = outer->written();
    if (key.empty()) return before + '[' + std::to_string(index) + ']';
    return before.empty() ? std::string(key) : before + '.' + std::string(key);
  }
};

// One pass over one answer. The first thing that is wrong stays in `problem`; after it every function returns
// something empty, and nothing of that is handed on.
struct Reading {
  std::string problem;

  [[nodiscard]] bool fine() const { return problem.empty(); }
  void reject(const Place& place, const std::string& what) {
    const std::string where = place.written();
    if (fine()) problem = where.empty() ? what : where + ": " + what;
  }
  void expected(const Place& place, std::string_view what, const json& found) {
    reject(place, "expected " + std::string(what) + ", found " + described(found));
  }
};

// Null stands for what is absent, so that both are refused, or allowed, in the same words.
const json& member(const json& object, const char* key) {
  static const json absent;
  const auto found = object.find(key);
  return found == object.end() ? absent : *found;
}

std::string_view text_of(Reading& reading, const Place& place, const json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>();
  reading.expected(place, "a string", value);
  return {};
}

std::string line_in(Reading& reading, const Place& place, const json& object, const char* key) {
  return one_line(text_of(reading, place.member(key), member(object, key)));
}

std::string lines_in(Reading& reading, const Place& place, const json& object, const char* key) {
  const json& value = member(object, key);
  return value.is_null() ? std::string() : last_lines(text_of(reading, place.member(key), value));
}

// Reads each element of an array with `read(element, its place)`.
template <std::invocable<const json&, const Place&> Read>
auto list_of(Reading& reading, const Place& place, const json& value, Read read) {
  std::vector<std::invoke_result_t<Read, const json&, const Place&>> list;
  if (!value.is_array()) reading.expected(place, "an array", value);
  else list.reserve(value.size());
  for (std::size_t i = 0; value.is_array() && i < value.size() && reading.fine(); ++i)
    list.push_back(read(value[i], place.element(i)));
  return list;
}

std::vector<std::string> names_in(Reading& reading, const Place& place, const json& object, const char* key) {
  return list_of(reading, place.member(key), member(object, key),
                 [&](const json& value, const Place& at) { return one_line(text_of(reading, at, value)); });
}

std::int64_t size_at(Reading& reading, const json& value, const Place& place) {
  const bool fits = value.is_number_unsigned() &&
                    value.get<std::uint64_t>() <= std::uint64_t(std::numeric_limits<std::int64_t>::max());
  if (!fits) reading.expected(place, "a size (an integer, not negative)", value);
  return fits ? value.get<std::int64_t>() : 0;
}

// Sizes of zero are left out of the check for overflow: 0 x 2^62 x 2^62 is refused although it has no
// elements, so that whoever computes strides later is safe as well.
std::optional<std::size_t> elements(std::span<const std::int64_t> shape) {
  std::uint64_t count = 1;
  bool none = false;
  for (const std::int64_t size : shape) {
    if (size == 0) none = true;
    else if (count > std::uint64_t(std::numeric_limits<std::int64_t>::max()) / std::uint64_t(size))
      return std::nullopt;
    else count *= std::uint64_t(size);
  }
  return none ? 0 : count;
}

std::string in_words(std::span<const std::int64_t> shape) {
  if (shape.empty()) return "a scalar";
  std::string text = std::to_string(shape[0]);
  for (std::size_t i = 1; i < std::min<std::size_t>(shape.size(), 8); ++i)
    (text += 'x') += std::to_string(shape[i]);
  return shape.size() > 8 ? text + "x…" : text;
}

void check_size(Reading& reading, const Place& place, const WireTensor& tensor) {
  const auto count = elements(tensor.shape);
  const auto size = size_of(tensor.dtype);
  const Place data = place.member("data");
  const std::string have = std::to_string(tensor.bytes.size()) + " bytes";
  const std::string what = in_words(tensor.shape) + " of " + in_quotes(tensor.dtype, 20);
  if (!count || *count > std::numeric_limits<std::size_t>::max() / 32) {
    reading.reject(place.member("shape"), in_words(tensor.shape) + " has too many elements to count");
  } else if (size && tensor.bytes.size() != *count * *size) {
    reading.reject(data, have + " where " + what + " takes " + std::to_string(*count * *size));
  } else if (!size && (*count == 0 ? !tensor.bytes.empty() : tensor.bytes.size() % *count != 0)) {
    reading.reject(data, have + " cannot be " + what);
  }
}

WireTensor tensor_at(Reading& reading, const json& value, const Place& place) {
  if (!value.is_object()) return reading.expected(place, "a tensor", value), WireTensor{};
  WireTensor tensor;
  tensor.dtype = line_in(reading, place, value, "dtype");
  const Place shape = place.member("shape");
  tensor.shape = list_of(reading, shape, member(value, "shape"),
                         [&](const json& size, const Place& at) { return size_at(reading, size, at); });
  if (tensor.shape.size() > most_dimensions)
    reading.reject(shape, "more than " + std::to_string(most_dimensions) + " dimensions");
  const std::string_view text = text_of(reading, place.member("data"), member(value, "data"));
  Base64Text data = base64_decoded(text);
  if (data.wrong_at)
    reading.reject(place.member("data"), "not base64 from character " + std::to_string(*data.wrong_at) +
                                           " on: " + in_quotes(text.substr(*data.wrong_at), 20));
  tensor.bytes = std::move(data.bytes);
  if (reading.fine()) check_size(reading, place, tensor);
  return tensor;
}

// The numbers of all outputs and gradients one after the other, each of the shape that the graph gives it.
CaseReply together_at(Reading& reading, const json& value, const Place& place, const CaseRequest& request) {
  const std::string_view text = text_of(reading, place, value);
  const Base64Text data = base64_decoded(text);
  if (data.wrong_at)
    reading.reject(place, "not base64 from character " + std::to_string(*data.wrong_at) +
                            " on: " + in_quotes(text.substr(*data.wrong_at), 20));
  CaseReply reply;
  std::size_t at = 0;
  const auto next = [&](const std::vector<std::int64_t>& shape) {
    const std::size_t size = elements(shape).value() * size_of(request.dtype).value();
    const auto bytes = std::span(data.bytes).subspan(std::min(at, data.bytes.size()));
    at += size;
    return WireTensor{request.dtype, shape, {bytes.begin(), bytes.begin() + std::min(size, bytes.size())}};
  };
  for (const auto& shape : request.outputs) reply.outputs.push_back(next(shape));
  for (const auto& shape : request.inputs) reply.gradients.emplace_back(next(shape));
  if (reading.fine() && at != data.bytes.size())
    reading.reject(place,
                   std::to_string(data.bytes.size()) + " bytes where all tensors take " + std::to_string(at));
  return reply;
}

CaseReply reply_at(Reading& reading, const json& value, const Place& place, const CaseRequest& request) {
  if (!request.listed.empty() && value.contains("numbers"))
    return together_at(reading, value["numbers"], place.member("numbers"), request);
  CaseReply reply;
  reply.outputs = list_of(reading, place.member("outputs"), member(value, "outputs"),
                          [&](const json& each, const Place& at) { return tensor_at(reading, each, at); });
  reply.gradients = list_of(reading, place.member("gradients"), member(value, "gradients"),
                            [&](const json& each, const Place& at) -> std::optional<WireTensor> {
                              if (each.is_null()) return std::nullopt;
                              return tensor_at(reading, each, at);
                            });
  if (value.contains("damage")) reply.damage = names_in(reading, place, value, "damage");
  return reply;
}

// Both kinds of error have the same three members; the kind is a word, for somebody will branch on it.
template <class Error>
Error error_at(Reading& reading, const json& value, const Place& place) {
  if (!value.is_object()) return reading.expected(place, "an error (an object)", value), Error{};
  Error error{line_in(reading, place, value, "kind"), line_in(reading, place, value, "message"),
              lines_in(reading, place, value, "traceback")};
  if (error.kind.empty()) reading.expected(place.member("kind"), "a word", member(value, "kind"));
  return error;
}

CaseResult result_at(Reading& reading, const json& value, const Place& place, const CaseRequest& request) {
  if (!value.is_object()) return reading.expected(place, "a result (an object)", value), CaseError{};
  if (value.contains("error")) return error_at<CaseError>(reading, value["error"], place.member("error"));
  return reply_at(reading, value, place, request);
}

bool accepted(Reading& reading, const json& answer) {
  const json& ok = member(answer, "ok");
  if (!ok.is_boolean()) reading.expected(Place{}.member("ok"), "true or false", ok);
  return ok.is_boolean() && ok.get<bool>();
}

// The parameters of a schedule that have one value only.
std::map<std::string, double> fixed_parameters(Reading& reading, const json& fixed) {
  std::map<std::string, double> found;
  const Place top{}, place = top.member("fixed");
  if (fixed.is_null()) return found;
  if (!fixed.is_object()) return reading.expected(place, "an object", fixed), found;
  for (const auto& [name, value] : fixed.items()) {
    if (value.is_number()) found[one_line(name)] = value.get<double>();
    else reading.expected(place.member(name), "a number", value);
  }
  return found;
}

Hello hello_at(Reading& reading, const json& answer) {
  const Place top{};
  if (member(answer, "protocol") != protocol_version)
    reading.expected(top.member("protocol"), "1, the version asked for", member(answer, "protocol"));
  const auto line = [&](const char* key) { return line_in(reading, top, answer, key); };
  const auto names = [&](const char* key) { return names_in(reading, top, answer, key); };
  Hello hello{line("adapter"), line("framework"), line("subject"),  line("form"), line("lambda"),
              names("dtypes"), names("ops"),      names("layouts"), {},           false};
  if (answer.contains("steps")) hello.steps = names("steps");
  const auto flag = [&](const char* key) {
    const json& value = member(answer, key);
    if (!value.is_null() && !value.is_boolean()) reading.expected(top.member(key), "true or false", value);
    return value.is_boolean() && value.get<bool>();
  };
  hello.twice = flag("twice");
  hello.again = flag("again");
  hello.vector = flag("vector");
  hello.listed = flag("listed");
  if (answer.contains("contract")) hello.contract = line("contract");
  hello.fixed = fixed_parameters(reading, member(answer, "fixed"));
  hello.large = flag("large");
  if (!member(answer, "reads").is_null()) {
    const std::string reads = line("reads");
    if (reads != "forward" && reads != "backward")
      reading.expected(top.member("reads"), "forward or backward", member(answer, "reads"));
    hello.reads_late = reads == "backward";
  }
  if (const json& usage = member(answer, "usage"); usage.is_object())
    for (const auto& [key, text] : usage.items())
      hello.usage[key] = lines_in(reading, top.member("usage"), usage, key.c_str());
  else if (!usage.is_null()) reading.expected(top.member("usage"), "an object", usage);
  if (!member(answer, "convention").is_null()) {
    const std::string convention = line("convention");
    if (convention != "reversal" && convention != "factor")
      reading.expected(top.member("convention"), "reversal or factor", member(answer, "convention"));
    hello.factor = convention == "factor";
  }
  if (!member(answer, "alias").is_null()) {
    hello.alias = line("alias");
    if (hello.alias != "fresh" && hello.alias != "view" && hello.alias != "any")
      reading.expected(top.member("alias"), "fresh, view or any", member(answer, "alias"));
    if (hello.alias == "any") hello.alias.clear();
  }
  hello.lambda_is_fixed = hello.lambda == "fixed";
  const json& fixed = member(answer, "fixed_lambda");
  if (fixed.is_number()) hello.fixed_lambda = fixed.get<double>();
  else if (!fixed.is_null()) reading.expected(top.member("fixed_lambda"), "a number or null", fixed);
  return hello;
}

json case_request(const CaseRequest& each) {
  if (!each.scenario.empty()) return {{"scenario", json::parse(each.scenario)}, {"dtype", each.dtype}};
  json request = {{"graph", each.graph}, {"dtype", each.dtype}, {"layout", each.layout}, {"rank", each.rank}};
  if (each.twice) request["twice"] = true;
  if (!each.contract.empty()) request["contract"] = each.contract;
  return request;
}

}  // namespace

std::optional<std::size_t> size_of(std::string_view dtype) {
  using Entry = std::pair<std::string_view, std::size_t>;
  static constexpr std::array sizes{Entry{"f16", 2}, Entry{"bf16", 2},  Entry{"f32", 4},  Entry{"f64", 8},
                                    Entry{"c64", 8}, Entry{"c128", 16}, Entry{"bool", 1}, Entry{"i8", 1},
                                    Entry{"i16", 2}, Entry{"i32", 4},   Entry{"i64", 8},  Entry{"u8", 1},
                                    Entry{"u16", 2}, Entry{"u32", 4},   Entry{"u64", 8}};
  const auto* const found = std::ranges::find(sizes, dtype, &Entry::first);
  return found == sizes.end() ? std::nullopt : std::optional(found->second);
}

std::string described(const json& value) {
  switch (value.type()) {
    case json::value_t::null: return "nothing";
    case json::value_t::boolean: return value.get<bool>() ? "true" : "false";
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
    case json::value_t::number_float: return value.dump();
    case json::value_t::string: return in_quotes(value.get_ref<const std::string&>());
    case json::value_t::array: return "an array of " + std::to_string(value.size());
    case json::value_t::object: return "an object with " + std::to_string(value.size()) + " members";
    case json::value_t::binary:
    case json::value_t::discarded: return "what is not JSON";
  }
  return {};
}

json hello_request(const std::string& contract) {
  json request = {{"command", "hello"}, {"protocol", protocol_version}, {"again", true}};
  if (!contract.empty()) request["contract"] = contract;
  return request;
}

json run_request(std::span<const CaseRequest> cases) {
  json list = json::array();
  for (const CaseRequest& each : cases) list.push_back(case_request(each));
  return {{"command", "run"}, {"cases", std::move(list)}};
}

std::string run_text(std::span<const CaseRequest> cases) {
  std::string text = R"({"command":"run","cases":[)";
  for (const CaseRequest& each : cases) {
    if (&each != cases.data()) text += ',';
    text += each.listed.empty() ? case_request(each).dump(-1, ' ', false, json::error_handler_t::replace)
                                : each.listed;
  }
  return text + "]}";
}

std::variant<Hello, SubjectError, Violation> read_hello(const json& answer) {
  Reading reading;
  std::variant<Hello, SubjectError, Violation> result;
  if (accepted(reading, answer)) result = hello_at(reading, answer);
  else if (reading.fine())
    result = error_at<SubjectError>(reading, member(answer, "error"), Place{}.member("error"));
  if (!reading.fine()) return Violation{std::move(reading.problem)};
  return result;
}

std::variant<std::vector<CaseResult>, Violation> read_results(const json& answer,
                                                              std::span<const CaseRequest> cases) {
  Reading reading;
  const Place top{};
  std::vector<CaseResult> results;
  if (accepted(reading, answer)) {
    const Place place = top.member("results");
    results = list_of(reading, place, member(answer, "results"), [&](const json& each, const Place& at) {
      static const CaseRequest unasked;
      return result_at(reading, each, at, at.index < cases.size() ? cases[at.index] : unasked);
    });
    if (results.size() != cases.size())
      reading.reject(
        place, std::to_string(results.size()) + " results for " + std::to_string(cases.size()) + " cases");
  } else if (reading.fine()) {
    const auto error = error_at<CaseError>(reading, member(answer, "error"), top.member("error"));
    reading.reject(top, "refused the request: " + error.kind + ": " + error.message);
  }
  if (!reading.fine()) return Violation{std::move(reading.problem)};
  return results;
}

}  // namespace gradproof::inline v0::protocol
