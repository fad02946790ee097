// SPDX-License-Identifier: Apache-2.0
//
// Who hears what of which call: frames as the data plane shows them, calls that the sweep and an
// operator change.
#include "calls/call_events.hpp"

#include <sipsteer/call.h>
#include <sipsteer/call_event.h>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::calls;
using nlohmann::json;

namespace {

constexpr std::uint32_t kBuckets = 1000;

/// Ethernet, IPv4 and UDP around a message to 192.0.2.1:5060. fragment: the field in IPv4's header,
/// 0x2000 of a first fragment.
std::string frame_of(const std::string &message, std::uint16_t fragment = 0) {
    const auto u16 = [](std::size_t value) {
        return std::string{static_cast<char>(value >> 8), static_cast<char>(value)};
    };
    const std::string udp = u16(5060) + u16(5060) + u16(8 + message.size()) + u16(0) + message;
    const std::string ip = "\x45" + std::string(1, '\0') + u16(20 + udp.size()) +
                           std::string(2, '\0') + u16(fragment) + "\x40\x11" + u16(0) +
                           std::string("\xc6\x33\x64\x07\xc0\x00\x02\x01", 8);
    return std::string(12, '\x02') + u16(0x0800) + ip + udp;
}

/// A call, as far as the data plane tells calls apart.
struct Call {
    std::string id;
    std::uint64_t key;

    std::uint64_t position() const { return ss_call_position(key, 0); }
    std::uint32_t tag() const { return ss_call_position_tag(position()); }
    std::uint32_t first() const { return ss_call_first_bucket(position(), kBuckets); }
    std::uint32_t other() const { return ss_call_other_bucket(first(), tag(), kBuckets); }
    calls::Placed entry(std::uint32_t state, std::uint32_t server = 1) const {
        return {ss_call_make(tag(), state, server, 7), first(), kBuckets};
    }
};

const Call kX{"x@a", 0x1234567811111111};
const Call kY{"y@a", 0xabcdef0111111111};    // its first bucket is that of x
const Call kTwin{"t@a", 0x1234567899999999}; // its tag is that of x
const Call kZ{"z@a", 0x5555555577777777};

struct Tap final : CallTap {
    Status set(const ss_tap &value) override {
        shown = value;
        return Done{};
    }
    std::uint64_t dropped() const override { return lost; }
    std::uint32_t buckets() const override { return kBuckets; }

    ss_tap shown{};
    std::uint64_t lost = 0;
};

struct Scene {
    boost::asio::io_context io;
    events::Hub hub{io.get_executor()};
    Tap tap;
    std::vector<events::Event> heard; // by anybody
    std::shared_ptr<events::Subscription> subscription = hub.subscribe(
        [this](const auto &event) {
            heard.push_back(event);
            return false;
        },
        0);
    CallEvents events{tap, hub, [](std::uint16_t index) -> std::optional<calls::ServerName> {
                          if (index == 1 || index == 2) {
                              return calls::ServerName{"p", index == 1 ? "a" : "b"};
                          }
                          return std::nullopt;
                      }};

    std::shared_ptr<CallEvents::Interest> want(const rings::Filter &filter = {}) {
        auto interest = events.want(filter);
        REQUIRE(interest);
        return *interest;
    }

    /// A message of the call did something to it; `change` says what else.
    void show(const Call &call, ss_call_event event,
              const std::function<void(ss_tapped &)> &change = {}) {
        ss_tapped tapped{};
        tapped.key = call.key;
        tapped.server = 1;
        tapped.event = static_cast<__u8>(event);
        if (change) {
            change(tapped);
        }
        events.take(tapped, frame_of("INVITE sip:b@x SIP/2.0\r\nCall-ID: " + call.id + "\r\n\r\n"));
    }

    /// It takes the place of another one.
    void show_displacing(const Call &call, const Call &other) {
        show(call, SS_CALL_EVENT_NEW, [&](ss_tapped &tapped) {
            tapped.displaced = SS_CALL_EARLY;
            tapped.gone = other.tag();
        });
    }

