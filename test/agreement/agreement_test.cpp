// SPDX-License-Identifier: Apache-2.0
//
// explain says what the program does: both get the same farm, table and message. The messages are
// the fuzzers' corpus, collected ones, and shapes of headers put together at random; the call is
// one that the table does not know, or in each of its states.
#include "calls/naming/key.hpp"
#include "farm.hpp"
#include "plan_world.hpp"
#include "shared_sip.hpp"
#include "sip/finder.h"
#include "table_memory.hpp"
#include "traffic/explain/answer.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

using namespace sipsteer;
using namespace sipsteer::test;

namespace {

/// A test run's frame has the first line, and what else is read of a call, in its first piece.
constexpr std::size_t kFirstPiece = 3000;

constexpr std::uint16_t kAt = 1; // server of a planted call

struct Said {
    ss_reason reason;
    std::uint16_t server;
    std::optional<std::string> becomes; // the state of a call that the table has
    bool another;                       // it may begin another call under the Call-ID
};

/// A farm of three servers: a plan to explain, and maps of the same plan to the program.
class Both : public Farm {
public:
    explicit Both(ss_pool_key key, ss_pool_mode mode) {
        config_.config.pools[0].key = static_cast<config::Key>(key);
        config_.config.pools[0].mode = static_cast<config::PoolMode>(mode);
        plan_ = config_.plan();
        const plan::PlannedPool &pool = plan_.pools[0];
        REQUIRE(pool.index == 0);
        REQUIRE(plan_.servers.size() == 3);
        this->pool(0, mode);
        this->key(0, key);
        whole_ring(0, *pool.ring);
        for (const auto &server : plan_.servers) {
            host(server.id.server == "a"   ? "198.51.100.1"
                 : server.id.server == "b" ? "198.51.100.2"
                                           : "198.51.100.3",
                 server.index);
        }
    }

    const plan::PlannedPool &planned() const { return plan_.pools[0]; }

    farm::World world() const {
        return {{{memory_.calls.span(), memory_.births.span()}},
                memory_.loads.span(),
                plan_,
                lifetimes_,
                [this](std::uint16_t index) -> std::optional<calls::ServerName> {
                    const auto *server = farm::find_server(plan_, index);
                    return server == nullptr ? std::nullopt
                                             : std::optional(calls::ServerName{server->id.pool,
                                                                               server->id.server});
                },
                {kSecret[0], kSecret[1]},
                now(),
                now_ns(),
                [](std::uint16_t) { return std::uint64_t{0}; }};
    }

    std::uint16_t index_of(const nlohmann::json &name) const {
        REQUIRE(name.is_string());
        const auto text = name.get<std::string>();
        return plan::test::find(plan_, "p", text.substr(text.find('/') + 1)).index;
    }

