// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"
#include "base/result.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <libmnl/libmnl.h>
#include <set>

namespace sipsteer {

/// What one batch of the kernel's notices was about. Notices say where to look again, never what
/// is true now: some may be lost, and old ones are still queued when newer answers are known.
struct Notices {
    std::set<Address> neighbours;
    bool links = false;      // a link or an address of this host changed, or notices were lost
    bool everything = false; // a link, address, route or rule changed, or notices were lost
};

/// The kernel's notices of changes, a batch at a time.
class Events {
public:
    Events(boost::asio::io_context &io, std::function<void(const Notices &)> on_notices)
        : on_notices_(std::move(on_notices)), descriptor_(io) {}

    enum class About { Everything, Links }; // Links: nothing but Notices::links may come

    /// Subscribes. After this every change is noticed.
    Status start(About about = About::Everything);

private:
    void wait();
    void read_all();
    bool read_one(Notices &notices);

    std::function<void(const Notices &)> on_notices_;
    boost::asio::posix::stream_descriptor descriptor_;
};

} // namespace sipsteer
