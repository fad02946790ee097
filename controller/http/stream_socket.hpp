// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>

namespace sipsteer::http {

using StreamSocket = boost::asio::generic::stream_protocol::socket; // Unix or TCP

} // namespace sipsteer::http
