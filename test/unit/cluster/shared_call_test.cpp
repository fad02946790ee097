// SPDX-License-Identifier: Apache-2.0
#include "cluster/shared_call.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace sipsteer;
using namespace sipsteer::cluster;

namespace {

Batch example() {
    Batch batch{"west-1", 0xfedcba9876543210, 17, 1'700'000'000'456, 0x0123456789abcdef, 1000, {}};
    batch.calls = {{1'700'000'000'123,
                    1'700'000'000'000,
                    {0xdeadbeef, 999},
                    3,
                    SS_CALL_CONFIRMED,
                    {"proxies", "proxy_1.a"}},
                   {1, 0, {1, 0}, 255, SS_CALL_CLOSING, {"p", "s"}}};
    return batch;
}

std::string line() {
    return to_text(example().calls[0]);
}

} // namespace

TEST_CASE("a batch survives being written and read") {
    const auto read = read_batch(to_text(example()));
    REQUIRE(read);
    CHECK(*read == example());
    Batch beat = example();
    beat.calls.clear();
    CHECK(read_batch(to_text(beat)) == beat);
}

TEST_CASE("an account that is not of the form is none") {
    REQUIRE(read_call(line()));
    const std::vector<std::string> wrong = {
        "",
        " ",
        line() + " ",
        " " + line(),
        line() + " more",
        line() + "\n",
        "-1 0 a 1 1 2 p s",
        "1 0 0 1 1 2 p s",                    // no entry has the tag 0
        "1 0 100000000 1 1 2 p s",            // 33 bits
        "18446744073709551616 0 a 1 1 2 p s", // 65 bits
        "1 0 a 1 256 2 p s",                  // no pool has that index
        "1 0 a 1 65536 2 p s",
        "1 0 a 1 1 0 p s", // empty
        "1 0 a 1 1 4 p s", // no call
        "1 0 a 1 1 5 p s",
        "1 0 a 1 1 2 p",
        "1 0 a 1 1 2 p p/s",
        "1 0 a 1 1 2 p s\x01",
        "1 0 a 1 1 2  s",
        "1 0 a 1 1 2 p " + std::string(32, 's'),
        "0x1 0 a 1 1 2 p s",
    };
    for (const auto &text : wrong) {
        CAPTURE(text);
        CHECK_FALSE(read_call(text));
    }
}

TEST_CASE("a batch that is not of the form is none") {
    const std::string head = "1 d 0 1 5 0 1000";
    REQUIRE(read_batch(head));
    const std::vector<std::string> wrong = {
        "",
        "2 d 0 1 5 0 1000",
        "1 d 0 1 5 0 0",
        "1 d/e 0 1 5 0 1000",
        head + "\n\n" + line(),
        head + "\nx",
        head + "\n1 0 a 1000 1 2 p s", // the table has no such bucket
        head + '\0',
        std::string(kMostBatchBytes + 1, '1'),
    };
    for (const auto &text : wrong) {
        CAPTURE(text);
        CHECK_FALSE(read_batch(text));
    }
    std::string full = head;
    for (std::size_t i = 0; i < kMostCallsInBatch; i++) {
        full += '\n' + line();
    }
    CHECK(read_batch(full));
    CHECK_FALSE(read_batch(full + '\n' + line()));
}

TEST_CASE("a batch with a byte changed is read as another one, or as none") {
    std::mt19937 random(7);
    const std::string text = to_text(example());
    for (int i = 0; i < 20'000; i++) {
        std::string changed = text;
        changed[random() % changed.size()] = static_cast<char>(random());
        changed.resize(random() % 8 == 0 ? random() % changed.size() : changed.size());
        const auto read = read_batch(changed);
        CHECK((!read || to_text(*read).size() <= changed.size()));
    }
}
