// SPDX-License-Identifier: Apache-2.0
//
// An HTTP server of the daemon's code that answers as the daemon does, for the program sipsteer to
// ask.
#pragma once

#include "cli_run.hpp"

#include "http/problem.hpp"
#include "http/server.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <utility>

namespace sipsteer::test {

using namespace sipsteer::http;
using nlohmann::json;

inline const json kStatus = {
    {"version", "0.1.0"},
    {"uptime_seconds", 90061},
    {"interfaces", {{{"name", "eth0"}, {"mode", "native"}}}},
    {"services",
     {{{"name", "sip"},
       {"address", "198.51.100.100"},
       {"port", 5060},
       {"pool", "proxies"},
       {"packets", 7},
       {"bytes", 700}},
      {{"name", "trunk"}, {"address", "198.51.100.100"}, {"port", 5080}, {"pool", "proxies"}}}},
    {"pools",
     {{{"name", "proxies"},
       {"state", "down"},
       {"why", "no server is up"},
       {"servers",
        {{{"name", "proxy1"},
          {"address", "198.51.100.11"},
          {"port", 5060},
          {"weight", 100},
          {"admin", "enabled"},
          {"health", "up"},
          {"takes_new", true},
          {"live_calls", 12},
          {"new_calls", 345},
          {"rehomed_calls", 0},
          {"packets", 6789}},
         {{"name", "a-proxy-of-a-long-name"},
          {"address", "2001:db8::12"},
          {"port", 5061},
          {"weight", 50},
          {"admin", "draining"},
          {"health", "down"}}}}}}},
    {"calls", {{"live", 12}, {"capacity", 1000}}},
    {"reasons",
     {{{"reason", "call_hit"}, {"verdict", "tx"}, {"packets", 6}, {"text", "the call table"}}}}};

inline const json kConfig = {
    {"interfaces", {{{"name", "eth0"}}}},
    {"log_level", "info"},
    {"services",
     {{{"name", "sip"}, {"address", "198.51.100.100"}, {"port", 5060}, {"pool", "proxies"}}}},
    {"pools",
     {{{"name", "proxies"}, {"servers", {{{"name", "proxy1"}, {"address", "198.51.100.11"}}}}}}}};
constexpr char kTag[] = "\"the-first\"";

/// A stream of one piece.
class OnePiece : public Stream {
public:
    explicit OnePiece(std::string text) : text_(std::move(text)) {}
    boost::asio::awaitable<std::string> next() override { co_return std::exchange(text_, {}); }
    void end() override {}

private:
    std::string text_;
};

inline json query_json(const Request &request) {
    json query = json::object();
    for (const auto &[name, value] : request.target.query) {
        query[name] = value;
    }
    return query;
}

/// Three calls, the state of each being what was asked for: none on the first page, one on the
/// second, two on the third, if so many are wanted.
inline Response example_calls(const Request &request) {
    const json query = query_json(request);
    const int page = std::stoi(query.at("after").get<std::string>()) / 100;
    const int wanted = std::stoi(query.at("limit").get<std::string>());
    json calls = json::array();
    for (int i = 0; i < std::min(wanted, page); i++) {
        calls.push_back({{"pool", "p"}, {"server", "s"}, {"tag", i}, {"state", query.dump()}});
    }
    return json_response({{"calls", calls},
                          {"more", page < 2},
                          {"next", page < 2 ? json(page * 100 + 100) : json()},
                          {"totals", json::object()}});
}

/// Lists one event with id 5. Streams one with id 9 to who has that, and no more to who has 9.
inline Response example_events(const Request &request) {
    if (request.fields.get("Accept").value_or("") != "text/event-stream") {
        return json_response({{"events",
                               {{{"id", 5},
                                 {"time", "2026-11-22T07:00:00.123Z"},
                                 {"level", "warning"},
                                 {"type", "server_down"},
                                 {"pool", "proxies"},
                                 {"why", "timeout 3 of 3"}}}}});
    }
    if (request.fields.get("Last-Event-ID").value_or("") != "5") {
        return problem_response({403, "that is all", {}, {}});
    }
    json event = {{"id", 9}, {"level", "info"}, {"type", "asked"}};
    event.update(query_json(request));
    Response response;
    response.content_type = "text/event-stream";
    response.stream =
        std::make_shared<OnePiece>("retry: 1\n\n: x\n\nid: 9\ndata: " + event.dump() + "\n\n");
    return response;
}

/// By its name: one that drains, without an end in sight; one that is drained; others are down.
inline json example_server(const std::string &name) {
    json server = {{"admin", "enabled"}, {"status", {{"health", "down"}}}};
    if (name == "draining") { // 2001-09-09T01:46:40Z, 2096-10-02T07:06:40Z
        server["status"]["drain"] = {
            {"since_unix", 1000000000}, {"deadline_unix", 4000000000}, {"calls_left", 3}};
    }
    if (name == "drained") {
        server["status"]["drain"] = {{"drained", true}};
    }
    if (server["status"].contains("drain")) {
        server["admin"] = "draining";
    }
    return server;
}

/// Not as RFC 9457 has it.
inline Response odd_problem() {
    return json_response({{"detail", 7}, {"errors", {1, {{"pointer", {}}, {"detail", "no\n"}}}}},
                         422);
}

/// The report of a change of one thing of the pool proxies.
inline json example_report(const char *list, const char *noun, const char *name) {
    const json thing = {{"pool", "proxies"}, {noun, name}, {"fields", {"weight"}}};
    return {{"changed", true}, {"changes", {{list, {{"changed", {thing}}}}}}};
}

/// The daemon's API, as far as the tests need it, on a thread of its own.
class Daemon {
public:
    explicit Daemon(const Limits &limits = {}) {
        std::string name =
            (std::filesystem::temp_directory_path() / "sipsteer-cli-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        folder_ = name;
        server_.emplace(io_, router(), limits);
        REQUIRE(server_->listen(socket(), 0660).ok());
        thread_ = std::thread([this] { io_.run(); });
    }
    ~Daemon() {
        boost::asio::post(io_, [this] { server_->stop(); });
        thread_.join();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    Daemon(const Daemon &) = delete;
    Daemon &operator=(const Daemon &) = delete;

    std::string socket() const { return (folder_ / "api.sock").string(); }

    std::string write(const std::string &name, const std::string &bytes) const {
        std::ofstream(folder_ / name, std::ios::binary) << bytes;
        return (folder_ / name).string();
    }

    /// A folder for what commands write.
    std::string drafts() const { return (folder_ / "drafts").string(); }

    /// The body of the last request that had one.
    std::string body() {
        const std::lock_guard guard(lock_);
        return body_;
    }

    /// "PATCH /v1/pools/p dry_run=true": the last request that changes something.
    std::string asked() {
        const std::lock_guard guard(lock_);
        return asked_;
    }

    /// The tag that the last request with a body wanted.
    std::string if_match() {
        const std::lock_guard guard(lock_);
        return if_match_;
    }

private:
    void note(const Request &request) {
        const std::lock_guard guard(lock_);
        body_ = request.body;
        if_match_ = std::string(request.fields.get("If-Match").value_or(""));
        asked_ = request.method + ' ' + request.target.path;
        for (const auto &[name, value] : request.target.query) {
            asked_ += ' ' + name + '=' + value;
        }
    }

    /// Two configurations; both can be read, by 7 and 8.
    static void add_history(Router &router) {
        router.add("GET", "/v1/config/history", [](const Request &) {
            json newest = {{"id", 8},
                           {"time", "2026-11-22T08:00:00Z"},
                           {"who", "ops"},
                           {"from", "192.0.2.7"},
                           {"request", "PATCH /v1/config"},
                           {"change", "log_level: debug -> info"}};
            json other = {{"id", 7},
                          {"time", "2026-11-22T07:00:00Z"},
                          {"who", "sipsteerd"},
                          {"from", "/etc/it"},
                          {"request", "start"},
                          {"change", ""}};
            return json_response({{"entries", {newest, other}}});
        });
        router.add("GET", "/v1/config/history/{id}", [](const Request &request) {
            json config = kConfig;
            if (request.captured.at("id") == "7") {
                config["log_level"] = "debug";
            } else if (request.captured.at("id") != "8") {
                return problem_response({404, "there is no configuration in the history", {}, {}});
            }
            return json_response(config);
        });
    }

    Router router() {
        Router router;
        router.add("GET", "/v1/status", [](const Request &) { return json_response(kStatus); });
        router.add("GET", "/v1/calls", example_calls);
        router.add("GET", "/v1/calls/{call-id}", [](const Request &request) {
            return json_response({{"call_id", request.captured.at("call-id")},
                                  {"found", request.captured.at("call-id") == "there"},
                                  {"query", query_json(request)},
                                  {"pools", {{{"pool", "proxies"}, {"reason", "not there"}}}}});
        });
        router.add("POST", "/v1/explain", [this](const Request &request) {
            note(request);
            const bool without = request.body == "x"; // a pool that does not say its key
            const json key = {{"by", "call-id-and-via"},
                              {"hash", without ? json() : json("00000000deadbeef")}};
            return json_response(
                json{{"pool", {{"pool", "proxies"}, {"reason", "it is new"}, {"key", key}}},
                     {"service", query_json(request).value("service", "none")}});
        });
        router.add("GET", "/v1/pools/{pool}/servers/{server}", [this](const Request &request) {
            if (request.captured.at("pool") == "odd") {
                return odd_problem();
            }
            json server = example_server(request.captured.at("server"));
            if (request.captured.at("server") == "late" && late_++ >= 2) {
                server["status"]["health"] = "up";
            }
            return json_response(server);
        });
        router.add("PATCH", "/v1/pools/{pool}/servers/{server}", [this](const Request &request) {
            note(request);
            if (request.body.find("70000") != std::string::npos) {
                return json_response(
                    {{"detail", "the configuration has errors"},
                     {"errors",
                      {{{"pointer", "/pools/0/servers/0/weight"}, {"detail", "out of bounds"}},
                       {{"pointer", "/pools/0/tier_minimum"}, {"detail", "too many"}}}}},
                    422);
            }
            return request.captured.at("server") != "prox1"
                       ? json_response(example_report("servers", "server", "proxy1"))
                       : problem_response({404, "there is no /v1/...", {}, {}});
        });
        add_changes(router);
        router.add("GET", "/v1/events", example_events);
        router.add("GET", "/v1/config", [](const Request &) {
            Response response = json_response(kConfig);
            response.fields.emplace_back("ETag", kTag);
            return response;
        });
        add_history(router);
        router.add("POST", "/v1/config/save", [this](const Request &request) {
            note(request);
            return json_response({{"file", "/etc/sipsteer/sipsteer.conf"}});
        });
        router.add("PUT", "/v1/config", [this](const Request &request) {
            note(request);
            if (request.body == "odd") {
                return odd_problem();
            }
            if (request.body.find("warning") != std::string::npos) { // somebody was quicker
                return problem_response({412, "the configuration has changed", {}, {}});
            }
            const bool moved = request.body.find("pin_dir") != std::string::npos;
            return json_response(
                {{"changed", request.target.query.empty() || moved},
                 {"changes", {{"settings", {"log_level"}}}},
                 {"restart_needed", moved ? json::array({"pin_dir"}) : json::array()}});
        });
        return router;
    }

    /// What changes services, pools, servers and calls.
    void add_changes(Router &router) {
        const auto add = [&](const char *method, const char *path, const json &answer) {
            router.add(method, path, [this, answer](const Request &request) {
                note(request);
                return json_response(answer);
            });
        };
        const json changed = {{"changed", true}};
        add("PATCH", "/v1/pools/{pool}", changed);
        add("PATCH", "/v1/services/{service}", changed);
        add("POST", "/v1/services", changed);
        router.add("POST", "/v1/pools/{pool}/servers", [this](const Request &request) {
            if (request.captured.at("pool") == "nosuch") {
                return problem_response({404, "there is no /v1/...", {}, {}});
            }
            note(request);
            return json_response({{"changed", true}});
        });
        add("DELETE", "/v1/pools/{pool}", changed);
        add("DELETE", "/v1/pools/{pool}/servers/{server}", changed);
        add("POST", "/v1/pools/{pool}/servers/{server}/rehome", {{"state", "running"}});
        add("GET", "/v1/log_level", {{"log_level", "debug"}, {"configured", "info"}});
        add("PUT", "/v1/log_level", {{"log_level", "info"}, {"configured", "info"}});
        const json call = {{"pool", "p"}, {"server", "b"}, {"from", "a"}, {"state", "early"}};
        add("DELETE", "/v1/calls/{call-id}", {{"removed", {call}}});
        add("POST", "/v1/calls/{call-id}/rehome", {{"rehomed", call}});
    }

    std::filesystem::path folder_;
    std::mutex lock_;
    std::string body_;
    std::string if_match_;
    std::string asked_;
    int late_ = 0; // how often its state was asked for
    boost::asio::io_context io_;
    std::optional<Server> server_;
    std::thread thread_;
};

inline Outcome run(const Daemon &daemon, const std::string &arguments) {
    return run_sipsteer(daemon.socket(), arguments);
}

} // namespace sipsteer::test
