#include "base/text.h"
#include "test/support/outside.h"

namespace lanyard::test {

Result<net::Reply> ScriptedClient::send(const net::Call& call) {
  Handler handler;
  {
    const std::lock_guard lock(mutex_);
    calls_.push_back(call);
    if (const auto found = routes_.find(call.url); found != routes_.end()) handler = found->second;
  }
  if (handler) return handler(call);
  net::Reply reply;
  reply.status = 404;
  reply.content_type = "text/plain";
  return reply;
}

void ScriptedClient::route(std::string url, Handler handler) {
  const std::lock_guard lock(mutex_);
  routes_[std::move(url)] = std::move(handler);
}

void ScriptedClient::reply(std::string url, int status, std::string content_type, std::string body) {
  net::Reply reply;
  reply.status = status;
  reply.content_type = std::move(content_type);
  reply.headers.emplace_back("content-type", reply.content_type);
  reply.body = std::move(body);
  route(std::move(url), [reply](const net::Call&) -> Result<net::Reply> { return reply; });
}

void ScriptedClient::fail(std::string url, Code code) {
  route(std::move(url),
        [code](const net::Call&) -> Result<net::Reply> { return make_error(code, "It does not answer."); });
}

int ScriptedClient::count(std::string_view url) const {
  const std::lock_guard lock(mutex_);
  int out = 0;
  for (const auto& call : calls_) out += call.url == url ? 1 : 0;
  return out;
}

int ScriptedClient::count() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(calls_.size());
}

std::vector<net::Call> ScriptedClient::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

}  // namespace lanyard::test
