// SPDX-License-Identifier: Apache-2.0
#include "namespaces.hpp"
#include "traffic/reject/rejecter.hpp"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <catch2/catch.hpp>
#include <cstring>
#include <linux/bpf.h>
#include <sys/socket.h>
#include <vector>

using namespace sipsteer;
using namespace sipsteer::test;
using namespace sipsteer::reject;
using namespace std::chrono_literals;

namespace {

/// Addresses of one family on the segment. The VIP is nobody's.
struct Plan {
    std::string director;
    std::string client;
    std::string vip;
};

Plan plan_of(bool ipv4) {
    return ipv4 ? Plan{"192.0.2.1", "192.0.2.11", "192.0.2.100"}
                : Plan{"2001:db8::1", "2001:db8::b", "2001:db8::100"};
}

Address address(const std::string &text) {
    return *Address::parse(text);
}

sockaddr_in6 socket_address(const std::string &text, std::uint16_t port) {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(port);
    std::memcpy(&to.sin6_addr, address(text).bytes().data(), 16); // IPv4-mapped
    return to;
}

/// A UDP socket bound in the thread's namespace.
Fd bound(const std::string &at, std::uint16_t port) {
    Fd fd(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto to = socket_address(at, port);
    REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr *>(&to), sizeof(to)) == 0);
    const timeval patience{2, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return fd;
}

struct Datagram {
    std::string text;
    std::string from;
    std::uint16_t port = 0;
};

/// Nothing within two seconds: an empty one.
Datagram receive(const Fd &fd) {
    std::array<char, 8192> buffer;
    sockaddr_in6 from{};
    socklen_t size = sizeof(from);
    const auto got = ::recvfrom(fd.get(), buffer.data(), buffer.size(), 0,
                                reinterpret_cast<sockaddr *>(&from), &size);
    if (got < 0) {
        return {};
    }
    std::array<std::uint8_t, 16> bytes;
    std::memcpy(bytes.data(), &from.sin6_addr, bytes.size());
    return {std::string(buffer.data(), static_cast<std::size_t>(got)),
            Address::from_bytes(bytes).to_string(), ntohs(from.sin6_port)};
}

/// A ring like the data plane's `rejects`, and a program that puts a record into it.
class Ring {
public:
    Ring() : fd_(::bpf_map_create(BPF_MAP_TYPE_RINGBUF, "rejects", 0, 0, 1 << 18, nullptr)) {
        REQUIRE(fd_);
    }

    int fd() const { return fd_.get(); }

