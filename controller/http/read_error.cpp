// SPDX-License-Identifier: Apache-2.0
#include "http/read_error.hpp"

#include <boost/beast/http/error.hpp>

namespace sipsteer::http {

namespace {

namespace beast_http = boost::beast::http;

bool is_http_error(const boost::system::error_code &failed) {
    return failed.category() ==
           beast_http::make_error_code(beast_http::error::bad_method).category();
}

std::string bytes(std::uint64_t count) {
    return std::to_string(count) + " bytes";
}

} // namespace

std::optional<Problem> read_problem(const boost::system::error_code &failed, const ReadState &state,
                                    const Limits &limits) {
    if (state.timed_out && state.started) {
        return Problem{408, "the request did not arrive in time", {}, {}};
    }
    if (state.timed_out || !is_http_error(failed) || failed == beast_http::error::end_of_stream ||
        failed == beast_http::error::partial_message) {
        return std::nullopt;
    }
    if (failed == beast_http::error::body_limit) {
        return Problem{413, "the body is larger than " + bytes(limits.body_bytes), {}, {}};
    }
    if (failed == beast_http::error::header_limit || failed == beast_http::error::buffer_overflow) {
        const std::string most = " longer than " + bytes(limits.header_bytes);
        return state.request_line ? Problem{431, "the header is" + most, {}, {}}
                                  : Problem{414, "the request line is" + most, {}, {}};
    }
    if (failed == beast_http::error::bad_version) {
        return Problem{505, "this server speaks HTTP/1.1 and HTTP/1.0", {}, {}};
    }
    return Problem{400, "not an HTTP request: " + failed.message(), {}, {}};
}

} // namespace sipsteer::http
