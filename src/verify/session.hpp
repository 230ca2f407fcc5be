// A subject for the length of a run: started, greeted, used, ended, with what became of it in the report.
#pragma once

#include <functional>

#include "gradproof/verify.hpp"
#include "protocol/messages.hpp"

namespace gradproof::inline v0 {

using protocol::Hello;

// Calls `use` with the subject that a target names; or has the report say why there is none. Fills in the
// report's facts about the subject and its seconds. `contract` is "schedule" or "training" where the target is no layer.
void with_subject(const Target& target, const Launch& launch, Report& report,
                  const std::function<void(Subject&, const Hello&)>& use, const std::string& contract = {});

}  // namespace gradproof::inline v0
