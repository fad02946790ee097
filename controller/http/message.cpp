// SPDX-License-Identifier: Apache-2.0
#include "http/message.hpp"

namespace sipsteer::http {

Response json_response(const nlohmann::json &json, unsigned status) {
    Response response;
    response.status = status;
    response.content_type = "application/json";
    response.body = json_text(json);
    return response;
}

std::string json_text(const nlohmann::json &json) {
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

} // namespace sipsteer::http
