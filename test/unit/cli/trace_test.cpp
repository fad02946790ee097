// SPDX-License-Identifier: Apache-2.0
//
// sipsteer trace, the program itself, against an HTTP server of the daemon's code whose traces are
// made here.
#include "api_client.hpp"
#include "api_pieces.hpp"
#include "cli_run.hpp"

#include "traffic/trace/pcapng.hpp"

#include <boost/asio/ip/udp.hpp>
#include <fstream>
#include <mutex>
#include <sys/stat.h>

using namespace sipsteer;
using namespace sipsteer::api;
using namespace sipsteer::http;
using namespace sipsteer::api::test;
using sipsteer::test::Outcome;
using sipsteer::test::run_shell;
using sipsteer::test::run_sipsteer;
using sipsteer::test::sipsteer_command;

namespace {

const std::string kInvite = "INVITE sip:u@example.com SIP/2.0\r\nCall-ID: a=b c@host\r\n\r\n";

std::string big_endian(unsigned number) {
    return {static_cast<char>(number >> 8), static_cast<char>(number)};
}

/// A frame from 192.0.2.7 to 198.51.100.100; `offset` in units of 8 bytes.
std::string frame_of(const std::string &ip_payload, unsigned offset = 0, bool more = false) {
    return std::string(12, 'm') + "\x08" + std::string(1, '\0') + std::string("\x45\0", 2) +
           big_endian(static_cast<unsigned>(20 + ip_payload.size())) + big_endian(77) +
           big_endian(offset | (more ? 0x2000U : 0U)) + "\x40\x11" + std::string(2, '\0') +
           std::string("\xc0\x00\x02\x07\xc6\x33\x64\x64", 8) + ip_payload;
}

std::string udp(const std::string &payload) {
    return big_endian(5070) + big_endian(5060) +
           big_endian(static_cast<unsigned>(8 + payload.size())) + std::string(2, '\0') + payload;
}

std::string packet_of(const std::string &frame, const std::string &comment) {
    trace::Packet packet;
    packet.time = 1'700'000'000'123'456'789;
    packet.bytes = frame;
    packet.length = static_cast<std::uint32_t>(frame.size());
    packet.comment = comment;
    return trace::enhanced_packet(packet);
}

std::string counts_of(std::uint64_t lost) {
    trace::Statistics statistics;
    statistics.dropped_late = lost;
    return trace::interface_statistics(statistics, {});
}

const std::string kHead =
    trace::section_header("sipsteerd", {}) + trace::interface_description("eth0", 16384);

/// A message, one in two fragments, and a keep-alive.
std::string example_packets() {
    const std::string whole = udp(kInvite);
    return packet_of(frame_of(udp(kInvite)),
                     "service=sip pool=proxies server=proxy1 reason=call_new verdict=tx "
                     "method=INVITE event=call_new key=0123456789abcdef call_id=\"a=b c@host\"") +
           packet_of(frame_of(whole.substr(0, 64), 0, true),
                     "reason=call_hit verdict=tx method=INVITE") +
           packet_of(frame_of(whole.substr(64), 8),
                     "pool=proxies server=proxy1 reason=fragment verdict=tx") +
           packet_of(frame_of(udp("\r\n\r\n")), "reason=keepalive verdict=tx method=none");
}

/// The daemon, as far as a trace goes, with what it was asked.
class Daemon {
public:
    /// `last`: what comes when the client ends the trace; nothing: the trace ends by itself.
    explicit Daemon(std::vector<std::string> pieces, std::optional<std::string> last = std::nullopt)
        : running_(router(std::move(pieces), std::move(last))) {}

    const std::string &socket() const { return running_.path(); }
    std::string file(const std::string &name) const { return folder_.file(name); }

    std::vector<std::pair<std::string, std::string>> asked() {
        const std::lock_guard guard(mutex_);
        return asked_;
    }

private:
    Router router(std::vector<std::string> pieces, std::optional<std::string> last) {
        Router router;
        router.add("GET", "/v1/trace", [this, pieces, last](const Request &request) {
            const std::lock_guard guard(mutex_);
            asked_ = request.target.query;
            for (const auto &[name, value] : asked_) {
                if (name == "server" && value == "nobody/none") {
                    return problem_response({400, "server: there is none", "server", {}});
                }
            }
            Response response;
            response.stream = std::make_shared<Pieces>(pieces, last);
            response.content_type = "application/x-pcapng";
            return response;
        });
        return router;
    }

