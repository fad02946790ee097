// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/metrics/state.hpp"
#include "api/tap_filter.hpp"
#include "api/trace_routes.hpp"
#include "api/trace_stream.hpp"
#include "farm/farm.hpp"
#include "kernel/dataplane/attachment.hpp"
#include "kernel/rings/taps.hpp"
#include "kernel/rings/wall_clock.hpp"
#include "packets/frame.hpp"
#include "traffic/fragments/holder.hpp"
#include "traffic/trace/comment.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace sipsteer::api {

/// The trace: shows the packets for services, with the decision on each, to clients of the API. The
/// data plane shows none while there is no client.
class Tracing {
public:
    static constexpr std::size_t kMostClients = 4;

    /// `taps`, `farm` and `attachments`, where the program is attached, must outlive this.
    /// `secret`: of the hash.
    Tracing(boost::asio::any_io_executor executor, rings::Taps &taps, const farm::Farm &farm,
            const std::vector<dataplane::Attachment> &attachments, const calls::Secret &secret);

    /// GET /v1/trace. What it gives may outlive this.
    std::variant<std::shared_ptr<http::Stream>, http::Problem> begin(const api::TraceQuery &query);

    /// The configuration has changed.
    void refresh();

    /// A fragment that was held has been sent on or given up.
    void note(const fragments::Settled &settled);

    metrics::Trace counts() const;

private:
    /// What was read in a frame.
    struct Read {
        Address client;
        std::string call_id;
        bool first_fragment = false;
    };

    void show(const ss_tapped &tapped, std::string_view frame);
    Read read(const ss_tapped &tapped, std::string_view frame) const;
    void remember(std::uint64_t key, const std::string &call_id);
    std::string comment(const ss_tapped &tapped, const std::string &call_id) const;
    void leave(TraceStream &stream);
    std::vector<TracedInterface> interfaces() const;
    Status set_tap();

    boost::asio::any_io_executor executor_;
    rings::Taps &taps_;
    const farm::Farm &farm_;
    const std::vector<dataplane::Attachment> &attachments_;
    calls::Secret secret_;
    std::vector<TraceStream *> clients_;
    std::unordered_map<std::uint64_t, std::string> call_ids_; // of first fragments, by key
    std::deque<std::uint64_t> order_;                         // in which they came
    rings::WallClock clock_;
    metrics::Trace ended_; // of clients that have left
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

} // namespace sipsteer::api
