#include "base/url.h"

#include <gtest/gtest.h>

namespace lanyard {
namespace {

std::string why_not(std::string_view text) {
  const auto url = parse_url(text);
  if (url.ok()) return "accepted: " + url->str();
  return url.error().code == Code::invalid ? url.error().message : "another code";
}

#define EXPECT_REFUSED(text, reason) \
  EXPECT_NE(why_not(text).find(reason), std::string::npos) << (text) << " -> " << why_not(text)

TEST(ParseUrl, takes_an_absolute_url_apart) {
  const auto url = parse_url("HTTPS://Wiki.Example.ORG:8443/a%20b/c?x=1&y=?/");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "wiki.example.org");
  EXPECT_FALSE(url->host_is_ip);
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/a%20b/c");
  EXPECT_EQ(url->query, "x=1&y=?/");
  EXPECT_EQ(url->origin(), "https://wiki.example.org:8443");
  EXPECT_EQ(url->str(), "https://wiki.example.org:8443/a%20b/c?x=1&y=?/");
}

TEST(ParseUrl, leaves_the_own_port_out_and_adds_the_root_path) {
  EXPECT_EQ(parse_url("https://a.example:443")->str(), "https://a.example/");
  EXPECT_EQ(parse_url("http://a.example:80?q")->str(), "http://a.example/?q");
  EXPECT_EQ(parse_url("http://a.example:443/")->origin(), "http://a.example:443");
  EXPECT_EQ(parse_url("http://a.example/?")->str(), "http://a.example/?");
}

TEST(ParseUrl, addresses_have_one_spelling) {
  EXPECT_EQ(parse_url("http://[2001:DB8:0:0::1]:8080/")->origin(), "http://[2001:db8::1]:8080");
  EXPECT_EQ(parse_url("http://[2001:DB8:0:0::1]/")->host, "2001:db8::1");
  EXPECT_TRUE(parse_url("http://192.0.2.7/")->host_is_ip);
  for (const char* text : {"http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/",
                           "http://0177.0.0.1/", "http://127.0.0.256/", "http://1.2.3.4.5/",
                           "http://a.example.0x10/", "http://127.0.0.01/"}) {
    EXPECT_REFUSED(text, "four decimal numbers");
  }
  EXPECT_REFUSED("http://[::1", "does not end");
  EXPECT_REFUSED("http://[fe80::1%25eth0]/", "not IPv6");
  EXPECT_REFUSED("http://[127.0.0.1]/", "not IPv6");
  EXPECT_REFUSED("http://[::1]x/", "something follows");
}

TEST(ParseUrl, loopback_is_an_address_or_the_one_name) {
  for (const char* text : {"http://127.0.0.1/", "http://127.255.0.9:1/", "http://[::1]/",
                           "http://[0:0:0:0:0:0:0:1]/", "http://LOCALHOST/"}) {
    EXPECT_TRUE(parse_url(text)->is_loopback()) << text;
  }
  for (const char* text : {"http://128.0.0.1/", "http://127.0.0.1.example.org/",
                           "http://localhost.example.org/", "http://[::2]/"}) {
    EXPECT_FALSE(parse_url(text)->is_loopback()) << text;
  }
}

TEST(ParseUrl, attack_140_tricks_with_schemes_hosts_and_slashes) {
  for (const char* text : {"", "//host/", "/path", "host", "javascript:alert(1)", "data:text/html,x",
                           "ftp://a/", "https:/a", "https:a", "file:///etc/passwd",
                           "jav\x09"
                           "ascript://x",
                           "httpsx://a/", "://a/"}) {
    EXPECT_FALSE(parse_url(text).ok()) << text;
  }
  EXPECT_REFUSED("https://a\\@b/", "backslash");
  EXPECT_REFUSED("https:\\\\a/", "backslash");
  EXPECT_REFUSED("https://good.example@evil.example/", "user name");
  EXPECT_REFUSED("https://user:pw@a.example/", "user name");
  EXPECT_REFUSED("https://a.example/#x", "fragment");
  EXPECT_REFUSED("https://a.example/#", "fragment");
  EXPECT_REFUSED(" https://a.example/", "space");
  EXPECT_REFUSED("https://a.example/\n", "control");
  EXPECT_REFUSED("https://a.example/a b", "space");
  EXPECT_REFUSED("https://a.exa\tmple/", "control");
  EXPECT_REFUSED(std::string_view("https://a.example\0.evil/", 24), "control");
  EXPECT_REFUSED("https://ｅ.example/", "outside ASCII");
  EXPECT_REFUSED("https:///path", "host is missing");
  EXPECT_REFUSED("https://?x", "host is missing");
  EXPECT_REFUSED("https://%61.example/", "not a name");
  EXPECT_REFUSED("https://a..example/", "not a name");
  EXPECT_REFUSED("https://a.example./", "not a name");
  EXPECT_REFUSED("https://*.example/", "not a name");
  EXPECT_REFUSED("https://-a.example/", "not a name");
}

TEST(ParseUrl, ports_and_escapes_are_checked) {
  for (const char* text :
       {"https://a:/", "https://a:0/", "https://a:65536/", "https://a:0443/", "https://a:-1/",
        "https://a:8x/", "https://a:99999999999999999999/", "https://[::1]:/"}) {
    EXPECT_REFUSED(text, "port");
  }
  EXPECT_REFUSED("https://a/%", "percent-encoded");
  EXPECT_REFUSED("https://a/%4", "percent-encoded");
  EXPECT_REFUSED("https://a/?%zz", "percent-encoded");
  EXPECT_REFUSED("https://a/<script>", "percent-encoded");
  EXPECT_REFUSED("https://a/?q=\"", "percent-encoded");
  EXPECT_TRUE(parse_url("https://a/%2F%2e").ok());
  EXPECT_REFUSED("https://a/" + std::string(9000, 'x'), "longer");
}

TEST(ParseOrigin, has_no_path_and_one_spelling) {
  EXPECT_EQ(*parse_origin("HTTPS://Wiki.example.org:443"), "https://wiki.example.org");
  EXPECT_EQ(*parse_origin("http://[::1]:8080"), "http://[::1]:8080");
  for (const char* text : {"https://a.example/", "https://a.example/x", "https://a.example?x",
                           "https://a.example#", "a.example"}) {
    EXPECT_FALSE(parse_origin(text).ok()) << text;
  }
}

TEST(PercentCoding, is_exact_both_ways) {
  std::string all;
  for (int i = 1; i < 256; ++i) all.push_back(static_cast<char>(i));
  EXPECT_EQ(*percent_decode(percent_encode(all)), all);
  EXPECT_EQ(percent_encode("aZ09-._~ /+é"), "aZ09-._~%20%2F%2B%C3%A9");
  EXPECT_EQ(*percent_decode("a+%2b%2B"), "a+++");
  for (const char* text : {"%", "%4", "a%", "%zz", "%4g", "%-1", "%00", "%%41"})
    EXPECT_FALSE(percent_decode(text).ok()) << text;
}

TEST(ParseForm, reads_pairs_in_order) {
  const auto form = parse_form("a=1&b=x+y%26z&&c&=d&e==&");
  ASSERT_TRUE(form.ok());
  EXPECT_EQ(form->pairs(),
            (std::vector<Form::Pair>{{"a", "1"}, {"b", "x y&z"}, {"c", ""}, {"", "d"}, {"e", "="}}));
  EXPECT_TRUE(parse_form("")->pairs().empty());
}

TEST(ParseForm, refuses_bad_text_and_too_many_pairs) {
  for (const char* text : {"a=%", "a=%f", "%zz=1", "a=%00", "a=%ff", "a=%c0%80", "a=%ed%a0%80", "a=\xff"}) {
    EXPECT_EQ(parse_form(text).error().code, Code::invalid) << text;
  }
  EXPECT_FALSE(parse_form(std::string_view("a=\0", 3)).ok());
  EXPECT_TRUE(parse_form("a&b&c", 3).ok());
  EXPECT_EQ(parse_form("a&b&c&d", 3).error().code, Code::too_large);
}

TEST(Form, a_parameter_written_twice_is_refused) {
  const Form form{{"a", "1"}, {"b", "2"}, {"a", "1"}, {"e", ""}};
  EXPECT_EQ(form.find("a").error().code, Code::invalid);
  EXPECT_EQ(**form.find("b"), "2");
  EXPECT_FALSE(form.find("z")->has_value());
  EXPECT_EQ(*form.get("b"), "2");
  EXPECT_FALSE(form.get("a").ok());
  EXPECT_FALSE(form.get("e").ok());
  EXPECT_FALSE(form.get("z").ok());
  EXPECT_EQ(form.value_or("a", "f"), "f");
  EXPECT_EQ(form.value_or("b", "f"), "2");
  EXPECT_EQ(form.value_or("z", "f"), "f");
}

TEST(Form, encoding_reads_back) {
  const Form form{{"redirect_uri", "https://a/?b=c&d"}, {"näme", "x +y%"}, {"", ""}};
  EXPECT_EQ(parse_form(form.encode())->pairs(), form.pairs());
}

TEST(WithQuery, joins_with_the_right_mark) {
  const Form form{{"code", "a b"}, {"state", "&"}};
  EXPECT_EQ(with_query("https://a/cb", form), "https://a/cb?code=a%20b&state=%26");
  EXPECT_EQ(with_query("https://a/cb?x=1", form), "https://a/cb?x=1&code=a%20b&state=%26");
  EXPECT_EQ(with_query("https://a/cb?", form), "https://a/cb?code=a%20b&state=%26");
  // A question mark inside a query does not begin another one.
  EXPECT_EQ(with_query("https://a/cb?x=?", form), "https://a/cb?x=?&code=a%20b&state=%26");
  EXPECT_EQ(with_query("/p#frag", form), "/p?code=a%20b&state=%26#frag");
  EXPECT_EQ(with_query("/p", {}), "/p");
}

}  // namespace
}  // namespace lanyard
