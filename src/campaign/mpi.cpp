#include "campaign/mpi.hpp"

#include <mpi.h>

#include <chrono>
#include <thread>
#include <utility>

#include "campaign/block_json.hpp"
#include "campaign/conduct.hpp"

namespace gradproof::inline v0 {

namespace {

// What ranks say to each other. A worker is ready, has decided a block, or has no subject and says why; rank 0 hands out
// a block, or says that the time is over, which leaves the block in work, or that there are no more.
enum Tag : int { ready, decided, without_subject, block, enough, finished };

using Clock = std::chrono::steady_clock;

void send(int to, Tag tag, const std::string& text) {
  MPI_Send(text.data(), static_cast<int>(text.size()), MPI_CHAR, to, tag, MPI_COMM_WORLD);
}

struct Message {
  int from;
  Tag tag;
  std::string text;
};

Message received(const MPI_Status& status) {
  int size = 0;
  MPI_Get_count(&status, MPI_CHAR, &size);
  Message m{status.MPI_SOURCE, static_cast<Tag>(status.MPI_TAG),
            std::string(static_cast<std::size_t>(size), ' ')};
  MPI_Recv(m.text.data(), size, MPI_CHAR, m.from, status.MPI_TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  return m;
}

std::optional<Message> next_message() {
  int there = 0;
  MPI_Status status;
  MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &status);
  if (there == 0) return {};
  return received(status);
}

void broadcast(std::string& text) {
  auto size = static_cast<unsigned long long>(text.size());
  MPI_Bcast(&size, 1, MPI_UNSIGNED_LONG_LONG, 0, MPI_COMM_WORLD);
  text.resize(size);
  MPI_Bcast(text.data(), static_cast<int>(size), MPI_CHAR, 0, MPI_COMM_WORLD);
}

// What rank 0 knows of another rank.
struct Worker {
  enum class State { starting, idle, at_work, home } state = State::starting;
  std::uint64_t number = 0;
  Clock::time_point since = Clock::now();
  bool given_up = false;  // its block went to another
  bool told = false;      // that the time is over
};

class Foreman {
 public:
  Foreman(Desk& desk, Report& report, int size, double patience)
      : desk_(desk), report_(report), workers_(static_cast<std::size_t>(size)), patience_(patience) {
    workers_[0].state = Worker::State::home;
  }

  // Until every block is decided, or nobody is left to decide one.
  void run() {
    while (!over()) {
      if (auto m = next_message()) hear(*m);
      else std::this_thread::sleep_for(std::chrono::milliseconds(1));
      hand_out();
      give_up_the_late();
      if (desk_.late()) call_in();
    }
    for (std::size_t w = 1; w < workers_.size(); ++w)
      if (!gone(workers_[w]) && workers_[w].state != Worker::State::home)
        send(static_cast<int>(w), finished, "");
  }

  [[nodiscard]] int lost() const {
    return static_cast<int>(
      std::count_if(workers_.begin(), workers_.end(), [](const Worker& w) { return gone(w); }));
  }

 private:
  static bool gone(const Worker& w) { return w.given_up; }

  void hear(const Message& m) {
    Worker& w = workers_[static_cast<std::size_t>(m.from)];
    w.given_up = false;
    switch (m.tag) {
      case ready: w.state = Worker::State::idle; break;
      case decided: {
        w.state = Worker::State::idle;
        const Block b = block_from(CampaignJson::parse(m.text));
        if (!desk_.keep(b)) return;
        std::uint64_t failures = b.failures.size(), undecided = 0;
        if (const auto at = b.counts.find(screening); at != b.counts.end()) undecided = at->second.undecided;
        (void)desk_.note({b.graphs, failures, undecided});
        break;
      }
      case without_subject:
        w.state = Worker::State::home;
        report_.conclusion = Conclusion::no_subject;
        report_.reason = "rank " + std::to_string(m.from) + ": " + m.text;
        break;
      case block:
      case enough:
      case finished: break;
    }
  }

