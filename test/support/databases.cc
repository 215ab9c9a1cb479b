#include "test/support/databases.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "base/text.h"
#include "base/url.h"

namespace lanyard::test {
namespace {

namespace fs = std::filesystem;

std::string make_folder() {
  std::string name = (fs::temp_directory_path() / "lanyard-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder can be made");
  return name;
}

std::string find_program(const std::string& name) {
  std::vector<std::string> folders;
  std::error_code ignored;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    folders.push_back((version.path() / "bin").string());
  }
  std::sort(folders.rbegin(), folders.rend());
  const char* path = std::getenv("PATH");
  for (const auto folder : split(path == nullptr ? "" : path, ':')) folders.emplace_back(folder);
  for (const auto& folder : folders) {
    if (::access(cat(folder, "/", name).c_str(), X_OK) == 0) return cat(folder, "/", name);
  }
  return {};
}

// PostgreSQL refuses to run as root.
struct Person {
  uid_t user = ::getuid();
  gid_t group = ::getgid();
};

pid_t start(const std::vector<std::string>& words, const Person& person, const std::string& output) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  if (::getuid() == 0 && (::setgid(person.group) != 0 || ::setuid(person.user) != 0)) ::_exit(126);
  // The server must not outlive a test binary that is killed.
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  const int log = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(log, 1);
  ::dup2(log, 2);
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

class Cluster {
 public:
  Cluster() { reason_ = set_up(); }
  ~Cluster() {
    if (server_ > 0) {
      ::kill(server_, SIGQUIT);
      ::waitpid(server_, nullptr, 0);
    }
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }
  const std::string& reason() const { return reason_; }
  // Each test has a schema of its own, which costs less than a millisecond; a database would cost a hundred.
  std::string url(const std::string& schema) const {
    return cat("postgresql://lanyard@/postgres?host=", percent_encode(folder_), "&options=-csearch_path%3D",
               schema);
  }
  void run(const std::string& sql) {
    PGconn* connection = PQconnectdb(url("public").c_str());
    PGresult* result = PQexec(connection, sql.c_str());
    const bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
    const std::string fault = PQerrorMessage(connection);
    PQclear(result);
    PQfinish(connection);
    if (!good) throw std::runtime_error(cat(sql, ": ", fault));
  }

 private:
  std::string set_up() {
    const std::string initdb = find_program("initdb");
    const std::string postgres = find_program("postgres");
    if (initdb.empty() || postgres.empty())
      return "PostgreSQL is not installed (no initdb or postgres found)";
    Person person;
    if (person.user == 0) {
      const passwd* entry = ::getpwnam("postgres");
      if (entry == nullptr) return "there is no user postgres, and PostgreSQL does not run as root";
      person = {entry->pw_uid, entry->pw_gid};
    }
    folder_ = make_folder();
    if (::chown(folder_.c_str(), person.user, person.group) != 0)
      return "the folder can not be given to postgres";
    const std::string data = folder_ + "/data";
    const std::string output = folder_ + "/output";
    const pid_t maker = start({initdb, "-D", data, "-U", "lanyard", "--auth=trust", "--locale=C",
                               "--encoding=UTF8", "--no-sync", "--no-instructions"},
                              person, output);
    int status = 0;
    if (::waitpid(maker, &status, 0) != maker || status != 0) return cat("initdb failed, see ", output);
    server_ = start({postgres, "-D", data, "-k", folder_, "-c", "listen_addresses=", "-c", "fsync=off", "-c",
                     "full_page_writes=off", "-c", "max_connections=200", "-c", "autovacuum=off", "-c",
                     "shared_buffers=32MB"},
                    person, output);
    const std::string where = url("public");
    for (int i = 0; i < 1000; ++i) {
      if (PQping(where.c_str()) == PQPING_OK) return {};
      if (::waitpid(server_, &status, WNOHANG) == server_) {
        server_ = -1;
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return "the PostgreSQL server did not start";
  }

  std::string folder_;
  pid_t server_ = -1;
  std::string reason_;
};

Cluster& cluster() {
  static Cluster one;
  return one;
}

}  // namespace

std::string to_string(Kind kind) {
  switch (kind) {
    case Kind::sqlite_memory:
      return "sqlite_memory";
    case Kind::sqlite_file:
      return "sqlite_file";
    case Kind::postgresql:
      return "postgresql";
  }
  return "unknown";
}

const std::vector<store::Migration>& product_migrations() {
  struct Files {
    Files() {
      std::vector<fs::path> paths;
      for (const auto& entry : fs::directory_iterator(LANYARD_SOURCE_DIR "/src/app/migrations")) {
        if (entry.path().extension() == ".sql") paths.push_back(entry.path());
      }
      std::sort(paths.begin(), paths.end());
      texts.reserve(paths.size() * 2);
      for (const auto& path : paths) {
        const std::string stem = path.stem().string();  // 0001_ground
        std::ifstream file(path);
        std::stringstream text;
        text << file.rdbuf();
        const std::string& name = texts.emplace_back(stem.substr(stem.find('_') + 1));
        const std::string& sql = texts.emplace_back(text.str());
        list.push_back({std::atoi(stem.c_str()), name, sql});
      }
    }
    std::vector<std::string> texts;
    std::vector<store::Migration> list;
  };
  static const Files files;
  return files.list;
}

std::string why_no_postgresql() {
  return cluster().reason();
}

TestDatabase::TestDatabase(Kind kind, const std::vector<store::Migration>& migrations) : kind_(kind) {
  if (kind == Kind::sqlite_file) folder_ = make_folder();
  if (kind == Kind::postgresql) {
    if (!cluster().reason().empty()) throw std::runtime_error(cluster().reason());
    static std::atomic<int> count{0};
    postgres_schema_ = cat("test_", count++);
    cluster().run(cat("CREATE SCHEMA ", postgres_schema_));
  }
  database_ = open_again();
  const auto done = store::migrate(*database_, migrations, clock_);
  if (!done) throw std::runtime_error(cat(done.error().message, " ", done.error().cause));
}

TestDatabase::~TestDatabase() {
  database_.reset();
  if (!folder_.empty()) {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  if (!postgres_schema_.empty()) {
    try {
      cluster().run(cat("DROP SCHEMA ", postgres_schema_, " CASCADE"));
    } catch (const std::exception& fault) {
      ADD_FAILURE() << fault.what();
    }
  }
}

store::DatabaseOptions TestDatabase::options() const {
  store::DatabaseOptions options;
  switch (kind_) {
    case Kind::sqlite_memory:
      options.url = "sqlite::memory:";
      break;
    case Kind::sqlite_file:
      options.url = cat("sqlite://", path());
      break;
    case Kind::postgresql:
      options.url = cluster().url(postgres_schema_);
      break;
  }
  return options;
}

std::unique_ptr<store::Database> TestDatabase::open_again() {
  auto opened = store::open_database(options(), book_.log());
  if (!opened) throw std::runtime_error(cat(opened.error().message, " ", opened.error().cause));
  return std::move(opened).value();
}

OnEveryDatabase::OnEveryDatabase(const std::vector<store::Migration>& migrations) : migrations_(migrations) {}

void OnEveryDatabase::SetUp() {
  if (GetParam() == Kind::postgresql && !why_no_postgresql().empty()) GTEST_SKIP() << why_no_postgresql();
  database_.emplace(GetParam(), migrations_);
}

}  // namespace lanyard::test
