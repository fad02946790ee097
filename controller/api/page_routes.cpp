// SPDX-License-Identifier: Apache-2.0
#include "api/page_routes.hpp"

#include "api/page/files.hpp"
#include "base/content_hash.hpp"
#include "http/entity_tag.hpp"
#include "http/query.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>

namespace sipsteer::api {

namespace {

struct Known {
    std::string_view ending;
    const char *content_type;
};
constexpr std::array<Known, 5> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".txt", "text/plain; charset=utf-8"},
}};

/// Nothing from elsewhere, no script or style but in files of their own, and no frame around the
/// page: what somebody manages to write into a name or an event cannot run or send anything.
constexpr const char *kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const char *content_type(std::string_view name) {
    const auto *known = std::find_if(kTypes.begin(), kTypes.end(),
                                     [&](const Known &k) { return name.ends_with(k.ending); });
    return known == kTypes.end() ? "application/octet-stream" : known->content_type;
}

/// `no-cache`: kept by the browser, but asked for each time; mostly the answer is 304. A new
/// program is never shown through the page of the one before.
http::Response make_answer(const page::File &file) {
    http::Response response{200, content_type(file.name), std::string(file.bytes), {}};
    response.fields = {{"ETag", '"' + content_hash(file.bytes) + '"'},
                       {"Cache-Control", "no-cache"},
                       {"Content-Security-Policy", kContentSecurityPolicy},
                       {"X-Content-Type-Options", "nosniff"},
                       {"Referrer-Policy", "no-referrer"}};
    return response;
}

http::Response answer(const http::Response &file, const http::Request &request) {
    if (const auto problem = http::QueryReader(request).finish()) {
        return http::problem_response(*problem);
    }
    http::Response response = file;
    if (http::is_known(request, file.fields.front().second)) {
        response.status = 304;
        response.content_type.clear();
        response.body.clear();
    }
    return response;
}

} // namespace

void add_page_routes(http::Router &router) {
    const auto answers = std::make_shared<std::map<std::string, http::Response, std::less<>>>();
    for (const page::File &file : page::files()) {
        answers->emplace(file.name, make_answer(file));
    }
    router.add("GET", "/", [answers](const http::Request &request) {
        return answer(answers->at("index.html"), request);
    });
    router.add("GET", "/page/{file}", [answers](const http::Request &request) {
        const auto found = answers->find(request.captured.at("file"));
        if (found == answers->end()) {
            return http::problem_response({404, "there is no " + request.target.path, {}, {}});
        }
        return answer(found->second, request);
    });
}

} // namespace sipsteer::api
