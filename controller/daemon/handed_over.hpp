// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/tracing.hpp"
#include "base/event_hub.hpp"
#include "base/result.hpp"
#include "calls/call_events.hpp"
#include "calls/plane_tap.hpp"
#include "config/model.hpp"
#include "daemon/steering.hpp"
#include "kernel/rings/taps.hpp"
#include "traffic/fragments/holder.hpp"
#include "traffic/reject/rejecter.hpp"

#include <boost/asio/io_context.hpp>

namespace sipsteer::daemon {

/// The packets that the data plane hands over: fragments to hold, requests to refuse, and what it
/// shows of calls and for traces.
class HandedOver {
public:
    /// `hub` and `steering` outlive this.
    HandedOver(boost::asio::io_context &io, events::Hub &hub, const config::Fragments &bounds,
               Steering &steering);
    ~HandedOver();
    HandedOver(const HandedOver &) = delete;
    HandedOver &operator=(const HandedOver &) = delete;

    Status start();

    const fragments::Holder &holder() const { return holder_; }
    const reject::Rejecter &rejecter() const { return rejecter_; }
    calls::CallEvents &call_events() { return call_events_; }
    api::Tracing &tracing() { return tracing_; }
    const api::Tracing &tracing() const { return tracing_; }

private:
    Steering &steering_;
    fragments::Holder holder_;
    reject::Rejecter rejecter_;
    rings::Taps taps_;
    calls::PlaneTap plane_tap_;
    calls::CallEvents call_events_;
    api::Tracing tracing_;
};

} // namespace sipsteer::daemon
