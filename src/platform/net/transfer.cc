#include "platform/net/transfer.h"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <new>

#include "base/text.h"
#include "platform/net/addresses.h"
#include "platform/net/stapling.h"

namespace lanyard::net {

std::optional<std::string> Reply::header(std::string_view name) const {
  const std::string lower = to_lower_ascii(name);
  for (const auto& [key, value] : headers) {
    if (key == lower) return value;
  }
  return std::nullopt;
}

namespace outgoing {
namespace {

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

Status check_headers(const Call& call) {
  if (!is_token(call.method))
    return make_error(Code::invalid, "The method of an outgoing call is malformed.");
  for (const auto& [name, value] : call.headers) {
    if (!is_token(name) || value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      return make_error(Code::invalid, "A header of an outgoing call is malformed.");
    }
    // The host is the URL's, lengths are ours, and answers are not to be compressed.
    for (const auto* ours :
         {"host", "content-length", "transfer-encoding", "accept-encoding", "te", "connection"}) {
      if (equal_ignoring_case(name, ours)) {
        return make_error(Code::invalid,
                          cat("The header ", name, " of an outgoing call is not the caller's."));
      }
    }
  }
  return {};
}

}  // namespace

Result<Url> check_call(const Call& call) {
  LANYARD_CHECK(check_headers(call));
  auto url = parse_url(call.url);
  if (!url.ok()) {
    return make_error(Code::upstream, "The address of the service outside is not a usable URL.", {},
                      url.error().message);
  }
  const bool plain = url->scheme == "http";
  if (plain && !(call.reach.http && call.reach.loopback)) {
    return make_error(Code::upstream, cat("Plain http to ", url->host, " is not allowed."), "Use https.");
  }
  if (url->host_is_ip) {
    const auto address = parse_address(url->host);
    if (!address || !allowed(*address, call.reach) || (plain && !is_loopback(*address))) {
      return make_error(Code::upstream, cat("The address ", url->host, " is not allowed."),
                        "Private addresses have to be listed in the configuration.");
    }
  }
  return url;
}

struct Transfer::State {
  Call call;
  Url url;
  std::string text, user_agent;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  curl_slist* resolve = nullptr;
  std::array<char, CURL_ERROR_SIZE> problem{};

  Reply reply;
  std::string refused_address;
  std::string fault;  // what we refused in the answer
  std::size_t head_bytes = 0, head_lines = 0;
  bool head_done = false;
  bool no_memory = false;

  ~State() {
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
    curl_slist_free_all(resolve);
  }

  // libcurl is C: an exception of a function that it calls would not pass through it.
  template <class Function, class Refusal>
  Refusal guarded(Refusal refusal, Function function) {
    try {
      return function();
    } catch (const std::bad_alloc&) {
      no_memory = true;
      return refusal;
    }
  }

  bool may_connect(const Address& address) const {
    return allowed(address, call.reach) && (url.scheme == "https" || is_loopback(address));
  }

  // The one place where a socket to the outside is made: what is checked here is what is connected to, so a
  // name that resolves differently the second time (DNS rebinding) gains nothing.
  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* to) {
    auto& state = *static_cast<State*>(self);
    return state.guarded(CURL_SOCKET_BAD, [&]() -> curl_socket_t {
      const auto address = from_sockaddr(to->addr);
      if (!address || !state.may_connect(*address)) {
        state.refused_address = address ? to_string(*address) : "of an unknown family";
        return CURL_SOCKET_BAD;
      }
      return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    });
  }

  // Asked before the request is written, also on a connection that another call opened with a wider reach.
  static int before_request(void* self, char* ip, char*, int, int) {
    auto& state = *static_cast<State*>(self);
    return state.guarded(CURL_PREREQFUNC_ABORT, [&] {
      const auto address = parse_address(ip);
      if (address && state.may_connect(*address)) return CURL_PREREQFUNC_OK;
      state.refused_address = ip;
      return CURL_PREREQFUNC_ABORT;
    });
  }

