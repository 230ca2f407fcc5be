// The verdict on a subject that is there.
#pragma once

#include "gradproof/verify.hpp"
#include "protocol/messages.hpp"

namespace gradproof::inline v0 {

// Puts the battery to a subject that has introduced itself; the report gets tallies, examples, diagnosis and conclusion.
void judge(Subject& subject, const protocol::Hello& hello, const VerifyOptions& options, Report& report);

}  // namespace gradproof::inline v0