    Folder folder_;
    std::mutex mutex_;
    std::vector<std::pair<std::string, std::string>> asked_;
    Running running_;
};

std::string read_file(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A trace of four packets that ends by itself.
Daemon short_trace() {
    return Daemon(
        {kHead, example_packets().substr(0, 100), example_packets().substr(100), counts_of(2)});
}

} // namespace

TEST_CASE("sipsteer trace -w: the file is what the daemon sent, for its owner alone", "[cli]") {
    auto daemon = short_trace();
    const auto file = daemon.file("trace.pcapng");
    const auto outcome = run_sipsteer(daemon.socket(), "trace --count 4 -w " + file);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.output == "4 packets traced, 2 lost\n");
    CHECK(read_file(file) == kHead + example_packets() + counts_of(2));
    struct stat status {};
    REQUIRE(stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    const auto piped = run_shell(sipsteer_command(daemon.socket(), "trace -c 4 -w - 2>/dev/null"));
    CHECK(piped.output == read_file(file));
}

TEST_CASE("sipsteer trace asks for what it was told", "[cli]") {
    auto daemon = short_trace();
    run_sipsteer(daemon.socket(),
                 "trace --call-id 'a&b c' --source 192.0.2.0/24 --server proxies/proxy1 "
                 "--reason call_new --sample 0.5 --snap 128 --count 9 --duration 30s");
    const std::vector<std::pair<std::string, std::string>> expected{
        {"call_id", "a&b c"},   {"source", "192.0.2.0/24"}, {"server", "proxies/proxy1"},
        {"reason", "call_new"}, {"sample", "0.5"},          {"snap", "128"},
        {"count", "9"},         {"duration", "30s"}};
    CHECK(daemon.asked() == expected);
    run_sipsteer(daemon.socket(), "trace");
    CHECK(daemon.asked().empty());
}

TEST_CASE("sipsteer trace alone: a line for each packet", "[cli]") {
    auto daemon = short_trace();
    const auto lines =
        run_shell("TZ=UTC " + sipsteer_command(daemon.socket(), "trace -c 4 2>/dev/null"));
    CHECK(lines.exit_code == 0);
    const std::string way = "22:13:20.123456  192.0.2.7:5070 > 198.51.100.100:5060  ";
    CHECK(lines.output == way + "INVITE  proxies/proxy1  tx, call_new  a=b c@host\n" + way +
                              "INVITE  -  tx, call_hit  -\n"
                              "22:13:20.123456  192.0.2.7 > 198.51.100.100  fragment  "
                              "proxies/proxy1  tx, fragment  -\n" +
                              way + "none  -  tx, keepalive  -\n");
    const auto objects =
        run_shell(sipsteer_command(daemon.socket(), "trace -c 4 -o json 2>/dev/null"));
    const auto first = json::parse(objects.output.substr(0, objects.output.find('\n')));
    CHECK(first["call_id"] == "a=b c@host");
    CHECK(first["server"] == "proxy1");
    CHECK(first["source"] == "192.0.2.7:5070");
    CHECK(first["bytes"] == 14 + 20 + 8 + kInvite.size());
}

TEST_CASE("sipsteer trace --hep: whole SIP messages go to the collector", "[cli]") {
    auto daemon = short_trace();
    asio::io_context io;
    asio::ip::udp::socket collector(io, {asio::ip::address_v4::loopback(), 0});
    const auto place = "127.0.0.1:" + std::to_string(collector.local_endpoint().port());
    const auto file = daemon.file("both.pcapng");
    const auto outcome =
        run_sipsteer(daemon.socket(), "trace -c 4 --hep " + place + " --hep-id 2001 -w " + file);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.output == "HEP: 2 messages sent to " + place + "\n4 packets traced, 2 lost\n");
    CHECK_FALSE(read_file(file).empty());
    for (int i = 0; i < 2; ++i) { // whole, and put together
        std::array<char, 2048> bytes;
        const std::string datagram(bytes.data(), collector.receive(asio::buffer(bytes)));
        CHECK(datagram.substr(0, 4) == "HEP3");
        CHECK(datagram.find(kInvite) != std::string::npos);
        CHECK(datagram.find(std::string("\0\x11\0\x10", 4) + "a=b c@host") != std::string::npos);
        CHECK(datagram.find(std::string("\0\x0c\0\x0a\0\0\x07\xd1", 8)) != std::string::npos);
    }
    CHECK(collector.available() == 0);
    collector.close();
    const auto nobody = run_sipsteer(daemon.socket(), "trace -c 4 --hep " + place);
    CHECK(nobody.exit_code == 1);
    CHECK_THAT(nobody.output, Catch::Contains("not sent: Connection refused"));
}

