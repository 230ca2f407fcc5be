#include "cli/outputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace gradproof::inline v0::cli {

namespace {

struct Place {
  std::string_view option;
  const std::string& file;
};

std::vector<Place> places_of(const Common& common, const Outputs& o) {
  return {{"--json", common.json}, {"--html", o.html}, {"--markdown", o.markdown}, {"--junit", o.junit}};
}

// By whatever names, links too. A terminal has several names as well, and may be written to by all of them.
bool same_file(const std::string& one, const std::string& other) {
  if (one.empty() || other.empty() || one == "-" || other == "-") return false;
  if (one == other) return true;
  namespace fs = std::filesystem;
  std::error_code error;
  const auto place_of = [&](const std::string& file) {
    return fs::weakly_canonical(fs::absolute(file, error), error);
  };
  const fs::path place = place_of(one);
  const bool is_device = fs::exists(place, error) && !fs::is_regular_file(place, error);
  return !is_device && place == place_of(other);
}

}  // namespace

bool sensible(const Common& common, const Outputs& outputs, const std::vector<std::string>& read) {
  const auto no = [](const std::string& why) { return complain(why), false; };
  if (outputs.fail_on_worse && outputs.compare.empty())
    return no("--fail-on-worse needs --compare OLD.json: worse than what?");
  const std::vector<Place> places = places_of(common, outputs);
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k)
      if (same_file(places[i].file, places[k].file) || (places[i].file == "-" && places[k].file == "-"))
        return no(
          fmt::format("{} and {} can't both go to {}", places[k].option, places[i].option, places[i].file));
    for (const std::string& file : read)
      if (same_file(places[i].file, file))
        return no(fmt::format("{}: {} would be overwritten, and is what is read", places[i].option, file));
    if (same_file(places[i].file, outputs.compare))
      return no(
        fmt::format("{} would overwrite {}, which --compare reads", places[i].option, outputs.compare));
    if (!writable(places[i].file))
      return no("can't write " + places[i].file + ": " + std::generic_category().message(errno));
  }
  return true;
}

bool can_judge(const Outputs& outputs, const AccuracyOptions& earlier, const AccuracyOptions& now) {
  const bool judges = outputs.fail_on_worse || !outputs.junit.empty();
  if (!judges || (earlier.seed == now.seed && earlier.inputs == now.inputs)) return true;
  return complain(fmt::format("{} was measured with --seed {} --inputs {}, and this is of --seed {} --inputs "
                              "{}: errors of other "
                              "inputs are not compared, so {} would pass whatever got worse",
                              outputs.compare, earlier.seed, earlier.inputs, now.seed, now.inputs,
                              outputs.fail_on_worse ? "--fail-on-worse" : "--junit")),
         false;
}

bool deliver(const Common& common, const Outputs& outputs, const Forms& forms) {
  const std::vector<Place> places = places_of(common, outputs);
  if (std::ranges::none_of(places, [](const Place& p) { return p.file == "-"; }))
    fmt::print("{}", forms.text());
  const std::function<std::string()>* const made[] = {&forms.json, &forms.html, &forms.markdown,
                                                      &forms.junit};
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i].file.empty() || write_file(places[i].file, (*made[i])())) continue;
    return complain("can't write " + places[i].file), false;
  }
  return true;
}

int code_with(const Outputs& outputs, const std::optional<Changes>& changes, int code) {
  return outputs.fail_on_worse && changes && any_worse(*changes) ? static_cast<int>(Exit::fails) : code;
}

}  // namespace gradproof::inline v0::cli
