// SPDX-License-Identifier: Apache-2.0
#include "health/prober.hpp"
#include "health/sip_reply.hpp"
#include "namespaces.hpp"

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <set>

using namespace sipsteer;
using namespace sipsteer::test;
using namespace std::chrono_literals;
using health::ProbeCounters;
using health::Prober;
using health::Target;
using plan::Health;

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

using Clock = std::chrono::steady_clock;

std::string header_of(const std::string &message, const std::string &name) {
    const auto begin = message.find("\r\n" + name + ": ");
    REQUIRE(begin != message.npos);
    return message.substr(begin + 2, message.find("\r\n", begin + 2) - begin);
}

/// The answer of a user agent that does as RFC 3261 says.
std::string reply_to(const std::string &request, const std::string &status) {
    std::string reply = "SIP/2.0 " + status + "\r\n";
    for (const auto *name : {"Via", "From", "To", "Call-ID", "CSeq"}) {
        reply += header_of(request, name);
    }
    return reply + "Content-Length: 0\r\n\r\n";
}

std::string branch_of(const std::string &message) {
    const auto begin = message.find("branch=") + 7;
    return message.substr(begin, message.find(';', begin) - begin);
}

std::string with_branch(std::string message, const std::string &branch) {
    const auto begin = message.find("branch=") + 7;
    return message.replace(begin, message.find(';', begin) - begin, branch);
}

/// A UDP server in the server's namespace, on port 5060. `behave` answers each request.
class Responder {
public:
    using Behave = std::function<void(Responder &, const std::string &request)>;

    Responder(asio::io_context &io, const Segment &segment, Behave answer)
        : behave(std::move(answer)), io_(io), socket_(open(io, segment, 5060)),
          other_port_(open(io, segment, 5070)) {
        receive();
    }

    void send(const std::string &message) { socket_.send_to(asio::buffer(message), client_); }

    void send_from_other_port(const std::string &message) {
        other_port_.send_to(asio::buffer(message), client_);
    }

    void send_after(std::chrono::milliseconds delay, const std::string &message) {
        auto timer = std::make_shared<asio::steady_timer>(io_, delay);
        timer->async_wait([this, timer, message, to = client_](auto) {
            socket_.send_to(asio::buffer(message), to);
        });
    }

    Behave behave;
    std::vector<std::string> requests;
    std::vector<Clock::time_point> times; // of the requests

private:
    static udp::socket open(asio::io_context &io, const Segment &segment, unsigned short port) {
        const Inside inside(segment.server());
        return udp::socket(io, {udp::v6(), port}); // IPv4, too
    }

    void receive() {
        socket_.async_receive_from(asio::buffer(buffer_), client_, [this](auto failed, auto size) {
            if (failed) {
                return;
            }
            requests.emplace_back(buffer_.data(), size);
            times.push_back(Clock::now());
            behave(*this, requests.back());
            receive();
        });
    }

    asio::io_context &io_;
    udp::socket socket_;
    udp::socket other_port_;
    udp::endpoint client_;
    std::array<char, 4096> buffer_{};
};

Responder::Behave status(const std::string &text) {
    return [text](Responder &responder, const std::string &request) {
        responder.send(reply_to(request, text));
    };
}

Responder::Behave silence() {
    return [](Responder &, const std::string &) {};
}

const plan::ServerId kId{"proxies", "proxy1"};

Target target(const std::string &address = "192.0.2.11") {
    Target target;
    target.id = kId;
    target.address = *Address::parse(address);
    target.settings.interval = 100ms;
    target.settings.timeout = 80ms;
    return target;
}

/// A director that probes, and a server.
struct Farm {
    explicit Farm(Responder::Behave behave)
        : prober(io, [this] { changes.push_back(health()); }),
          responder(io, segment, std::move(behave)) {}

    health::TargetResult result() const { return prober.results().at(kId); }
    ProbeCounters counters() const { return result().counters; }
    Health health() const { return prober.health().at(kId); }

    bool becomes(Health health, std::chrono::milliseconds limit = 3s) {
        return run_until(
            io, [&] { return this->health() == health; }, limit);
    }

    Segment segment;
    asio::io_context io;
    std::vector<Health> changes;
    Prober prober;
    Responder responder;
};

} // namespace

TEST_CASE("a server that answers 200 is up") {
    const std::string server = GENERATE("192.0.2.11", "2001:db8::b");
    Farm farm(status("200 OK"));
    const auto start = Clock::now();
    farm.prober.update({target(server)});
    CHECK(farm.health() == Health::Unknown);
    REQUIRE(farm.becomes(Health::Up));
    CHECK(farm.responder.times.front() - start < 300ms); // the first within 200 ms
    const auto result = farm.result();
    CHECK(result.reason == "200 OK 1 of 1");
    CHECK(result.last == "200 OK");
    REQUIRE(result.rtt);
    CHECK(result.rtt->count() > 0);
    CHECK(*result.rtt < 80ms);
    CHECK(std::chrono::system_clock::now() - result.changed < 1s);
    CHECK(result.counters.sent == 1);
    CHECK(result.counters.ok == 1);

    run_for(farm.io, 1s);
    CHECK(farm.changes == std::vector{Health::Up});
    CHECK(farm.counters().ok >= 8);
    CHECK(farm.counters().ok <= 13);
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
    CHECK((times.back() - times.front()) / (times.size() - 1) < 120ms);
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
}

