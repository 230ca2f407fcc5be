// Judging an author's own training step.
#pragma once

#include "gradproof/verify.hpp"
#include "protocol/messages.hpp"

namespace gradproof::inline v0 {

// Has the subject train a small network with several λ and fills in the report.
void run_training(Subject& subject, const VerifyOptions& options, const protocol::Hello& hello,
                  Report& report);

}  // namespace gradproof::inline v0
