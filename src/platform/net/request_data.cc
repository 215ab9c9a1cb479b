#include "platform/net/request_data.h"

#include <functional>

namespace lanyard::net {

void Request::Data::keep_head(std::string_view head) {
  head_memory.assign(head);
  const auto move = [&](std::string_view& view) {
    // std::less orders pointers into different memory too; a path that was decoded stays where it is.
    const bool inside = !std::less<>()(view.data(), head.data()) &&
                        !std::less<>()(head.data() + head.size(), view.data() + view.size());
    if (inside)
      view = std::string_view(head_memory)
                 .substr(static_cast<std::size_t>(view.data() - head.data()), view.size());
  };
  for (std::string_view* view : {&method_text, &target, &path, &query}) move(*view);
  for (HeaderField& field : headers) {
    move(field.name);
    move(field.value);
  }
}

void Request::Data::keep_body() {
  body_memory.assign(body);
  body = body_memory;
}

void Request::Data::clear() {
  method = Method::other;
  method_text = target = path = query = body = {};
  headers.clear();
  parts.clear();
  client_address.clear();
  trusted_proxy = tls = false;
  client_certificate.reset();
  decoded_path.clear();
  head_memory.clear();
  body_memory.clear();
  body_share.give_back();
}

}  // namespace lanyard::net
