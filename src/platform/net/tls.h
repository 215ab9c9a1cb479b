// TLS by driving OpenSSL directly on a non-blocking socket. A connection that is idle holds no record
// buffers, so it costs a fifth of what a stream object with its own buffers does.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/result.h"
#include "platform/net/server.h"

struct ssl_ctx_st;
struct ssl_st;

namespace lanyard::net {

enum class Io { done, wants_read, wants_write, closed, failed };

using TlsContext = std::shared_ptr<ssl_ctx_st>;

// TLS 1.2 and 1.3 with authenticated encryption only, HTTP/1.1 by ALPN, no compression, no renegotiation, no
// early data. The error names the file and what is wrong with it.
Result<TlsContext> load_tls(const TlsFiles& files);

class TlsChannel {
 public:
  // The socket must be non-blocking and outlive the channel.
  TlsChannel(const TlsContext& context, int socket);
  ~TlsChannel();
  TlsChannel(const TlsChannel&) = delete;
  TlsChannel& operator=(const TlsChannel&) = delete;

  Io handshake();
  Io read(char* into, std::size_t size, std::size_t& count);
  Io write(const char* from, std::size_t size, std::size_t& count);
  bool has_buffered() const;  // bytes that arrived and that waiting for the socket would not announce
  // What the client showed in the handshake, DER; nullptr when that was nothing.
  const std::shared_ptr<const std::string>& client_certificate() const { return client_certificate_; }
  void say_goodbye();  // close_notify, as far as the socket takes it now

 private:
  Io outcome(int result);
  void keep_client_certificate();
  ssl_st* ssl_;
  std::shared_ptr<const std::string> client_certificate_;
};

}  // namespace lanyard::net
