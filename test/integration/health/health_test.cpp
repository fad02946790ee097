// SPDX-License-Identifier: Apache-2.0
//
// What single probes make of a server.
#include "prober_farm.hpp"
#include "sip/reply.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <sys/resource.h>

using namespace sipsteer;
using namespace sipsteer::test;

TEST_CASE("a server that answers 200 is up") {
    const std::string server = GENERATE("192.0.2.11", "2001:db8::b");
    Farm farm(status("200 OK"));
    const auto start = Clock::now();
    farm.prober.update({target(server)});
    CHECK(farm.health() == Health::Unknown);
    REQUIRE(farm.becomes(Health::Up));
    CHECK(farm.responder.times.front() - start < 10s); // within 200 ms, on an idle machine
    const auto result = farm.path();
    CHECK(result.reason == "200 OK 1 of 1");
    CHECK(result.last == "200 OK");
    REQUIRE(result.rtt);
    CHECK(result.rtt->count() > 0);
    CHECK(*result.rtt < 80ms);
    CHECK(result.latency.sum() == *result.rtt);
    CHECK(result.transitions == 0);
    CHECK(std::chrono::system_clock::now() - result.changed < 10s);
    CHECK(result.counters.sent == 1);
    CHECK(result.counters.ok == 1);

    REQUIRE(run_until(
        farm.io, [&] { return farm.counters().ok >= 8; }, 60s));
    CHECK(farm.changes == std::vector{Health::Up});
    CHECK(Clock::now() - start > 7 * 75ms); // not more often than the interval has it
    CHECK(farm.counters().timeout == 0);
    CHECK(farm.counters().unmatched == 0);
}

TEST_CASE("probes are apart by the interval and a tenth, and not in step") {
    Farm farm(status("200 OK"));
    farm.prober.update({target()});
    run_for(farm.io, 2s);
    const auto &times = farm.responder.times;
    REQUIRE(times.size() > 12);
    auto shortest = Clock::duration::max();
    auto longest = Clock::duration::zero();
    for (std::size_t i = 1; i < times.size(); ++i) {
        shortest = std::min(shortest, times[i] - times[i - 1]);
        longest = std::max(longest, times[i] - times[i - 1]);
    }
    CHECK(shortest > 75ms); // less what one of them was late
    CHECK(longest - shortest > 3ms);
    CHECK((times.back() - times.front()) / (times.size() - 1) > 90ms);
    CHECK((times.back() - times.front()) / (times.size() - 1) < 1s); // 100 ms, on an idle machine
}

TEST_CASE("a server that answers 503 is down, and up again with 200") {
    Farm farm(status("503 Service Unavailable"));
    farm.prober.update({target()});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "503 Service Unavailable 3 of 3");
    CHECK(farm.counters().wrong_code == 3);
    CHECK(farm.counters().timeout == 0);
    farm.responder.behave = status("200 OK");
    REQUIRE(farm.becomes(Health::Up));
    CHECK(farm.result().reason == "200 OK 2 of 2");
    CHECK(farm.counters().ok == 2);
    CHECK(farm.changes == std::vector{Health::Down, Health::Up});
    CHECK(farm.path().transitions == 1); // the first way down was from not knowing
}

TEST_CASE("what a code means is configured") {
    const auto [code, health] =
        GENERATE(table<std::string, Health>({{"200 OK", Health::Down},
                                             {"404 Not Found", Health::Up},
                                             {"405 Method Not Allowed", Health::Up},
                                             {"503 Service Unavailable", Health::Down}}));
    Farm farm(status(code));
    auto some = target();
    some.settings.accept = {{400, 499}};
    farm.prober.update({some});
    REQUIRE(farm.becomes(health));
    CHECK(farm.path().last == code);
}

TEST_CASE("another method is asked and answered") {
    Farm farm(status("200 OK"));
    auto registers = target();
    registers.settings.method = "REGISTER";
    registers.settings.from = "sip:probe@example.org";
    farm.prober.update({registers});
    REQUIRE(farm.becomes(Health::Up));
    const auto &request = farm.responder.requests.at(0);
    CHECK(request.starts_with("REGISTER sip:192.0.2.11:5060 SIP/2.0\r\n"));
    CHECK(header_of(request, "To") == "To: <sip:probe@example.org>\r\n");
}

