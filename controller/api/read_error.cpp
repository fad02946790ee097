// SPDX-License-Identifier: Apache-2.0
#include "api/read_error.hpp"

#include <boost/beast/http/error.hpp>

namespace sipsteer::api {

namespace {

namespace http = boost::beast::http;

bool is_http_error(const boost::system::error_code &failed) {
    return failed.category() == http::make_error_code(http::error::bad_method).category();
}

std::string bytes(std::uint64_t count) {
    return std::to_string(count) + " bytes";
}

} // namespace

std::optional<Problem> read_problem(const boost::system::error_code &failed, const ReadState &state,
                                    const Limits &limits) {
    if (state.timed_out && state.started) {
        return Problem{408, "the request did not come in time", {}, {}};
    }
    if (state.timed_out || !is_http_error(failed) || failed == http::error::end_of_stream ||
        failed == http::error::partial_message) {
        return std::nullopt;
    }
    if (failed == http::error::body_limit) {
        return Problem{413, "the body is larger than " + bytes(limits.body_bytes), {}, {}};
    }
    if (failed == http::error::header_limit || failed == http::error::buffer_overflow) {
        const std::string most = " longer than " + bytes(limits.header_bytes);
        return state.request_line ? Problem{431, "the header is" + most, {}, {}}
                                  : Problem{414, "the request line is" + most, {}, {}};
    }
    if (failed == http::error::bad_version) {
        return Problem{505, "this is a server of HTTP/1.1 and HTTP/1.0", {}, {}};
    }
    return Problem{400, "not an HTTP request: " + failed.message(), {}, {}};
}

} // namespace sipsteer::api
