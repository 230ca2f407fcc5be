#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gradproof::inline v0::protocol {

// What is asked and answered, as plain data. Whatever comes out of Client has been checked: each tensor has
// as many bytes as its shape takes, no size is negative or overflows, and each string is UTF-8 that is safe
// to print.

// Little-endian, row-major, contiguous. The dtype is what the subject says that it returned, and so it may be
// one that nobody asked for ("i64"); whether dtype and shape are the right ones is judged elsewhere.
struct WireTensor {
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;
};

// Bytes for each element; empty for a dtype that protocol 1 does not name.
[[nodiscard]] std::optional<std::size_t> size_of(std::string_view dtype);

struct CaseRequest {
  std::string graph, dtype, layout;
  int rank = 2;
  // In place of a graph: a scenario's steps, as the JSON array that docs/reference/protocol.md describes.
  std::string scenario{};
  bool twice = false;      // asks for double backward
  std::string contract{};  // of a schedule or a training step: how it is used; else empty
  // In place of a graph's text: the whole case as JSON, with a list of nodes; and the shapes that the graph gives to what is
  // to come back.
  std::string listed{};
  std::vector<std::vector<std::int64_t>> outputs{}, inputs{};
};

struct CaseReply {
  std::vector<WireTensor> outputs;
  std::vector<std::optional<WireTensor>>
    gradients;                      // one for each input of the graph; empty where there is none
  std::vector<std::string> damage;  // what the subject overwrote: "input x", "cotangent 0"
};

// `kind` is the adapter's word (raised, returned, unsupported), or the name of a Trouble where this case took
// the process down, or "not_tried" where too many cases before it had done that. `traceback` is the end of
// stderr then.
struct CaseError {
  std::string kind, message, traceback;
};

using CaseResult = std::variant<CaseReply, CaseError>;

struct Hello {
  std::string adapter, framework, subject, form, lambda;
  std::vector<std::string> dtypes, ops, layouts;
  std::optional<double> fixed_lambda;  // known only where the subject tells it
  bool lambda_is_fixed = false;
  std::vector<std::string> steps{};       // of scenarios, that the adapter can do; empty: none
  bool twice = false;                     // it can go backward twice
  bool large = false;                     // tensors of a hundred thousand entries cost it little
  bool reads_late = false;                // the author declares that λ is read in the backward pass
  std::string alias{};                    // ... whose memory the result has: fresh or view; empty: any
  bool factor = false;                    // ... that the layer is given the factor itself, which is -λ
  bool again = false;                     // it can become as new without being started anew
  bool listed = false;                    // it takes graphs as lists of nodes
  bool vector = false;                    // ... that λ may be a vector with an entry for each row
  std::string contract{};                 // what the subject was opened as, where that is no layer
  std::map<std::string, double> fixed{};  // the parameters of a schedule that can't be given, by name
  // How a user's source text makes the layer, calls it and gives it λ, by name; empty: the adapter does not say.
  std::map<std::string, std::string> usage{};
};

// The adapter works, but not the subject. `kind` is import, missing, form or protocol.
struct SubjectError {
  std::string kind, message, traceback;
};

}  // namespace gradproof::inline v0::protocol
