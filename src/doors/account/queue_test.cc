#include "base/text.h"
#include "doors/account/front_for_test.h"

namespace lanyard::doors::account {
namespace {

using accounts::State;

class Queue : public Front {
 protected:
  Form form_of(const accounts::Account& account, const std::string& answer, const std::string& reason = "") {
    const accounts::Request request = open_request(account.id);
    return {{"answer", answer},
            {"account", account.id.str()},
            {"version", cat(request.version)},
            {cat("reason-", request.id.str()), reason}};
  }
  std::string path_of(const accounts::Account& account) {
    return cat("/admin/queue/", open_request(account.id).id.str());
  }
};

TEST_F(Queue, says_when_nobody_waits) {
  EXPECT_TRUE(shows(get(administrator("Root"), "/admin/queue"), "Nobody waits for a decision."));
}

TEST_F(Queue, a_card_says_what_is_known_and_who_looks_alike) {
  const Browser root = administrator("Root");
  const accounts::Account twin = house.somebody("Grace Hopper");
  accounts::Arrival arrival;
  arrival.issuer = "https://login.uni.example";
  arrival.subject = "another";
  arrival.source = "providers[uni]";
  arrival.name = "Grace Hopper";
  arrival.email = "g@elsewhere.example";
  const auto arrived = house.floors().directory.arrive(arrival, access::system_actor("test"));
  ASSERT_TRUE(arrived.ok());
  const net::Response page = get(root, "/admin/queue");
  for (const char* words : {"Grace Hopper", "g@elsewhere.example", "not verified", "Example University",
                            "another", "Somebody with the same name or address"})
    EXPECT_TRUE(shows(page, words)) << words;
  EXPECT_TRUE(shows(page, cat("/admin/accounts/", twin.id.str())));
}

TEST_F(Queue, approving_and_rejecting_are_told_to_the_person) {
  const Browser root = administrator("Root");
  const accounts::Account ada = house.somebody("Ada", State::pending),
                          eve = house.somebody("Eve", State::pending);
  const Browser eves = house.sign_in(eve);
  expect_sent_to(post(root, path_of(ada), form_of(ada, "approve")), "/admin/queue?done=approved");
  EXPECT_EQ(read(ada.id).state, State::approved);
  EXPECT_EQ(open_request(ada.id).decided_by, "Root");
  EXPECT_EQ(open_request(ada.id).door, "page");
  expect_sent_to(post(root, path_of(eve), form_of(eve, "reject", "Not known here")),
                 "/admin/queue?done=rejected");
  EXPECT_EQ(read(eve.id).state, State::rejected);
  EXPECT_TRUE(shows(get(eves, "/pending"), "Not known here"));
}

TEST_F(Queue, attack_113_of_two_deciders_one_wins_and_the_other_learns_who_and_when) {
  const Browser first = administrator("Rosa"), second = administrator("Sven");
  const accounts::Account ada = house.somebody("Ada", State::pending);
  const std::string path = path_of(ada);
  const Form approve = form_of(ada, "approve"), reject = form_of(ada, "reject", "no");
  expect_sent_to(post(first, path, approve), "/admin/queue?done=approved");
  for (const Form& late : {reject, approve}) {
    const net::Response page = post(second, path, late);
    EXPECT_EQ(page.status(), 409);
    EXPECT_TRUE(shows(page, "Rosa")) << page.body();
    EXPECT_TRUE(shows(page, "2026-01-01T00:00:00Z"));
  }
  EXPECT_EQ(read(ada.id).state, State::approved);
}

TEST_F(Queue, a_decision_about_an_older_request_does_not_hit_the_new_one) {
  const Browser root = administrator("Root");
  const accounts::Account ada = house.somebody("Ada", State::pending);
  const std::string path = path_of(ada);
  const Form old = form_of(ada, "approve");
  const access::Actor system = access::system_actor("test");
  ASSERT_TRUE(house.floors()
                  .approvals.decide(ada.id, {accounts::Decision::Answer::approve, "", "test", {}}, system)
                  .ok());
  house.clock().advance(std::chrono::minutes(1));
  ASSERT_TRUE(house.floors().approvals.apply(ada.id, accounts::Event::reset, "", system).ok());
  EXPECT_EQ(post(root, path, old).status(), 409);
  EXPECT_EQ(read(ada.id).state, State::pending);
}

TEST_F(Queue, attack_115_reading_never_decides) {
  const Browser root = administrator("Root");
  const accounts::Account ada = house.somebody("Ada", State::pending);
  const std::string target = cat(path_of(ada), "?", form_of(ada, "approve").encode());
  EXPECT_EQ(get(root, target).status(), 405);
  EXPECT_EQ(read(ada.id).state, State::pending);
}

TEST_F(Queue, attack_112_a_request_is_decided_only_with_its_own_account) {
  const Browser root = administrator("Root");
  const accounts::Account ada = house.somebody("Ada", State::pending),
                          eve = house.somebody("Eve", State::pending);
  EXPECT_EQ(post(root, path_of(ada), form_of(eve, "approve")).status(), 400);
  EXPECT_EQ(
      post(root, path_of(ada),
           {{"answer", "approve"}, {"account", eve.id.str()}, {"version", cat(open_request(eve.id).version)}})
          .status(),
      409);
  EXPECT_EQ(read(eve.id).state, State::pending);
  EXPECT_EQ(read(ada.id).state, State::pending);
}

TEST_F(Queue, a_form_without_a_decision_is_refused) {
  const Browser root = administrator("Root");
  const accounts::Account ada = house.somebody("Ada", State::pending);
  EXPECT_EQ(post(root, path_of(ada), form_of(ada, "")).status(), 400);
  EXPECT_EQ(post(root, path_of(ada), {{"answer", "approve"}, {"account", ada.id.str()}}).status(), 400);
  EXPECT_EQ(post(root, "/admin/queue/xyz", form_of(ada, "approve")).status(), 400);
}

TEST_F(Queue, oldest_first_and_in_pages) {
  const Browser root = administrator("Root");
  for (int i = 10; i < 33; ++i) {
    house.somebody(cat("Person", i), State::pending);
    house.clock().advance(std::chrono::seconds(1));
  }
  const net::Response first = get(root, "/admin/queue");
  EXPECT_TRUE(shows(first, "Person10"));
  EXPECT_TRUE(shows(first, "Person29"));
  EXPECT_FALSE(shows(first, "Person30"));
  const std::string_view body = first.body();
  const std::size_t at = body.find("/admin/queue?after=");
  ASSERT_NE(at, std::string_view::npos);
  const net::Response second = get(root, std::string(body.substr(at, body.find('"', at) - at)));
  EXPECT_FALSE(shows(second, "Person29"));
  EXPECT_TRUE(shows(second, "Person30"));
  EXPECT_TRUE(shows(second, "Person32"));
  expect_sent_to(get(root, "/admin/queue?after=abcdefghij01234"), "/admin/queue");
}

}  // namespace
}  // namespace lanyard::doors::account
