// Judging λ's schedule.
#pragma once

#include "gradproof/verify.hpp"
#include "protocol/messages.hpp"

namespace gradproof::inline v0 {

// Asks for the coefficient at moments of all kinds and fills in the report.
void run_schedule(Subject& subject, const VerifyOptions& options, const protocol::Hello& hello,
                  Report& report);

}  // namespace gradproof::inline v0
