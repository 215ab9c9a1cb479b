#include "platform/net/server.h"

#include <atomic>
#include <thread>

#include "platform/net/raw_client.h"

namespace lanyard::net {
namespace {

using std::chrono::milliseconds;
using test::Answer;
using test::Gate;
using test::hello;
using test::hello_router;
using test::make_router;
using test::on;
using test::RawClient;
using test::Running;
using test::with_limits;

TEST(Server, every_answer_has_the_headers_that_http_h_promises) {
  ServerOptions options;
  options.hsts = true;
  Running running(make_router({on(Runs::on_loop, Method::get, "/", hello),
                               on(Runs::on_loop, Method::get, "/own",
                                  [](const Request&) {
                                    Response r = Response::text(200, "x");
                                    r.header("Cache-Control", "max-age=60");
                                    r.shared_headers(std::make_shared<const std::string>(
                                        "referrer-policy: origin\r\nX-User: ada\r\n"));
                                    return r;
                                  })}),
                  std::move(options));
  RawClient client(running.port());
  const Answer plain = client.get("/");
  for (const char* line :
       {"HTTP/1.1 200 OK\r\n", "Content-Length: 5\r\n", "Connection: keep-alive\r\n",
        "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n", "X-Content-Type-Options: nosniff\r\n",
        "Referrer-Policy: no-referrer\r\n", "Cross-Origin-Opener-Policy: same-origin\r\n",
        "Cache-Control: no-store\r\n", "Strict-Transport-Security: max-age=31536000\r\n"}) {
    EXPECT_TRUE(plain.has(line)) << line << plain.head;
  }
  const Answer own = client.get("/own");
  EXPECT_TRUE(own.has("Cache-Control: max-age=60\r\n"));
  EXPECT_TRUE(own.has("X-User: ada\r\n"));
  EXPECT_FALSE(own.has("no-store"));
  EXPECT_FALSE(own.has("no-referrer"));
  const auto id = [](const Answer& answer) {
    return answer.head.substr(answer.head.find("X-Request-Id: ") + 14, 16);
  };
  EXPECT_NE(id(plain), id(own));
  EXPECT_EQ(id(plain).find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(Server, request_arrives_in_any_pieces) {
  Running running(make_router({on(Runs::db, Method::post, "/{name}", [](const Request& r) {
    return Response::text(
        200, cat(r.path_part("name"), "|", r.header_or("x-a", ""), "|", r.query(), "|", r.body()));
  })}));
  RawClient client(running.port());
  for (const std::string_view framing :
       {"Content-Length: 5\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n2;x\r\nhe\r\n3\r\nllo\r\n0\r\nA: b\r\n\r\n"}) {
    const std::string bytes = cat("POST /caf%C3%A9?q HTTP/1.1\r\nHost: h\r\nX-A: value\r\n", framing);
    for (const char c : bytes) client.send(std::string_view(&c, 1));
    EXPECT_EQ(client.read().body, "café|value|q|hello");
  }
}

TEST(Server, pipelined_requests_are_answered_in_order_by_every_class_of_work) {
  const auto echo = [](const Request& r) { return Response::text(200, std::string(r.path())); };
  Running running(
      make_router({on(Runs::on_loop, Method::get, "/a", echo), on(Runs::db, Method::get, "/b", echo),
                   on(Runs::slow, Method::get, "/c", echo), on(Runs::waits, Method::get, "/d", echo)}));
  RawClient client(running.port());
  std::string bytes;
  for (int i = 0; i < 50; ++i) {
    for (const char* path : {"/a", "/b", "/c", "/a", "/d"})
      bytes += cat("GET ", path, " HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  client.send(bytes);
  for (int i = 0; i < 50; ++i) {
    for (const char* path : {"/a", "/b", "/c", "/a", "/d"}) ASSERT_EQ(client.read().body, path);
  }
}

TEST(Server, attack_128_nothing_is_answered_after_an_error_in_a_pipeline) {
  Running running(hello_router());
  RawClient client(running.port());
  client.send(
      "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\nGET / HTTP/1.1\r\nHost: "
      "h\r\n\r\n");
  EXPECT_EQ(client.read().status, 200);
  EXPECT_EQ(client.read().status, 400);
  EXPECT_TRUE(client.closes());
}

TEST(Server, quick_handlers_answer_on_the_loop_or_pass_on) {
  Endpoint endpoint =
      on(Runs::db, Method::get, "/", [](const Request&) { return Response::text(200, "slowly"); });
  endpoint.quick = [](const Request& r) -> std::optional<Response> {
    if (r.query() == "quick") return Response::text(200, "quickly");
    return std::nullopt;
  };
  Running running(make_router({endpoint}));
  RawClient client(running.port());
  EXPECT_EQ(client.get("/?quick").body, "quickly");
  EXPECT_EQ(client.get("/").body, "slowly");
}

TEST(Server, attack_091_a_body_over_the_limit_is_refused_before_it_is_read) {
  Endpoint endpoint = on(Runs::db, Method::post, "/", hello);
  endpoint.body_limit = 10;
  Running running(make_router({endpoint}));
  RawClient known(running.port());
  EXPECT_EQ(known.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000\r\n\r\n").read().status, 413);
  EXPECT_TRUE(known.closes());
  RawClient polite(running.port());
  EXPECT_EQ(polite.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n")
                .read()
                .status,
            413);
  RawClient welcome(running.port());
  EXPECT_EQ(welcome.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
                .read()
                .status,
            100);
  EXPECT_EQ(welcome.send("ab").read().status, 200);
  RawClient chunked(running.port());
  EXPECT_EQ(chunked
                .send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                      "chunked\r\n\r\n6\r\nabcdef\r\n6\r\nabcdef\r\n")
                .read()
                .status,
            413);
  EXPECT_TRUE(chunked.closes());
}

TEST(Server, attack_126_heads_over_the_limits) {
  Running running(hello_router());
  const std::string start = "GET / HTTP/1.1\r\nHost: h\r\n";
  const auto status = [&](const std::string& bytes) {
    RawClient client(running.port());
    const Answer answer = client.send(bytes).read();
    return answer.status;
  };
  EXPECT_EQ(status(start + "X: " + std::string(64 * 1024, 'a') + "\r\n\r\n"), 431);
  EXPECT_EQ(status(start + "Cookie: " + std::string(16 * 1024, 'a') + "\r\n\r\n"), 431);
  EXPECT_EQ(status(start + "X: " + std::string(64 * 1024, 'a')), 431);
  EXPECT_EQ(status("GET /" + std::string(64 * 1024, 'a')), 431);
  std::string many = start;
  for (int i = 0; i < 1000; ++i) many += "X: y\r\n";
  EXPECT_EQ(status(many + "\r\n"), 431);
  std::string enough = start;
  for (int i = 0; i < 99; ++i) enough += "X: y\r\n";
  EXPECT_EQ(status(enough + "\r\n"), 200);
  EXPECT_EQ(status(enough + "X: y\r\n\r\n"), 431);
  EXPECT_EQ(status(start + "Cookie: s-chunks=99999999; s-0=a\r\n\r\n"),
            200);  // a number in a cookie is only text
}

TEST(Server, attack_124_floods_of_chunk_extensions_and_trailers_end) {
  Running running(make_router({on(Runs::on_loop, Method::post, "/", hello)}));
  const std::string start = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& flood : {"1;" + std::string(2000, 'x'), "0\r\nA: " + std::string(2000, 'x')}) {
    RawClient client(running.port());
    EXPECT_EQ(client.send(start + flood).read().status, 400);
  }
  std::string many = start;
  for (int i = 0; i < 100; ++i) many += cat("1;", std::string(100, 'x'), "\r\na\r\n");
  RawClient client(running.port());
  EXPECT_EQ(client.send(many).read().status, 400);
}

TEST(Server, attack_127_slow_senders_and_readers_are_cut_off) {
  Limits limits;
  limits.head_time = limits.body_time = limits.write_time = milliseconds(150);
  limits.idle_time = milliseconds(300);
  Running running(
      make_router({on(Runs::on_loop, Method::get, "/", hello), on(Runs::on_loop, Method::post, "/", hello),
                   on(Runs::on_loop, Method::get, "/big",
                      [](const Request&) { return Response::text(200, std::string(8 << 20, 'x')); })}),
      with_limits(limits));
  RawClient silent(running.port());
  RawClient idle(running.port());
  EXPECT_EQ(idle.get("/").status, 200);
  RawClient reader(running.port(), 4096);
  reader.send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
  auto body = std::make_unique<RawClient>(running.port());
  body->send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
  // Each byte comes in good time; the whole head does not.
  auto head = std::make_unique<RawClient>(running.port());
  for (const char c : std::string_view("GET / HTTP/1.1\r\nHost: h\r\nX: abcdefghij")) {
    head->send(std::string_view(&c, 1));
    std::this_thread::sleep_for(milliseconds(6));
  }
  EXPECT_EQ(head->read().status, 408);
  EXPECT_TRUE(head->closes());
  EXPECT_EQ(body->read().status, 408);
  EXPECT_TRUE(body->closes());
  EXPECT_EQ(silent.read().status, 0);  // nothing was said, so there is nothing to answer
  EXPECT_TRUE(idle.closes());
  const Answer cut = reader.read();
  EXPECT_EQ(cut.status, 200);
  EXPECT_TRUE(cut.body.empty());  // the end of the body never came
  head.reset();
  body.reset();
  while (running.server().counts().connections > 0) std::this_thread::yield();
}

TEST(Server, large_answers_arrive_whole) {
  const auto big = std::make_shared<const std::string>([] {
    std::string text(5'000'000, ' ');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 23);
    return text;
  }());
  Running running(make_router({on(Runs::on_loop, Method::get, "/big",
                                  [&](const Request&) { return std::move(Response(200).shared_body(big)); }),
                               on(Runs::on_loop, Method::get, "/", hello)}));
  RawClient client(running.port(), 4096);
  client.send("GET /big HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(client.read().body == *big);
  EXPECT_EQ(client.read().body, "hello");
}

TEST(Server, a_full_queue_answers_503_with_retry_after) {
  Gate gate;
  ServerOptions options;
  options.slow_workers = 1;
  options.limits.queue = 2;
  Running running(
      make_router({on(Runs::slow, Method::get, "/slow", [&](const Request& r) { return gate.wait(r); }),
                   on(Runs::db, Method::get, "/db", hello)}),
      std::move(options));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<RawClient>(running.port()));
    clients.back()->send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    if (i == 0) gate.wait_for(1);
  }
  while (running.server().counts().queued_slow < 2) std::this_thread::yield();
  RawClient late(running.port());
  const Answer refused = late.get("/slow");
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.has("Retry-After: 1\r\n"));
  EXPECT_EQ(late.get("/db").status, 200);  // the other classes go on
  EXPECT_EQ(running.server().counts().refused, 1U);
  gate.open.set_value();
  for (auto& client : clients) EXPECT_EQ(client->read().body, "through");
}

TEST(Server, a_handler_that_throws_is_a_500_and_its_text_stays_in_the_log) {
  const auto fail = [](const Request&) -> Response { throw std::runtime_error("the reason"); };
  Running running(
      make_router({on(Runs::on_loop, Method::get, "/a", fail), on(Runs::db, Method::get, "/b", fail)}));
  RawClient client(running.port());
  for (const char* path : {"/a", "/b"}) {
    const Answer answer = client.get(path);
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.body.find("reason"), std::string::npos);
  }
  EXPECT_NE(running.log().find("the reason"), std::string::npos);
}

TEST(Server, errors_outside_handlers_look_as_the_service_wants) {
  ServerOptions options;
  std::atomic<int> finished{0};
  options.error_response = [](const Request* r, int status) {
    return Response::json(status, cat("{\"path\":\"", r == nullptr ? "" : r->path(), "\"}"));
  };
  options.on_finished = [&](std::string_view method, std::string_view route, int status, double seconds) {
    finished += method == "GET" && route == "/" && status == 200 && seconds >= 0 ? 1 : 100;
  };
  Running running(hello_router(), std::move(options));
  RawClient client(running.port());
  EXPECT_EQ(client.get("/x").body, "{\"path\":\"/x\"}");
  EXPECT_EQ(client.get("/").status, 200);
  EXPECT_EQ(client.send("nonsense\r\n\r\n").read().body, "{\"path\":\"\"}");
  EXPECT_EQ(finished, 201);
}

TEST(Server, attack_148_the_access_log_has_no_query_cookie_or_credential) {
  Running running(hello_router());
  RawClient client(running.port());
  client
      .send(
          "GET /?code=canary1 HTTP/1.1\r\nHost: h\r\nCookie: s=canary2\r\nAuthorization: Bearer "
          "canary3\r\n\r\n")
      .read();
  client.send("GET /nothing?canary4 HTTP/1.1\r\nHost: h\r\n\r\n").read();
  client.send(cat("GET /", std::string(5000, 'p'), " HTTP/1.1\r\nHost: h\r\n\r\n")).read();
  client.send("GET /canary5 HTTP/1.1\r\nHost: h\r\nX: a\rcanary6\r\n\r\n").read();
  const std::string log = running.log_with("a control character in a header");
  EXPECT_EQ(log.find("canary"), std::string::npos) << log;
  EXPECT_NE(log.find("\"route\":\"/\",\"path\":\"/\",\"status\":200"), std::string::npos) << log;
  EXPECT_NE(log.find("\"client\":\"127.0.0.1\""), std::string::npos);
  EXPECT_EQ(log.find(std::string(300, 'p')), std::string::npos);
  EXPECT_NE(log.find("a control character in a header"), std::string::npos);
}

TEST(Server, a_quiet_endpoint_leaves_a_line_only_where_the_server_failed) {
  Endpoint quiet = on(Runs::on_loop, Method::get, "/quiet", [](const Request& r) {
    return Response::text(r.query() == "fails" ? 500 : r.query() == "refuses" ? 401 : 200, "");
  });
  quiet.is_quiet = true;
  Running running(make_router({quiet}));
  RawClient client(running.port());
  EXPECT_EQ(client.get("/quiet").status, 200);
  EXPECT_EQ(client.get("/quiet?refuses").status, 401);
  EXPECT_EQ(client.get("/quiet?fails").status, 500);
  const std::string log = running.log_with("\"status\":500");
  EXPECT_NE(log.find("\"status\":500"), std::string::npos) << log;
  EXPECT_EQ(log.find("http.request"), log.rfind("http.request")) << log;
}

TEST(Server, attack_133_forwarded_addresses_count_from_trusted_proxies_only) {
  const auto who = [](const Request& r) {
    return Response::text(200, cat(r.client_address(), r.from_trusted_proxy() ? " trusted" : ""));
  };
  const auto ask = [&](std::vector<std::string> proxies, std::string_view lines) {
    ServerOptions options;
    options.trusted_proxies = std::move(proxies);
    Running running(make_router({on(Runs::on_loop, Method::get, "/", who)}), std::move(options));
    RawClient client(running.port());
    const Answer answer = client.send(cat("GET / HTTP/1.1\r\nHost: h\r\n", lines, "\r\n")).read();
    return answer.status == 200 ? answer.body : cat(answer.status);
  };
  EXPECT_EQ(ask({}, "X-Forwarded-For: 1.2.3.4\r\n"), "127.0.0.1");
  EXPECT_EQ(ask({"10.0.0.0/8"}, "X-Forwarded-For: 1.2.3.4\r\n"), "127.0.0.1");
  EXPECT_EQ(ask({"127.0.0.1"}, ""), "127.0.0.1 trusted");
  EXPECT_EQ(ask({"127.0.0.1"}, "X-Forwarded-For: 1.2.3.4\r\n"), "1.2.3.4 trusted");
  EXPECT_EQ(ask({"127.0.0.1"}, "X-Forwarded-For: 6.6.6.6, 1.2.3.4\r\n"), "1.2.3.4 trusted");
  EXPECT_EQ(ask({"127.0.0.1"}, "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 5.6.7.8\r\n"),
            "5.6.7.8 trusted");
  EXPECT_EQ(ask({"127.0.0.0/8", "10.0.0.0/8"}, "X-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.1.1.1\r\n"),
            "1.2.3.4 trusted");
  EXPECT_EQ(ask({"127.0.0.0/8", "10.0.0.0/8"}, "X-Forwarded-For: 10.2.2.2, 10.1.1.1\r\n"),
            "10.2.2.2 trusted");
  EXPECT_EQ(ask({"127.0.0.1"}, "X-Forwarded-For: 1.2.3.4:5678\r\n"), "1.2.3.4 trusted");
  EXPECT_EQ(ask({"127.0.0.1"}, "X-Forwarded-For: [2001:db8::1]:5678\r\n"), "2001:db8::1 trusted");
  EXPECT_EQ(ask({"127.0.0.1"}, "X-Forwarded-For: 2001:DB8:0::1\r\n"), "2001:db8::1 trusted");
  EXPECT_EQ(ask({"127.0.0.1"}, "X-Forwarded-For: ::ffff:1.2.3.4\r\n"), "1.2.3.4 trusted");
  EXPECT_EQ(ask({"127.0.0.1"}, "X-Forwarded-For: 1.2.3.4, evil\r\n"), "400");
  EXPECT_EQ(ask({"127.0.0.1"}, "X-Forwarded-For: \r\n"), "400");
  EXPECT_EQ(ask({"127.0.0.1"}, "X-Forwarded-For: evil, 1.2.3.4\r\n"), "1.2.3.4 trusted");
}

TEST(Server, trusting_everybody_is_refused_with_a_reason) {
  const lanyard::test::FakeClock clock;
  const lanyard::test::LogBook book(clock);
  for (const char* network : {"0.0.0.0/0", "::/0", "::ffff:0:0/96", "::/3", "128.0.0.0/1", "10.0.0.1/8",
                              "10.0.0.0/33", "10.0.0.0/", "/8", "proxy", "", "10.0.0.0/-1"}) {
    ServerOptions options;
    options.trusted_proxies = {network};
    const auto made = Server::make(std::move(options), clock, book.log());
    ASSERT_FALSE(made.ok()) << network;
    EXPECT_EQ(made.error().code, Code::invalid);
    EXPECT_NE(made.error().message.find(network), std::string::npos);
    EXPECT_FALSE(made.error().hint.empty());
  }
}

}  // namespace
}  // namespace lanyard::net
