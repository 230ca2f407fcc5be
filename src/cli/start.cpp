// Writes a layer, or an adapter, to begin with.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "cli/commands.hpp"
#include "cli/files.hpp"

namespace gradproof::inline v0::cli {

namespace {

// `build` and `judge` are commands, in which FILE stands for the file, STEM for its name without the ending and INCLUDE
// for the compiler's option that finds gradproof/plugin.h.
struct Start {
  std::string_view kind, source, file, what, build, judge;
};
constexpr std::array starts = {
  Start{"c", "grl.c", "grl.c", "a layer in C", "cc -O2 -shared -fPIC INCLUDE FILE -o STEM.so",
        "gradproof verify so:./STEM.so"},
  Start{"cpp", "grl.cpp", "grl.cpp", "a layer in C++", "c++ -O2 -shared -fPIC INCLUDE FILE -o STEM.so",
        "gradproof verify so:./STEM.so"},
  Start{"cuda", "grl.cu", "grl.cu", "a layer in CUDA",
        "nvcc -O2 -shared -Xcompiler -fPIC INCLUDE FILE -o STEM.so", "gradproof verify so:./STEM.so"},
  Start{"torch", "torch.py", "grl.py", "a layer in PyTorch", "", "gradproof verify py:FILE:GradientReversal"},
  Start{"jax", "jax.py", "grl.py", "a function in JAX", "", "gradproof verify py:FILE:reverse"},
  Start{"tf", "tf.py", "grl.py", "a Keras layer on TensorFlow", "",
        "gradproof verify py:FILE:GradientReversal"},
  Start{"paddle", "paddle.py", "grl.py", "a layer in PaddlePaddle", "",
        "gradproof verify py:FILE:GradientReversal"},
  Start{"tfjs", "tfjs.mjs", "grl.mjs", "a function in TensorFlow.js", "",
        "gradproof verify js:FILE:gradReverse"},
  Start{"tiny", "tiny.py", "adapter.py", "an adapter in plain Python, to be carried over to any language",
        "gradproof conformance python3 FILE", "gradproof verify \"cmd:python3 FILE\""},
};

std::string filled(std::string_view command, const std::string& file, const std::string& include) {
  const auto dot = file.find_last_of('.');
  const std::string stem = dot == std::string::npos || dot == 0 ? file : file.substr(0, dot);
  std::string text(command);
  for (const auto& [word, by] :
       {std::pair<std::string, std::string>{"INCLUDE ", include}, {"FILE", file}, {"STEM", stem}})
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + by.size()))
      text.replace(at, word.size(), by);
  // A full path is none of this folder.
  if (const auto at = text.find(".//"); at != std::string::npos) text.erase(at, 2);
  return text;
}

// Of the sources, whose adapters are in src/adapters, or of an installation, in share/gradproof/adapters. Nothing
// where the header is where every compiler looks.
std::string include_option(const std::string& adapters) {
  const auto above = std::filesystem::path(adapters).parent_path().parent_path();
  for (const auto& folder : {above / "include", above.parent_path() / "include"}) {
    if (folder == "/usr/include" || folder == "/usr/local/include") continue;
    std::error_code error;
    if (std::filesystem::is_regular_file(folder / "gradproof" / "plugin.h", error))
      return "-I '" + folder.string() + "' ";
  }
  return "";
}

// What is in a command must mean the same to a shell, unquoted.
bool plain(const std::string& file) {
  return file.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-") ==
           std::string::npos &&
         !file.empty() && file.front() != '-';
}

}  // namespace

std::vector<std::string> start_kinds() {
  std::vector<std::string> kinds;
  for (const Start& s : starts) kinds.emplace_back(s.kind);
  return kinds;
}

int start(const Common& common, const std::string& kind, const std::string& wanted) {
  const auto* const s =
    std::find_if(starts.begin(), starts.end(), [&](const Start& each) { return each.kind == kind; });
  if (s == starts.end()) return complain("there is no start for " + kind);
  const std::string file = wanted.empty() ? std::string(s->file) : wanted;
  if (!plain(file))
    return complain("'" + file +
                    "': give a name of letters, digits and . _ - / alone, for commands to name it");
  const std::string source = common.adapters + "/starts/" + std::string(s->source);
  std::error_code error;
  if (!std::filesystem::is_regular_file(source, error))
    return complain("there is no file " + source +
                    "; set GRADPROOF_ADAPTERS to the folder that holds starts/");
  const auto text = read_text(source);
  if (!text) return Exit::usage;
  // Opened in such a way that what is there already stays as it is.
  std::FILE* out = std::fopen(file.c_str(), "wx");
  if (out == nullptr && errno == EEXIST)
    return complain(file + " is there already; name another with --file");
  if (out == nullptr) return complain("can't write " + file + ": " + std::strerror(errno));
  const bool written = std::fwrite(text->data(), 1, text->size(), out) == text->size();
  if (std::fclose(out) != 0 || !written) return complain("can't write all of " + file);
  fmt::print("{} is {}. Next:\n\n", file, s->what);
  const std::string include = include_option(common.adapters);
  for (const std::string_view command : {s->build, s->judge})
    if (!command.empty()) fmt::print("  {}\n", filled(command, file, include));
  return Exit::holds;
}

}  // namespace gradproof::inline v0::cli
