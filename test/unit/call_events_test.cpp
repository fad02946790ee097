// SPDX-License-Identifier: Apache-2.0
//
// Who hears what of which call: frames as the data plane shows them, calls that the sweep and an
// operator change.
#include "daemon/call_events.hpp"

#include <sipsteer/call.h>
#include <sipsteer/call_event.h>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::daemon;
using nlohmann::json;

namespace {

constexpr std::uint32_t kBuckets = 1000;

/// Ethernet, IPv4 and UDP around a message to 192.0.2.1:5060.
std::string frame_of(const std::string &message) {
    const auto u16 = [](std::size_t value) {
        return std::string{static_cast<char>(value >> 8), static_cast<char>(value)};
    };
    const std::string udp = u16(5060) + u16(5060) + u16(8 + message.size()) + u16(0) + message;
    const std::string ip = "\x45" + std::string(1, '\0') + u16(20 + udp.size()) +
                           std::string(4, '\0') + "\x40\x11" + u16(0) +
                           std::string("\xc6\x33\x64\x07\xc0\x00\x02\x01", 8);
    return std::string(12, '\x02') + u16(0x0800) + ip + udp;
}

/// A call, as far as the data plane tells calls apart.
struct Call {
    std::string id;
    std::uint64_t key;

    std::uint64_t position() const { return ss_call_position(key, 0); }
    std::uint32_t tag() const { return ss_call_position_tag(position()); }
    __u64 entry(std::uint32_t state, std::uint32_t server = 1) const {
        return ss_call_make(tag(), state, server, 7);
    }
};

const Call kX{"x@a", 0x1234567811111111};
const Call kY{"y@a", 0xabcdef0122222222};

struct Scene {
    boost::asio::io_context io;
    events::Hub hub{io.get_executor()};
    ss_tap tap{};
    std::uint64_t dropped = 0;
    std::vector<events::Event> heard; // by anybody
    std::shared_ptr<events::Subscription> subscription = hub.subscribe(
        [this](const auto &event) {
            heard.push_back(event);
            return false;
        },
        0);
    CallEvents events{{[this](const ss_tap &value) {
                           tap = value;
                           return Status(Done{});
                       },
                       [this] { return dropped; }},
                      hub,
                      [](std::uint16_t index) -> std::optional<calls::ServerName> {
                          if (index == 1 || index == 2) {
                              return calls::ServerName{"p", index == 1 ? "a" : "b"};
                          }
                          return std::nullopt;
                      }};

    std::shared_ptr<CallEvents::Interest> want(const taps::Filter &filter = {}) {
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

taps::Filter of_call(const Call &call) {
    taps::Filter filter;
    filter.call_id = call.id;
    filter.call_key = call.key;
    return filter;
}

} // namespace

TEST_CASE("what happens to a call is told to those who want it") {
    Scene scene;
    const auto all = scene.want();
    const auto of_x = scene.want(of_call(kX));
    CHECK(scene.tap.on == 1);
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
    const auto of_another = scene.want(of_call({"z@a", 3}));
    scene.show(kX, SS_CALL_EVENT_NEW);
    scene.show_displacing(kY, kX);
    CHECK(scene.heard.empty());
}