    /// The one event since the last time.
    events::Event only() {
        REQUIRE(heard.size() == 1);
        return std::exchange(heard, {}).front();
    }
};

using Audience = std::vector<std::uint32_t>;

rings::Filter of_call(const Call &call) {
    rings::Filter filter;
    filter.call_id = call.id;
    filter.call_key = call.key;
    return filter;
}

} // namespace

TEST_CASE("an event of a fragmented message has the first fragment's Call-ID") {
    Scene scene;
    const auto all = scene.want();
    ss_tapped tapped{};
    tapped.key = kX.key;
    tapped.server = 1;
    scene.events.take(tapped, frame_of("INVITE sip:b@x SIP/2.0\r\nCall-ID: x@a\r\n", 0x2000));
    CHECK(scene.heard.empty());
    tapped.event = SS_CALL_EVENT_NEW;
    scene.events.take(tapped, frame_of("Call-ID: of a body\r\n\r\n", 8));
    const auto event = scene.only();
    CHECK(event.type == "call_new");
    CHECK(event.body["call_id"] == "x@a");
    CHECK(event.body["source"] == "198.51.100.7");
    CHECK(event.body["source_port"].is_null());
}

TEST_CASE("what happens to a call is told to those who want it") {
    Scene scene;
    const auto all = scene.want();
    const auto of_x = scene.want(of_call(kX));
    CHECK(scene.tap.shown.on == 1);
    scene.show(kX, SS_CALL_EVENT_NEW);
    auto event = scene.only();
    CHECK(event.type == "call_new");
    CHECK(event.audience == Audience{all->id(), of_x->id()});
    CHECK(event.body["call_id"] == "x@a");
    CHECK(event.body["pool"] == "p");
    CHECK(event.body["server"] == "a");
    scene.show(kY, SS_CALL_EVENT_NEW);
    CHECK(scene.only().audience == Audience{all->id()});
}

TEST_CASE("who follows a call hears that it was displaced by one that he does not follow") {
    Scene scene;
    const auto of_x = scene.want(of_call(kX));
    scene.show(kX, SS_CALL_EVENT_NEW);
    scene.heard.clear();
    scene.show_displacing(kY, kX);
    const auto event = scene.only();
    CHECK(event.type == "call_displaced");
    CHECK(event.audience == Audience{of_x->id()});
    CHECK(event.body["call_id"] == "x@a");
    CHECK(event.body["made_room_for"] == "y@a");
    CHECK(event.body["state"] == "early");
}

TEST_CASE("who follows neither of two calls hears nothing of them") {
    Scene scene;
    const auto of_another = scene.want(of_call(kZ));
    scene.show(kX, SS_CALL_EVENT_NEW);
    scene.show_displacing(kY, kX);
    CHECK(scene.heard.empty());
}

TEST_CASE("calls of one tag are told apart by their buckets") {
    REQUIRE(kX.tag() == kTwin.tag());
    REQUIRE_FALSE(kTwin.entry(SS_CALL_EARLY).can_be(kX.position()));
    Scene scene;
    const auto of_x = scene.want(of_call(kX));
    scene.show(kX, SS_CALL_EVENT_NEW);
    scene.heard.clear();
    scene.events.note_expired(kTwin.entry(SS_CALL_CONFIRMED));
    CHECK(scene.heard.empty());
    scene.show_displacing(kZ, kTwin); // x is in neither of its buckets
    CHECK(scene.heard.empty());
    auto in_other = kX.entry(SS_CALL_CONFIRMED);
    in_other.bucket = kX.other();
    scene.events.note_expired(in_other);
    const auto event = scene.only();
    CHECK(event.type == "call_expired");
    CHECK(event.audience == Audience{of_x->id()});
    CHECK(event.body["call_id"] == "x@a");
    CHECK(event.body["state"] == "confirmed");
    CHECK(event.body["server"] == "a");
    scene.events.note_expired(in_other); // it is known no more
    CHECK(scene.heard.empty());
}

