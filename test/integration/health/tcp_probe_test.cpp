// SPDX-License-Identifier: Apache-2.0
//
// Probes over TCP.
#include "health/prober.hpp"
#include "namespaces.hpp"
#include "sip_responder.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

using namespace sipsteer;
using namespace sipsteer::test;
using namespace std::chrono_literals;
using asio::ip::tcp;
using config::ProbeType;
using health::Prober;
using health::Target;

namespace {

const ServerId kId{"proxies", "proxy1"};

/// A SIP server over TCP in the server's namespace, on port 5060. `pieces` are sent one after the
/// other, in segments of their own, then the connection is closed if `closes`.
class TcpResponder {
public:
    struct Answer {
        std::vector<std::string> pieces;
        bool closes = false;
    };
    using Behave = std::function<Answer(const std::string &request)>;

    TcpResponder(asio::io_context &io, const Segment &segment, Behave answer)
        : behave(std::move(answer)), io_(io), acceptor_(open(io, segment)) {
        accept();
    }

    Behave behave;
    std::vector<std::string> requests;
    unsigned connections = 0;

private:
    struct Connection {
        explicit Connection(tcp::socket accepted)
            : socket(std::move(accepted)), pause(socket.get_executor()) {}
        tcp::socket socket;
        asio::steady_timer pause;
        std::array<char, 4096> buffer{};
        std::string text;
        Answer answer;
        std::size_t sent = 0;
    };
    using ConnectionPtr = std::shared_ptr<Connection>;

    static tcp::acceptor open(asio::io_context &io, const Segment &segment) {
        const Inside inside(segment.server());
        return {io, {tcp::v6(), 5060}};
    }

    void accept() {
        acceptor_.async_accept([this](auto failed, tcp::socket socket) {
            if (failed) {
                return;
            }
            connections++;
            socket.set_option(tcp::no_delay(true));
            read(std::make_shared<Connection>(std::move(socket)));
            accept();
        });
    }

    void read(const ConnectionPtr &connection) {
        connection->socket.async_read_some(
            asio::buffer(connection->buffer), [this, connection](auto failed, auto size) {
                if (failed) {
                    return;
                }
                connection->text.append(connection->buffer.data(), size);
                if (connection->text.ends_with("\r\n\r\n")) {
                    requests.push_back(connection->text);
                    connection->answer = behave(connection->text);
                    connection->text.clear();
                    send(connection);
                }
                read(connection);
            });
    }

    void send(const ConnectionPtr &connection) {
        auto &[pieces, closes] = connection->answer;
        if (connection->sent == pieces.size()) {
            if (closes) {
                connection->socket.close();
            }
            return;
        }
        asio::write(connection->socket, asio::buffer(pieces[connection->sent++]));
        connection->pause.expires_after(5ms);
        connection->pause.async_wait([this, connection](auto) { send(connection); });
    }

    asio::io_context &io_;
    tcp::acceptor acceptor_;
};

TcpResponder::Behave tcp_status(const std::string &text) {
    return [text](const std::string &request) -> TcpResponder::Answer {
        return {{reply_to(request, text)}};
    };
}

struct Farm {
    explicit Farm(TcpResponder::Behave behave)
        : prober(io, [] {}), responder(io, segment, std::move(behave)) {}

    health::TargetResult result() const { return prober.results().at(kId); }
    health::PathResult path() const { return result().paths.at(0); }

    bool becomes(Health health) {
        return run_until(
            io, [&] { return result().health == health; }, 60s);
    }

    Segment segment;
    asio::io_context io;
    Prober prober;
    TcpResponder responder;
};

Target target(ProbeType type, const std::string &address = "192.0.2.11") {
    Target target;
    target.id = kId;
    target.address = *Address::parse(address);
    target.settings.type = type;
    target.settings.interval = 100ms;
    target.settings.timeout = 80ms;
    return target;
}

} // namespace

TEST_CASE("tcp: a server that takes the connection is up") {
    const std::string server = GENERATE("192.0.2.11", "2001:db8::b");
    Farm farm(tcp_status("503 Not Asked"));
    farm.prober.update({target(ProbeType::Tcp, server)});
    REQUIRE(farm.becomes(Health::Up));
    CHECK(farm.result().reason == "connected 1 of 1");
    REQUIRE(farm.path().rtt);
    run_for(farm.io, 500ms);
    CHECK(farm.responder.connections >= 4);
    CHECK(farm.responder.requests.empty());
    CHECK(farm.path().counters.ok >= 4);
}

