// SPDX-License-Identifier: Apache-2.0
#include "namespaces.hpp"

#include <arpa/inet.h>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace sipsteer::test {

namespace {

Fd current_namespace() {
    // Of the thread: /proc/self is the process, the same while there is but one.
    Fd fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    if (!fd) {
        throw std::runtime_error("cannot open /proc/thread-self/ns/net");
    }
    return fd;
}

void enter(int fd) {
    if (::setns(fd, CLONE_NEWNET) != 0) {
        throw std::runtime_error("cannot enter a network namespace");
    }
}

} // namespace

NetworkNamespace::NetworkNamespace() {
    const Fd before = current_namespace();
    if (::unshare(CLONE_NEWNET) != 0) {
        throw std::runtime_error("cannot make a network namespace");
    }
    fd_ = current_namespace();
    // Duplicate address detection would keep IPv6 addresses from use for a second or two.
    set_sysctl("ipv6/conf/default/accept_dad", "0");
    set_sysctl("ipv6/conf/default/router_solicitations", "0");
    shell("ip link set lo up");
    enter(before.get());
}

std::string NetworkNamespace::path() const {
    return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd_.get());
}

Inside::Inside(const NetworkNamespace &netns) : before_(current_namespace()) {
    enter(netns.fd());
}

Inside::~Inside() {
    ::setns(before_.get(), CLONE_NEWNET);
}

bool shell_says(const std::string &command) {
    return std::system(command.c_str()) == 0;
}

void shell(const std::string &command) {
    if (!shell_says(command)) {
        throw std::runtime_error("failed: " + command);
    }
}

void set_sysctl(const std::string &name, const std::string &value) {
    std::ofstream file("/proc/sys/net/" + name);
    file << value << std::flush;
    if (!file) {
        throw std::runtime_error("cannot set " + name);
    }
}

Segment::Segment() : inside_(director_) {
    shell("ip link add name eth0 address 02:00:00:00:00:01 type veth peer name eth0 "
          "address 02:00:00:00:00:11 netns " +
          server_.path());
    shell("ip link set eth0 up");
    shell("ip address add 192.0.2.1/24 dev eth0");
    shell("ip address add 2001:db8::1/64 dev eth0 nodad");
    on_server("ip link set eth0 up");
    on_server("ip address add 192.0.2.11/24 dev eth0");
    on_server("ip address add 2001:db8::b/64 dev eth0 nodad");
}

void Segment::on_server(const std::string &command) const {
    const Inside inside(server_);
    shell(command);
}

void Segment::stay_silent() const {
    const Inside inside(server_);
    set_sysctl("ipv4/conf/eth0/arp_notify", "0");
    set_sysctl("ipv6/conf/eth0/ndisc_notify", "0");
}

Fd Segment::capture(int protocol) const {
    const Inside inside(server_);
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_protocol = htons(static_cast<std::uint16_t>(protocol));
    to.sll_ifindex = static_cast<int>(::if_nametoindex("eth0"));
    Fd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    if (!fd || ::bind(fd.get(), reinterpret_cast<sockaddr *>(&to), sizeof(to)) != 0) {
        throw std::runtime_error("cannot capture");
    }
    const int on = 1; // not what the server sends
    ::setsockopt(fd.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
    return fd;
}

bool run_until(boost::asio::io_context &io, const std::function<bool()> &condition,
               std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    io.restart();
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= end) {
            return false;
        }
        io.run_one_for(std::chrono::milliseconds(10));
    }
    return true;
}

void run_for(boost::asio::io_context &io, std::chrono::milliseconds time) {
    static_cast<void>(run_until(
        io, [] { return false; }, time));
}

} // namespace sipsteer::test
