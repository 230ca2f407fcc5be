#include "verify/dialogue.hpp"

#include "protocol/quote.hpp"

namespace gradproof::inline v0 {

namespace {

using nlohmann::json;
using protocol::Deadline;

constexpr std::size_t shown = 400;  // of a line, where it is quoted

}  // namespace

bool unread(const Turn& turn) {
  return turn.answered() && !turn.ok() && turn.reply.contains("id") && turn.reply["id"].is_null();
}

bool Dialogue::start() {
  if (process_) return true;
  auto started = protocol::Process::start(command_, limits_);
  if (const auto* failure = std::get_if<protocol::Failure>(&started)) {
    not_started_ = failure->message;
    return false;
  }
  process_ = std::move(std::get<0>(started));
  fresh_ = true;
  previous_.reset();
  return true;
}

void Dialogue::note_stray() {
  if (!stray_ && process_ && process_->stray_count() > 0)
    stray_ = Breach{"standard output has a line that is no reply", last_said_, process_->stray().front()};
}

// A line that begins like a reply may be none: what is not JSON, or an object that answers nothing, was printed by
// somebody; and a reply to the request before this one is an answer too many.
bool Dialogue::is_reply(const Turn& turn) {
  const json line = json::parse(turn.came, nullptr, false);
  const std::string quoted = protocol::one_line(turn.came, shown);
  if (!line.is_object() || (!line.contains("id") && !line.contains("ok"))) {
    if (!stray_)
      stray_ = Breach{"standard output has a line that begins with { and is no reply", turn.sent, quoted};
    return false;
  }
  const json id = line.value("id", json());
  if (!previous_ || !id.is_number_integer() || id != *previous_) return true;
  if (!surplus_) surplus_ = Breach{"one request has two replies", last_said_, quoted};
  return false;
}

Turn Dialogue::heard(Turn turn, const Deadline& deadline) {
  for (;;) {
    auto line = process_->receive(deadline);
    note_stray();
    if (auto* failure = std::get_if<protocol::Failure>(&line)) {
      turn.silence = failure->message;
      if (!failure->standard_error.empty()) turn.came = protocol::one_line(failure->standard_error, shown);
      stop();
      ++silences_;
      return turn;
    }
    turn.came = std::move(std::get<std::string>(line));
    if (!is_reply(turn)) continue;
    silences_ = 0;
    turn.reply = json::parse(turn.came, nullptr, false);
    turn.came = protocol::one_line(turn.came, shown);
    return turn;
  }
}

Turn Dialogue::say(const std::string& line) {
  Turn turn{protocol::one_line(line, shown), "", {}, ""};
  if (!start()) {
    turn.silence = not_started_;
    ++silences_;
    return turn;
  }
  const auto deadline = Deadline::in(std::exchange(fresh_, false) ? limits_.start : limits_.reply);
  if (auto failure = process_->send(line + '\n', deadline)) {
    turn.silence = failure->message;
    stop();
    ++silences_;
    return turn;
  }
  turn = heard(std::move(turn), deadline);
  last_said_ = turn.sent;
  previous_ = current_;
  current_.reset();
  return turn;
}

Turn Dialogue::ask(json request) { return ask(std::move(request), next_id_++); }

Turn Dialogue::ask(json request, std::uint64_t id) {
  current_ = id;
  const std::string body = request.dump(-1, ' ', false, json::error_handler_t::replace);
  Turn turn = say("{\"id\":" + std::to_string(id) + "," + body.substr(1));
  const json found = turn.answered() ? turn.reply.value("id", json()) : json();
  if (turn.answered() && !unread(turn) && !wrong_id_ && !(found.is_number_integer() && found == id))
    wrong_id_ = Breach{"the reply to request " + std::to_string(id) + " has the id " + found.dump(),
                       turn.sent, turn.came};
  return turn;
}

std::string Dialogue::end_input() {
  if (!start()) return not_started_;
  process_->end_input();
  return ending();
}

std::string Dialogue::ending() {
  if (!process_) return "it had ended before";
  auto line = process_->receive(Deadline::in(limits_.reply));
  note_stray();
  std::string problem;
  const auto* failure = std::get_if<protocol::Failure>(&line);
  if (failure == nullptr) {
    const std::string quoted = protocol::one_line(std::get<std::string>(line), shown);
    if (!surplus_) surplus_ = Breach{"something came that was not asked for", last_said_, quoted};
  } else if (const auto status = process_->exit_status(); !status) {
    problem = failure->trouble == protocol::Trouble::timed_out
                ? "it has not ended within " + std::to_string(limits_.reply.count()) + " ms"
                : failure->message;
  } else if (*status != 0) {
    problem = failure->message;
  }
  stop();
  return problem;
}

void Dialogue::stop() {
  note_stray();
  process_.reset();
}

}  // namespace gradproof::inline v0
