// SPDX-License-Identifier: Apache-2.0
//
// The fuzzers' inputs, the kept ones and those that a fuzzer of this build has found, as datagrams
// to the VIP: the program steers each by the Call-ID that the reference finds, and in pools that go
// by more by the user or the sent-by that it finds.
#include "farm.hpp"
#include "reference_finder.hpp"
#include "sip/finder.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace sipsteer::test;
namespace fs = std::filesystem;

namespace {

struct Input {
    std::string file;
    std::string message;
};

/// The files of a folder and of those in it, by name; none if there is no such folder.
std::vector<Input> read_inputs(const fs::path &folder) {
    std::vector<Input> inputs;
    if (!fs::is_directory(folder)) {
        return inputs;
    }
    for (const auto &entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) {
            std::ifstream file(entry.path(), std::ios::binary);
            REQUIRE(file);
            inputs.push_back(
                {entry.path().string(), std::string(std::istreambuf_iterator<char>(file), {})});
        }
    }
    std::sort(inputs.begin(), inputs.end(),
              [](const Input &a, const Input &b) { return a.file < b.file; });
    return inputs;
}

/// Why a message without a Call-ID is steered by its source (no_call_id_test.cpp).
ss_reason kind_without_call_id(const std::string &message) {
    const finder_text text = {reinterpret_cast<const std::uint8_t *>(message.data()),
                              message.size(), message.size()};
    if (message.find_first_not_of("\r\n") == std::string::npos) {
        return SS_REASON_KEEPALIVE;
    }
    if (finder_is_stun(text) != 0) {
        return SS_REASON_STUN;
    }
    if (finder_is_cut(text) != 0) {
        return SS_REASON_TOO_MANY_LINES;
    }
    return finder_classify(text).method == SS_METHOD_NONE ? SS_REASON_NOT_SIP
                                                          : SS_REASON_NO_CALL_ID;
}

bool is_complete(const std::string &message) {
    return finder_is_complete({reinterpret_cast<const std::uint8_t *>(message.data()),
                               message.size(), message.size()}) != 0;
}

bool is_register(const std::string &message) {
    const finder_text text = {reinterpret_cast<const std::uint8_t *>(message.data()),
                              message.size(), message.size()};
    return finder_classify(text).method == SS_METHOD_REGISTER;
}

bool is_request(const std::string &message) {
    const finder_text text = {reinterpret_cast<const std::uint8_t *>(message.data()),
                              message.size(), message.size()};
    return finder_classify(text).method < SS_METHOD_RESPONSE_1XX;
}

/// What a message goes by, as the references have it.
struct Expected {
    ss_reason reason;
    std::uint64_t entry; // the key of its entry
    std::uint64_t ring;  // what the ring is asked with
};

Expected expected_of(const std::string &message, ss_pool_key key) {
    const std::string call_id(reference_call_id(message));
    if (call_id.empty()) {
        const std::uint64_t source = source_hash(kClient);
        return {kind_without_call_id(message), source, source};
    }
    const ss_reason first = is_complete(message) ? SS_REASON_CALL_NEW : SS_REASON_DOUBTFUL;
    const bool by_request =
        key == SS_KEY_REQUEST_URI && is_request(message) && !is_register(message);
    const std::string user(by_request ? reference_request_user(message) : reference_user(message));
    const std::string sent_by(reference_sent_by(message));
    if (ss_key_is_of_user(key) != 0 && !user.empty()) {
        return {first, is_register(message) ? user_hash(user) : call_hash(call_id),
                user_hash(user)};
    }
    if (key == SS_KEY_CALL_ID_AND_VIA && !sent_by.empty()) {
        const std::uint64_t both = via_hash(call_id, sent_by);
        return {first, both, is_request(message) ? via_ring_hash(call_id) : both};
    }
    return {first, call_hash(call_id), call_hash(call_id)};
}

