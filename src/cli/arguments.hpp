// All that a command line can say.
#pragma once

#include <string>
#include <vector>

#include "cli/commands.hpp"

namespace gradproof::inline v0::cli {

struct Arguments {
  Common common;
  VerifyArguments verify;
  PropertiesArguments properties;
  CheckArguments check;
  ReplayArguments replay;
  ConformanceArguments conformance;
  CampaignArguments campaign;
  ClimbArguments climb;
  AccuracyArguments accuracy;
  StudyArguments study;
  PrecisionArguments precision;
  ConditionArguments condition;
  std::string campaigns = "gradproof-campaigns", store, folder;
  std::vector<std::string> stores;
  Outputs outputs;
  std::string before, now;
  std::string list = "targets";
  std::string explain;
  std::string library, prefix = "grl";
  std::string socket;
  std::string kind, file;
};

// Reads the command line into `arguments` and does what it asks for, or, for tests of the reading alone, does not. Returns the
// exit code, and has then said on standard error what was wrong.
enum class Done { yes, no };
int command_line(int argc, char** argv, Arguments& arguments, Done done);

}  // namespace gradproof::inline v0::cli
