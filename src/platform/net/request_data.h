// What stands behind a Request. Only the server, make_request() and http.cc see it.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/net/http.h"

namespace lanyard::net {

struct Endpoint;

// What a request's body takes of the memory that all bodies share.
class BodyShare {
 public:
  BodyShare() = default;
  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;
  ~BodyShare() { give_back(); }
  // False: together they would hold more than `most`, and nothing was taken.
  bool take(std::atomic<std::size_t>& all, std::size_t count, std::size_t most) {
    if (all.fetch_add(count, std::memory_order_relaxed) + count > most) {
      all.fetch_sub(count, std::memory_order_relaxed);
      return false;
    }
    all_ = &all;
    count_ += count;
    return true;
  }
  void give_back() {
    if (all_ != nullptr) all_->fetch_sub(std::exchange(count_, 0), std::memory_order_relaxed);
  }

 private:
  std::atomic<std::size_t>* all_ = nullptr;
  std::size_t count_ = 0;
};

struct Request::Data {
  Method method = Method::other;
  std::string_view method_text;
  std::string_view target;
  std::string_view path;
  std::string_view query;
  std::vector<HeaderField> headers;
  std::string_view body;
  std::vector<std::pair<std::string, std::string>> parts;

  std::array<char, 16> id{};
  std::string client_address;
  bool trusted_proxy = false;
  bool tls = false;
  std::shared_ptr<const std::string> client_certificate;  // DER; nullptr when there is none
  SteadyTime started{};

  std::string decoded_path;  // what `path` shows when the target had percent escapes
  std::string head_memory;   // the head, once it left the buffer in which it arrived
  std::string body_memory;   // the same for the body
  BodyShare body_share;

  // Makes everything that points into `head` point into memory that this object owns.
  void keep_head(std::string_view head);
  // The same for the body.
  void keep_body();
  // As new, but with the memory that it has.
  void clear();
};

}  // namespace lanyard::net
