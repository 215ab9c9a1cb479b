// lanyardd try: a whole practice service on loopback, gone when it ends.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "app/commands.h"
#include "app/serve.h"
#include "base/text.h"
#include "doors/practice/people.h"
#include "doors/practice/practice.h"

namespace lanyard::app {
namespace {

constexpr std::string_view kHost = "127.0.0.1";
constexpr std::string_view kOrganisation = "Rubin";
constexpr std::string_view kBanner = "Practice mode: only this machine can reach it, and nothing is kept.";

std::string address(std::int64_t port) {
  return cat(kHost, ":", port);
}
std::string url(std::int64_t port) {
  return cat("http://", address(port));
}

// What panda-client finds at /auth/Rubin_auth_config.json.
ClientConfig panda_client() {
  ClientConfig client;
  client.id = "practice-panda";
  client.kind = "oauth";
  client.name = "PanDA (practice)";
  client.native = true;
  client.auth_method = "none";
  client.grants = {"device_code", "refresh_token"};
  client.scopes = {"openid", "profile", "email", "offline_access"};
  client.profile = "iam";
  client.id_token_life = std::chrono::hours(24);
  client.refresh = "grace";
  client.virtual_organisation = kOrganisation;
  return client;
}

// For any program with OpenID Connect that listens on this machine, at whatever port.
ClientConfig program_client() {
  ClientConfig client;
  client.id = "practice-program";
  client.kind = "oauth";
  client.name = "Practice program";
  client.native = true;
  client.auth_method = "none";
  client.redirect_uris = {"http://127.0.0.1/callback", "http://[::1]/callback"};
  client.grants = {"authorization_code", "device_code", "refresh_token"};
  client.scopes = {"openid", "profile", "email", "groups", "offline_access"};
  return client;
}

Config practice_config(std::int64_t port, const std::string& keep, Random& random,
                       const Secret& client_secret) {
  Config config;
  config.server.public_url = url(port);
  config.server.listen = address(port);
  config.server.operations_listen = address(port + 3);
  config.server.trusted_proxies = {std::string(kHost)};
  config.server.secret_key = Secret(hex_encode(random.bytes(32)));
  config.server.site_name = "Practice facility";
  config.database.url = keep.empty()
                            ? "sqlite::memory:"
                            : cat("sqlite://", std::filesystem::absolute(keep).string(), "/lanyard.db");
  config.auth.default_issuer = "practice";

  ProviderConfig provider;
  provider.id = "practice";
  provider.label = "Practice University";
  provider.issuer = url(port + 1);
  provider.client_id = "lanyard";
  provider.client_secret = client_secret;
  provider.allow_loopback = true;
  config.providers.push_back(std::move(provider));

  ClientConfig client;
  client.id = "practice-app";
  client.name = "Practice application";
  client.origin = url(port + 2);
  client.signed_identity = true;
  config.clients.push_back(std::move(client));
  config.clients.push_back(panda_client());
  config.clients.push_back(program_client());
  return config;
}

net::Listener listener(std::int64_t port, std::shared_ptr<net::Router> router) {
  net::Listener one;
  one.address = kHost;
  one.port = static_cast<std::uint16_t>(port);
  one.router = std::move(router);
  one.access_log = false;
  return one;
}

// A folder of our own with the administrator's token in it, so that the command line can be tried too.
class TokenFile {
 public:
  ~TokenFile() {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  Status write(const Secret& token) {
    std::string name = (std::filesystem::temp_directory_path() / "lanyard-try-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      return make_error(Code::unavailable, "There is no folder for temporary files.");
    folder_ = name;
    const int file = ::open(path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return make_error(Code::unavailable, cat("\"", path(), "\" can not be written."));
    const std::string_view text = token.reveal();
    const bool whole = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(file);
    if (!whole) return make_error(Code::unavailable, cat("\"", path(), "\" can not be written."));
    return {};
  }
  std::string path() const { return folder_ + "/token"; }

 private:
  std::string folder_;
};

// "Rubin" and "Rubin/production": Ada is in both, Mia in the first.
Status settle_groups(Floors& floors, const AccountId& ada, const AccountId& mia, const access::Actor& actor) {
  const std::string production = cat(kOrganisation, "/production");
  const auto join = [&](const std::string& path, const std::vector<AccountId>& members) -> Status {
    groups::NewGroup wanted;
    wanted.path = path;
    auto group = floors.groups.create(wanted, actor);
    if (!group && group.error().code == Code::conflict) group = floors.groups.get_by_path(path);
    if (!group) return group.error();
    for (const AccountId& one : members) {
      LANYARD_CHECK(floors.groups.add_member(group->id, {groups::Subject::Kind::account, one.str()},
                                             access::Level::can_read, "lanyard", actor));
    }
    return {};
  };
  LANYARD_CHECK(join(std::string(kOrganisation), {ada, mia}));
  return join(production, {ada});
}

// Ada is an administrator, Mia is known beforehand; nobody knows Noah.
Result<Secret> settle_people(Floors& floors) {
  const access::Actor actor = access::system_actor("practice");
  const std::string& issuer = floors.config.providers.front().issuer;
  AccountId ada, mia;
  for (const auto& person : doors::practice::kPeople) {
    if (person.username == "noah") continue;
    accounts::NewAccount wanted;
    wanted.issuer = issuer;
    wanted.subject = person.subject;
    wanted.email = person.email;
    wanted.name = person.name;
    wanted.institution = "Practice University";
    wanted.is_admin = person.username == "ada";
    wanted.state = wanted.is_admin ? accounts::State::active : accounts::State::approved;
    wanted.source = "practice";
    LANYARD_TRY(const auto made, floors.directory.create_or_update(wanted, actor));
    (wanted.is_admin ? ada : mia) = made.account.id;
  }
  LANYARD_CHECK(settle_groups(floors, ada, mia, actor));
  LANYARD_TRY(const auto token,
              floors.credentials.make_token({ada, "practice command line", {"admin"}, std::chrono::hours(24)},
                                            actor));
  return token.token;
}

// The client as it can be typed: beside this program when it was built from source, otherwise by its name.
std::string client_program() {
  std::error_code failed;
  const auto beside = std::filesystem::read_symlink("/proc/self/exe", failed).parent_path() / "lanyard";
  return !failed && std::filesystem::exists(beside, failed) ? beside.string() : "lanyard";
}

void print_links(std::int64_t port, const std::string& token_file) {
  const std::string client = client_program();
  std::cout << "\nLanyard is ready to be tried. Everything stays on this machine.\n\n"
            << "  practice application   " << url(port + 2) << "/\n"
            << "                         sign in as Noah Newcomer: he has to wait\n"
            << "  decide about people    " << url(port) << "/admin/queue\n"
            << "                         sign in as Ada Admin in another browser window (a private one) and "
               "approve\n"
            << "  your account           " << url(port) << "/account\n"
            << "  figures                " << url(port + 3) << "/metrics\n\n"
            << "Or decide on the command line, in another terminal:\n\n"
            << "  export LANYARD_SERVER=" << url(port) << " BEARER_TOKEN_FILE=" << token_file << "\n"
            << "  " << client << " user list --state pending\n"
            << "  " << client << " user approve noah@practice.example\n\n"
            << "Or as PanDA's own client, which signs in as Ada or Mia with a code:\n\n"
            << "  export PANDA_AUTH=oidc PANDA_AUTH_VO=" << kOrganisation
            << " PANDA_VERIFY_HOST=off PANDA_BEHIND_REAL_LB=1\n"
            << "  for name in PANDA_URL PANDA_URL_SSL PANDACACHE_URL; do export $name=" << url(port)
            << "/server/panda; done\n\n"
            << "Other programs: issuer " << url(port) << ", client practice-program, without a secret.\n\n"
            << "Ctrl-C ends it.\n"
            << std::flush;
}

}  // namespace

int run_try(const terminal::Given& given) {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto port = parse_integer(given.value_or("port", "8080"));
  if (!port || *port < 1024 || *port > 65'500)
    return terminal::fail(make_error(Code::invalid, "--port is a number between 1024 and 65500."));
  const SystemClock clock;
  SystemRandom random;
  const Log log(clock, Level::warning, Log::to_stderr());
  const Secret client_secret(random.token());
  const Config config = practice_config(*port, given.value_or("keep", ""), random, client_secret);
  const Ground ground{clock, random, log, std::string(kBanner)};

  auto key = crypto::PrivateKey::generate(crypto::Algorithm::es256);
  if (!key) return terminal::fail(key.error());
  view::PageFrame frame;
  frame.site_name = "Practice University";
  frame.banner = kBanner;
  doors::practice::Provider provider({config.providers.front().issuer, "lanyard", client_secret,
                                      cat(config.server.public_url, "/login/callback/practice")},
                                     std::move(*key), frame, random, clock);
  auto provider_routes = std::make_shared<net::Router>();
  provider.mount(*provider_routes);
  mount_assets(*provider_routes);

  const auto outside = net::make_client({.calls_per_host = 16}, clock, log);
  frame.site_name = "Practice application";
  doors::practice::Application application({cat(config.server.public_url, "/gate"), "practice-app"}, *outside,
                                           frame);
  auto application_routes = std::make_shared<net::Router>();
  application.mount(*application_routes);

  auto service = Service::make(
      config, ground, {listener(*port + 1, provider_routes), listener(*port + 2, application_routes)});
  if (!service) return terminal::fail(service.error());
  const auto token = settle_people((*service)->house().floors());
  if (!token) return terminal::fail(token.error());
  TokenFile token_file;
  if (const Status written = token_file.write(*token); !written) return terminal::fail(written.error());
  if (const Status started = (*service)->start(); !started) return terminal::fail(started.error());
  print_links(*port, token_file.path());
  int signal = 0;
  ::sigwait(&signals, &signal);
  (*service)->stop();
  return 0;
}

}  // namespace lanyard::app
