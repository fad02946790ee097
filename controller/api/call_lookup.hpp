// SPDX-License-Identifier: Apache-2.0
//
// From what a client of the API says of a call to the call, and to the server it may go to.
#pragma once

#include "api/calls_routes.hpp"
#include "farm/world.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sipsteer::api {

struct AskedCall {
    sip::Message message;
    std::vector<const plan::PlannedPool *> pools; // the one named, or all that are stateful
};

/// 400 for a Call-ID or a source that cannot be, or an unknown pool; 404 if no pool keeps calls.
std::variant<AskedCall, http::Problem> read_call(const farm::World &world,
                                                 const api::CallQuery &query);

/// A call that the table has.
struct CallPlace {
    const plan::PlannedPool *pool;
    calls::Key key;
    std::uint64_t position = 0; // ss_call_position()
    farm::Located located;
};

/// The calls that are meant, one a pool at most. 400, too, if a pool is named that cannot be asked
/// because something of its key is not known.
std::variant<std::vector<CallPlace>, http::Problem> find_places(const farm::World &world,
                                                                const api::CallQuery &query);

using Target = std::variant<std::uint16_t, http::Problem>; // a server's index

/// A server of the call's pool by its name: 422 if the pool has none of that name, 409 if it takes
/// no messages or is draining.
Target named_target(const farm::World &world, const CallPlace &place, const std::string &server,
                    const std::function<bool(const ServerId &)> &draining);

/// Another server than the call's own: the one the scheduler says. 409 if there is none.
Target other_target(const farm::World &world, const CallPlace &place);

/// By its name, or the only one there is. 400 otherwise.
std::variant<const plan::PlannedService *, http::Problem>
find_service(const farm::World &world, const std::optional<std::string> &name);

/// Sets the message's source; 400 if it is no address.
std::optional<http::Problem> read_source(const std::optional<std::string> &source,
                                         sip::Message &message);

http::Problem unknown_pool(const farm::World &world, const std::string &name);

} // namespace sipsteer::api
