// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "calls/json.hpp"
#include "dataplane/maps.hpp"
#include "events/hub.hpp"
#include "taps/call_filter.hpp"
#include "taps/ring.hpp"

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace sipsteer::daemon {

/// Events of calls: new, confirmed, ended, re-homed, displaced, expired. The data plane shows the
/// messages that did something to a call only while somebody wants to know.
class CallEvents {
public:
    using ServerNameOf = std::function<std::optional<calls::ServerName>(std::uint16_t index)>;

    CallEvents(boost::asio::io_context &io, const dataplane::Maps &maps, events::Hub &hub,
               ServerNameOf server_name);

    Status start();

    /// While this lives somebody wants the events.
    class Interest {
    public:
        Interest(CallEvents &events, std::uint32_t id, taps::CallFilter filter)
            : events_(events), alive_(events.alive_), id_(id), filter_(std::move(filter)) {}
        ~Interest() {
            if (!alive_.expired()) {
                events_.forget(id_);
            }
        }
        Interest(const Interest &) = delete;
        Interest &operator=(const Interest &) = delete;

        std::uint32_t id() const { return id_; }
        const taps::CallFilter &filter() const { return filter_; }

    private:
        CallEvents &events_;
        std::weak_ptr<const bool> alive_; // a client's connection may end after the CallEvents
        std::uint32_t id_;
        taps::CallFilter filter_;
    };

    Result<std::shared_ptr<Interest>> want(taps::CallFilter filter);

    /// Whether anybody does.
    bool wanted() const { return !interests_.empty(); }

    /// The sweep has removed a call whose lifetime was over.
    void note_expired(__u64 entry);

    /// Says how many events were lost since the last time, if any were. Once a second is enough.
    void note_losses();

private:
    using Audience = std::vector<std::uint32_t>;

    /// What is known of a call besides its entry.
    struct Known {
        std::string call_id;
        Audience audience;
    };

    void take(const ss_tapped &tapped, std::string_view frame);
    void publish(const ss_tapped &tapped, nlohmann::json fields, const Audience &audience);
    void publish_gone(const ss_tapped &tapped, const nlohmann::json &fields, Audience audience);
    void remember(std::uint32_t tag, Known known);
    void forget(std::uint32_t interest);
    Status set_tap();

    const dataplane::Maps &maps_;
    events::Hub &hub_;
    ServerNameOf server_name_;
    taps::Ring ring_;
    std::vector<const Interest *> interests_;
    std::uint32_t next_id_ = 1;
    std::unordered_map<std::uint32_t, Known> known_; // by tag (sipsteer/call.h)
    std::deque<std::uint32_t> order_;                // in which they came
    std::uint64_t lost_ = 0;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

} // namespace sipsteer::daemon