TEST_CASE("a silent server is down") {
    Farm farm(silence());
    farm.prober.update({target()});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "timeout 3 of 3");
    CHECK(farm.result().last == "timeout");
    CHECK_FALSE(farm.result().rtt);
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
        farm.io, [&] { return farm.counters().timeout == 1; }, 4s));
    const auto &requests = farm.responder.requests;
    REQUIRE(requests.size() == 3);
    CHECK(requests[0] == requests[1]);
    CHECK(requests[0] == requests[2]);
    CHECK(farm.counters().sent == 3);
    const auto &times = farm.responder.times;
    CHECK(times[1] - times[0] > 480ms);
    CHECK(times[1] - times[0] < 600ms);
    CHECK(times[2] - times[1] > 980ms);
    CHECK(times[2] - times[1] < 1100ms);
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
    CHECK(*farm.result().rtt > 480ms);
}

TEST_CASE("every probe is a transaction and a call of its own") {
    Farm farm(status("200 OK"));
    farm.prober.update({target()});
    REQUIRE(run_until(
        farm.io, [&] { return farm.responder.requests.size() == 5; }, 3s));
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
    REQUIRE(farm.becomes(Health::Down, 2s));
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
    CHECK(farm.counters().unmatched == 2); // the third is still on its way
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
    CHECK(farm.counters().unmatched == 2);
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
        responder.send(request);              // itself
        responder.send_from_other_port(good); // refused by the kernel, unseen
    });
    farm.prober.update({target()});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "timeout 3 of 3");
    CHECK(farm.counters().ok == 0);
    CHECK(farm.counters().unmatched == 3 * 6);
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
    CHECK(*farm.result().rtt >= 30ms);
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

TEST_CASE("update: new settings keep the health and take effect at once") {
    Farm farm(status("200 OK"));
    auto server = target();
    server.settings.interval = 1h;
    farm.prober.update({server});
    REQUIRE(farm.becomes(Health::Up));
    const auto changed = farm.result().changed;

    server.settings.interval = 100ms; // though the next probe was due in an hour
    server.settings.fall = 1;
    farm.prober.update({server});
    CHECK(farm.health() == Health::Up);
    CHECK(farm.counters().ok == 1);
    CHECK(farm.result().changed == changed);
    farm.responder.behave = silence();
    REQUIRE(farm.becomes(Health::Down, 1s));
    CHECK(farm.result().reason == "timeout 1 of 1");
}

TEST_CASE("update: the same targets again do not disturb the probes") {
    Farm farm(status("200 OK"));
    farm.prober.update({target()});
    for (int i = 0; i < 100; ++i) {
        run_for(farm.io, 10ms);
        farm.prober.update({target()});
    }
    CHECK(farm.counters().ok >= 7);
    CHECK(farm.counters().ok <= 12);
    CHECK(farm.counters().timeout == 0);
}

TEST_CASE("update: a server that is no target any more is left alone") {
    Farm farm(status("200 OK"));
    farm.prober.update({target()});
    REQUIRE(farm.becomes(Health::Up));
    auto none = target();
    none.settings.type = config::ProbeType::None;
    farm.prober.update(GENERATE_COPY(std::vector<Target>{}, std::vector<Target>{none}));
    CHECK(farm.prober.results().empty());
    const auto requests = farm.responder.requests.size();
    run_for(farm.io, 500ms);
    CHECK(farm.responder.requests.size() == requests);
}

TEST_CASE("update: another address is another server; the first health is as told") {
    Farm farm(status("200 OK"));
    farm.prober.update({target()});
    REQUIRE(farm.becomes(Health::Up));
    auto moved = target("2001:db8::b");
    farm.prober.update({moved});
    CHECK(farm.health() == Health::Unknown);
    CHECK(farm.counters().sent == 0);

    auto known = target();
    known.initial = Health::Down;
    farm.prober.update({known});
    CHECK(farm.health() == Health::Down);
    REQUIRE(farm.becomes(Health::Up));
    CHECK(farm.result().reason == "200 OK 2 of 2");
}

TEST_CASE("update may be called from a change, also for the server that changed") {
    Segment segment;
    asio::io_context io;
    Prober *prober_at = nullptr;
    unsigned changes = 0;
    Prober prober(io, [&] {
        ++changes;
        prober_at->update({});
    });
    prober_at = &prober;
    Responder responder(io, segment, status("200 OK"));
    prober.update({target()});
    REQUIRE(run_until(
        io, [&] { return changes == 1; }, 2s));
    run_for(io, 300ms);
    CHECK(changes == 1);
    CHECK(responder.requests.size() == 1);
    CHECK(prober.results().empty());
}

TEST_CASE("a Prober may go while a probe is on its way") {
    Segment segment;
    asio::io_context io;
    Responder responder(io, segment, silence());
    unsigned changes = 0;
    {
        Prober prober(io, [&] { ++changes; });
        prober.update({target()});
        REQUIRE(run_until(
            io, [&] { return responder.requests.size() == 1; }, 2s));
    }
    run_for(io, 300ms);
    CHECK(changes == 0);
    CHECK(responder.requests.size() == 1);
}

TEST_CASE("many servers at once, each with its own result") {
    Farm farm(status("200 OK"));
    std::vector<Target> targets;
    for (int i = 0; i < 100; ++i) {
        auto one = target();
        one.id.server = "proxy" + std::to_string(i);
        one.port = i % 2 == 0 ? 5060 : 5061; // every other one closed
        one.settings.interval = 500ms;
        one.settings.timeout = 400ms;
        targets.push_back(one);
    }
    farm.prober.update(targets);
    run_for(farm.io, 2s);
    for (const auto &one : targets) {
        const auto result = farm.prober.results().at(one.id);
        INFO(result.reason);
        CHECK(result.health == (one.port == 5060 ? Health::Up : Health::Down));
    }
}
