// `gradproof verify so:` over all plugins: the right ones pass, and of each wrong one the cause is named first.
#include <filesystem>
#include <map>

#include "gradproof/report.hpp"
#include "gradproof/verify.hpp"
#include "tests/catch.hpp"

using namespace gradproof;

namespace {

Report judged(const std::string& name, std::uint64_t seed = 1) {
  const std::string file = GRADPROOF_BINARY_DIR "/subjects/c/" + name + ".so";
  const auto target = parse_target("so:" + file + (name == "right_dann_prefix" ? ":dann" : ""));
  REQUIRE(target);
  Launch launch;
  launch.self = GRADPROOF_BINARY_DIR "/gradproof";
  VerifyOptions options;
  options.graphs = 20;
  options.seed = seed;
  return verify(*target, launch, options);
}

std::vector<std::string> subjects(const std::string& kind) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(GRADPROOF_SOURCE_DIR "/tests/subjects/c"))
    if (const std::string name = entry.path().stem().string(); name.starts_with(kind)) names.push_back(name);
  return names;
}

const std::map<std::string, std::string> causes = {
  {"wrong_absolute_lambda", "|λ| is used"},
  {"wrong_accumulates", "the layer adds to its result where it should write"},
  {"wrong_add_from_zero", "the backward pass that adds (backward_add) does not add"},
  {"wrong_add_without_minus", "the backward pass that adds (backward_add) does not add"},
  {"wrong_add_writes", "the backward pass that adds (backward_add) does not add"},
  {"wrong_aligned_loads", "as with aligned vector loads"},
  {"wrong_clipped", "the gradient is clipped, entry by entry"},
  {"wrong_counts_its_calls", "the layer counts its calls"},
  {"wrong_divides_by_n", "divided by the number of elements"},
  {"wrong_double_backward_sign", "the second derivative is wrong"},
  {"wrong_double_backward_squares", "the second derivative is wrong"},
  {"wrong_fills_gaps", "the gaps between the entries of a strided buffer"},
  {"wrong_first_lambda_stays", "the first λ stays for ever"},
  {"wrong_forward_adds_zero", "the sign of zero is lost"},
  {"wrong_index_of_16_bits", "the tail of a grid, block or vector"},
  {"wrong_keeps_pointer", "a pointer into the caller's buffers is kept"},
  {"wrong_lambda_as_float", "λ is rounded to float32"},
  {"wrong_lambda_as_integer", "λ is truncated to an integer"},
  {"wrong_lambda_ignored", "λ is ignored"},
  {"wrong_lambda_of_the_last_forward", "the last (or first) writer wins"},
  {"wrong_lambda_on_forward", "λ is applied to the forward value"},
  {"wrong_factor_negated", "declared to multiply by the number"},
  {"wrong_rows_along_columns", "the vector of λ lies along the wrong axis"},
  {"wrong_no_minus", "the minus sign is missing"},
  {"wrong_object_never_set", "λ is read once and kept"},
  {"wrong_object_one_slot", "λ is shared state"},
  {"wrong_object_reads_late", "λ is read in the backward pass"},
  {"wrong_object_shares_lambda", "share one λ"},
  {"wrong_object_used_up", "a backward pass changes what it needs again"},
  {"wrong_object_without_minus", "the minus sign is missing"},
  {"wrong_overruns", "writes past the end of its result"},
  {"wrong_rounds_n_up", "writes past the end of its result"},
  {"wrong_skips_third", "the answers come round again after a few calls"},
  {"wrong_static_result", "two equal calls differ: the first call is another one"},
  {"wrong_strides_ignored", "strides are ignored"},
  {"wrong_strides_swapped", "the input's is taken for the result's"},
  {"wrong_subnormal_cotangents_flushed", "subnormal numbers lose their digits"},
  {"wrong_tail_dropped", "the tail of a grid, block or vector"},
  {"wrong_through_float", "goes through float32"},
  {"wrong_underruns", "writes before the start of its result"},
  {"wrong_vectors_only", "the tail of a grid, block or vector"},
  {"wrong_writes_into_input", "the input of a pass is changed in place"},
};

}  // namespace

TEST_CASE("of each wrong plugin the cause is named") {
  const auto names = subjects("wrong_");
  CHECK(names.size() == causes.size());
  for (const std::string& name : names) {
    const Report report = judged(name);
    INFO(name << "\n" << to_text(report));
    CHECK(report.conclusion == Conclusion::not_verified);
    REQUIRE(causes.contains(name));
    CHECK(report.diagnosis.cause.find(causes.at(name)) != std::string::npos);
    CHECK(!report.diagnosis.mend.empty());
  }
}

TEST_CASE("right plugins are verified, whatever the seed") {
  for (const std::string& name : subjects("right_"))
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      const Report report = judged(name, seed);
      INFO(name << ", seed " << seed << "\n" << to_text(report));
      CHECK(report.conclusion == Conclusion::verified);
    }
}
