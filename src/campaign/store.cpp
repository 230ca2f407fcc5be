#include "campaign/store.hpp"

#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <random>

#include "campaign/block_json.hpp"

namespace gradproof::inline v0 {

namespace {

constexpr int application_id = 0x67707266;  // "gprf"

constexpr const char* tables = R"(
create table plan (json text not null, shard_index integer not null, shard_of integer not null, version text not null,
                   environment text not null);
create table block (number integer primary key, graphs integer not null, digest text not null, seconds real not null,
                    counts text not null, census text not null);
create table failure (block integer not null, property text not null, residual text not null, skeleton text not null,
                      nodes integer not null, entries integer not null, json text not null);
create index failure_group on failure (property, residual, skeleton);
create table claim (number integer primary key, owner text not null, host text not null, process integer not null,
                    at integer not null);
)";

// A prepared statement; what goes wrong is left for Store::trouble to say.
class Statement {
 public:
  Statement(sqlite3* db, const char* text) {
    ok_ = sqlite3_prepare_v2(db, text, -1, &statement_, nullptr) == SQLITE_OK;
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(std::uint64_t v) {
    if (ok_) ok_ = sqlite3_bind_int64(statement_, ++bound_, static_cast<sqlite3_int64>(v)) == SQLITE_OK;
    return *this;
  }
  Statement& bind(double v) {
    if (ok_) ok_ = sqlite3_bind_double(statement_, ++bound_, v) == SQLITE_OK;
    return *this;
  }
  Statement& bind(const std::string& v) {
    if (ok_)
      ok_ = sqlite3_bind_text(statement_, ++bound_, v.data(), static_cast<int>(v.size()), SQLITE_TRANSIENT) ==
            SQLITE_OK;
    return *this;
  }
  // Whether there is another row; ok() tells the end from trouble.
  [[nodiscard]] bool next() {
    if (!ok_) return false;
    const int code = sqlite3_step(statement_);
    ok_ = code == SQLITE_ROW || code == SQLITE_DONE;
    return code == SQLITE_ROW;
  }
  [[nodiscard]] bool done() {
    while (next()) {
    }
    return ok_;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::uint64_t number(int column) {
    return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
  }
  [[nodiscard]] double real(int column) { return sqlite3_column_double(statement_, column); }
  [[nodiscard]] std::string text(int column) {
    const auto* found = sqlite3_column_text(statement_, column);
    return found == nullptr ? ""
                            : std::string(reinterpret_cast<const char*>(found),
                                          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
  }

 private:
  sqlite3_stmt* statement_ = nullptr;
  bool ok_ = false;
  int bound_ = 0;
};

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

// Tells this opening of a store from every other.
std::string new_owner() {
  std::random_device device;
  return hex((std::uint64_t{device()} << 32) | device());
}

bool lives(std::uint64_t process) { return kill(static_cast<pid_t>(process), 0) == 0 || errno != ESRCH; }

bool exists(const std::string& file) {
  struct stat facts {};
  return stat(file.c_str(), &facts) == 0;
}

}  // namespace

Store::Store(std::string file, std::unique_ptr<sqlite3, Close> db)
    : file_(std::move(file)), owner_(new_owner()), db_(std::move(db)) {}

void Store::Close::operator()(sqlite3* db) const { sqlite3_close(db); }

StoreTrouble Store::trouble() {
  const int code = sqlite3_errcode(db_.get()) & 0xff;
  const std::string said = sqlite3_errmsg(db_.get());
  switch (code) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
      return {"can't write " + file_ + ": " + said +
              "; what was decided before is kept: free space, then go on with "
              "`gradproof campaign --resume " +
              file_ + "`"};
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return {"can't write " + file_ + ": " + said +
              "; name a file in a folder that can be written with --store FILE"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {file_ + " is in use by another process that does not let go; try again"};
    case SQLITE_NOTADB: return {file_ + " is not the store of a campaign"};
    case SQLITE_CORRUPT:
      return {file_ + " is damaged: " + said + "; save what can be read with `sqlite3 " + file_ +
              " .recover | sqlite3 NEW.db`, then go on with `gradproof campaign --resume NEW.db`"};
    default: return {file_ + ": " + said};
  }
}

bool Store::run(const char* statements) {
  return sqlite3_exec(db_.get(), statements, nullptr, nullptr, nullptr) == SQLITE_OK;
}

namespace {

// Waits for other writers as long as anybody would; one transaction takes milliseconds.
constexpr int patience_ms = 20000;

std::unique_ptr<sqlite3, void (*)(sqlite3*)> opened(const std::string& file, int flags) {
  sqlite3* db = nullptr;
  sqlite3_open_v2(file.c_str(), &db, flags | SQLITE_OPEN_FULLMUTEX, nullptr);
  sqlite3_busy_timeout(db, patience_ms);
  return {db, [](sqlite3* open) { sqlite3_close(open); }};
}

// To read a store, SQLite makes a file beside it, through which writers would be heard of. In a folder where nobody can
// write there is none to be heard of, and it is told so, in the one way that it has: a file: URI.
std::unique_ptr<sqlite3, void (*)(sqlite3*)> opened_to_read(const std::string& file) {
  const std::size_t slash = file.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : file.substr(0, slash + 1);
  if (access(folder.c_str(), W_OK) == 0 || exists(file + "-wal")) return opened(file, SQLITE_OPEN_READONLY);
  std::string uri = "file:";
  for (const char c : file) {
    if (c == '%' || c == '?' || c == '#') uri += '%' + hex(static_cast<unsigned char>(c)).substr(14);
    else uri += c;
  }
  return opened(uri + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
}

}  // namespace

Result<Store, StoreTrouble> Store::make(const std::string& file, const StoreFacts& facts) {
  if (exists(file))
    return StoreTrouble{file + " exists; go on with `gradproof campaign --resume " + file +
                        "`, or name another file with --store FILE"};
  Store store(file, std::unique_ptr<sqlite3, Close>(
                      opened(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE).release()));
  const std::string begin =
    "pragma journal_mode = wal; pragma synchronous = normal; begin immediate; pragma application_id = " +
    std::to_string(application_id) + "; pragma user_version = " + std::to_string(format_version) + ";";
  bool ok = store.run(begin.c_str()) && store.run(tables);
  if (ok) {
    Statement s(store.db_.get(), "insert into plan values (?, ?, ?, ?, ?)");
    s.bind(to_campaign_json(facts.plan).dump())
      .bind(facts.shard.index)
      .bind(facts.shard.of)
      .bind(facts.version);
    ok = s.bind(facts.environment).done() && store.run("commit");
  }
  if (!ok) return store.trouble();
  return store;
}

std::optional<StoreTrouble> Store::check_format() {
  Statement version(
    db_.get(),
    "select (select application_id from pragma_application_id), user_version from pragma_user_version");
  if (!version.next()) return trouble();
  if (version.number(0) != application_id) return StoreTrouble{file_ + " is not the store of a campaign"};
  if (const std::uint64_t found = version.number(1); found != format_version)
    return StoreTrouble{file_ + " has the store format " + std::to_string(found) +
                        ", and this gradproof reads " + std::to_string(format_version) +
                        ": use the gradproof that wrote it"};
  Statement check(db_.get(), "pragma quick_check(1)");
  if (!check.next()) return trouble();
  if (const std::string said = check.text(0); said != "ok")
    return StoreTrouble{file_ + " is damaged: " + said + "; save what can be read with `sqlite3 " + file_ +
                        " .recover | sqlite3 NEW.db`, then go on with `gradproof campaign --resume NEW.db`"};
  return {};
}

Result<Store, StoreTrouble> Store::open(const std::string& file, For what) {
  if (!exists(file)) return StoreTrouble{"there is no file " + file};
  auto db = what == For::reading ? opened_to_read(file) : opened(file, SQLITE_OPEN_READWRITE);
  Store store(file, std::unique_ptr<sqlite3, Close>(db.release()));
  if (what == For::writing && !store.run("pragma synchronous = normal")) return store.trouble();
  if (auto wrong = store.check_format()) return *std::move(wrong);
  return store;
}

Result<StoreFacts, StoreTrouble> Store::facts() {
  StoreFacts f;
  Statement s(db_.get(), "select json, shard_index, shard_of, version, environment from plan");
  if (!s.next()) return s.ok() ? StoreTrouble{file_ + " is damaged: it has no plan"} : trouble();
  const CampaignJson plan = CampaignJson::parse(s.text(0), nullptr, false);
  try {
    f.plan = plan_from(plan);
  } catch (const std::exception&) {
    return StoreTrouble{file_ + " is damaged: its plan can't be read"};
  }
  f.shard = {s.number(1), s.number(2)};
  f.version = s.text(3);
  f.environment = s.text(4);
  Statement sums(db_.get(),
                 "select count(*), total(graphs), total(seconds), (select count(*) from failure) from block");
  if (!sums.next()) return trouble();
  f.blocks = sums.number(0);
  f.graphs = static_cast<std::uint64_t>(sums.real(1));
  f.seconds = sums.real(2);
  f.failures = sums.number(3);
  return f;
}

Result<std::vector<std::pair<std::uint64_t, std::uint64_t>>, StoreTrouble> Store::digests() {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> all;
  Statement s(db_.get(), "select number, digest from block order by number");
  while (s.next()) all.emplace_back(s.number(0), from_hex(s.text(1)));
  if (!s.ok()) return trouble();
  return all;
}

Result<bool, StoreTrouble> Store::claim(std::uint64_t number) {
  // A process of another machine that has not come back for an hour is taken for dead: its block may be done twice, and is
  // kept once.
  constexpr std::uint64_t long_ago = 3600;
  if (!run("begin immediate")) return trouble();
  bool ours = true, ok = true;
  {
    Statement decided(db_.get(), "select 1 from block where number = ?");
    ours = !decided.bind(number).next();
    ok = decided.ok();
  }
  if (ours && ok) {
    Statement claimed(db_.get(), "select owner, host, process, unixepoch() - at from claim where number = ?");
    if (claimed.bind(number).next()) {
      // In containers, one process after another has the same number and host.
      const bool here = claimed.text(1) == host_name();
      const bool dead =
        claimed.number(2) == static_cast<std::uint64_t>(getpid()) || !lives(claimed.number(2));
      ours = claimed.text(0) != owner_ && (here ? dead : claimed.number(3) > long_ago);
    }
    ok = claimed.ok();
  }
  if (ours && ok) {
    Statement s(db_.get(), "insert or replace into claim values (?, ?, ?, ?, unixepoch())");
    ok = s.bind(number).bind(owner_).bind(host_name()).bind(static_cast<std::uint64_t>(getpid())).done();
  }
  if (!ok || !run("commit")) {
    StoreTrouble why = trouble();
    (void)run("rollback");
    return why;
  }
  return ours;
}

std::optional<StoreTrouble> Store::release() {
  Statement s(db_.get(), "delete from claim where owner = ?");
  if (s.bind(owner_).done()) return {};
  return trouble();
}

std::optional<StoreTrouble> Store::keep(const Block& block) {
  if (!run("begin immediate")) return trouble();
  bool ok = true, first = false;
  {
    Statement s(db_.get(), "insert or ignore into block values (?, ?, ?, ?, ?, ?)");
    s.bind(block.number).bind(block.graphs).bind(hex(block.digest)).bind(block.seconds);
    ok = s.bind(to_campaign_json(block.counts).dump()).bind(json_of(block.census).dump()).done();
    first = ok && sqlite3_changes(db_.get()) > 0;
  }
  for (const CampaignFailure& f : block.failures) {
    if (!ok || !first) break;
    Statement s(db_.get(), "insert into failure values (?, ?, ?, ?, ?, ?, ?)");
    s.bind(block.number).bind(f.property).bind(f.residual).bind(f.skeleton).bind(std::uint64_t{f.nodes});
    const auto text = to_campaign_json(f).dump(-1, ' ', false, CampaignJson::error_handler_t::replace);
    ok = s.bind(std::uint64_t{f.entries}).bind(text).done();
  }
  if (ok) {
    Statement s(db_.get(), "delete from claim where number = ?");
    ok = s.bind(block.number).done();
  }
  if (ok && run("commit")) return {};
  StoreTrouble why = trouble();
  (void)run("rollback");
  return why;
}

std::optional<StoreTrouble> Store::each_block(const std::function<void(const Block&)>& use) {
  Statement s(db_.get(), "select number, graphs, digest, seconds, counts, census from block order by number");
  try {
    while (s.next()) {
      Block b;
      b.number = s.number(0);
      b.graphs = s.number(1);
      b.digest = from_hex(s.text(2));
      b.seconds = s.real(3);
      b.counts = counts_from(CampaignJson::parse(s.text(4)));
      b.census = census_from(CampaignJson::parse(s.text(5)));
      Statement failures(db_.get(), "select json from failure where block = ? order by rowid");
      failures.bind(b.number);
      while (failures.next()) b.failures.push_back(failure_from(CampaignJson::parse(failures.text(0))));
      if (!failures.ok()) return trouble();
      use(b);
    }
  } catch (const std::exception&) {
    return StoreTrouble{file_ + " is damaged: a block can't be read"};
  }
  if (!s.ok()) return trouble();
  return {};
}

Result<std::vector<FailureGroup>, StoreTrouble> Store::groups() {
  // With min(), SQLite takes the other columns from the row that has the minimum.
  Statement s(db_.get(),
              "select json, count(*) n, min(nodes * 1000000 + entries) from failure group by property, "
              "residual, skeleton "
              "order by n desc, nodes, property, skeleton");
  std::vector<FailureGroup> groups;
  try {
    while (s.next()) groups.push_back({failure_from(CampaignJson::parse(s.text(0))), s.number(1)});
  } catch (const std::exception&) {
    return StoreTrouble{file_ + " is damaged: a failure can't be read"};
  }
  if (!s.ok()) return trouble();
  return groups;
}

}  // namespace gradproof::inline v0