  void hand_out() {
    for (std::size_t i = 1; i < workers_.size(); ++i) {
      Worker& w = workers_[i];
      if (w.state != Worker::State::idle) continue;
      const auto number = desk_.next();
      if (!number) return;
      w = {Worker::State::at_work, *number, Clock::now(), false, false};
      send(static_cast<int>(i), block, std::to_string(*number));
    }
  }

  void give_up_the_late() {
    for (Worker& w : workers_) {
      const bool waited_for = w.state == Worker::State::at_work || w.state == Worker::State::starting;
      const double waited = std::chrono::duration<double>(Clock::now() - w.since).count();
      if (!waited_for || w.given_up || waited < patience_) continue;
      w.given_up = true;
      if (w.state == Worker::State::at_work) desk_.lose(w.number);
    }
  }

  // Whoever is at a block hears that the time is over, and hands in what it has decided or says that it is ready.
  void call_in() {
    for (std::size_t i = 1; i < workers_.size(); ++i) {
      Worker& w = workers_[i];
      if (w.state != Worker::State::at_work || gone(w) || std::exchange(w.told, true)) continue;
      send(static_cast<int>(i), enough, "");
    }
  }

  [[nodiscard]] bool over() {
    bool nobody = true, waiting = false;
    for (const Worker& w : workers_) {
      const bool here = w.state != Worker::State::home && !gone(w);
      nobody = nobody && !here;
      waiting = waiting || (here && w.state != Worker::State::idle);
    }
    if (nobody || desk_.trouble()) return true;
    // Idle hands and no block: hand_out() has just asked.
    return !waiting && !desk_.waits();
  }

  Desk& desk_;
  Report& report_;
  std::vector<Worker> workers_;
  double patience_;
};

}  // namespace

World::World() {
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
}

World::~World() { MPI_Finalize(); }

void World::abandon(int code) {
  MPI_Abort(MPI_COMM_WORLD, code);
  std::abort();
}

void dismiss_ranks() {
  std::string nothing;
  broadcast(nothing);
}

Result<CampaignReport, StoreTrouble> run_campaign_on_ranks(const CampaignPlan& plan, const Target& target,
                                                           const Launch& launch,
                                                           const CampaignOptions& options, World& world,
                                                           double patience, int& lost) {
  bool called = false;
  auto report = conduct(plan, target, launch, options, [&](Desk& desk, Report& own) {
    std::string text = to_campaign_json(plan).dump();
    broadcast(text);
    called = true;
    // The facts about the subject; the work is the others'.
    with_subject(target, launch, own, [](Subject&, const Hello&) {});
    Foreman foreman(desk, own, world.size(), patience);
    foreman.run();
    lost = foreman.lost();
  });
  if (!called) dismiss_ranks();
  return report;
}

namespace {

// Whether rank 0 has said that the time is over.
bool told_enough() {
  int there = 0;
  MPI_Iprobe(0, enough, MPI_COMM_WORLD, &there, MPI_STATUS_IGNORE);
  return there != 0;
}

}  // namespace

void serve_campaign(const Launch& launch, const std::atomic<bool>* stop) {
  std::string text;
  broadcast(text);
  if (text.empty()) return;
  const CampaignPlan plan = plan_from(CampaignJson::parse(text));
  const auto target = parse_target(plan.subject);
  if (!target) return send(0, without_subject, target.error().message);
  Report report;
  bool served = false;
  with_subject(*target, launch, report, [&](Subject& subject, const Hello& hello) {
    served = true;
    Examiner examiner(subject, hello, plan);
    send(0, ready, "");
    while (true) {
      MPI_Status status;
      MPI_Probe(0, MPI_ANY_TAG, MPI_COMM_WORLD, &status);
      const Message m = received(status);
      if (m.tag == finished) return;
      if (m.tag == enough) continue;
      const auto done = examiner.decide(std::stoull(m.text), [&](const Examiner::Step& step) {
        return !stop->load() && (step.must_finish || !told_enough());
      });
      // Stopped, or the time is over: rank 0 knows, and hands out nothing more.
      if (!done) send(0, ready, "");
      else
        send(0, decided,
             to_campaign_json(*done).dump(-1, ' ', false, CampaignJson::error_handler_t::replace));
    }
  });
  if (!served) send(0, without_subject, report.reason);
}

}  // namespace gradproof::inline v0
