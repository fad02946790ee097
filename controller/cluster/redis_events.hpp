// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>

struct redisAsyncContext;

namespace sipsteer::cluster {

/// Lets the event loop tell a connection of hiredis when its socket can be read and written. It
/// ends with the connection.
void attach_events(boost::asio::io_context &io, redisAsyncContext &context);

} // namespace sipsteer::cluster
