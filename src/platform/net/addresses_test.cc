#include "platform/net/addresses.h"

#include <gtest/gtest.h>

namespace lanyard::net {
namespace {

TEST(AddressAllowed, public_addresses_are_reachable_by_default) {
  for (const auto* text :
       {"93.184.216.34", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1",
        "2606:4700:4700::1111", "2a00:1450:4001::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"}) {
    EXPECT_TRUE(address_allowed(text, {})) << text;
  }
}

TEST(AddressAllowed, attack_037_every_address_that_is_not_public_is_refused) {
  for (const auto* text : {"127.0.0.1",
                           "127.255.255.255",
                           "0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "10.255.255.255",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.1.1",
                           "169.254.0.1",
                           "169.254.169.254",
                           "100.64.0.1",
                           "100.100.100.200",
                           "192.0.0.192",
                           "192.0.2.1",
                           "198.18.0.1",
                           "198.51.100.7",
                           "203.0.113.7",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::127.0.0.1",
                           "::ffff:127.0.0.1",
                           "::ffff:7f00:1",
                           "::ffff:10.0.0.1",
                           "::ffff:169.254.169.254",
                           "::ffff:0.0.0.0",
                           "::ffff:0:127.0.0.1",
                           "64:ff9b::127.0.0.1",
                           "64:ff9b::a00:1",
                           "64:ff9b::a9fe:a9fe",
                           "64:ff9b:1::5db8:d822",
                           "2002:7f00:1::",
                           "2002:5db8:d822::1",
                           "2001:0:5db8:d822::1",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "ff02::1",
                           "2001:db8::1",
                           "3fff::1",
                           "100::1"}) {
    EXPECT_FALSE(address_allowed(text, {})) << text;
  }
}

TEST(AddressAllowed, attack_037_other_spellings_are_no_addresses) {
  Reach wide;
  wide.loopback = true;
  for (const auto* text : {"2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "127.1", "127.0.0.1.",
                           " 127.0.0.1", "[::1]", "fe80::1%lo", "", "localhost"}) {
    EXPECT_FALSE(address_allowed(text, wide)) << text;
  }
  EXPECT_FALSE(address_allowed(std::string_view("127.0.0.1\0x", 11), wide));
}

TEST(AddressAllowed, loopback_has_its_own_switch) {
  Reach reach;
  reach.private_networks = {"127.0.0.0/8", "0.0.0.0/0", "::/0"};
  EXPECT_FALSE(address_allowed("127.0.0.1", reach));
  EXPECT_FALSE(address_allowed("::1", reach));
  reach = {};
  reach.loopback = true;
  EXPECT_TRUE(address_allowed("127.0.0.1", reach));
  EXPECT_TRUE(address_allowed("127.9.9.9", reach));
  EXPECT_TRUE(address_allowed("::1", reach));
  EXPECT_FALSE(address_allowed("10.0.0.1", reach));
  EXPECT_FALSE(address_allowed("64:ff9b::127.0.0.1", reach));
}

TEST(AddressAllowed, listed_networks_are_reachable_and_their_neighbours_are_not) {
  Reach reach;
  reach.private_networks = {"10.1.0.0/16", "172.20.4.0/23", "192.168.7.9", "fd12:3456::/32"};
  for (const auto* text :
       {"10.1.0.1", "10.1.255.255", "172.20.5.255", "192.168.7.9", "fd12:3456:1::1", "::ffff:10.1.2.3"}) {
    EXPECT_TRUE(address_allowed(text, reach)) << text;
  }
  for (const auto* text :
       {"10.2.0.1", "10.0.255.255", "172.20.6.0", "172.20.3.255", "192.168.7.8", "fd12:3457::1"}) {
    EXPECT_FALSE(address_allowed(text, reach)) << text;
  }
}

TEST(AddressAllowed, no_list_opens_zero_multicast_or_reserved_addresses) {
  Reach reach;
  reach.private_networks = {"0.0.0.0/0", "::/0"};
  for (const auto* text :
       {"0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "ff02::1", "2002:7f00:1::", "::127.0.0.1"}) {
    EXPECT_FALSE(address_allowed(text, reach)) << text;
  }
  EXPECT_TRUE(address_allowed("169.254.169.254", reach)) << "an operator who lists it gets it";
}

TEST(ParseNetwork, refuses_what_is_no_network) {
  using outgoing::parse_network;
  for (const auto* text :
       {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x", "10/8", "host/8", "::/129", "/8"}) {
    EXPECT_FALSE(parse_network(text).ok()) << text;
  }
  EXPECT_EQ(parse_network("10.0.0.0/8")->bits, 104U);
  EXPECT_EQ(parse_network("fd00::/8")->bits, 8U);
}

}  // namespace
}  // namespace lanyard::net