  static std::size_t take_header(char* data, std::size_t, std::size_t size, void* self) {
    auto& state = *static_cast<State*>(self);
    return state.guarded(false, [&] { return state.header_line(std::string_view(data, size)); }) ? size : 0;
  }
  static std::size_t take_body(char* data, std::size_t, std::size_t size, void* self) {
    auto& state = *static_cast<State*>(self);
    return state.guarded(false, [&] { return state.body_bytes(std::string_view(data, size)); }) ? size : 0;
  }

  bool header_line(std::string_view line) {
    head_bytes += line.size();
    if (head_bytes > kMostHeadBytes || ++head_lines > kMostHeadLines) {
      fault = "has too many headers";
      return false;
    }
    if (head_done) return true;  // trailers are of no use to anybody here
    if (line.starts_with("HTTP/")) {
      reply.headers.clear();  // the answer before was an interim one
      return true;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    std::string name = to_lower_ascii(trim(line.substr(0, colon)));
    std::string value(trim(line.substr(colon + 1)));
    if (name == "content-encoding" && !value.empty() && !equal_ignoring_case(value, "identity")) {
      fault = "is compressed, which was not asked for";
      return false;
    }
    reply.headers.emplace_back(std::move(name), std::move(value));
    return true;
  }

  bool body_bytes(std::string_view part) {
    head_done = true;
    if (reply.body.size() + part.size() > call.most_bytes) {
      fault = cat("is larger than ", call.most_bytes, " bytes");
      return false;
    }
    reply.body.append(part);
    return true;
  }

  template <class V>
  void set(CURLoption option, V value) {
    // A refused option would be a guard that is not there.
    const CURLcode code = curl_easy_setopt(easy, option, value);
    if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
    if (code != CURLE_OK) std::abort();
  }
  // The same holds for a header.
  static void append(curl_slist*& list, const char* line) {
    curl_slist* longer = curl_slist_append(list, line);
    if (longer == nullptr) throw std::bad_alloc();
    list = longer;
  }

  void set_guards();
  void set_request(const ClientOptions& options);
};

void Transfer::State::set_guards() {
  set(CURLOPT_NOSIGNAL, 1L);
  // A resolver that hangs is left behind by its transfer instead of stopping the thread that serves all of
  // them.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_PROTOCOLS_STR, url.scheme == "http" ? "http" : "https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOPROXY, "*");
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set(CURLOPT_HTTP09_ALLOWED, 0L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_OPENSOCKETFUNCTION, &State::open_socket);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(CURLOPT_PREREQFUNCTION, &State::before_request);
  set(CURLOPT_PREREQDATA, static_cast<void*>(this));
  set(CURLOPT_HEADERFUNCTION, &State::take_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &State::take_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(call.most_bytes));
  set(CURLOPT_ERRORBUFFER, problem.data());
  set(CURLOPT_CONNECTTIMEOUT_MS, 3000L);

  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_CAPATH,
      static_cast<char*>(nullptr));  // one file, so that it is parsed once and not for each connection
  if (!call.reach.ca_file.empty()) set(CURLOPT_CAINFO, call.reach.ca_file.c_str());
  set(CURLOPT_CA_CACHE_TIMEOUT, 300L);
  const curl_ssl_ctx_callback prepare = [](CURL*, void* context, void*) {
    refuse_stapled_revocations(context);
    return CURLE_OK;
  };
  set(CURLOPT_SSL_CTX_FUNCTION, prepare);
}

void Transfer::State::set_request(const ClientOptions& options) {
  text = url.str();
  user_agent = options.user_agent;
  set(CURLOPT_URL, text.c_str());
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_USERAGENT, user_agent.c_str());
  if (call.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (call.method == "GET" && call.body.empty()) {
    set(CURLOPT_HTTPGET, 1L);
  } else {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    set(CURLOPT_POSTFIELDS, call.body.c_str());
    if (call.method != "POST") set(CURLOPT_CUSTOMREQUEST, call.method.c_str());
    // libcurl repeats a request when a kept connection turns out to be dead. Redeeming a code twice costs the
    // grant, so what is not a GET starts on a connection of its own.
    set(CURLOPT_FRESH_CONNECT, 1L);
  }
  for (const auto& [name, value] : call.headers) {
    append(headers, value.empty() ? cat(name, ";").c_str() : cat(name, ": ", value).c_str());
  }
  append(headers, "Expect:");
  set(CURLOPT_HTTPHEADER, headers);
  for (const auto& entry : options.fixed_addresses) append(resolve, entry.c_str());
  if (resolve != nullptr) set(CURLOPT_RESOLVE, resolve);
}

Transfer::Transfer(Call call, Url url, const ClientOptions& options) : state_(std::make_unique<State>()) {
  state_->call = std::move(call);
  state_->url = std::move(url);
  state_->easy = curl_easy_init();
  if (state_->easy == nullptr) throw std::bad_alloc();
  state_->set_guards();
  state_->set_request(options);
}

Transfer::~Transfer() = default;

void* Transfer::handle() const {
  return state_->easy;
}

void Transfer::limit_time(std::chrono::milliseconds left) {
  state_->set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(left.count(), 1)));
}

