// SPDX-License-Identifier: Apache-2.0
//
// Changes of the configuration, over a real socket: the resources, their tags and conditions, what
// is refused and how.
#include "api_client.hpp"

#include "api/config_routes.hpp"
#include "api/history_routes.hpp"
#include "api/resource_routes.hpp"
#include "config/fixed.hpp"
#include "config/parse.hpp"
#include "config/pointer.hpp"
#include "config_cases.hpp"

#include <array>

using namespace sipsteer;
using namespace sipsteer::api;
using namespace sipsteer::http;
using namespace sipsteer::api::test;
using namespace std::string_literals;

namespace {

/// Keeps a configuration as the daemon does, without a data plane.
class Keeper final : public ConfigSource {
public:
    Keeper() : config_(*config::parse(config::test::good())) {}

    Document current() const override {
        return std::make_shared<const json>(config::to_json(config_));
    }
    asio::awaitable<SaveOutcome> save_to_file(Refuse refuse) override {
        if (auto answer = refuse(*current())) {
            co_return std::move(*answer);
        }
        co_return json{{"file", "/etc/it"}};
    }
    std::vector<PastConfig> history() const override {
        return {{2, "2026-11-22T08:00:00Z", {"ops", "192.0.2.7", "PATCH /v1/config"}, "b: 1 -> 2"},
                {1, "2026-11-22T07:00:00Z", {"sipsteerd", "/etc/it", "start"}, ""}};
    }
    std::function<std::optional<json>()> past(std::uint64_t id) const override {
        return [id] { return id == 1 ? std::optional(config::test::good()) : std::nullopt; };
    }
    Author last; // who changed it
    asio::awaitable<ChangeOutcome> change(Propose propose, ChangeMode mode,
                                          Author author) override {
        last = author;
        auto proposed = propose(*current());
        if (auto *answer = std::get_if<Response>(&proposed)) {
            co_return std::move(*answer);
        }
        const auto parsed = config::parse(std::get<json>(proposed));
        if (!parsed) {
            co_return not_valid(parsed.errors());
        }
        if (mode == ChangeMode::InForce) {
            config_ = *parsed;
        }
        co_return Changed{json{{"changed", true}}, current()};
    }

private:
    static Problem not_valid(const std::vector<config::FieldError> &errors) {
        Problem problem{422, "not valid", {}, {}};
        for (const auto &error : errors) {
            problem.errors.push_back({config::json_pointer(error.path), error.message});
        }
        return problem;
    }

    config::Config config_;
};

class Seen final : public ResourceStatus {
public:
    json service(const std::string &service) const override { return {{"of", service}}; }
    json pool(const std::string &pool) const override { return {{"of", pool}}; }
    json server(const std::string &pool, const std::string &server) const override {
        return {{"of", pool + "/" + server}};
    }
};

class Api {
public:
    Api() : server_(routes()) {}

    struct Answer {
        unsigned status;
        json body;
        std::string tag;
        HttpAnswer http;
    };

