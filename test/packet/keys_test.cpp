// SPDX-License-Identifier: Apache-2.0
//
// Pools that go by more than the Call-ID: the user in To, or the Call-ID and the topmost Via.
#include "datagram.hpp"
#include "farm.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>
#include <vector>

using namespace sipsteer::test;

namespace {

constexpr __u32 kLifetime = 100; // Farm's, in ticks
const std::string kBob = "\"Bob <b>\" <sip:bob@example.com>";
const std::string kAlice = "<sip:alice@example.com>;tag=1928301774";

/// Goes by the user in To.
class ByUser : public Farm {
public:
    ByUser() { key(0, SS_KEY_ADDRESS_OF_RECORD); }

    __u32 send(std::string_view method, std::string_view call_id, std::string_view to,
               ss_reason reason) {
        return steer(to_vip(request_to(method, call_id, to)), reason);
    }

    Entry registration(std::string_view user) {
        const auto found = entry(user_hash(user), 0);
        INFO("user " << user);
        REQUIRE(found);
        return *found;
    }

    /// Registers a user on a server that the ring would not choose.
    __u32 register_elsewhere(std::string_view user) {
        const __u32 elsewhere = (ring_server(user_hash(user)) + 1) % kServers;
        ring(0, {static_cast<__u16>(elsewhere)});
        CHECK(send("REGISTER", "register", "<sip:" + std::string(user) + "@example.com>",
                   SS_REASON_CALL_NEW) == elsewhere);
        ring(0, {0, 1, 2, 3});
        return elsewhere;
    }
};

} // namespace

TEST_CASE("address of record: a REGISTER is known by its user", "[keys]") {
    ByUser farm;
    const __u32 server = farm.send("REGISTER", "r1", kBob, SS_REASON_CALL_NEW);
    CHECK(server == Farm::ring_server(user_hash("bob")));
    CHECK(farm.entries().size() == 1);
    CHECK(ss_call_state(farm.registration("bob").value) == SS_CALL_OTHER);
    CHECK(ss_call_server(farm.registration("bob").value) == server);
    CHECK(farm.load(server).live == 0);
    // The next one, of another device and spelling, meets it.
    CHECK(farm.send("REGISTER", "r2", "sip:bob@example.com;x=y", SS_REASON_CALL_HIT) == server);
    CHECK(farm.entries().size() == 1);
    CHECK(farm.send("REGISTER", "r1", "<sip:carol@example.com>", SS_REASON_CALL_NEW) ==
          Farm::ring_server(user_hash("carol")));
}

TEST_CASE("address of record: one user in several spellings", "[keys]") {
    ByUser farm;
    const __u32 server = farm.register_elsewhere("b;ob");
    for (const char *user : {"b;%6fb", "%62;%6F%62", "b;ob:secret"}) {
        INFO(user);
        const std::string to = "<sip:" + std::string(user) + "@EXAMPLE.com>";
        CHECK(farm.send("REGISTER", "r2", to, SS_REASON_CALL_HIT) == server);
        CHECK(farm.send("INVITE", "to " + std::string(user), to, SS_REASON_CALL_NEW) == server);
    }
    // Another user: a reserved character is not its escape, and users have a case.
    for (const char *user : {"b%3bob", "B;ob", "b;ob%00"}) {
        INFO(user);
        farm.send("REGISTER", "r3", "<sip:" + std::string(user) + "@example.com>",
                  SS_REASON_CALL_NEW);
    }
    CHECK(farm.send("REGISTER", "r4", "<sip:b%3Bob@example.com>", SS_REASON_CALL_HIT) ==
          Farm::ring_server(user_hash("b%3bob")));
}

TEST_CASE("address of record: a user is not taken for a Call-ID", "[keys]") {
    ByUser farm;
    farm.send("REGISTER", "r1", kBob, SS_REASON_CALL_NEW);
    farm.send("INVITE", "bob", "<sip:carol@example.com>", SS_REASON_CALL_NEW);
    CHECK(farm.entries().size() == 2);
}

TEST_CASE("address of record: a call to a user goes where he is registered", "[keys]") {
    ByUser farm;
    const __u32 server = farm.register_elsewhere("bob");
    CHECK(farm.send("INVITE", "c1", kBob, SS_REASON_CALL_NEW) == server);
    CHECK(farm.server_counters(server).new_calls == 2);
    CHECK(farm.load(server).live == 1);
    farm.ring(0, {3, 2, 1, 0});
    CHECK(farm.send("INVITE", "c2", kBob, SS_REASON_CALL_NEW) == server);
    CHECK(farm.send("MESSAGE", "m1", kBob, SS_REASON_CALL_NEW) == server);
    CHECK(farm.steer(to_vip6(request_to("INVITE", "c3", kBob)), SS_REASON_CALL_NEW) == server);
}

