// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/query.hpp"

#include <optional>
#include <string>

namespace sipsteer::api {

/// Which packets a client wants to see, or to know of: all that is given holds for them.
struct TapQuery {
    std::optional<double> share;        // of the calls, above 0 to 1
    std::optional<std::string> server;  // POOL/SERVER
    std::optional<std::string> source;  // address or PREFIX/LENGTH of the client
    std::optional<std::string> call_id; // exact bytes

    bool operator==(const TapQuery &) const = default;
};

/// server=, source=, call_id= and, as `share`, the share.
inline TapQuery read_tap_query(http::QueryReader &reader, std::string_view share) {
    return {reader.share(share), reader.text("server"), reader.text("source"),
            reader.text("call_id")};
}

} // namespace sipsteer::api
