// A conversation with an adapter, line by line, in which anything may be said: what Exchange would call the end of the
// matter is noted here, and the conversation goes on.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "protocol/process.hpp"

namespace gradproof::inline v0 {

// One line said, and what came of it.
struct Turn {
  std::string sent;
  std::string came;
  nlohmann::json reply;  // an object; null where no reply came, and then
  std::string silence;   // says why
  [[nodiscard]] bool answered() const { return reply.is_object(); }
  [[nodiscard]] bool ok() const { return answered() && reply.value("ok", nlohmann::json()) == true; }
};

// Whether the adapter says that it could not read what was said.
[[nodiscard]] bool unread(const Turn& turn);

// Something against the rules of the exchange, whatever the request was about.
struct Breach {
  std::string problem, sent, came;
};

class Dialogue {
 public:
  Dialogue(protocol::Command command, const protocol::Limits& limits)
      : command_(std::move(command)), limits_(limits) {}

  // Says a line as it is. A process is started where there is none.
  [[nodiscard]] Turn say(const std::string& line);
  // Asks with an id of our own, and sees to it that the reply has it.
  [[nodiscard]] Turn ask(nlohmann::json request);
  [[nodiscard]] Turn ask(nlohmann::json request, std::uint64_t id);
  // The end of standard input; what was wrong with the adapter's end, or nothing.
  [[nodiscard]] std::string end_input();
  // The same without closing anything: for an adapter that has been told to end.
  [[nodiscard]] std::string ending();
  void stop();

  // The first of its kind, over all processes so far.
  [[nodiscard]] const std::optional<Breach>& stray() const { return stray_; }
  [[nodiscard]] const std::optional<Breach>& surplus() const { return surplus_; }
  [[nodiscard]] const std::optional<Breach>& wrong_id() const { return wrong_id_; }
  [[nodiscard]] const std::string& not_started() const { return not_started_; }
  [[nodiscard]] int silences() const { return silences_; }  // one after another

 private:
  bool start();
  void note_stray();
  [[nodiscard]] Turn heard(Turn turn, const protocol::Deadline& deadline);
  [[nodiscard]] bool is_reply(const Turn& turn);

  protocol::Command command_;
  protocol::Limits limits_;
  std::unique_ptr<protocol::Process> process_;
  bool fresh_ = false;
  std::uint64_t next_id_ = 1;
  std::string last_said_;
  // The ids of the last two requests to this process, where they had one.
  std::optional<std::uint64_t> previous_, current_;
  std::optional<Breach> stray_, surplus_, wrong_id_;
  std::string not_started_;
  int silences_ = 0;
};

}  // namespace gradproof::inline v0