    void put(const std::vector<std::uint8_t> &record) const {
        const auto size = static_cast<__u32>(record.size());
        const Fd array(::bpf_map_create(BPF_MAP_TYPE_ARRAY, "record", 4, size, 1, nullptr));
        const __u32 zero = 0;
        REQUIRE(::bpf_map_update_elem(array.get(), &zero, record.data(), BPF_ANY) == 0);
        const bpf_insn code[] = {
            {BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, -4, 0},
            {BPF_LD | BPF_IMM | BPF_DW, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, array.get()},
            {0, 0, 0, 0, 0},
            {BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_10, 0, 0},
            {BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, -4},
            {BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem},
            {BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 6, 0},
            {BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_0, 0, 0},
            {BPF_LD | BPF_IMM | BPF_DW, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, fd_.get()},
            {0, 0, 0, 0, 0},
            {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_3, 0, 0, static_cast<__s32>(size)},
            {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_4, 0, 0, 0},
            {BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_ringbuf_output},
            {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0},
            {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
        };
        const Fd program(
            ::bpf_prog_load(BPF_PROG_TYPE_XDP, "put", "GPL", code, std::size(code), nullptr));
        REQUIRE(program);
        std::array<char, 64> frame{};
        LIBBPF_OPTS(bpf_test_run_opts, run);
        run.data_in = frame.data();
        run.data_size_in = frame.size();
        REQUIRE(::bpf_prog_test_run_opts(program.get(), &run) == 0);
    }

    void put(const Plan &plan, std::uint16_t source_port, const std::string &message) const {
        ss_rejected rejected{};
        rejected.pool = 3;
        rejected.length = static_cast<__u32>(message.size());
        std::memcpy(rejected.source, address(plan.client).bytes().data(), 16);
        std::memcpy(rejected.destination, address(plan.vip).bytes().data(), 16);
        rejected.source_port = htons(source_port);
        rejected.destination_port = htons(5060);
        std::vector<std::uint8_t> record(sizeof(rejected));
        std::memcpy(record.data(), &rejected, sizeof(rejected));
        record.insert(record.end(), message.begin(), message.end());
        put(record);
    }

private:
    Fd fd_;
};

std::string invite(const std::string &via, std::size_t body = 200) {
    return "INVITE sip:b@x SIP/2.0\r\nVia: " + via + "\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>" +
           "\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n" + std::string(body, 'v');
}

Rejecter::RetryAfter by_pool() {
    return [](std::uint32_t pool) { return std::chrono::seconds(pool * 10); };
}

} // namespace

TEST_CASE("a rejected request is answered from a VIP that the director has not") {
    const auto plan = plan_of(GENERATE(true, false));
    Segment segment;
    Fd asked;
    Fd named;
    {
        const Inside inside(segment.server());
        asked = bound(plan.client, 40000);
        named = bound(plan.client, 5070);
    }
    const Ring ring;
    boost::asio::io_context io;
    Rejecter rejecter(io, ring.fd(), {1, 2}, by_pool());
    REQUIRE(rejecter.start());

    ring.put(plan, 40000, invite("SIP/2.0/UDP phone.invalid:5070;rport;branch=b"));
    REQUIRE(run_until(
        io, [&] { return rejecter.counters().answered == 1; }, 60s));
    const auto to_source = receive(asked);
    CHECK(to_source.text.starts_with("SIP/2.0 503 Service Unavailable\r\nVia: SIP/2.0/UDP "
                                     "phone.invalid:5070;rport=40000;branch=b;received=" +
                                     plan.client + "\r\n"));
    CHECK(to_source.text.find("\r\nRetry-After: 30\r\n") != std::string::npos);
    CHECK(to_source.from == plan.vip);
    CHECK(to_source.port == 5060);

    ring.put(plan, 40000, invite("SIP/2.0/UDP phone.invalid:5070;branch=b"));
    REQUIRE(run_until(
        io, [&] { return rejecter.counters().answered == 2; }, 60s));
    CHECK(receive(named).from == plan.vip);
    CHECK(rejecter.counters().malformed == 0);
    CHECK(rejecter.counters().not_sent == 0);
}

TEST_CASE("what is not answered is counted") {
    const auto plan = plan_of(true);
    Segment segment;
    const Ring ring;
    ring.put(plan, 40000, invite("SIP/2.0/UDP x")); // no daemon as yet
    boost::asio::io_context io;
    Rejecter rejecter(io, ring.fd(), {1, 2}, by_pool());
    REQUIRE(rejecter.start());
    CHECK(rejecter.counters().stale == 1);
    ring.put(plan, 40000, "INVITE sip:b@x SIP/2.0\r\n\r\n");
    ring.put(plan, 40000, invite("SIP/2.0/UDP x", 0));
    ring.put({"", "127.0.0.1", plan.vip}, 40000, invite("SIP/2.0/UDP x"));
    ring.put({"", "224.0.1.75", plan.vip}, 40000, invite("SIP/2.0/UDP x"));
    ring.put({"", "192.0.2.255", plan.vip}, 40000, invite("SIP/2.0/UDP x")); // broadcast
    ring.put({"", "203.0.113.1", plan.vip}, 40000, invite("SIP/2.0/UDP x")); // no route
    ring.put(plan, 0, invite("SIP/2.0/UDP x;rport"));
    ring.put(std::vector<std::uint8_t>(8)); // no record
    run_for(io, 200ms);
    CHECK(rejecter.counters().malformed == 1);
    CHECK(rejecter.counters().too_long == 1);
    CHECK(rejecter.counters().not_sent == 5);
    CHECK(rejecter.counters().answered == 0);
}

TEST_CASE("a long answer is sent in fragments") {
    const auto plan = plan_of(GENERATE(true, false));
    Segment segment;
    Fd client;
    {
        const Inside inside(segment.server());
        client = bound(plan.client, 40000);
    }
    Sender sender;
    REQUIRE(sender.open());
    const std::string text(4000, 'x');
    REQUIRE(sender.send({address(plan.vip), 5060}, {address(plan.client), 40000}, text) == 0);
    CHECK(receive(client).text == text);
}

TEST_CASE("a program at the VIP on the director keeps its datagrams") {
    const auto plan = plan_of(GENERATE(true, false));
    Segment segment;
    const Fd program = bound(plan.director, 5060);
    Sender sender;
    REQUIRE(sender.open());
    Fd client;
    {
        const Inside inside(segment.server());
        client = bound(plan.client, 40000);
    }
    REQUIRE(sender.send({address(plan.director), 5060}, {address(plan.client), 40000}, "x") == 0);
    CHECK(receive(client).text == "x");
    const auto to = socket_address(plan.director, 5060);
    REQUIRE(::sendto(client.get(), "hello", 5, 0, reinterpret_cast<const sockaddr *>(&to),
                     sizeof(to)) == 5);
    CHECK(receive(program).text == "hello");
}