Outcome Transfer::finish(int curl_code) {
  const State& s = *state_;
  const auto bad = Breakers::Outcome::bad;
  const std::string& host = s.url.host;
  const auto code = static_cast<CURLcode>(curl_code);
  const std::string cause = cat(curl_easy_strerror(code), ": ", s.problem.data());
  const auto failed = [&](Code kind, std::string message, std::string hint = {}) {
    return Outcome{make_error(kind, std::move(message), std::move(hint), cause), bad};
  };
  if (s.no_memory || code == CURLE_OUT_OF_MEMORY) {
    return {make_error(Code::unavailable, cat("There is not enough memory here to ask ", host, "."),
                       "Try again soon.", cause),
            Breakers::Outcome::neutral};
  }
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(s.easy, CURLINFO_RESPONSE_CODE, &status);
    state_->reply.status = static_cast<int>(status);
    if (const auto type = state_->reply.header("content-type")) {
      state_->reply.content_type = to_lower_ascii(trim(std::string_view(*type).substr(0, type->find(';'))));
    }
    return {std::move(state_->reply), Breakers::Outcome::good};
  }
  if (!s.fault.empty()) return failed(Code::upstream, cat("The answer of ", host, " ", s.fault, "."));
  switch (code) {
    case CURLE_FILESIZE_EXCEEDED:
      return failed(Code::upstream,
                    cat("The answer of ", host, " is larger than ", s.call.most_bytes, " bytes."));
    case CURLE_OPERATION_TIMEDOUT:
      return failed(Code::unavailable, cat(host, " did not answer in time."));
    case CURLE_COULDNT_RESOLVE_HOST:
      return failed(Code::unavailable, cat("The name ", host, " could not be resolved."));
    case CURLE_COULDNT_CONNECT:
    case CURLE_ABORTED_BY_CALLBACK:
      if (!s.refused_address.empty()) {
        return {make_error(Code::upstream,
                           cat(host, " has an address that is not allowed (", s.refused_address, ")."),
                           "Private addresses have to be listed in the configuration.", cause),
                Breakers::Outcome::neutral};
      }
      return failed(Code::unavailable, cat(host, " is not reachable."));
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
      return failed(Code::unavailable, cat(host, " closed the connection."));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return failed(Code::upstream, cat("No trusted TLS connection to ", host, " could be made."),
                    "Its certificate must be valid, for this name, and of a trusted authority (ca_file).");
    case CURLE_SSL_CACERT_BADFILE:
      return {
          make_error(Code::unavailable, cat("The certificates to trust for ", host, " could not be read."),
                     "Look at ca_file in the configuration.", cause),
          Breakers::Outcome::neutral};
    default:
      return failed(Code::upstream, cat(host, " gave an answer that is not correct HTTP."));
  }
}

}  // namespace outgoing
}  // namespace lanyard::net
