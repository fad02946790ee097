// SPDX-License-Identifier: Apache-2.0
//
// A call and the messages of its attempts.
#pragma once

#include "farm.hpp"

#include <catch2/catch.hpp>

namespace sipsteer::test {

inline const std::string kCall = "attempt@example.com";

class Attempt : public Farm {
public:
    __u32 send(const std::string &message, ss_reason reason = SS_REASON_CALL_HIT) {
        return steer(to_vip(message), reason);
    }

    /// The call's state.
    __u32 state() { return ss_call_state(call(kCall).value); }

    /// Live calls of all servers.
    __s64 live() {
        __s64 calls = 0;
        for (__u32 server = 0; server < kServers; server++) {
            calls += load(server).live;
        }
        return calls;
    }
};

inline std::string replaced(std::string message, const std::string &what, const std::string &by) {
    const auto at = message.find(what);
    REQUIRE(at != std::string::npos);
    return message.replace(at, what.size(), by);
}

/// A message of the attempt with this branch and Request-URI's user.
inline std::string branch(const std::string &message, const std::string &name,
                          const std::string &user = "bob") {
    const auto at = message.find("z9hG4bK776asdhds");
    REQUIRE(at != std::string::npos);
    auto other = message;
    other.replace(at, message.find('\r', at) - at, "z9hG4bK" + name);
    return replaced(other, " sip:bob@", " sip:" + user + "@");
}

inline std::string with_to_tag(const std::string &message) {
    return replaced(message, "To: Bob <sip:bob@example.com>\r\n",
                    "To: Bob <sip:bob@example.com>;tag=a6c85cf\r\n");
}

inline const std::string kInvite = request("INVITE", kCall);
inline const std::string kCancel = request("CANCEL", kCall);
inline const std::string kRefused = ack_of_failure(kCall);

} // namespace sipsteer::test