/// Runs a message as the first that the table sees; checks the reason, the entry and the server.
void check_input(Farm &farm, const Packet &packet, const std::string &message, ss_pool_key key) {
    const Expected expected = expected_of(message, key);
    INFO("Call-ID '" << reference_call_id(message) << "'");
    farm.forget_calls();
    const Outcome first = farm.run(packet);
    CHECK(server_of(first) == Farm::ring_server(expected.ring));
    if (first.reason == SS_REASON_DIALOG_UNKNOWN || first.reason == SS_REASON_DOUBTFUL) {
        CHECK((first.reason != SS_REASON_DOUBTFUL || expected.reason == SS_REASON_DOUBTFUL));
        CHECK((first.reason != SS_REASON_DOUBTFUL || farm.entries().empty()));
        farm.forget_calls();
        farm.plant(expected.entry, SS_CALL_CONFIRMED, 3);
        CHECK(server_of(farm.run(packet)) == 3);
    } else {
        CHECK(first.reason == expected.reason);
    }
    const auto entry = farm.entry(expected.entry, 0);
    REQUIRE(entry);
    CHECK(farm.entries().size() == 1);
    CHECK((ss_call_state(entry->value) == SS_CALL_SOURCE) == reference_call_id(message).empty());
}

/// Inputs that were run, and those among them with a Call-ID, and with that and a user or a Via.
struct Ran {
    std::size_t all, with_call_id, with_user, with_via;
};

Ran check_inputs(const std::vector<Input> &inputs, ss_pool_key key) {
    // Of a longer message this much is looked at, which the reference knows nothing of.
    constexpr std::size_t kLookedAt = 16383;
    // The first line is read in the first piece of a frame, of which a test run has more than this.
    constexpr std::size_t kFirstPiece = 3000;
    Farm farm;
    farm.key(0, key);
    Ran ran = {};
    std::size_t too_long = 0;
    for (const Input &input : inputs) {
        const std::size_t start = input.message.find_first_not_of("\r\n");
        if (input.message.size() > kLookedAt ||
            (start != std::string::npos && start > kFirstPiece)) {
            too_long++;
            continue;
        }
        INFO(input.file);
        check_input(farm, to_vip(input.message), input.message, key);
        const bool has_call_id = !reference_call_id(input.message).empty();
        ran.all++;
        ran.with_call_id += has_call_id;
        ran.with_user += has_call_id && !reference_user(input.message).empty();
        ran.with_via += has_call_id && !reference_sent_by(input.message).empty();
    }
    if (too_long > 0) {
        WARN(too_long << " of " << inputs.size() << " inputs left out: longer than is looked at");
    }
    return ran;
}

/// Each kind of key in turn.
ss_pool_key any_key() {
    return GENERATE(SS_KEY_CALL_ID, SS_KEY_ADDRESS_OF_RECORD, SS_KEY_CALL_ID_AND_VIA,
                    SS_KEY_REQUEST_URI);
}

} // namespace

TEST_CASE("the fuzzers' kept corpus", "[corpus]") {
    const auto inputs = read_inputs(SIPSTEER_FUZZ_CORPUS);
    if (inputs.empty()) {
        WARN("skipped: the sources are not here, and no " SIPSTEER_FUZZ_CORPUS);
        return;
    }
    const Ran ran = check_inputs(inputs, any_key());
    CHECK(ran.all > 100);
    CHECK(ran.with_call_id > 50);
    CHECK(ran.all - ran.with_call_id > 20);
    CHECK(ran.with_user > 20);
    CHECK(ran.with_via > 20);
}

TEST_CASE("what the fuzzers of this build have found", "[corpus]") {
    const auto inputs = read_inputs(SIPSTEER_FUZZ_FOUND);
    if (inputs.empty()) {
        WARN("skipped: no fuzzer has run yet, " SIPSTEER_FUZZ_FOUND " is empty");
        return;
    }
    check_inputs(inputs, any_key());
}