TEST_CASE("sipsteer trace ends at a signal: what is on the way still comes", "[cli]") {
    const Daemon daemon({kHead, example_packets()}, counts_of(5));
    const auto file = daemon.file("trace.pcapng");
    const auto signal = GENERATE(as<std::string>{}, "INT", "TERM", "HUP");
    const auto outcome = run_shell(sipsteer_command(daemon.socket(), "trace -w " + file) +
                                   " 2>&1 & pid=$!\n" + "until [ \"$(stat -c %s " + file +
                                   " 2>/dev/null || echo 0)\" -gt 400 ]; do "
                                   "sleep 0.02; done; kill -s " +
                                   signal + " $pid; wait $pid");
    INFO(signal);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.output == "4 packets traced, 5 lost\n");
    CHECK(read_file(file) == kHead + example_packets() + counts_of(5));
}

TEST_CASE("sipsteer trace says when the trace is not what was asked for", "[cli]") {
    auto daemon = short_trace();
    const auto ended = run_sipsteer(daemon.socket(), "trace -w " + daemon.file("ended"));
    CHECK(ended.exit_code == 3);
    CHECK_THAT(ended.output, Catch::Contains("the daemon ended the trace"));
    const auto full = run_sipsteer(daemon.socket(), "trace -c 4 -w /dev/full");
    CHECK(full.exit_code == 1);
    CHECK_THAT(full.output, Catch::Contains("/dev/full: No space left on device"));
    const auto lines = run_shell(sipsteer_command(daemon.socket(), "trace -c 4 2>&1 >/dev/full"));
    CHECK(lines.exit_code == 1);
    CHECK_THAT(lines.output, Catch::Contains("standard output: No space left on device"));
    const auto nowhere = run_sipsteer(daemon.socket(), "trace -w /nonexistent/trace");
    CHECK(nowhere.exit_code == 1);
    CHECK_THAT(nowhere.output, Catch::Contains("/nonexistent/trace: No such file"));
    const Daemon garbage({"this is not what a trace looks like"});
    CHECK_THAT(run_sipsteer(garbage.socket(), "trace").output,
               Catch::Contains("not a pcapng capture"));
}

TEST_CASE("sipsteer trace that is refused leaves files as they are", "[cli]") {
    auto daemon = short_trace();
    const auto file = daemon.file("old");
    std::ofstream(file) << "an older trace";
    const auto refused = run_sipsteer(daemon.socket(), "trace --server nobody/none -w " + file);
    CHECK(refused.exit_code == 1);
    CHECK(refused.output == "sipsteer: server: there is none\n");
    CHECK(run_sipsteer(daemon.socket(), "trace --snap 64 --hep 127.0.0.1:9 -w " + file).exit_code ==
          2);
    CHECK(run_sipsteer(daemon.socket(), "trace --hep nowhere -w " + file).exit_code == 2);
    CHECK(run_sipsteer(daemon.socket(), "trace --count none -w " + file).exit_code == 2);
    CHECK(run_sipsteer("/nonexistent", "trace -w " + file).exit_code == 3);
    CHECK(read_file(file) == "an older trace");
}
