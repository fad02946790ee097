// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/event_hub.hpp"
#include "base/result.hpp"
#include "calls/json.hpp"
#include "calls/known_calls.hpp"
#include "calls/placed.hpp"
#include "kernel/rings/filter.hpp"
#include "packets/frame.hpp"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace sipsteer::calls {

/// The data plane's tap of calls, SS_TAP_CALLS.
class CallTap {
public:
    virtual ~CallTap() = default;

    /// What it shows from now on.
    virtual Status set(const ss_tap &value) = 0;

    /// Frames lost on the way here, ever.
    virtual std::uint64_t dropped() const = 0;

    /// Buckets of the table that the calls are in.
    virtual std::uint32_t buckets() const = 0;
};

/// Events of calls: new, confirmed, ended, re-homed, displaced, expired. The data plane shows the
/// messages that did something to a call only while somebody wants to know.
class CallEvents {
public:
    using ServerNameOf = std::function<std::optional<calls::ServerName>(std::uint16_t index)>;

    /// `tap`, `hub` and what `server_name` asks must outlive this.
    CallEvents(CallTap &tap, events::Hub &hub, ServerNameOf server_name);

    /// While this lives somebody wants the events.
    class Interest {
    public:
        Interest(CallEvents &events, std::uint32_t id, rings::Filter filter)
            : events_(events), alive_(events.alive_), id_(id), filter_(std::move(filter)) {}
        ~Interest() {
            if (!alive_.expired()) {
                events_.forget(id_);
            }
        }
        Interest(const Interest &) = delete;
        Interest &operator=(const Interest &) = delete;

        std::uint32_t id() const { return id_; }
        const rings::Filter &filter() const { return filter_; }

    private:
        CallEvents &events_;
        std::weak_ptr<const bool> alive_; // a client's connection may end after the CallEvents
        std::uint32_t id_;
        rings::Filter filter_;
    };

    Result<std::shared_ptr<Interest>> want(rings::Filter filter);

    /// Whether anybody does.
    bool wanted() const { return !interests_.empty(); }

    /// The tap shows a frame.
    void take(const ss_tapped &tapped, std::string_view frame);

    /// The sweep has removed a call whose lifetime was over.
    void note_expired(const calls::Placed &removed);

    /// An operator has all calls of a server moved: this one, as it was, to another one.
    /// Whether anybody was told.
    bool note_rehomed(const calls::Placed &call, std::uint16_t to);

    /// Says how many events were lost and how many calls forgotten since the last time, if any
    /// were. Once a second is enough.
    void note_losses();

private:
    std::string call_id_of(const ss_tapped &tapped, const packets::Datagram &datagram) const;
    Audience audience_of(const rings::Shown &shown) const;
    Audience audience_of_all(std::initializer_list<std::uint32_t> servers) const;
    std::optional<calls::ServerName> server_of(const ss_tapped &tapped) const;
    void publish_to(Audience audience, std::string_view type, nlohmann::json fields);
    void publish_gone(const ss_tapped &tapped, const std::string &call_id, Audience audience);
    std::optional<KnownCall> take_gone(const ss_tapped &tapped);
    void forget(std::uint32_t interest);
    Status set_tap();

    CallTap &tap_;
    events::Hub &hub_;
    ServerNameOf server_name_;
    std::vector<const Interest *> interests_;
    std::uint32_t next_id_ = 1;
    KnownCalls known_;
    std::uint64_t lost_;
    std::uint64_t forgotten_ = 0;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

} // namespace sipsteer::calls