TEST_CASE("the end of a call that came before anybody listened is told to those who want all") {
    Scene scene;
    const auto all = scene.want();
    rings::Filter filter;
    filter.server = 1;
    const auto of_a = scene.want(filter);
    filter.server = 2;
    const auto of_b = scene.want(filter);
    filter = {};
    filter.share = 0.5;
    const auto half = scene.want(filter);
    filter = {};
    filter.source = Prefix::parse("198.51.100.0/24");
    const auto of_source = scene.want(filter);
    const auto of_x = scene.want(of_call(kX));
    scene.events.note_expired(kX.entry(SS_CALL_CONFIRMED));
    const auto event = scene.only();
    CHECK(event.type == "call_expired");
    CHECK(event.audience == Audience{all->id(), of_a->id()});
    CHECK(event.body["call_id"].is_null());
    CHECK(event.body["pool"] == "p");
    CHECK(event.body["server"] == "a");
    scene.events.note_expired(kX.entry(SS_CALL_CLOSING)); // it has ended before
    CHECK(scene.heard.empty());
}

TEST_CASE("a call that is moved with all of its server is said to be re-homed") {
    Scene scene;
    const auto of_x = scene.want(of_call(kX));
    rings::Filter filter;
    filter.server = 2;
    const auto of_b = scene.want(filter);
    scene.show(kX, SS_CALL_EVENT_NEW);
    scene.heard.clear();
    CHECK(scene.events.note_rehomed(kX.entry(SS_CALL_CONFIRMED), 2));
    auto event = scene.only();
    CHECK(event.type == "call_rehomed");
    CHECK(event.audience == Audience{of_b->id(), of_x->id()});
    CHECK(event.body["call_id"] == "x@a");
    CHECK(event.body["from"] == "p/a");
    CHECK(event.body["to"] == "p/b");
    CHECK(event.body["server"] == "b");
    CHECK(event.body["pool"] == "p");
    CHECK(event.body["state"] == "confirmed");
    CHECK(scene.events.note_rehomed(kZ.entry(SS_CALL_EARLY), 2));
    event = scene.only();
    CHECK(event.audience == Audience{of_b->id()});
    CHECK(event.body["call_id"].is_null());
    CHECK_FALSE(scene.events.note_rehomed(kZ.entry(SS_CALL_EARLY), 3));
    CHECK(scene.heard.empty());
}

TEST_CASE("a call that has ended is not known any more") {
    Scene scene;
    const auto of_x = scene.want(of_call(kX));
    scene.show(kX, SS_CALL_EVENT_ENDED);
    scene.heard.clear();
    scene.events.note_expired(kX.entry(SS_CALL_CLOSING));
    scene.events.note_expired(kX.entry(SS_CALL_CONFIRMED));
    CHECK(scene.heard.empty());
}

TEST_CASE("what was lost, and calls that there was no room for, are counted") {
    Scene scene;
    const auto all = scene.want();
    for (std::uint64_t call = 0; call < 65'539; call++) {
        scene.show({std::to_string(call), call << 32 | 1}, SS_CALL_EVENT_NONE);
    }
    scene.show({"65538", std::uint64_t{65'538} << 32 | 1}, SS_CALL_EVENT_CONFIRMED); // known
    scene.heard.clear();
    scene.events.note_losses();
    auto event = scene.only();
    CHECK(event.type == "call_events_lost");
    CHECK(event.body["count"] == 0);
    CHECK(event.body["forgotten"] == 3);
    scene.tap.lost = 7;
    scene.events.note_losses();
    event = scene.only();
    CHECK(event.body["count"] == 7);
    CHECK(event.body["forgotten"] == 0);
    scene.events.note_losses();
    CHECK(scene.heard.empty());
}