    /// What explain says of a message.
    Said ask(const sip::Message &message) const {
        const auto answer = explain::answer(world(), planned(), message);
        const auto text = answer["reason"].get<std::string>();
        const auto has = [&](const char *words) { return text.find(words) != std::string::npos; };
        Said said = {SS_REASON_CALL_NEW, SS_NO_SERVER, {}, has("begins another call")};
        const auto sender = explain::sender_of(world(), planned(), message);
        const bool found = answer["found"].get<bool>();
        said.server = sender
                          ? *sender
                          : index_of(found ? answer["call"]["server"] : answer["if_new"]["server"]);
        if (sender) {
            said.reason = SS_REASON_VIA_SERVER;
        } else if (planned().value.mode == SS_POOL_STATELESS) {
            said.reason = SS_REASON_STATELESS;
        } else if (has("no server would take")) {
            said.reason = SS_REASON_DOUBTFUL;
        } else if (found) {
            said.reason = SS_REASON_CALL_HIT;
        } else if (has("of a dialog that the table does not know")) {
            said.reason = SS_REASON_DIALOG_UNKNOWN;
        }
        const std::string makes = " makes it ";
        const auto at = text.find(makes);
        if (at != std::string::npos) {
            const auto state = text.substr(at + makes.size());
            said.becomes = state.substr(0, state.find_first_of(" (;"));
        }
        return said;
    }

private:
    plan::test::World config_;
    plan::Plan plan_;
    TableMemory memory_;
    calls::Lifetimes lifetimes_{calls::StateLifetimes{0, 100, 100, 100, 100, 100}};
};

std::string name_of(std::uint32_t state) {
#define STATE_NAME(number, symbol, name) name,
    return std::vector<std::string>{SS_CALL_STATE_LIST(STATE_NAME)}.at(state);
#undef STATE_NAME
}

/// What is behind the Call-ID of the reading does not show: which attempt of a call an ACK is of.
bool is_of_unknown_attempt(const sip::Message &message, std::uint32_t state) {
    return message.method == SS_METHOD_ACK && state == SS_CALL_CLOSING;
}

/// One message for a call in a state, to both.
void check_message(Both &both, const std::string &text, std::uint32_t state) {
    sip::Message message = sip::read_message(text);
    message.source = *Address::parse(std::string(kClient));
    if (message.call_id.empty()) {
        return; // by the flow: no_call_id_test.cpp
    }
    const auto key = calls::make_key({kSecret[0], kSecret[1]}, message, both.planned().value);
    REQUIRE(key.table);
    both.forget_calls();
    if (state != SS_CALL_EMPTY) {
        both.plant(*key.table, static_cast<enum ss_call_state>(state), kAt);
    }
    const Said said = both.ask(message);
    const Outcome outcome = both.run(to_vip(text));
    INFO("explain: " << reason_label(said.reason)
                     << ", the program: " << reason_label(outcome.reason));
    const bool another = said.another && outcome.reason == SS_REASON_CALL_NEW;
    CHECK((outcome.reason == said.reason || another));
    CHECK(server_of(outcome) == said.server);
    if (state != SS_CALL_EMPTY && !is_of_unknown_attempt(message, state)) {
        const auto entry = both.entry(*key.table, 0);
        REQUIRE(entry);
        CHECK(name_of(ss_call_state(entry->value)) == said.becomes.value_or(name_of(state)));
    }
}

constexpr std::array<std::uint32_t, 5> kStates = {SS_CALL_EMPTY, SS_CALL_EARLY, SS_CALL_CONFIRMED,
                                                  SS_CALL_CLOSING, SS_CALL_OTHER};

void check_all(const std::vector<std::string> &messages) {
    const auto key = GENERATE(SS_KEY_CALL_ID, SS_KEY_ADDRESS_OF_RECORD, SS_KEY_CALL_ID_AND_VIA,
                              SS_KEY_REQUEST_URI);
    const auto mode = GENERATE(SS_POOL_STATEFUL, SS_POOL_STATELESS);
    Both both(key, mode);
    for (const std::string &text : messages) {
        if (text.size() > kFirstPiece) {
            continue;
        }
        for (const std::uint32_t state : kStates) {
            if (mode == SS_POOL_STATELESS && state != SS_CALL_EMPTY) {
                continue;
            }
            INFO("a call that is " << name_of(state) << ", key " << key << ":\n" << text);
            check_message(both, text, state);
        }
    }
}

std::string file_text(const std::filesystem::path &path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Messages put together from shapes of their parts.
class Shapes {
public:
    explicit Shapes(unsigned seed) : random_(seed) {}

    std::string next() {
        const bool response = one_of({"", "", "", "r"}) == "r";
        const std::string method =
            one_of({"INVITE", "ACK", "BYE", "CANCEL", "PRACK", "UPDATE", "INFO", "REGISTER",
                    "OPTIONS", "NOTIFY", "REFER", "SUBSCRIBE", "MESSAGE", "PUBLISH", "FETCH"});
        std::vector<std::string> headers = {
            one_of({"Via: ", "v:", "VIA : ", "Via:\r\n "}) + via(),
            one_of({"From: ", "f: "}) + party(),
            one_of({"To: ", "t:"}) + party(),
            one_of({"Call-ID: ", "i:", "call-id :\t", "Call-ID:\r\n "}) + "agree@example.com",
            "CSeq: " + one_of({"1 ", "2\t", " 3\r\n ", "x ", "4"}) +
                one_of({method.c_str(), method.c_str(), method.c_str(), "BYE", "INVITE"}),
            "Content-Length: " + one_of({"0", "0", "0", "00", "5", "x"})};
        std::shuffle(headers.begin(), headers.end(), random_);
        while (one_of({"", "", "", "less"}) == "less") {
            headers.pop_back();
        }
        std::string text = one_of({"", "", "", "\r\n"});
        text += response ? one_of({"SIP/2.0 ", "sip/2.0 "}) +
                               one_of({"180 Ringing", "200 OK", "401 Who", "481 No", "2x0 ?"})
                         : method + one_of({" sip:bob@example.com ", " ", " tel:1 "}) +
                               one_of({"SIP/2.0", "SIP/2.0", "sip/2.0", "SIP/3.0", "SIP/2.0 x"});
        text += "\r\n";
        for (const std::string &header : headers) {
            text += header + "\r\n";
        }
        return text + one_of({"\r\n", "\r\n", "\r\n", "", "\r\nbody"});
    }

private:
    std::string one_of(std::initializer_list<const char *> all) {
        return *(all.begin() + std::uniform_int_distribution<std::ptrdiff_t>(
                                   0, std::ptrdiff_t(all.size()) - 1)(random_));
    }

    std::string via() {
        return one_of({"SIP/2.0/UDP 192.0.2.7:5060", "SIP/2.0/UDP 192.0.2.7",
                       "SIP / 2.0 / UDP host.example.com : 5070", "SIP/2.0/UDP 198.51.100.1"}) +
               one_of({";branch=z9hG4bK1", ";rport;branch=z9hG4bK2;x", ";branch=old", "",
                       ";x=\";branch=z9hG4bK3\"", "\r\n ;branch=z9hG4bK4", ",SIP/2.0/UDP a;b"}) +
               one_of({"", "", ";received=198.51.100.2", ";received=192.0.2.9"});
    }

    std::string party() {
        return one_of({"<sip:bob@example.com>", "\"B;tag=q\" <sip:bob@example.com;tag=u>",
                       "sip:eve@example.com", "tel:+1-201-555-0123"}) +
               one_of({"", ";tag=1", " ; TAG\r\n = 2", ";tag=", ";x=y;tag=3", ";tagged=4"});
    }

    std::mt19937 random_;
};

} // namespace

TEST_CASE("explain says what the program does: shapes of messages", "[agreement]") {
    INFO("seed " << Catch::rngSeed());
    Shapes shapes(Catch::rngSeed());
    std::vector<std::string> messages;
    for (int i = 0; i < 1000; i++) {
        messages.push_back(shapes.next());
    }
    check_all(messages);
}

TEST_CASE("explain says what the program does: the fuzzers' corpus", "[agreement]") {
    std::vector<std::string> messages;
    for (const auto &entry : std::filesystem::recursive_directory_iterator(SIPSTEER_FUZZ_CORPUS)) {
        if (entry.is_regular_file()) {
            messages.push_back(file_text(entry.path()));
        }
    }
    REQUIRE(messages.size() > 100);
    check_all(messages);
}

TEST_CASE("explain says what the program does: collected messages", "[agreement]") {
    const auto shared = read_shared_sip();
    if (!shared) {
        WARN("skipped: there is no folder of collected messages");
        return;
    }
    std::vector<std::string> messages;
    for (const SharedMessage &one : *shared) {
        messages.push_back(one.text);
    }
    check_all(messages);
}
