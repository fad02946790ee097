// SPDX-License-Identifier: Apache-2.0
//
// What is said of a call's way, from a plan and tables in memory.
#include "call_cases.hpp"
#include "farm/plan/hosts.hpp"
#include "plan_world.hpp"
#include "sip/finder.h"
#include "traffic/explain/answer.hpp"

#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::calls;
using namespace sipsteer::explain;
using namespace sipsteer::farm;
using namespace sipsteer::sip;
using nlohmann::json;

namespace {

/// Behind a Call-ID: what a message has beside it.
const std::string kRest = "\r\nv: SIP/2.0/UDP 192.0.2.1\r\nCSeq: 1 X";

constexpr Secret kSecret = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
constexpr std::uint32_t kNow = calls::test::kNow;

std::uint64_t hash_of(std::string_view text) {
    return finder_hash(
        kSecret.data(),
        {reinterpret_cast<const std::uint8_t *>(text.data()), text.size(), text.size()},
        {0, text.size()});
}

/// A pool of three servers, one table.
struct Scene {
    plan::test::World config;
    plan::Plan plan;
    std::vector<ss_bucket> table{1000};
    std::vector<ss_births> births{1000};
    std::vector<ss_server_load> loads{SS_MAX_SERVERS};
    calls::Lifetimes lifetimes{calls::test::kPool};
    std::uint64_t turn = 0;

    Scene() { replan(); }
    void replan() { plan = config.plan(&plan); }
    config::Pool &pool() { return config.config.pools[0]; }

    World world() {
        return {{{table, births}},
                loads,
                plan,
                lifetimes,
                [this](std::uint16_t index) -> std::optional<calls::ServerName> {
                    const auto *server = find_server(plan, index);
                    return server == nullptr ? std::nullopt
                                             : std::optional(calls::ServerName{server->id.pool,
                                                                               server->id.server});
                },
                kSecret,
                kNow,
                1'000'000'000,
                [this](std::uint16_t) { return turn; }};
    }

    /// An entry for a key, as old as it is idle and a tick.
    void put(std::uint64_t key, std::uint32_t state, std::uint16_t server, std::uint32_t idle = 2) {
        const auto position = ss_call_position(key, plan.pools[0].index);
        const auto bucket = ss_call_first_bucket(position, 1000);
        table[bucket].entry[0] =
            calls::test::make_entry(state, idle, server, ss_call_position_tag(position));
        births[bucket].tick[0] = ss_birth_tick(kNow - idle - 1);
    }

    json ask(const Message &message) { return answer(world(), plan.pools[0], message); }
    json ask(std::string_view call_id) { return ask(*message_of(call_id)); }
    std::uint16_t index(const std::string &server) {
        return plan::test::find(plan, "p", server).index;
    }
    std::uint16_t ring_server(std::uint64_t key) {
        return plan.pools[0].ring->slot[ss_ring_slot(key)];
    }
    std::string name(std::uint16_t server) { return find_server(plan, server)->id.server; }
};

const std::string kRegister = "REGISTER sip:example.com SIP/2.0\r\n"
                              "Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK1\r\n"
                              "To: <sip:bob@example.com>\r\nCall-ID: one@host\r\n\r\n";

bool has(const json &answer, const std::string &words) {
    return answer["reason"].get<std::string>().find(words) != std::string::npos;
}

} // namespace

TEST_CASE("a Call-ID is taken as a message would have it") {
    CHECK(message_of("a@b")->call_id == "a@b");
    CHECK(message_of(" \ta b \t")->call_id == "a b");
    CHECK(message_of(std::string(300, 'x'))->call_id == std::string(256, 'x'));
    // The blanks go after the cut.
    CHECK(message_of(std::string(250, 'x') + std::string(20, ' ') + "y")->call_id ==
          std::string(250, 'x'));
    for (const char *text : {"", " ", "\t\t", "a\rb", "a\n"}) {
        CHECK_FALSE(message_of(text));
    }
}

