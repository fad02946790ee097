// SPDX-License-Identifier: Apache-2.0
//
// The metrics of a known state, and what promtool says of them.
#include "api/metrics/text.hpp"

#include "answers.hpp"
#include "api/metrics_routes.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <regex>
#include <set>

namespace sipsteer::metrics {

namespace {

using namespace std::chrono_literals;

Server example_server() {
    Server server;
    server.pool = "proxies";
    server.name = "proxy1";
    server.enabled = true;
    server.up = true;
    server.takes_new = true;
    server.weight = 100;
    server.counters.sent = {1000, 500000};
    server.counters.new_calls = 40;
    server.counters.rehomed = 2;
    server.counters.refused = 1;
    server.calls[SS_CALL_CONFIRMED] = 30;
    server.draining_seconds = 12.5;
    Probe probe{"direct", true, {{"ok", 99}, {"timeout", 1}}, 2, {}};
    probe.latency.note(250us);
    probe.latency.note(251us);
    probe.latency.note(2s);
    server.probes.push_back(probe);
    return server;
}

State example() {
    State state;
    state.version = "1.2.3";
    state.layout = 7;
    state.start_time = 1700000000.5;
    state.ready = true;
    state.interfaces = {
        {"eth0", true, true, true}, {"eth1", true, false, true}, {"eth2", false, false, false}};
    state.vips = {{"198.51.100.100", "eth0", true}, {"2001:db8::100", "eth2", false}};
    state.repairs = {{"program", 3}, {"vip", 0}};
    Service service;
    service.name = "sip";
    service.traffic = {12345678901, 9007199254740992};
    service.messages[SS_METHOD_INVITE] = 17;
    service.guard = {3, 4, 5, 6, 7, 8, 9, 10};
    state.services.push_back(service);
    Pool pool;
    pool.name = "proxies";
    pool.up = true;
    pool.calls.event[SS_CALL_EVENT_NEW] = 5;
    pool.calls.displaced[SS_CALL_EARLY] = 3;
    pool.calls.no_room = 4;
    state.pools.push_back(pool);
    state.servers.push_back(example_server());
    state.reasons[ss_reason_index(SS_REASON_CALL_HIT, SS_VERDICT_TX)] = {9, 900};
    state.table = {1000, 10240, 250, 0, 0.25, 3, true};
    state.sweep = {8, 77, 2.5, 0.125};
    state.fragments = {10, 6, 1500, {{"expired", 3}, {"no_room", 1}}};
    state.rejects = {{"answered", 2}};
    state.guard = {{{{"", "deny"}, 7}, {{"sip", "trust"}, 1}}, 2};
    state.log_lines_lost = 6;
    state.state_files_unsaved = 1;
    state.loop_stalled_seconds = 3.5;
    state.loop_longest_stall_seconds = 1.25;
    state.trace = {2, 70, 8, 9};
    state.cluster = {true,
                     false,
                     true,
                     100,
                     5,
                     1000,
                     7,
                     3,
                     {{"entered", 50}, {"old", 6}},
                     {{"west-2", true, 0.25}}};
    state.requests.note("/v1/status", "GET", 200, 400us);
    state.requests.note("/v1/status", "BREW", 405, 1us);
    return state;
}

/// Whether a line of the text is exactly this.
bool has_line(const std::string &text, const std::string &line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

/// What a command says of a text on its standard input, on both outputs, and "exit N".
std::string filtered(const std::string &filter, const std::string &text) {
    char name[] = "/tmp/sipsteer-metrics-XXXXXX";
    const int fd = mkstemp(name);
    REQUIRE(fd >= 0);
    FILE *file = fdopen(fd, "w");
    REQUIRE(std::fwrite(text.data(), 1, text.size(), file) == text.size());
    REQUIRE(std::fclose(file) == 0);
    const std::string command = filter + " < " + name + " 2>&1; echo exit $?";
    FILE *pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string said;
    char buffer[4096];
    while (std::fgets(buffer, sizeof(buffer), pipe) != nullptr) {
        said += buffer;
    }
    pclose(pipe);
    std::remove(name);
    return said;
}

/// What begins as our metrics do, in a file of expressions.
std::set<std::string> metrics_named_in(const std::string &file) {
    std::ifstream stream(file);
    REQUIRE(stream);
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    const std::regex name("sipsteer_[a-z_]+");
    return {std::sregex_token_iterator(text.begin(), text.end(), name),
            std::sregex_token_iterator()};
}

} // namespace

TEST_CASE("metrics: each value of the state is there, with its labels") {
    const auto text = to_text(example());
    const char *line = GENERATE(
        R"(sipsteer_build_info{version="1.2.3",layout="7"} 1)",
        "process_start_time_seconds 1700000000.5",
        R"(sipsteer_interface_native_mode{interface="eth0"} 1)",
        R"(sipsteer_interface_native_mode{interface="eth1"} 0)", "sipsteer_ready 1",
        R"(sipsteer_interface_attached{interface="eth1"} 1)",
        R"(sipsteer_interface_attached{interface="eth2"} 0)",
        R"(sipsteer_interface_link_up{interface="eth2"} 0)",
        R"(sipsteer_vip_present{address="198.51.100.100",interface="eth0"} 1)",
        R"(sipsteer_vip_present{address="2001:db8::100",interface="eth2"} 0)",
        R"(sipsteer_host_repairs_total{what="program"} 3)",
        R"(sipsteer_service_packets_total{service="sip"} 12345678901)",
        R"(sipsteer_service_bytes_total{service="sip"} 9007199254740992)",
        R"(sipsteer_service_messages_total{service="sip",method="INVITE"} 17)",
        R"(sipsteer_service_messages_total{service="sip",method="2xx"} 0)",
        R"(sipsteer_guard_denied_total{service="sip"} 3)",
        R"(sipsteer_guard_observed_total{service="sip"} 4)",
        R"(sipsteer_guard_limited_total{service="sip"} 5)",
        R"(sipsteer_guard_limited_observed_total{service="sip"} 6)",
        R"(sipsteer_guard_refused_total{service="sip"} 7)",
        R"(sipsteer_guard_refused_observed_total{service="sip"} 8)",
        R"(sipsteer_guard_scanned_total{service="sip"} 9)",
        R"(sipsteer_guard_scanned_observed_total{service="sip"} 10)",
        R"(sipsteer_guard_prefixes{scope="all",service="",action="deny"} 7)",
        R"(sipsteer_guard_prefixes{scope="service",service="sip",action="trust"} 1)",
        R"(sipsteer_bans 2)", R"(sipsteer_packets_total{reason="call_hit",verdict="tx"} 9)",
        R"(sipsteer_bytes_total{reason="call_hit",verdict="tx"} 900)",
        R"(sipsteer_calls{pool="proxies",server="proxy1",state="confirmed"} 30)",
        R"(sipsteer_calls_new_total{pool="proxies"} 5)",
        R"(sipsteer_calls_confirmed_total{pool="proxies"} 0)",
        R"(sipsteer_calls_displaced_total{pool="proxies",state="early"} 3)",
        R"(sipsteer_calls_no_room_total{pool="proxies"} 4)", "sipsteer_table_entries 1000",
        "sipsteer_table_calls 250", "sipsteer_table_fill_ratio 0.25", "sipsteer_table_bytes 10240",
        "sipsteer_table_full_buckets 3", "sipsteer_table_resizing 1",
        "sipsteer_sweep_passes_total 8", "sipsteer_sweep_expired_calls_total 77",
        "sipsteer_sweep_pass_seconds 2.5", "sipsteer_sweep_cpu_seconds_total 0.125",
        R"(sipsteer_pool_up{pool="proxies"} 1)",
        R"(sipsteer_server_up{pool="proxies",server="proxy1"} 1)",
        R"(sipsteer_server_enabled{pool="proxies",server="proxy1"} 1)",
        "sipsteer_config_last_reload_successful 1",
        R"(sipsteer_server_forwards{pool="proxies",server="proxy1"} 0)",
        R"(sipsteer_server_takes_new{pool="proxies",server="proxy1"} 1)",
        R"(sipsteer_server_weight{pool="proxies",server="proxy1"} 100)",
        R"(sipsteer_server_draining_seconds{pool="proxies",server="proxy1"} 12.5)",
        R"(sipsteer_server_packets_total{pool="proxies",server="proxy1"} 1000)",
        R"(sipsteer_server_new_calls_total{pool="proxies",server="proxy1"} 40)",
        R"(sipsteer_server_refused_calls_total{pool="proxies",server="proxy1"} 1)",
        R"(sipsteer_probe_up{pool="proxies",server="proxy1",path="direct"} 1)",
        R"(sipsteer_probe_results_total{pool="proxies",server="proxy1",path="direct",result="timeout"} 1)",
        R"(sipsteer_probe_transitions_total{pool="proxies",server="proxy1",path="direct"} 2)",
        "sipsteer_fragments_held_total 10",
        R"(sipsteer_fragments_given_up_total{cause="expired"} 3)",
        "sipsteer_fragments_held_bytes 1500", R"(sipsteer_rejects_total{result="answered"} 2)",
        "sipsteer_log_lines_lost_total 6", "sipsteer_state_files_unsaved 1",
        "sipsteer_loop_stalled_seconds_total 3.5", "sipsteer_loop_longest_stall_seconds 1.25",
        "sipsteer_trace_clients 2", "sipsteer_trace_packets_total 70",
        R"(sipsteer_trace_lost_packets_total{cause="no_room"} 8)",
        R"(sipsteer_trace_lost_packets_total{cause="slow_client"} 9)",
        R"(sipsteer_cluster_redis_connected{to="tell"} 1)",
        R"(sipsteer_cluster_redis_connected{to="hear"} 0)", "sipsteer_cluster_caught_up 1",
        "sipsteer_cluster_calls_shared 100", "sipsteer_cluster_calls_waiting 5",
        "sipsteer_cluster_calls_sent_total 1000", "sipsteer_cluster_calls_lost_total 7",
        "sipsteer_cluster_malformed_batches_total 3",
        R"(sipsteer_cluster_calls_received_total{result="entered"} 50)",
        R"(sipsteer_cluster_calls_received_total{result="old"} 6)",
        R"(sipsteer_cluster_director_up{director="west-2"} 1)",
        R"(sipsteer_cluster_director_lag_seconds{director="west-2"} 0.25)",
        R"(sipsteer_api_requests_total{route="/v1/status",method="GET",status="200"} 1)");
    INFO(text);
    CHECK(has_line(text, line));
}

TEST_CASE("metrics: a latency falls into the bucket whose bound it does not pass") {
    const auto text = to_text(example());
    const std::string name = "sipsteer_probe_duration_seconds";
    const std::string labels = R"({pool="proxies",server="proxy1",path="direct")";
    CHECK(has_line(text, name + "_bucket" + labels + R"(,le="0.00025"} 1)"));
    CHECK(has_line(text, name + "_bucket" + labels + R"(,le="0.0005"} 2)"));
    CHECK(has_line(text, name + "_bucket" + labels + R"(,le="0.1"} 2)"));
    CHECK(has_line(text, name + "_bucket" + labels + R"(,le="1"} 2)"));
    CHECK(has_line(text, name + "_bucket" + labels + R"(,le="+Inf"} 3)"));
    CHECK(has_line(text, name + "_count" + labels + "} 3"));
    CHECK(has_line(text, name + "_sum" + labels + "} 2.000501"));
}

TEST_CASE("metrics: a client cannot make up labels") {
    const auto text = to_text(example());
    CHECK(text.find("BREW") == std::string::npos);
    CHECK(has_line(
        text, R"(sipsteer_api_requests_total{route="/v1/status",method="other",status="405"} 1)"));
}

TEST_CASE("metrics: a reason without packets is left out") {
    CHECK(to_text(example()).find("call_rehomed\"") == std::string::npos);
}

TEST_CASE("metrics: the state of a daemon without pools is a text, too") {
    CHECK(has_line(to_text(State{}), "sipsteer_table_entries 0"));
}

TEST_CASE("metrics: promtool has nothing to say") {
    const auto said = filtered("promtool check metrics", to_text(example()));
    if (said.find("exit 127") != std::string::npos) {
        WARN("promtool is not installed: not checked");
        return;
    }
    CHECK(said == "exit 0\n");
}

TEST_CASE("metrics: the dashboard and the alert rules name metrics that there are") {
    const auto text = to_text(example());
    const char *file =
        GENERATE("deploy/grafana/sipsteer.json", "deploy/prometheus/sipsteer.rules.yaml");
    const auto names = metrics_named_in(std::string(SIPSTEER_SOURCE_DIR "/") + file);
    CHECK(names.size() > 5);
    for (const auto &name : names) {
        INFO(file << " names " << name);
        const bool is_there = text.find("\n" + name + "{") != std::string::npos ||
                              text.find("\n" + name + " ") != std::string::npos;
        CHECK(is_there);
    }
}

TEST_CASE("metrics: OpenMetrics has a counter's _total in the samples only, and an end") {
    const auto text = to_text(example(), Format::OpenMetrics);
    CHECK(has_line(text, "# TYPE sipsteer_fragments_held counter"));
    CHECK(has_line(text, "sipsteer_fragments_held_total 10"));
    CHECK(has_line(text, "# TYPE sipsteer_table_entries gauge"));
    CHECK(text.find("_total counter") == std::string::npos);
    CHECK(text.substr(text.size() - 7) == "\n# EOF\n");
}

TEST_CASE("metrics: an independent parser of OpenMetrics reads all samples") {
    const auto text = to_text(example(), Format::OpenMetrics);
    const auto said = filtered("/usr/bin/python3 -c 'import sys\n"
                               "from prometheus_client.openmetrics.parser import "
                               "text_string_to_metric_families as read\n"
                               "families = {f.name: f for f in read(sys.stdin.read())}\n"
                               "print(families[\"sipsteer_sweep_passes\"].samples[0].value)\n"
                               "print(families[\"sipsteer_probe_duration_seconds\"].type)'",
                               text);
    if (said.find("No module named") != std::string::npos) {
        WARN("python3-prometheus-client is not installed: not checked");
        return;
    }
    CHECK(said == "8\nhistogram\nexit 0\n");
}

TEST_CASE("metrics: GET /metrics answers in the format asked for; the router tells its observer") {
    http::Router router;
    api::add_metrics_routes(router, [](bool open_metrics) {
        const auto format = open_metrics ? Format::OpenMetrics : Format::Prometheus;
        return http::test::ready(api::MetricsText{content_type(format), "up 1\n"});
    });
    Requests requests;
    router.observe([&](const auto &route, const auto &method, auto status, auto took) {
        requests.note(route, method, status, took);
    });
    http::Request request;
    request.method = "GET";
    request.target.path = "/metrics";
    request.target.segments = {"metrics"};
    const auto response = http::test::answer_of(router, request);
    CHECK(response.status == 200);
    CHECK(response.content_type == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(response.body == "up 1\n");
    auto open = request;
    open.fields.add("Accept", "application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1");
    CHECK(http::test::answer_of(router, open).content_type ==
          "application/openmetrics-text; version=1.0.0; charset=utf-8");
    for (const char *refusing : {"application/openmetrics-text; Q=0.000, text/plain",
                                 "application/openmetrics-text2", "*/*"}) {
        auto plain = request;
        plain.fields.add("Accept", refusing);
        CHECK(http::test::answer_of(router, plain).content_type == response.content_type);
    }
    request.target.segments = {"secret"};
    CHECK(http::test::answer_of(router, request).status == 404);
    CHECK(requests.count == std::map<RequestKey, std::uint64_t>{{{"/metrics", "GET", 200}, 5},
                                                                {{"none", "GET", 404}, 1}});
    router.note_refused("BREW", 401);
    CHECK(requests.count[{"none", "other", 401}] == 1);
    CHECK(requests.latency.size() == 2);
    const auto &handled = requests.latency["none"].buckets(); // nobody handled the other
    CHECK(std::accumulate(handled.begin(), handled.end(), 0U) == 1);
}

} // namespace sipsteer::metrics