TEST_CASE("Request-URI: a call to a user goes where he is registered", "[keys]") {
    ByUser farm;
    farm.key(0, SS_KEY_REQUEST_URI);
    const __u32 server = farm.register_elsewhere("bob"); // by To, as ever
    const auto call = [&](const std::string &uri, std::string_view call_id) {
        std::string invite = request_to("INVITE", call_id, "<sip:carol@example.com>");
        invite.replace(invite.find("sip:"), std::string("sip:example.com").size(), uri);
        return farm.steer(to_vip(invite), SS_REASON_CALL_NEW);
    };
    CHECK(call("sip:bob@192.0.2.9:5066;line=1", "forwarded") == server);
    CHECK(call("sip:b%6fb@example.com", "spelled") == server);
    CHECK(call("tel:+4930123456;phone-context=x", "tel") ==
          Farm::ring_server(user_hash("+4930123456")));
    // Without a user there, the Call-ID decides, and To does not count.
    CHECK(call("sip:example.com", "nobody") == Farm::ring_server(call_hash("nobody")));
    // A response has no Request-URI.
    std::string response = request_to("INVITE", "answer", kBob);
    response.replace(0, response.find("\r\n"), "SIP/2.0 200 OK");
    CHECK(server_of(farm.run(to_vip(response))) == server);
}

TEST_CASE("address of record: within a call its own entry rules", "[keys]") {
    ByUser farm;
    const __u32 server = farm.register_elsewhere("bob");
    farm.send("INVITE", "c1", kBob, SS_REASON_CALL_NEW);
    CHECK(farm.send("ACK", "c1", kBob + ";tag=2", SS_REASON_CALL_HIT) == server);
    // The other side's, with another user in To, whose registration is elsewhere.
    farm.ring(0, {static_cast<__u16>((server + 1) % Farm::kServers)});
    CHECK(farm.send("REGISTER", "r2", "<sip:alice@example.com>", SS_REASON_CALL_NEW) != server);
    CHECK(farm.send("BYE", "c1", kAlice, SS_REASON_CALL_HIT) == server);
    CHECK(ss_call_state(farm.call("c1").value) == SS_CALL_CLOSING);
    // A registration is not changed by calls.
    CHECK(ss_call_state(farm.registration("bob").value) == SS_CALL_OTHER);
    CHECK(ss_call_server(farm.registration("bob").value) == server);
}

TEST_CASE("address of record: who is not registered has calls where he would be", "[keys]") {
    ByUser farm;
    std::set<__u32> servers;
    for (int i = 0; i < 30; i++) {
        const std::string user = "user" + std::to_string(i);
        const std::string to = "<sip:" + user + "@example.com>";
        const __u32 server = farm.send("INVITE", "c" + user, to, SS_REASON_CALL_NEW);
        CHECK(server == Farm::ring_server(user_hash(user)));
        CHECK_FALSE(farm.entry(user_hash(user), 0));
        CHECK(farm.send("REGISTER", "r" + user, to, SS_REASON_CALL_NEW) == server);
        servers.insert(server);
    }
    CHECK(servers.size() == Farm::kServers);
}

TEST_CASE("address of record: without a user the Call-ID counts", "[keys]") {
    ByUser farm;
    for (const char *to : {"<sip:example.com>", "*", "", "<sip:[2001:db8::1]:5060>"}) {
        for (const char *method : {"REGISTER", "INVITE"}) {
            farm.forget_calls();
            const std::string call = std::string(method) + "-without-user";
            CHECK(farm.send(method, call, to, SS_REASON_CALL_NEW) ==
                  Farm::ring_server(call_hash(call)));
            farm.call(call);
        }
    }
}

TEST_CASE("address of record: a registration that has expired counts no more", "[keys]") {
    ByUser farm;
    const __u32 server = farm.register_elsewhere("bob");
    const Entry entry = farm.registration("bob");
    farm.write_entry(entry.bucket, entry.slot,
                     (entry.value & ~__u64{SS_TICK_MASK}) |
                         ((DataPlane::now() - kLifetime - 2) & SS_TICK_MASK));
    const __u32 now = farm.send("INVITE", "c1", kBob, SS_REASON_CALL_NEW);
    CHECK(now == Farm::ring_server(user_hash("bob")));
    CHECK(now != server);
    CHECK(farm.send("REGISTER", "r2", kBob, SS_REASON_CALL_NEW) == now);
}

