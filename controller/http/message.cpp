// SPDX-License-Identifier: Apache-2.0
#include "http/message.hpp"

namespace sipsteer::http {

Response json_response(const nlohmann::json &json, unsigned status) {
    Response response;
    response.status = status;
    response.content_type = "application/json";
    response.body = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
    return response;
}

} // namespace sipsteer::http
