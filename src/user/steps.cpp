#include "gradproof/study_function.hpp"
#include "user/rows.hpp"

namespace gradproof::inline v0::calling {

StepStudy steps(const Function& f, const std::vector<double>& x, const StepOptions& options) {
  StepStudy nothing;
  const auto known = recorded(f, x, {}, {});
  if (!known) {
    nothing.trouble = known.error();
    return nothing;
  }
  if (!known->border.empty()) {
    nothing.trouble = known->border;
    return nothing;
  }
  StepStudy study = study_steps(known->graph, options);
  study.source = "a function";
  return study;
}

}  // namespace gradproof::inline v0::calling