TEST_CASE("a server that flaps is held down") {
    Farm farm([](Responder &responder, const std::string &request) {
        const bool good = responder.requests.size() % 2 == 0;
        responder.send(reply_to(request, good ? "200 OK" : "500 Flapping"));
    });
    auto held = target();
    held.settings.fall = 1;
    held.settings.rise = 1;
    held.settings.hold_down = {.after = 2, .within = 1min, .time = 1s};
    farm.prober.update({held});
    REQUIRE(run_until(
        farm.io, [&] { return farm.changes.size() == 5; }, 60s)); // down, up, down, up, down
    CHECK(farm.result().reason == "500 Flapping 1 of 1, held: down 3 times in 1m");
    CHECK(farm.path().held_for > 800ms);
    farm.responder.behave = status("200 OK");
    const auto start = Clock::now();
    run_for(farm.io, 500ms);
    CHECK(farm.health() == Health::Down);
    REQUIRE(farm.becomes(Health::Up));
    CHECK(Clock::now() - start > 900ms);
    CHECK(Clock::now() - start < 10s);
}

TEST_CASE("without jitter the probes keep time, with more they spread") {
    const double jitter = GENERATE(0.0, 0.5);
    Farm farm(status("200 OK"));
    auto one = target();
    one.settings.jitter = jitter;
    farm.prober.update({one});
    run_for(farm.io, 2s);
    const auto &times = farm.responder.times;
    REQUIRE(times.size() > 10);
    std::vector<Clock::duration> gaps;
    for (std::size_t i = 1; i < times.size(); ++i) {
        gaps.push_back(times[i] - times[i - 1]);
    }
    std::sort(gaps.begin(), gaps.end());
    if (jitter == 0) {
        CHECK(gaps[gaps.size() / 2] < 125ms); // most of them: one is late when the machine is busy
    } else {
        CHECK(gaps.back() > 120ms);
    }
}

TEST_CASE("a silent server is down") {
    Farm farm(silence());
    farm.prober.update({target()});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "timeout 3 of 3");
    CHECK(farm.path().last == "timeout");
    CHECK_FALSE(farm.path().rtt);
    CHECK(farm.counters().timeout == 3);
    CHECK(farm.counters().icmp == 0);
}

TEST_CASE("a request is sent again within the time limit, as the same transaction") {
    Farm farm(silence());
    auto patient = target();
    patient.settings.timeout = 1900ms; // timer E fires after 500 and 1500 ms
    patient.settings.interval = 10s;
    farm.prober.update({patient});
    REQUIRE(run_until(
        farm.io, [&] { return farm.counters().timeout == 1; }, 60s));
    const auto &requests = farm.responder.requests;
    REQUIRE(requests.size() == 3);
    CHECK(requests[0] == requests[1]);
    CHECK(requests[0] == requests[2]);
    CHECK(farm.counters().sent == 3);
    const auto &times = farm.responder.times;
    CHECK(times[1] - times[0] > 480ms);
    CHECK(times[1] - times[0] < 980ms);
    CHECK(times[2] - times[1] > 980ms);
    CHECK(times[2] - times[1] < 1400ms);
}

TEST_CASE("an answer to the second request counts") {
    Farm farm(silence());
    farm.responder.behave = [](Responder &responder, const std::string &request) {
        if (responder.requests.size() == 2) {
            responder.send(reply_to(request, "200 OK"));
        }
    };
    auto patient = target();
    patient.settings.timeout = 1s;
    patient.settings.interval = 10s;
    farm.prober.update({patient});
    REQUIRE(farm.becomes(Health::Up));
    CHECK(farm.counters().sent == 2);
    CHECK(farm.counters().ok == 1);
    CHECK(*farm.path().rtt > 480ms);
}

TEST_CASE("every probe is a transaction and a call of its own") {
    Farm farm(status("200 OK"));
    farm.prober.update({target()});
    REQUIRE(run_until(
        farm.io, [&] { return farm.responder.requests.size() == 5; }, 60s));
    std::set<std::string> branches;
    std::set<std::string> call_ids;
    for (const auto &request : farm.responder.requests) {
        branches.insert(branch_of(request));
        call_ids.insert(header_of(request, "Call-ID"));
    }
    CHECK(branches.size() == 5);
    CHECK(call_ids.size() == 5);
    CHECK(farm.responder.requests[0].find("Via: SIP/2.0/UDP 192.0.2.1:") != std::string::npos);
}

TEST_CASE("a closed port is told by ICMP, at once") {
    const std::string server = GENERATE("192.0.2.11", "2001:db8::b");
    Farm farm(silence());
    auto closed = target(server);
    closed.port = 5061;
    closed.settings.timeout = 5s; // not waited for
    farm.prober.update({closed});
    REQUIRE(farm.becomes(Health::Down, 60s));
    CHECK(farm.result().reason == "ICMP port unreachable 3 of 3");
    CHECK(farm.counters().icmp == 3);
    CHECK(farm.counters().timeout == 0);
}

