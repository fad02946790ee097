// SPDX-License-Identifier: Apache-2.0
#include "api/counter_routes.hpp"

#include <utility>

namespace sipsteer::api {

void add_counter_routes(http::Router &router, MakeText counters) {
    router.add_waiting("GET", "/v1/counters", document_handler(std::move(counters)));
}

} // namespace sipsteer::api