TEST_CASE("address of record: the registration's server is gone", "[keys]") {
    ByUser farm;
    const __u32 gone = farm.register_elsewhere("bob");
    SECTION("dead") {
        farm.server(gone, {.flags = SS_SERVER_IN_USE});
    }
    SECTION("in another pool") {
        farm.pool(1);
        farm.server(gone, {.pool = 1});
    }
    const __u32 now = farm.send("INVITE", "c1", kBob, SS_REASON_CALL_NEW);
    CHECK(now == Farm::ring_server(user_hash("bob")));
    CHECK(farm.send("REGISTER", "r2", kBob, SS_REASON_CALL_REHOMED) == now);
    CHECK(ss_call_server(farm.registration("bob").value) == now);
}

TEST_CASE("address of record: a call whose server is gone follows its user", "[keys]") {
    ByUser farm;
    const __u32 old = farm.register_elsewhere("bob");
    farm.send("INVITE", "c1", kBob, SS_REASON_CALL_NEW);
    farm.server(old, {.flags = SS_SERVER_IN_USE});
    const auto moved = static_cast<__u16>((old + 2) % Farm::kServers);
    farm.ring(0, {moved});
    CHECK(farm.send("REGISTER", "r2", kBob, SS_REASON_CALL_REHOMED) == moved);
    farm.ring(0, {static_cast<__u16>((old + 3) % Farm::kServers)});
    CHECK(farm.send("INFO", "c1", kBob, SS_REASON_CALL_REHOMED) == moved);
    CHECK(farm.load(old).live == 0);
    CHECK(farm.load(moved).live == 1);
}

TEST_CASE("address of record: To behind a frame's first piece", "[keys][multi_buffer]") {
    ByUser farm;
    const __u32 server = farm.register_elsewhere("bob");
    for (const std::size_t filler : {3000, 3350, 3400, 3420, 3440, 3460, 3480, 3600, 8000}) {
        INFO(filler);
        const std::string call = "far-" + std::to_string(filler);
        const std::string message = "INVITE sip:bob@example.com SIP/2.0\r\nv: SIP/2.0/UDP x\r\n"
                                    "CSeq: 1 INVITE\r\nCall-ID: " +
                                    call + "\r\nX: " + std::string(filler, 'x') +
                                    "\r\nTo: " + kBob + "\r\nContent-Length: 0\r\n\r\n" +
                                    std::string(2000, 'y');
        CHECK(farm.steer(to_vip(message), SS_REASON_CALL_NEW) == server);
        farm.call(call);
    }
}

TEST_CASE("address of record: in fragments, the user in the first one", "[keys][fragments]") {
    ByUser farm;
    const __u32 server = farm.register_elsewhere("bob");
    Datagram datagram{GENERATE(false, true)};
    datagram.message = request_to("INVITE", "c1", kBob) + std::string(400, 'x');
    SECTION("it is there") {
        CHECK(farm.steer(datagram.first(320), SS_REASON_CALL_NEW) == server);
        farm.steer(datagram.later(320), SS_REASON_FRAGMENT);
    }
    SECTION("it is cut off: the Call-ID counts") {
        datagram.message =
            "INVITE sip:bob@example.com SIP/2.0\r\nCall-ID: c1\r\nX: " + std::string(260, 'x') +
            "\r\nTo: " + kBob + "\r\n\r\n";
        CHECK(farm.steer(datagram.first(), SS_REASON_CALL_NEW) ==
              Farm::ring_server(call_hash("c1")));
        farm.steer(datagram.later(), SS_REASON_FRAGMENT);
    }
    farm.call("c1");
}

TEST_CASE("Call-ID and Via: one sender of a call, one server", "[keys]") {
    const bool stateless = GENERATE(false, true);
    const ss_reason fresh = stateless ? SS_REASON_STATELESS : SS_REASON_CALL_NEW;
    const ss_reason again = stateless ? SS_REASON_STATELESS : SS_REASON_CALL_HIT;
    Farm farm;
    farm.pool(0, stateless ? SS_POOL_STATELESS : SS_POOL_STATEFUL);
    farm.key(0, SS_KEY_CALL_ID_AND_VIA);
    std::set<__u32> servers;
    for (int i = 0; i < 20; i++) {
        const std::string host = "pc" + std::to_string(i) + ".example.com:5060";
        const std::string via = "SIP/2.0/UDP " + host + ";branch=z9hG4bK1";
        const std::string phone = "192.0.2." + std::to_string(10 + i);
        const Packet invite = Packet()
                                  .eth()
                                  .ipv4(phone, kVip)
                                  .udp(5060, 5060)
                                  .payload(request_to("INVITE", "c1", kBob, via));
        const __u32 server = farm.steer(invite, fresh);
        CHECK(server ==
              Farm::ring_server(stateless ? via_hash("c1", host) : via_ring_hash("c1", phone)));
        servers.insert(server);
        // Another branch, other blanks and another address: the same sender.
        const std::string other = "SIP / 2.0/UDP   " + host + " ; branch=z9hG4bK2";
        CHECK(farm.steer(to_vip6(request_to("ACK", "c1", kAlice, other)), again) == server);
        CHECK(farm.entry(via_hash("c1", host), 0).has_value() != stateless);
    }
    CHECK(servers.size() == Farm::kServers);
    CHECK(farm.entries().size() == (stateless ? 0 : 20));
    // The same sender's other call is another one.
    CHECK(farm.steer(to_vip(request_to("INVITE", "c2", kBob, "SIP/2.0/UDP pc0.example.com:5060")),
                     fresh) == Farm::ring_server(stateless ? via_hash("c2", "pc0.example.com:5060")
                                                           : via_ring_hash("c2")));
}