TEST_CASE("a late answer is a timeout") {
    Farm farm([](Responder &responder, const std::string &request) {
        responder.send_after(90ms, reply_to(request, "200 OK"));
    });
    auto impatient = target();
    impatient.settings.timeout = 50ms;
    impatient.settings.interval = 200ms;
    farm.prober.update({impatient});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "timeout 3 of 3");
    CHECK(farm.counters().ok == 0);
    CHECK(farm.counters().late == 2); // the third is still on its way
    CHECK(farm.counters().unmatched == 0);
}

TEST_CASE("an answer to the probe before is not taken for this one's") {
    Farm farm(silence());
    farm.responder.behave = [](Responder &responder, const std::string &) {
        const auto &requests = responder.requests;
        if (requests.size() > 1) {
            responder.send(reply_to(requests[requests.size() - 2], "200 OK"));
        }
    };
    farm.prober.update({target()});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.counters().ok == 0);
    CHECK(farm.counters().late == 2);
    CHECK(farm.counters().unmatched == 0);
}

TEST_CASE("forged and malformed answers are counted and do not help") {
    Farm farm([](Responder &responder, const std::string &request) {
        const auto good = reply_to(request, "200 OK");
        responder.send(with_branch(good, "z9hG4bK0123456789abcdef"));
        auto cseq = good;
        responder.send(cseq.replace(cseq.find("CSeq: 1 "), 8, "CSeq: 2 "));
        responder.send(good.substr(0, good.size() - 2)); // without its empty line
        responder.send("");
        responder.send(std::string(1400, '\xff'));
        responder.send(request); // itself
        responder.send_from_other_port(good);
        responder.send_from_other_address(good);
    });
    farm.prober.update({target()});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "timeout 3 of 3");
    CHECK(farm.counters().ok == 0);
    CHECK(farm.counters().unmatched == 18);   // six a probe
    CHECK(farm.counters().wrong_source == 6); // two a probe
    CHECK(farm.counters().late == 0);
}

TEST_CASE("a good answer among forged ones counts") {
    Farm farm([](Responder &responder, const std::string &request) {
        const auto good = reply_to(request, "200 OK");
        responder.send(with_branch(reply_to(request, "503 Forged"), "z9hG4bK1"));
        responder.send(good);
    });
    farm.prober.update({target()});
    REQUIRE(farm.becomes(Health::Up));
    CHECK(farm.counters().unmatched == 1);
}

TEST_CASE("a provisional answer is waited past") {
    Farm farm([](Responder &responder, const std::string &request) {
        responder.send(reply_to(request, "100 Trying"));
        responder.send_after(30ms, reply_to(request, "200 OK"));
    });
    farm.prober.update({target()});
    REQUIRE(farm.becomes(Health::Up));
    CHECK(*farm.path().rtt >= 30ms);
    farm.responder.behave = status("100 Trying");
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "timeout 3 of 3");
}

TEST_CASE("what this host cannot send is told apart") {
    Farm farm(silence());
    farm.prober.update({target("198.51.100.7")}); // no route
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "cannot send: Network is unreachable 3 of 3");
    CHECK(farm.counters().local == 3);
    CHECK(farm.counters().sent == 0);
}

TEST_CASE("a host that is out of file descriptors says nothing of its servers") {
    Farm farm(status("200 OK"));
    farm.prober.update({target()});
    REQUIRE(farm.becomes(Health::Up));
    rlimit usual{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &usual) == 0);
    rlimit none = usual;
    none.rlim_cur = 3;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    run_for(farm.io, 1s);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &usual) == 0);
    CHECK(farm.health() == Health::Up);
    CHECK(farm.path().last == "cannot send: Too many open files");
    CHECK(farm.counters().not_sent >= 5);
    CHECK(farm.counters().local == 0);
    const auto ok = farm.counters().ok;
    CHECK(run_until(
        farm.io, [&] { return farm.counters().ok > ok; }, 60s));
    CHECK(farm.changes == std::vector{Health::Up});
}

TEST_CASE("a closed port is asked again soon, not after the interval") {
    Farm farm(status("200 OK"));
    auto slow = target();
    slow.settings.interval = 10s;
    farm.responder.behave = silence();
    slow.port = 5099; // nobody
    const auto start = Clock::now();
    farm.prober.update({slow});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "ICMP port unreachable 3 of 3");
    CHECK(Clock::now() - start < 10s); // one interval
    run_for(farm.io, 1s);
    CHECK(farm.counters().icmp == 3); // down, it is probed as usual
}