TEST_CASE("a datagram is read as the data plane reads it") {
    const auto message = read_message("\r\n" + kRegister);
    CHECK(message.kind == Kind::Request);
    CHECK(message.method == SS_METHOD_REGISTER);
    CHECK(message.call_id == "one@host");
    CHECK(message.to_user == "bob");
    CHECK(message.sent_by == "192.0.2.7:5062");
    CHECK(read_message("SIP/2.0 200 OK\r\ni: x\r\n\r\n").kind == Kind::Response);
    CHECK(read_message("FETCH sip:a SIP/2.0\r\ni: x\r\n\r\n").method == SS_METHOD_OTHER);
    CHECK(read_message("").kind == Kind::KeepAlive);
    CHECK(read_message("\r\n\r\n").kind == Kind::KeepAlive);
    CHECK(read_message(std::string("\0\1\0\0\x21\x12\xa4\x42", 8) + std::string(12, '\0')).kind ==
          Kind::Stun);
    CHECK(read_message("hello").kind == Kind::Other);
    CHECK(read_message("INVITE sip:a SIP/2.0\r\n\r\n").call_id.empty());
}

TEST_CASE("keys of pools that go by more than the Call-ID") {
    const auto message = read_message(kRegister);
    ss_pool pool{};
    CHECK(make_key(kSecret, message, pool).table == hash_of("one@host"));
    const std::uint64_t user =
        finder_hash_words(kSecret.data(), hash_of("bob"), SS_KEY_ADDRESS_OF_RECORD);
    SECTION("address of record") {
        pool.key = SS_KEY_ADDRESS_OF_RECORD;
        CHECK(make_key(kSecret, message, pool).table == user);
        auto invite = message;
        invite.method = SS_METHOD_INVITE;
        const auto key = make_key(kSecret, invite, pool);
        CHECK(key.table == hash_of("one@host"));
        CHECK(key.ring == user);
        CHECK(key.user == user);
        const auto unknown = make_key(kSecret, *message_of("one@host"), pool);
        CHECK(unknown.table == hash_of("one@host"));
        CHECK_FALSE(unknown.ring);
        CHECK(unknown.missing == std::vector<std::string_view>{"to_user"});
    }
    SECTION("address of record or Request-URI") {
        pool.key = SS_KEY_REQUEST_URI;
        CHECK(make_key(kSecret, message, pool).table == user); // a REGISTER goes by To
        auto invite = read_message("INVITE sip:bob@192.0.2.9 SIP/2.0\r\nTo: <sip:eve@x>\r\n"
                                   "Call-ID: one@host\r\n\r\n");
        CHECK(make_key(kSecret, invite, pool).user == user);
        pool.key = SS_KEY_ADDRESS_OF_RECORD;
        CHECK(make_key(kSecret, invite, pool).user != user);
    }
    SECTION("Call-ID and Via") {
        pool.key = SS_KEY_CALL_ID_AND_VIA;
        pool.mode = SS_POOL_STATEFUL;
        auto request = message;
        auto key = make_key(kSecret, request, pool);
        CHECK(key.table == finder_hash_words(kSecret.data(), hash_of("one@host"),
                                             hash_of("192.0.2.7:5062") + SS_KEY_CALL_ID_AND_VIA));
        CHECK_FALSE(key.ring);
        CHECK(key.missing == std::vector<std::string_view>{"source"});
        request.source = Address::parse("2001:db8::1");
        key = make_key(kSecret, request, pool);
        const auto source =
            hash_of(std::string_view("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16));
        CHECK(key.ring == finder_hash_words(kSecret.data(), hash_of("one@host") + source,
                                            SS_KEY_CALL_ID_AND_VIA));
        CHECK(key.missing.empty());
        request.kind = Kind::Response;
        CHECK(make_key(kSecret, request, pool).ring == key.table);
        pool.mode = SS_POOL_STATELESS;
        CHECK(make_key(kSecret, message, pool).ring == key.table);
        const auto unknown = make_key(kSecret, *message_of("one@host"), pool);
        CHECK_FALSE(unknown.table);
        CHECK(unknown.missing == std::vector<std::string_view>{"via"});
    }
    SECTION("source") {
        pool.scheduler = SS_SCHEDULER_SOURCE;
        auto asked = message;
        CHECK(make_key(kSecret, asked, pool).missing == std::vector<std::string_view>{"source"});
        asked.source = Address::parse("2001:db8::1");
        const auto key = make_key(kSecret, asked, pool);
        CHECK(key.table == hash_of("one@host"));
        CHECK(key.ring ==
              hash_of(std::string_view("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16)));
    }
}

TEST_CASE("a call that is in the table") {
    Scene scene;
    const auto b = scene.index("b");
    scene.put(hash_of("call"), SS_CALL_CONFIRMED, b, 15);
    auto answer = scene.ask("call");
    CHECK(answer["found"] == true);
    CHECK(answer["missing"] == json::array());
    CHECK(answer["call"]["server"] == "b");
    CHECK(answer["call"]["state"] == "confirmed");
    CHECK(answer["call"]["age_seconds"] == 34);
    CHECK(answer["call"]["idle_seconds"] == 32);
    CHECK(answer["call"]["lifetime_seconds"] == 215);
    CHECK(answer["call"]["lifetime_left_seconds"] == 183);
    CHECK(answer["call"]["place"]["slot"] == 0);
    CHECK(answer["reason"] == "in the call table: confirmed, at server p/b, 34 s old");

    SECTION("its server is down: the next message goes elsewhere") {
        scene.config.observed.health[{"p", "b"}] = Health::Down;
        scene.replan();
        answer = scene.ask("call");
        CHECK(answer["found"] == true);
        const auto next = scene.name(scene.ring_server(hash_of("call")));
        CHECK(has(answer, "that server is down: the next message re-homes it to p/" + next));
        CHECK(next != "b");
    }
    SECTION("nobody takes it") {
        for (const char *name : {"a", "b", "c"}) {
            scene.config.observed.health[{"p", name}] = Health::Down;
        }
        scene.replan();
        CHECK(has(scene.ask("call"), "that server is down: no server takes it: "));
    }
    SECTION("its time is over") {
        scene.put(hash_of("call"), SS_CALL_CONFIRMED, b, 101);
        answer = scene.ask("call");
        CHECK(answer["found"] == false);
        CHECK(answer["call"] == nullptr);
        CHECK(has(answer, "its entry has expired: a new call; the hash scheduler"));
    }
    SECTION("another pool's call of the same Call-ID is not it") {
        scene.plan.pools[0].index = 1;
        CHECK(scene.ask("call")["found"] == false);
    }
}

TEST_CASE("a call that is not in the table: where it would go") {
    Scene scene;
    const auto key = hash_of("new");
    const auto first = scene.name(scene.ring_server(key));
    SECTION("by the ring, and who is next") {
        // The ring is asked again, as the data plane does (bpf/choose/schedule.h), whatever the
        // load.
        std::uint64_t again = key;
        while (scene.name(scene.ring_server(again)) == first) {
            again = (again ^ (again >> 29)) * 0xbf58476d1ce4e5b9ULL;
        }
        const auto second = scene.name(scene.ring_server(again));
        scene.loads[scene.index(second)].live = 50;
        const auto answer = scene.ask("new");
        CHECK(answer["found"] == false);
        CHECK(answer["if_new"]["ring_slot"] == ss_ring_slot(key));
        CHECK(answer["if_new"]["server"] == first);
        REQUIRE(answer["if_new"]["candidates"].size() == 3);
        CHECK(answer["if_new"]["candidates"][1]["server"] == second);
        CHECK(has(answer, "not in the call table: a new call; the hash scheduler gives ring slot " +
                              std::to_string(ss_ring_slot(key)) + " to p/" + first + ", then p/" +
                              second));
    }
    SECTION("a server at its limit is passed over") {
        for (auto &server : scene.pool().servers) {
            server.max_calls = server.name == first ? 2 : 0;
        }
        scene.replan();
        scene.loads[scene.index(first)].live = 2;
        auto answer = scene.ask("new");
        CHECK(answer["if_new"]["candidates"][0]["server"] == first);
        CHECK(answer["if_new"]["candidates"][0]["full"] == true);
        CHECK(answer["if_new"]["candidates"][0]["live_calls"] == 2);
        CHECK(answer["if_new"]["server"] == answer["if_new"]["candidates"][1]["server"]);
        CHECK(has(answer, "skipped at their limits: 1"));
        // Limits are for calls alone.
        auto message = *message_of("new");
        message.method = SS_METHOD_REGISTER;
        CHECK(scene.ask(message)["if_new"]["server"] == first);
    }
    SECTION("by turns") {
        scene.pool().scheduler = config::Scheduler::RoundRobin;
        scene.replan();
        std::set<std::string> takers;
        for (scene.turn = 0; scene.turn < 3; scene.turn++) {
            takers.insert(scene.ask("new")["if_new"]["server"].get<std::string>());
        }
        CHECK(takers.size() == 3);
    }
    SECTION("by load") {
        scene.pool().scheduler = config::Scheduler::LeastCalls;
        scene.replan();
        scene.loads[scene.index("a")].live = 3;
        scene.loads[scene.index("b")].live = 1;
        scene.loads[scene.index("c")].live = 2;
        const auto answer = scene.ask("new");
        CHECK(answer["if_new"]["ring_slot"] == nullptr);
        CHECK(answer["if_new"]["server"] == "b");
        CHECK(has(answer, "the least-calls scheduler gives it to p/b, then p/c, then p/a"));
    }
    SECTION("by an address that is not known") {
        scene.pool().scheduler = config::Scheduler::Source;
        scene.replan();
        auto answer = scene.ask("new");
        CHECK(answer["missing"] == json{"source"});
        CHECK(answer["if_new"]["server"] == nullptr);
        CHECK(has(answer, "needs more; missing: source"));
    }
    SECTION("to where its user is registered") {
        scene.pool().key = config::Key::AddressOfRecord;
        scene.replan();
        const auto user =
            finder_hash_words(kSecret.data(), hash_of("bob"), SS_KEY_ADDRESS_OF_RECORD);
        const auto elsewhere = static_cast<std::uint16_t>((scene.ring_server(user) + 1) % 3);
        scene.put(user, SS_CALL_OTHER, elsewhere);
        auto message = *message_of("new");
        CHECK(scene.ask(message)["missing"] == json{"to_user"});
        message.to_user = "bob";
        const auto answer = scene.ask(message);
        CHECK(answer["if_new"]["registered"] == true);
        CHECK(answer["if_new"]["server"] == scene.name(elsewhere));
        CHECK(has(answer, "its user is registered at p/" + scene.name(elsewhere)));
    }
    SECTION("in a stateless pool") {
        scene.pool().mode = config::PoolMode::Stateless;
        scene.replan();
        scene.put(key, SS_CALL_CONFIRMED, scene.index("a"));
        const auto answer = scene.ask("new");
        CHECK(answer["mode"] == "stateless");
        CHECK(answer["found"] == false);
        CHECK(answer["if_new"]["candidates"].size() == 1);
        CHECK(has(answer, "belongs to p/" + first));
    }
    SECTION("without a Call-ID") {
        const auto message = read_message("\r\n");
        CHECK(has(scene.ask(message),
                  "else by the client's address; no lookup in the call table; missing: source"));
        scene.pool().no_call_id = config::NoCallId::Drop;
        scene.replan();
        CHECK(has(scene.ask(message), "no Call-ID: dropped"));
    }
}

namespace {

std::string message(const std::string &first, const std::string &lines) {
    return first + "\r\n" + lines + "\r\n\r\n";
}

} // namespace

TEST_CASE("a message that no server would take changes nothing") {
    Scene scene;
    const auto bye = read_message(message("BYE sip:a SIP/2.0", "i: new"));
    scene.put(hash_of("new"), SS_CALL_CONFIRMED, scene.index("a"));
    CHECK(has(scene.ask(bye), "no server would take the message, so it changes nothing"));
    const auto invite = read_message(message("INVITE sip:a", "i: other" + kRest));
    CHECK(has(scene.ask(invite), "of a message that no server would take, so it makes no entry"));
}

TEST_CASE("the change of a call's state is named, with the part of the RFC") {
    Scene scene;
    scene.put(hash_of("call"), SS_CALL_EARLY, scene.index("a"));
    const auto has_effect = [&](const std::string &first_line, const std::string &effect) {
        const auto method = first_line.substr(0, first_line.find(' '));
        const auto lines = "i: call\r\nf: x\r\nt: y\r\nv: SIP/2.0/UDP h\r\nCSeq: 1 " + method;
        return has(scene.ask(read_message(message(first_line, lines))), effect);
    };
    CHECK(
        has_effect("ACK sip:a SIP/2.0", "; ACK of a 2xx makes it confirmed (RFC 3261, 13.2.2.4)"));
    CHECK(has_effect("CANCEL sip:a SIP/2.0",
                     "; CANCEL makes it closing if no other attempt is open (RFC 3261, 9.1)"));
    CHECK(has_effect("BYE sip:a SIP/2.0", "; BYE makes it closing (RFC 3261, 15.1)"));
    CHECK_FALSE(has_effect("INVITE sip:a SIP/2.0", "RFC"));
    CHECK_FALSE(has_effect("UPDATE sip:a SIP/2.0", "makes"));
    scene.put(hash_of("call"), SS_CALL_CONFIRMED, scene.index("a"));
    CHECK(has_effect("INVITE sip:a SIP/2.0", "; unless it is a copy, the INVITE begins another "
                                             "call there (RFC 3261, 13.2)"));
    CHECK_FALSE(has_effect("OPTIONS sip:a SIP/2.0", "RFC"));
}

TEST_CASE("a message of a dialog that the table does not know goes by the ring") {
    Scene scene;
    scene.pool().scheduler = config::Scheduler::LeastCalls;
    scene.replan();
    const auto ring = scene.name(scene.ring_server(hash_of("new")));
    scene.loads[scene.index(ring)].live = 50;
    for (const char *first : {"ACK sip:a SIP/2.0", "BYE sip:a SIP/2.0", "CANCEL sip:a SIP/2.0",
                              "UPDATE sip:a SIP/2.0", "INVITE sip:a SIP/2.0"}) {
        const auto asked = read_message(message(first, "To: <sip:a>;tag=1\r\ni: new" + kRest));
        const auto answer = scene.ask(asked);
        INFO(answer.dump());
        CHECK(answer["if_new"]["server"] == ring);
        CHECK(has(answer, "not in the call table: of a dialog that the table does not know; the "
                          "ring gives ring slot "));
    }
    const auto begins =
        read_message(message("INVITE sip:a SIP/2.0", "To: <sip:a>\r\ni: new" + kRest));
    CHECK(scene.ask(begins)["if_new"]["server"] != ring);
}

TEST_CASE("a message goes to the server of the call that it names") {
    Scene scene;
    const auto ring = scene.ring_server(hash_of("new"));
    const auto other = scene.index(scene.name(ring) == "a" ? "b" : "a");
    scene.put(hash_of("running"), SS_CALL_CONFIRMED, other);
    const auto ask = [&](const std::string &first, const std::string &line) {
        return scene.ask(read_message(message(first, line + "\r\ni: new" + kRest)));
    };
    const auto answer = ask("INVITE sip:a SIP/2.0", "Replaces: running;to-tag=1");
    CHECK(answer["if_new"]["server"] == scene.name(other));
    CHECK(answer["if_new"]["registered"] == false);
    CHECK(has(answer, "it names a call at p/" + scene.name(other)));
    CHECK(ask("SUBSCRIBE sip:a SIP/2.0", "Target-Dialog: running")["if_new"]["server"] ==
          scene.name(other));
    CHECK(ask("SUBSCRIBE sip:a SIP/2.0", "Replaces: running")["if_new"]["server"] ==
          scene.name(ring));
    CHECK(ask("INVITE sip:a SIP/2.0", "Replaces: unknown")["if_new"]["server"] == scene.name(ring));
}

TEST_CASE("a response goes to the server that its Via names") {
    Scene scene;
    const auto b = scene.index("b");
    const auto host = plan::host_text(find_server(scene.plan, b)->value);
    const auto ask = [&](const std::string &via) {
        return scene.ask(
            read_message(message("SIP/2.0 200 OK", "v: SIP/2.0/UDP " + via + "\r\ni: x")));
    };
    CHECK(has(ask(host + ";branch=1"), "its topmost Via names server p/b"));
    CHECK(has(ask(host + ":5060;branch=1"), "its topmost Via names server p/b"));
    CHECK_FALSE(has(ask(host + "0;branch=1"), "its topmost Via"));
    scene.config.observed.health[{"p", "b"}] = Health::Down;
    scene.replan();
    CHECK_FALSE(has(ask(host), "its topmost Via"));
}
