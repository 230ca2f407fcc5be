// How a language and its framework say what a script has to say: a table of texts with words in braces, one for each
// kind of statement. Whoever adds a language adds a table.
#pragma once

#include <array>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace gradproof::inline v0 {

using Words = std::map<std::string, std::string, std::less<>>;

// The text with each {word} that is known put in; other braces stay, for many languages have braces of their own.
[[nodiscard]] std::string filled(std::string_view text, const Words& words);

// The text of an operation of the graph format, with the operands {a} and {b}. An axis is part of the name: "sum rows".
struct OpText {
  std::string_view op, text;
};

// Left empty: the language has no such thing, and a script that needs it says so.
struct Dialect {
  std::string_view adapter;  // as hello has it, and behind a space the mode that the layer runs in
  std::string_view extension;
  std::string_view imports;          // of the framework
  std::string_view helpers;          // functions that the framework needs: numbers, and gradients
  std::string_view opening;          // {story} {imports} {file}
  std::string_view loading;          // {bound} {name} {prelude}: the author's file
  std::string_view package_loading;  // {module} {up} too: where the file belongs to a package
  std::string_view form_support, thread_support;  // what only some scripts need
  std::string_view comment;
  std::string_view absolute_file, relative_file;  // {file}, quoted
  std::string_view closing;
  std::string_view unshown;                // {reason}: in place of all statements
  std::string_view reserved;               // names that are taken, between spaces
  std::array<std::string_view, 4> dtypes;  // f16, bf16, f32, f64
  std::string_view nan, infinity;
  std::string_view tuple;                  // {sizes}: a shape; {comma}: a comma where there is one size only
  std::string_view array, constant_array;  // {nested} {dims} {dtype}; the second: all entries {value}
  // A leaf {name} of {data} in a layout; {row} is the data of its first row, {wide} a shape twice as wide, {count} entries.
  std::array<std::string_view, 5> layouts;
  std::string_view track;                         // makes {name} one whose gradient is asked for
  std::string_view assign;                        // {name} {value}
  std::string_view keep;                          // {name}: remembers its memory as kept_{name}
  std::string_view keep_settings, kept_settings;  // the same of what the whole program shares
  std::string_view asks;                          // {name} {what}: complains where its gradient is asked for
  std::string_view kept;                          // {name}: complains where that is no longer what it was
  // A language with a tape leaves the first two empty and writes the graph's statements as they come. {inputs} {outputs}
  std::string_view graph_open, graph_close;
  std::string_view gradients,
    twice;  // {outputs} {inputs} {cotangents} {gradients}; twice: {weights} {seconds} too
  std::string_view session_open, session_close;           // around all statements
  std::string_view glance;                                // {name} {input} {data} {call}
  std::string_view forward;                               // {name} {call} {input} {layer} {pass} {size}
  std::string_view backward;                              // {record} {of} {input} {cotangent} {pass} {size}
  std::string_view multiply, evaluate, deepcopy, pickle;  // {name} {number} {of}
  std::string_view read, strength;                        // {record} {of}; {leaf} {call}
  // {name} {dims}: makes numbers complex, and the other way round.
  std::string_view in_pairs, in_parts;
  std::string_view shares;   // {record} {of} {input}
  std::string_view check;    // {what} {name} {expected} {allowed} {zeros}
  std::string_view form;     // {what} {name} {dims} {dtype}
  std::string_view first;    // {name} {size}: keeps its numbers as first_{name}
  std::string_view nothing;  // in a list of numbers: nothing is said of this one
  std::string_view yes, no;
  std::string_view loop_open, loop_close;                // {count}
  std::string_view thread_open, thread_close, together;  // {number}; {threads}
  std::span<const OpText> ops;
  // A language without a framework goes backward by itself: what each operation adds to d_{a} and d_{b}; `leaf` begins d_{name},
  // `output` adds the cotangent, `reverse` is the layer. Its operations are statements that fill {name} of {size} numbers.
  std::span<const OpText> adjoints{};
  std::string_view call;                     // in place of the adapter's: {pass} {layer} {x} {name} {size}
  std::string_view make, set;                // in place of the adapter's: {layer} {lambda}
  std::array<std::string_view, 3> passes{};  // forward, backward and double backward
  std::string_view accumulate;               // as `backward`, to a copy of {before}
  std::string_view all_numbers;              // {numbers}: a list of numbers, where one can't stand for all
};

// The dialects of each language.
[[nodiscard]] std::span<const Dialect> python_dialects();
[[nodiscard]] std::span<const Dialect> javascript_dialects();
[[nodiscard]] std::span<const Dialect> c_dialects();

}  // namespace gradproof::inline v0
