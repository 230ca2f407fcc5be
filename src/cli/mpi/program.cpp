// The program for clusters: the same command line, and a campaign that many ranks share.
#include <fmt/format.h>

#include <cstdio>

#include "campaign/mpi.hpp"
#include "cli/arguments.hpp"
#include "cli/campaign.hpp"
#include "cli/files.hpp"
#include "protocol/children.hpp"

namespace gradproof::inline v0::cli {

namespace {

int shared_campaign(const Common& common, const CampaignArguments& a) {
  World world;
  if (world.rank() > 0) {
    serve_campaign(launch_of(common), &stop);
    return Exit::holds;
  }
  auto asked = asked_for(common, a);
  if (!asked) {
    dismiss_ranks();
    return Exit::usage;
  }
  int lost = 0;
  const int code = run_and_deliver(common, a, *asked, [&](const AskedCampaign& x) {
    return run_campaign_on_ranks(x.plan, x.target, launch_of(common), x.options, world, a.patience, lost);
  });
  if (lost == 0) return code;
  std::fflush(stdout);
  complain(fmt::format("{} rank{} never came back; {} blocks were decided by the others", lost,
                       lost == 1 ? "" : "s", lost == 1 ? "its" : "their"));
  world.abandon(code);
}

}  // namespace

}  // namespace gradproof::inline v0::cli

int main(int argc, char** argv) {
  gradproof::cli::install_signal_handlers();
  gradproof::protocol::adopt_orphans();
  gradproof::cli::campaign_on_ranks = gradproof::cli::shared_campaign;
  gradproof::cli::Arguments arguments;
  return gradproof::cli::command_line(argc, argv, arguments, gradproof::cli::Done::yes);
}