    Answer ask(const std::string &method, const std::string &target, const std::string &body = {},
               const std::string &fields = "Content-Type: application/json\r\n") {
        Client client(server_.path());
        client.send(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields +
                    "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        HttpAnswer http = client.receive();
        return {http.result_int(), json::parse(http.body(), nullptr, false),
                std::string(http[beast_http::field::etag]), http};
    }
    Answer get(const std::string &target) { return ask("GET", target); }
    json config() { return get("/v1/config").body; }
    const std::string &path() const { return server_.path(); }
    Author last() const { return keeper_.last; }

private:
    Router routes() {
        Router router = example_router();
        add_config_routes(router, {keeper_, aside_});
        add_history_routes(router, {keeper_, aside_});
        add_resource_routes(router, {keeper_, aside_},
                            [] { return [] { return std::make_unique<const Seen>(); }; });
        return router;
    }

    Keeper keeper_;
    Aside aside_;
    Running server_;
};

std::string with_tag(const std::string &tag, const std::string &field = "If-Match") {
    return field + ": " + tag + "\r\ncontent-type: application/json; charset=utf-8\r\n";
}

const std::string kServer = "/v1/pools/proxies/servers/a";
const std::string kNew = R"({"address": "198.51.100.13"})";

} // namespace

TEST_CASE("the configuration is read, with a tag that its content alone changes") {
    Api api;
    const auto first = api.get("/v1/config");
    CHECK(first.status == 200);
    CHECK(first.body["pools"][0]["servers"][1]["weight"] == 50);
    CHECK(first.body["pools"][0]["servers"][0]["weight"] == 100); // a default, filled in
    CHECK(first.tag.size() == 38);
    CHECK(api.get("/v1/config").tag == first.tag);
    const auto known = api.ask("GET", "/v1/config", "", "if-none-match: W/" + first.tag + "\r\n");
    CHECK(known.status == 304);
    CHECK(known.tag == first.tag);

    const auto patched = api.ask("PATCH", "/v1/config", R"({"log_level": "debug"})");
    CHECK(patched.status == 200);
    const auto second = api.get("/v1/config");
    CHECK(second.tag != first.tag);
    CHECK(patched.tag == second.tag);
    CHECK(patched.body["etag"] == second.tag);
    CHECK(api.ask("PUT", "/v1/config", first.body.dump()).body["etag"] == first.tag);
    CHECK(api.config() == first.body);
}

TEST_CASE("a dry run changes nothing") {
    Api api;
    const json before = api.config();
    const auto answer = api.ask("PATCH", "/v1/config?dry_run=true", R"({"log_level": "debug"})");
    CHECK(answer.status == 200);
    CHECK(answer.body["dry_run"] == true);
    CHECK(api.ask("PUT", kServer + "?dry_run=true", kNew).status == 200);
    CHECK(api.ask("DELETE", kServer + "?dry_run=true").status == 200);
    CHECK(api.ask("POST", "/v1/pools/proxies/servers?dry_run=true",
                  R"({"name": "c", "address": "198.51.100.13"})")
              .status == 200);
    CHECK(api.config() == before);
    CHECK(api.ask("PATCH", "/v1/config?dry_run=yes", "{}").status == 400);
}

TEST_CASE("If-Match and If-None-Match are honoured by every change") {
    Api api;
    const std::string tag = api.get(kServer).tag;
    const json before = api.config();
    const std::string other = "\"something else\"";
    for (const char *method : {"PUT", "PATCH", "DELETE"}) {
        INFO(method);
        const auto refused = api.ask(method, kServer, kNew, with_tag(other + ", W/" + tag));
        CHECK(refused.status == 412);
        CHECK(refused.tag == tag);
        CHECK(api.ask(method, kServer, kNew, with_tag("*", "If-None-Match")).status == 412);
    }
    CHECK(api.ask("PUT", "/v1/config", before.dump(), with_tag(other)).status == 412);
    CHECK(api.ask("PATCH", "/v1/config", "{}", with_tag("nonsense")).status == 412);
    CHECK(api.ask("POST", "/v1/config/save", R"({"to": "file"})", with_tag(other)).status == 412);
    CHECK(api.config() == before);

    // Of what is not there yet no tag is true, not even any.
    const std::string fresh = "/v1/pools/proxies/servers/c";
    CHECK(api.ask("PUT", fresh, kNew, with_tag("*")).status == 412);
    CHECK(api.ask("PUT", fresh, kNew, with_tag("*", "If-None-Match")).status == 201);

    CHECK(api.ask("PATCH", kServer, R"({"weight": 7})", with_tag(other + " , " + tag)).status ==
          200);
    CHECK(api.ask("PATCH", kServer, R"({"weight": 8})", with_tag("*")).status == 200);
    CHECK(api.get(kServer).body["weight"] == 8);
}

TEST_CASE("of two writers with the same tag one wins") {
    Api api;
    const std::string tag = api.get(kServer).tag;
    std::array<unsigned, 2> statuses{};
    std::array<std::thread, 2> writers;
    for (std::size_t i = 0; i < writers.size(); i++) {
        writers[i] = std::thread([&, i] {
            const std::string body = R"({"weight": )" + std::to_string(1000 + i) + "}";
            statuses[i] = api.ask("PATCH", kServer, body, with_tag(tag)).status;
        });
    }
    for (auto &writer : writers) {
        writer.join();
    }
    const std::size_t winner = statuses[0] == 200 ? 0 : 1;
    CHECK(statuses[winner] == 200);
    CHECK(statuses[1 - winner] == 412);
    CHECK(api.get(kServer).body["weight"] == 1000 + winner);
}

TEST_CASE("services, pools and servers have their configuration and what is seen of them") {
    Api api;
    const json services = api.get("/v1/services").body["services"];
    REQUIRE(services.size() == 2);
    CHECK(services[0]["pool"] == "proxies");
    CHECK(services[0]["status"] == json{{"of", "sip"}});
    CHECK(api.get("/v1/services/six").body == services[1]);
    CHECK(api.get("/v1/pools").body["pools"][1]["status"] == json{{"of", "registrars"}});
    CHECK(api.get("/v1/pools/proxies").body["servers"][0]["name"] == "a");
    const json servers = api.get("/v1/pools/proxies/servers").body["servers"];
    CHECK(servers[1]["status"] == json{{"of", "proxies/b"}});
    CHECK(api.get(kServer).body == servers[0]);
    for (const char *none : {"/v1/services/x", "/v1/pools/x", "/v1/pools/x/servers",
                             "/v1/pools/x/servers/a", "/v1/pools/proxies/servers/x"}) {
        INFO(none);
        CHECK(api.get(none).status == 404);
    }
    CHECK(api.ask("PATCH", "/v1/pools/proxies/servers/x", "{}").status == 404);
    CHECK(api.ask("DELETE", "/v1/pools/x/servers/a").status == 404);
    CHECK(api.ask("PUT", "/v1/pools/x/servers/a", kNew).status == 404);
}

TEST_CASE("a server is changed, added, replaced and removed") {
    Api api;
    CHECK(api.ask("PATCH", kServer, R"({"weight": 7, "admin": "draining"})").status == 200);
    CHECK(api.ask("PATCH", kServer, R"({"weight": null})").status == 200); // its default again
    json server = api.get(kServer).body;
    CHECK(server["admin"] == "draining");
    CHECK(server["weight"] == 100);

    server["weight"] = 3; // with its status: what GET answered may come back
    const auto put = api.ask("PUT", kServer, server.dump());
    CHECK(put.status == 200);
    CHECK(put.tag.empty()); // RFC 9110, 9.3.4
    CHECK(api.get(kServer).body["weight"] == 3);

    CHECK(api.ask("PUT", "/v1/pools/proxies/servers/c", kNew).status == 201);
    const auto posted = api.ask("POST", "/v1/pools/proxies/servers",
                                R"({"name": "d", "address": "198.51.100.14"})");
    CHECK(posted.status == 201);
    CHECK(posted.http[beast_http::field::location] == "/v1/pools/proxies/servers/d");
    CHECK(
        api.ask("POST", "/v1/pools/proxies/servers", R"({"name": "d", "address": "198.51.100.15"})")
            .status == 409);
    CHECK(api.ask("DELETE", kServer).body["etag"].is_null());
    std::string names;
    const json config = api.config();
    for (const auto &left : config["pools"][0]["servers"]) {
        names += left["name"];
    }
    CHECK(names == "bcd");
}

TEST_CASE("pools and services are added and removed; what is needed stays") {
    Api api;
    CHECK(api.ask("PUT", "/v1/pools/new", R"({"servers": []})").status == 201);
    CHECK(api.ask("PUT", "/v1/services/new", R"({"address": "198.51.100.101", "pool": "new"})")
              .status == 201);
    const auto needed = api.ask("DELETE", "/v1/pools/new");
    CHECK(needed.status == 409);
    CHECK(needed.body["errors"][0]["pointer"] == "/services/2/pool");
    CHECK(api.ask("DELETE", "/v1/services/new").status == 200);
    CHECK(api.ask("DELETE", "/v1/pools/new").status == 200);
    CHECK(api.config()["pools"].size() == 2);
}

TEST_CASE("fields at fault are named by their place in the configuration") {
    Api api;
    const json before = api.config();
    const auto check = [&](const char *method, const std::string &target, const std::string &body,
                           const std::string &pointer) {
        INFO(method << ' ' << target << ' ' << body);
        const auto answer = api.ask(method, target, body);
        CHECK(answer.status == 422);
        CHECK(answer.http[beast_http::field::content_type] == "application/problem+json");
        REQUIRE(answer.body.contains("errors"));
        CHECK(answer.body["errors"][0]["pointer"] == pointer);
        CHECK_FALSE(answer.body["errors"][0]["detail"].get<std::string>().empty());
    };
    const std::string b = "/v1/pools/proxies/servers/b";
    check("PATCH", b, R"({"weight": -1})", "/pools/0/servers/1/weight");
    check("PATCH", b, R"({"wait": 1})", "/pools/0/servers/1/wait");
    check("PATCH", b, R"({"a/b~ c": 1})", "/pools/0/servers/1/a~1b~0 c");
    check("PATCH", b, R"({"name": "c"})", "/pools/0/servers/1/name");
    check("PATCH", b, "7", "/pools/0/servers/1");
    check("PUT", "/v1/pools/proxies/servers/c", R"({"address": "x"})",
          "/pools/0/servers/2/address");
    check("PUT", "/v1/services/new", R"({"address": "198.51.100.9", "pool": "x"})",
          "/services/2/pool");
    check("PATCH", "/v1/config", R"({"pools": 5})", "/pools");
    check("PUT", "/v1/config", "null", "");
    check("PATCH", "/v1/config", R"({"log_level": "info", "log_level": "info"})", "/log_level");
    CHECK(api.config() == before);
}

TEST_CASE("a body must be JSON, be called so, and not be deep") {
    Api api;
    const json before = api.config();
    const std::string plain = "Content-Type: text/plain\r\n";
    const std::string patch = "Content-Type: application/merge-patch+json\r\n";
    const auto refused = api.ask("PATCH", "/v1/config", "{}", plain);
    CHECK(refused.status == 415);
    CHECK(refused.http["Accept-Patch"] == "application/merge-patch+json, application/json");
    CHECK(api.ask("PATCH", "/v1/config", "{}", "").status == 415);
    CHECK(api.ask("PUT", "/v1/config", "{}", patch).status == 415);
    CHECK(api.ask("PATCH", "/v1/config", "{}", patch).status == 200);

    CHECK(api.ask("PATCH", "/v1/config", "{").status == 400);
    CHECK(api.ask("PATCH", "/v1/config", "").status == 400);
    const auto deep = [](std::size_t levels) {
        std::string text = R"({"pools": )";
        return text + std::string(levels, '[') + std::string(levels, ']') + "}";
    };
    CHECK(api.ask("PATCH", "/v1/config", deep(30)).status == 422);
    CHECK(api.ask("PATCH", "/v1/config", deep(33)).status == 400);
    CHECK(api.ask("PATCH", "/v1/config", deep(400'000)).status == 400);
    CHECK(api.config() == before);
}

TEST_CASE("saving takes the one thing there is to say") {
    Api api;
    CHECK(api.ask("POST", "/v1/config/save", R"({"to": "file"})").body["file"] == "/etc/it");
    const auto pointer = [&](const char *path, const char *body) {
        const auto answer = api.ask("POST", path, body);
        CHECK(answer.status == 422);
        return answer.body.value("pointer", "");
    };
    CHECK(pointer("/v1/config/save", R"({"to": "tape"})") == "/to");
    CHECK(pointer("/v1/config/save", "{}") == "/to");
    CHECK(pointer("/v1/config/save", R"({"to": "file", "a/b": 1})") == "/a~1b");
    CHECK(pointer("/v1/config/save", "7").empty()); // the whole
    CHECK(pointer("/v1/pools", R"({"weight": 1})") == "/name");
    CHECK(pointer("/v1/pools", R"({"name": 1})") == "/name");
    CHECK(pointer("/v1/pools", "7").empty());
    CHECK(api.ask("POST", "/v1/config/save", "").status == 400);
}

TEST_CASE("the history is listed, and each configuration of it can be read") {
    Api api;
    const auto entries = api.get("/v1/config/history").body["entries"];
    REQUIRE(entries.size() == 2);
    CHECK(entries[0] == json{{"id", 2},
                             {"time", "2026-11-22T08:00:00Z"},
                             {"who", "ops"},
                             {"from", "192.0.2.7"},
                             {"request", "PATCH /v1/config"},
                             {"change", "b: 1 -> 2"}});
    CHECK(api.get("/v1/config/history/1").body == config::test::good());
    for (const auto *id : {"2", "0", "-1", "1x", "18446744073709551617", "nobody"}) {
        INFO(id);
        CHECK(api.get("/v1/config/history/"s + id).status == 404);
    }
    CHECK(api.get("/v1/config/history?all=1").status == 400);
    CHECK(api.get("/v1/config/history/1?all=1").status == 400);
}

TEST_CASE("a change knows who makes it") {
    Api api;
    const auto merge = "Content-Type: application/merge-patch+json\r\n";
    CHECK(api.ask("PATCH", "/v1/config", R"({"log_level": "debug"})", merge).status == 200);
    CHECK(api.last().who == "uid " + std::to_string(getuid()));
    CHECK(api.last().from.starts_with("local, pid "));
    CHECK(api.last().request == "PATCH /v1/config");
}
