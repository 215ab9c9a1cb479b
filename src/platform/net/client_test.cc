#include "platform/net/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <thread>

#include "base/text.h"
#include "test/support/guarded_client.h"

namespace lanyard::net {
namespace {

using namespace std::chrono_literals;
using test::code_of;
using test::GuardedClient;
using test::http_answer;
using test::OutsideRequest;
using test::OutsideServer;
using test::OutsideWire;

TEST_F(GuardedClient, brings_status_headers_and_body) {
  server.route("/doc", [](const OutsideRequest&, OutsideWire& wire) {
    return wire.write("HTTP/1.1 100 Continue\r\nX-Early: no\r\n\r\n") &&
           wire.write(http_answer(404, "Application/JSON; charset=utf-8", "{}", "X-More: One \r\n"));
  });
  const auto reply = get(server.url("/doc?a=b"));
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_EQ(reply->status, 404);
  EXPECT_EQ(reply->content_type, "application/json");
  EXPECT_EQ(reply->body, "{}");
  EXPECT_EQ(reply->header("x-MORE"), "One");
  EXPECT_EQ(reply->header("x-early"), std::nullopt);
  const auto seen = server.requests().at(0);
  EXPECT_EQ(seen.target, "/doc?a=b");
  EXPECT_EQ(seen.header("Accept-Encoding"), "");
  EXPECT_EQ(seen.header("User-Agent"), "lanyard");
}

TEST_F(GuardedClient, sends_method_headers_and_body) {
  server.reply("/token", 200, "application/json", "{}");
  Call call;
  call.method = "POST";
  call.url = server.url("/token");
  call.headers = {{"Authorization", "Basic abc"}, {"X-Empty", ""}};
  call.body = std::string(3'000, 'x');
  call.reach = here;
  ASSERT_TRUE(client().send(call).ok());
  call.method = "PUT";
  call.body = "y";
  ASSERT_TRUE(client().send(call).ok());
  const auto seen = server.requests();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].method, "POST");
  EXPECT_EQ(seen[0].header("Authorization"), "Basic abc");
  EXPECT_EQ(seen[0].header("Expect"), "");
  EXPECT_EQ(seen[0].body, std::string(3'000, 'x'));
  EXPECT_EQ(seen[1].method, "PUT");
  EXPECT_EQ(seen[1].body, "y");
}

TEST_F(GuardedClient, keeps_connections_for_reading_and_never_repeats_a_post) {
  std::atomic<int> posts{0};
  server.reply("/get", 200, "text/plain", "ok");
  server.route("/post", [&](const OutsideRequest&, OutsideWire&) {
    ++posts;
    return false;  // the connection ends without a word, as one that was kept too long
  });
  ASSERT_TRUE(get(server.url("/get")).ok());
  ASSERT_TRUE(get(server.url("/get")).ok());
  EXPECT_EQ(server.connections(), 1);
  Call call;
  call.method = "POST";
  call.url = server.url("/post");
  call.body = "code=1";
  call.reach = here;
  EXPECT_EQ(code_of(client().send(call)), Code::unavailable);
  EXPECT_EQ(posts, 1);
}

TEST_F(GuardedClient, refuses_headers_that_would_write_more_headers) {
  for (const auto& header : std::vector<std::pair<std::string, std::string>>{{"X", "a\r\nHost: b"},
                                                                             {"X", "a\nb"},
                                                                             {"X\r\nY", "a"},
                                                                             {"", "a"},
                                                                             {"X Y", "a"},
                                                                             {"Host", "other"},
                                                                             {"Accept-Encoding", "gzip"},
                                                                             {"Transfer-Encoding", "chunked"},
                                                                             {"X", std::string("a\0b", 3)}}) {
    Call call;
    call.url = server.url("/");
    call.reach = here;
    call.headers = {header};
    EXPECT_EQ(code_of(client().send(call)), Code::invalid) << header.first;
  }
  Call call;
  call.url = server.url("/");
  call.reach = here;
  call.method = "GET / HTTP/1.1\r\nX";
  EXPECT_EQ(code_of(client().send(call)), Code::invalid);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(GuardedClient, attack_037_an_address_inside_is_not_connected_to) {
  Reach https_only;
  for (const auto* host :
       {"127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "0.0.0.0", "[::ffff:127.0.0.1]", "2130706433",
        "0177.0.0.1", "0x7f.1", "127.1", "localhost", "[::]", "[fe80::1]", "0"}) {
    const auto reply = get(cat("https://", host, ":", server.port(), "/jwks"), https_only);
    ASSERT_FALSE(reply.ok()) << host;
    EXPECT_NE(reply.error().code, Code::internal) << host;
  }
  Reach elsewhere;
  elsewhere.private_networks = {"10.0.0.0/8"};
  EXPECT_EQ(code_of(get(cat("https://127.0.0.1:", server.port(), "/jwks"), elsewhere)), Code::upstream);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(GuardedClient, attack_038_a_name_is_judged_by_the_address_that_is_connected_to) {
  options.fixed_addresses = {cat("rebind.example:", server.port(), ":127.0.0.1"),
                             cat("mapped.example:", server.port(), ":[::ffff:127.0.0.1]"),
                             cat("both.example:", server.port(), ":0.0.0.0,127.0.0.1")};
  for (const auto* name : {"rebind.example", "mapped.example", "both.example"}) {
    const auto reply = get(cat("https://", name, ":", server.port(), "/"), Reach{});
    EXPECT_EQ(code_of(reply), Code::upstream) << name;
    EXPECT_NE(reply.error().message.find("not allowed"), std::string::npos) << reply.error().message;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(GuardedClient, attack_039_only_https_or_http_to_loopback_when_allowed) {
  for (const auto* url :
       {"file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "data:text/plain,x", "ldap://x/",
        "unix:///run/x", "https:example.org", "//example.org/", "", "https://user:pw@example.org/",
        "https://exa mple.org/", "dict://127.0.0.1:11211/"}) {
    EXPECT_EQ(code_of(get(url)), Code::upstream) << url;
  }
  Reach no_plain;
  no_plain.loopback = true;
  EXPECT_EQ(code_of(get(server.url("/"), no_plain)), Code::upstream);
  Reach no_loopback;
  no_loopback.http = true;
  EXPECT_EQ(code_of(get(server.url("/"), no_loopback)), Code::upstream);
  Reach listed = here;
  listed.private_networks = {"10.0.0.0/8"};
  EXPECT_EQ(code_of(get("http://10.0.0.1/", listed)), Code::upstream) << "plain http leaves this machine";
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(GuardedClient, attack_039_plain_http_to_a_name_is_held_against_its_address) {
  options.fixed_addresses = {"inside.example:80:10.0.0.1"};
  Reach listed = here;
  listed.private_networks = {"10.0.0.0/8"};
  const auto reply = get("http://inside.example/", listed);
  EXPECT_EQ(code_of(reply), Code::upstream);
  EXPECT_NE(reply.error().message.find("10.0.0.1"), std::string::npos);
}

TEST_F(GuardedClient, attack_040_redirects_are_answers_and_not_followed) {
  for (const auto* to : {"/other", "http://127.0.0.1:1/", "file:///etc/passwd", "/start"}) {
    server.route("/start", [to](const OutsideRequest&, OutsideWire& wire) {
      return wire.write(http_answer(302, "", "", cat("Location: ", to, "\r\n")));
    });
    const auto reply = get(server.url("/start"));
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply->status, 302);
    EXPECT_EQ(reply->header("location"), to);
  }
  EXPECT_EQ(server.count(), 4);
}

TEST_F(GuardedClient, attack_041_a_body_over_the_limit_is_cut) {
  most_bytes = 10'000;
  const auto announced = get_raw(http_answer(200, "", std::string(10'001, 'x')));
  EXPECT_EQ(code_of(announced), Code::upstream);
  EXPECT_NE(announced.error().message.find("larger than 10000"), std::string::npos);
  EXPECT_EQ(get_raw(http_answer(200, "", std::string(10'000, 'x')))->body.size(), 10'000U);

  std::atomic<std::size_t> written{0};
  server.route("/endless", [&](const OutsideRequest&, OutsideWire& wire) {
    wire.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = cat("4000\r\n", std::string(0x4000, 'x'), "\r\n");
    while (written < (64U << 20) && wire.write(chunk)) written += 0x4000;
    return false;
  });
  EXPECT_EQ(code_of(get(server.url("/endless"))), Code::upstream);
  EXPECT_LT(written, 20U << 20) << "the connection was closed early";
}

TEST_F(GuardedClient, attack_041_compression_is_refused_and_its_expansion_counted) {
  EXPECT_EQ(server.count(), 0);
  const auto coded = get_raw(http_answer(200, "", "\x1f\x8b", "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(code_of(coded), Code::upstream);
  EXPECT_NE(coded.error().message.find("compressed"), std::string::npos);
  EXPECT_TRUE(get_raw(http_answer(200, "", "x", "Content-Encoding: identity\r\n")).ok());
  // 20,000 zero bytes, as gzip.
  const std::string bomb = *hex_decode(
      "1f8b0800000000000203edc13101000000c2a0f54f6d0d0fa000000000000000000000000000000000000000783002532f9720"
      "4e0000");
  most_bytes = 19'999;
  const auto transfer =
      get_raw(cat("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nConnection: close\r\n\r\n", bomb));
  EXPECT_EQ(code_of(transfer), Code::upstream);
  EXPECT_NE(transfer.error().message.find("larger than"), std::string::npos) << transfer.error().message;
}

TEST_F(GuardedClient, attack_041_a_drip_ends_with_the_time_limit_and_disturbs_nobody) {
  const auto drip = [](const OutsideRequest&, OutsideWire& wire) {
    wire.write("HTTP/1.1 200 OK\r\n");
    while (wire.pause(20ms) && wire.write("X-Drip: 1\r\n")) {
    }
    return false;
  };
  server.route("/head", drip);
  server.route("/body", [](const OutsideRequest&, OutsideWire& wire) {
    wire.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (wire.pause(20ms) && wire.write("x")) {
    }
    return false;
  });
  server.route("/silent", [](const OutsideRequest&, OutsideWire& wire) {
    wire.pause(10s);
    return false;
  });
  server.reply("/good", 200, "text/plain", "ok");
  limit = 300ms;
  client();
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::future<Result<Reply>>> slow;
  for (const auto* path : {"/head", "/body", "/silent"}) {
    slow.push_back(std::async(std::launch::async, [this, path] { return get(server.url(path)); }));
  }
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(get(server.url("/good")).ok());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 250ms) << "others did not wait";
  for (auto& one : slow) EXPECT_EQ(code_of(one.get()), Code::unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST_F(GuardedClient, attack_041_a_flood_of_headers_is_cut) {
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 300; ++i) many += cat("X-", i, ": y\r\n");
  EXPECT_EQ(code_of(get_raw(many + "Content-Length: 0\r\n\r\n")), Code::upstream);
  EXPECT_EQ(code_of(get_raw(cat("HTTP/1.1 200 OK\r\nX: ", std::string(70'000, 'y'), "\r\n\r\n"))),
            Code::upstream);
  std::string interim;
  for (int i = 0; i < 300; ++i) interim += "HTTP/1.1 103 Early Hints\r\n\r\n";
  EXPECT_EQ(code_of(get_raw(interim + http_answer(200, "", "x"))), Code::upstream);
}

TEST_F(GuardedClient, attack_041_a_wrong_length_is_an_error_and_never_leaks_into_the_next_answer) {
  EXPECT_FALSE(get_raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort").ok());
  EXPECT_FALSE(get_raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nx").ok());
  EXPECT_FALSE(get_raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx").ok());
  EXPECT_FALSE(get_raw("no http at all").ok());
  EXPECT_FALSE(get_raw("").ok());
  server.route("/long", [](const OutsideRequest&, OutsideWire& wire) {
    wire.write(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    return true;
  });
  server.reply("/next", 200, "text/plain", "good");
  EXPECT_EQ(get(server.url("/long"))->body, "ok");
  EXPECT_EQ(get(server.url("/next"))->body, "good");
}

TEST_F(GuardedClient, attack_042_answers_of_any_status_reach_the_caller) {
  EXPECT_EQ(get_raw("HTTP/1.1 204 No Content\r\n\r\n")->body, "");
  EXPECT_EQ(get_raw(http_answer(200, "text/html", "<html>Log in to the network</html>"))->content_type,
            "text/html");
  EXPECT_EQ(get_raw(http_answer(200, "application/json", ""))->body, "");
  EXPECT_EQ(get_raw(http_answer(500, "", "no"))->status, 500);
}

TEST_F(GuardedClient, attack_052_proxy_variables_are_ignored) {
  for (const auto* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"}) {
    ::setenv(name, "http://127.0.0.1:1", 1);
  }
  server.reply("/", 200, "text/plain", "ok");
  const auto reply = get(server.url("/"));
  for (const auto* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"})
    ::unsetenv(name);
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_EQ(server.requests().at(0).target, "/");
}

TEST_F(GuardedClient, attack_164_calls_at_once_to_one_host_are_limited_and_the_rest_waits) {
  options.calls_per_host = 2;
  server.route("/slow", [](const OutsideRequest&, OutsideWire& wire) {
    wire.pause(30ms);
    return wire.write(http_answer(200, "", "x"));
  });
  client();
  std::vector<std::future<Result<Reply>>> calls;
  for (int i = 0; i < 12; ++i) {
    calls.push_back(std::async(std::launch::async, [this] { return get(server.url("/slow")); }));
  }
  for (auto& call : calls) EXPECT_TRUE(call.get().ok());
  EXPECT_EQ(server.most_at_once(), 2);
}

TEST_F(GuardedClient, attack_164_waiting_calls_are_bounded_and_their_time_counts) {
  options.calls_per_host = 1;
  options.waiting = 2;
  limit = 500ms;
  server.route("/stuck", [](const OutsideRequest&, OutsideWire& wire) { return wire.pause(10s); });
  client();
  auto first = std::async(std::launch::async, [this] { return get(server.url("/stuck")); });
  while (server.count() == 0) std::this_thread::yield();
  struct Call {
    Result<Reply> reply;
    std::chrono::steady_clock::duration took;
  };
  std::vector<std::future<Call>> more;
  for (int i = 0; i < 5; ++i) {
    more.push_back(std::async(std::launch::async, [this] {
      const auto began = std::chrono::steady_clock::now();
      auto reply = get(server.url("/stuck"));
      return Call{std::move(reply), std::chrono::steady_clock::now() - began};
    }));
  }
  int full = 0;
  for (auto& one : more) {
    const Call call = one.get();
    EXPECT_EQ(code_of(call.reply), Code::unavailable);
    full += call.reply.error().message.find("Too many") != std::string::npos ? 1 : 0;
    // Were only the time from its turn on counted, whoever waits would take twice the limit, or three times.
    EXPECT_LT(call.took, 850ms);
  }
  EXPECT_EQ(full, 3);
  EXPECT_FALSE(first.get().ok());
}

TEST_F(GuardedClient, a_host_that_fails_rests_and_is_probed_once) {
  options.breaker_failures = 3;
  server.raw("/", "");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(code_of(get(server.url("/"))), Code::unavailable);
  EXPECT_EQ(server.count(), 3);
  EXPECT_NE(book.text().find("outgoing.resting"), std::string::npos);
  EXPECT_EQ(code_of(get(server.url("/"))), Code::unavailable);
  EXPECT_EQ(server.count(), 3) << "it was left alone";

  OutsideServer other;
  other.reply("/", 200, "", "ok");
  EXPECT_TRUE(get(other.url("/")).ok()) << "another host is not concerned";

  clock.advance(10s);
  server.reply("/", 503, "", "still here");
  EXPECT_EQ(get(server.url("/"))->status, 503);
  EXPECT_NE(book.text().find("outgoing.recovered"), std::string::npos);
  EXPECT_TRUE(get(server.url("/")).ok());
}

TEST_F(GuardedClient, what_cannot_be_reached_is_unavailable) {
  std::string gone;
  {
    const OutsideServer closed;
    gone = closed.url("/");
  }
  EXPECT_EQ(code_of(get(gone)), Code::unavailable);
}

TEST_F(GuardedClient, stopping_ends_calls_that_wait) {
  server.route("/stuck", [](const OutsideRequest&, OutsideWire& wire) { return wire.pause(10s); });
  auto own = make_client(options, clock, book.log());
  auto call = std::async(std::launch::async, [&] {
    Call c;
    c.url = server.url("/stuck");
    c.reach = here;
    return own->send(c);
  });
  while (server.count() == 0) std::this_thread::yield();
  own.reset();
  EXPECT_EQ(code_of(call.get()), Code::unavailable);
}

TEST_F(GuardedClient, attack_148_neither_log_nor_error_holds_what_was_sent) {
  Call call;
  call.url = server.url("/token?code=canary-query");
  call.method = "POST";
  call.headers = {{"Authorization", "Bearer canary-header"}};
  call.body = "client_secret=canary-body";
  call.reach = here;
  server.raw("/token", "nonsense");
  const auto reply = client().send(call);
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(cat(book.text(), reply.error().message, reply.error().cause).find("canary"), std::string::npos);
  EXPECT_NE(book.text().find("outgoing.failed"), std::string::npos);
}

}  // namespace
}  // namespace lanyard::net
