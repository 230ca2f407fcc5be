#include "cli/outputs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gradproof::inline v0::cli {

namespace {

struct Place {
  std::string_view option;
  const std::string& file;
};

std::vector<Place> places_of(const Common& common, const Outputs& o) {
  return {{"--json", common.json}, {"--html", o.html}, {"--markdown", o.markdown}, {"--junit", o.junit}};
}

}  // namespace

bool sensible(const Common& common, const Outputs& outputs) {
  const auto no = [](const std::string& why) { return complain(why), false; };
  if (outputs.fail_on_worse && outputs.compare.empty())
    return no("--fail-on-worse needs --compare OLD.json: worse than what?");
  const std::vector<Place> places = places_of(common, outputs);
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k)
      if (!places[i].file.empty() && places[i].file == places[k].file)
        return no(
          fmt::format("{} and {} can't both go to {}", places[k].option, places[i].option, places[i].file));
    if (!places[i].file.empty() && places[i].file == outputs.compare)
      return no(
        fmt::format("{} would overwrite {}, which --compare reads", places[i].option, outputs.compare));
    if (!writable(places[i].file)) return no("can't write " + places[i].file);
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