TEST_CASE("tcp: a closed port is refused, at once") {
    const auto type = GENERATE(ProbeType::Tcp, ProbeType::TcpOptions);
    const std::string server = GENERATE("192.0.2.11", "2001:db8::b");
    Farm farm(tcp_status("200 OK"));
    auto closed = target(type, server);
    closed.port = 5061;
    closed.settings.timeout = 5s;
    closed.settings.interval = 5s;
    closed.settings.fall = 1;
    farm.prober.update({closed});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "connection refused 1 of 1");
    CHECK(farm.path().counters.connection == 1);
}

TEST_CASE("tcp: a host that is silent is a timeout") {
    Farm farm(tcp_status("200 OK"));
    farm.segment.on_server("ip route add blackhole 192.0.2.1/32");
    farm.prober.update({target(GENERATE(ProbeType::Tcp, ProbeType::TcpOptions))});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "timeout 3 of 3");
}

TEST_CASE("tcp-options: the request is SIP over TCP, the answer counts") {
    const std::string server = GENERATE("192.0.2.11", "2001:db8::b");
    Farm farm(tcp_status("200 OK"));
    farm.prober.update({target(ProbeType::TcpOptions, server)});
    REQUIRE(farm.becomes(Health::Up));
    CHECK(farm.result().reason == "200 OK 1 of 1");
    CHECK(farm.responder.requests[0].starts_with("OPTIONS sip:"));
    CHECK(farm.responder.requests[0].find("\r\nVia: SIP/2.0/TCP ") != std::string::npos);
    farm.responder.behave = tcp_status("404 Not Found");
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "404 Not Found 3 of 3");
    CHECK(farm.path().counters.wrong_code == 3);
}

TEST_CASE("tcp-options: an answer in several segments, after others") {
    Farm farm([](const std::string &request) -> TcpResponder::Answer {
        auto body = reply_to(request, "183 Progress");
        body.replace(body.find("Content-Length: 0\r\n\r\n"), 21,
                     "Content-Length: 12\r\n\r\nSIP/2.0 503\n");
        const auto good = reply_to(request, "200 OK");
        return {{"\r\n\r\n", body, with_branch(reply_to(request, "503 Forged"), "z9hG4bK1"),
                 good.substr(0, 3), good.substr(3, 40), good.substr(43)}};
    });
    farm.prober.update({target(ProbeType::TcpOptions)});
    REQUIRE(farm.becomes(Health::Up));
    CHECK(farm.result().reason == "200 OK 1 of 1");
    CHECK(farm.path().counters.unmatched == 1);
    CHECK(farm.path().counters.ok == 1);
}

TEST_CASE("tcp-options: half an answer is none") {
    const bool closes = GENERATE(false, true);
    Farm farm([closes](const std::string &request) -> TcpResponder::Answer {
        const auto good = reply_to(request, "200 OK");
        return {{good.substr(0, good.size() - 2)}, closes};
    });
    farm.prober.update({target(ProbeType::TcpOptions)});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == (closes ? "connection closed 3 of 3" : "timeout 3 of 3"));
}

TEST_CASE("tcp-options: what is not SIP fails") {
    Farm farm([](const std::string &) -> TcpResponder::Answer {
        return {{"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"}};
    });
    farm.prober.update({target(ProbeType::TcpOptions)});
    REQUIRE(farm.becomes(Health::Down));
    CHECK(farm.result().reason == "not SIP over TCP 3 of 3");
    CHECK(farm.path().counters.unmatched == 3);
}

TEST_CASE("update: another type keeps the health and takes effect at once") {
    Farm farm(tcp_status("200 OK"));
    Responder udp(farm.io, farm.segment, status("200 OK"));
    auto slow = target(ProbeType::Options);
    slow.settings.interval = 1h;
    farm.prober.update({slow});
    REQUIRE(farm.becomes(Health::Up));
    CHECK(farm.responder.connections == 0);
    slow.settings.type = ProbeType::TcpOptions;
    farm.prober.update({slow});
    CHECK(farm.result().health == Health::Up);
    REQUIRE(run_until(
        farm.io, [&] { return farm.path().counters.sent == 1; }, 60s));
    run_for(farm.io, 100ms);
    CHECK(farm.path().last == "200 OK");
    CHECK(farm.responder.requests.size() == 1);
    CHECK(udp.requests.size() == 1);
}
