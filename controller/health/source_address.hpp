// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.hpp"
#include "base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/system/error_code.hpp>

namespace sipsteer::health {

/// The address of this host that the kernel would send from to that one. Unspecified if `failed`:
/// there is no route.
Address source_address(const boost::asio::any_io_executor &executor, const Address &to,
                       boost::system::error_code &failed);

/// The address of this host on the server's segment to send to the VIP from: of the VIP's family,
/// not the VIP itself. `failed` is set if it is the system that refused.
Result<Address> source_on_segment(const boost::asio::any_io_executor &executor,
                                  const Address &server, const Address &vip,
                                  boost::system::error_code &failed);

} // namespace sipsteer::health