TEST_CASE("Call-ID and Via: one sender in several spellings", "[keys]") {
    const char *name = GENERATE("pc33.example.com", "PC33.Example.COM", "pc33.example.com:5060",
                                "pc33.example.com : 5060");
    Farm farm;
    farm.key(0, SS_KEY_CALL_ID_AND_VIA);
    farm.plant(via_hash("c1", "pc33.example.com"), SS_CALL_CONFIRMED, 2);
    const auto from = [&](const std::string &host) {
        return to_vip(request_to("BYE", "c1", kAlice, "SIP/2.0/UDP " + host + ";branch=z9hG4bK3"));
    };
    CHECK(farm.steer(from(name), SS_REASON_CALL_HIT) == 2);
    const std::vector<std::string> others = {
        "pc33.example.com:5061",  "pc34.example.com",  "[2001:db8::5060]",
        "pc33.example.com:50600", "pc33.example.com:", std::string("pc33.example.com:5060\0", 22)};
    for (const auto &other : others) {
        INFO(other);
        farm.steer(from(other), SS_REASON_DIALOG_UNKNOWN);
    }
}

TEST_CASE("Call-ID and Via: a phone that learns its public address", "[keys]") {
    const auto from = [](const char *method, const std::string &call, const std::string &sent_by) {
        return to_vip(request_to(method, call, "<sip:bob@example.com>",
                                 "SIP/2.0/UDP " + sent_by + ";branch=z9hG4bK1"));
    };
    Farm farm;
    farm.key(0, SS_KEY_CALL_ID_AND_VIA);
    for (int i = 0; i < 20; i++) {
        const std::string call = "learns" + std::to_string(i);
        const __u32 server =
            farm.steer(from("INVITE", call, "192.168.1.20:5060"), SS_REASON_CALL_NEW);
        for (const char *method : {"CANCEL", "ACK", "BYE"}) {
            INFO(method << " of " << call);
            const Outcome outcome = farm.run(from(method, call, "203.0.113.7:40312"));
            CHECK(server_of(outcome) == server);
        }
    }
}

TEST_CASE("Call-ID and Via: without a Via the Call-ID counts", "[keys]") {
    Farm farm;
    farm.key(0, SS_KEY_CALL_ID_AND_VIA);
    const std::string message = "INVITE sip:bob@example.com SIP/2.0\r\nCall-ID: c1\r\n\r\n";
    CHECK(farm.steer(to_vip(message), SS_REASON_DOUBTFUL) == Farm::ring_server(call_hash("c1")));
    CHECK(farm.steer(to_vip(request_to("INVITE", "c1", kBob, "nothing")), SS_REASON_CALL_NEW) ==
          Farm::ring_server(call_hash("c1")));
}

TEST_CASE("Call-ID and Via: Via behind a frame's first piece", "[keys][multi_buffer]") {
    Farm farm;
    farm.key(0, SS_KEY_CALL_ID_AND_VIA);
    for (std::size_t filler = 3350; filler < 3500; filler += 3) {
        INFO(filler);
        farm.forget_calls();
        const std::string message =
            "INVITE sip:bob@example.com SIP/2.0\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\nX: " +
            std::string(filler, 'x') + "\r\nVia: SIP/2.0/UDP far.example.com;branch=1\r\n\r\n" +
            std::string(2000, 'y');
        CHECK(farm.steer(to_vip(message), SS_REASON_CALL_NEW) ==
              Farm::ring_server(via_ring_hash("c1")));
        CHECK(farm.entry(via_hash("c1", "far.example.com"), 0));
    }
}

TEST_CASE("keys do not change what has no Call-ID", "[keys]") {
    Farm farm;
    farm.key(0, GENERATE(SS_KEY_ADDRESS_OF_RECORD, SS_KEY_CALL_ID_AND_VIA, SS_KEY_REQUEST_URI));
    CHECK(farm.steer(to_vip(request_without_call_id("REGISTER")), SS_REASON_NO_CALL_ID) ==
          Farm::ring_server(source_hash(kClient)));
    CHECK(farm.entry(source_hash(kClient), 0));
}
