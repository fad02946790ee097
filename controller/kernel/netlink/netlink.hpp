// SPDX-License-Identifier: Apache-2.0
//
// Questions to the kernel by netlink: to its routing tables (rtnetlink), unless said otherwise.
// They block, but for microseconds only: the kernel has queued the answer by the time the question
// is sent.
#pragma once

#include "base/address.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <libmnl/libmnl.h>
#include <string>

namespace sipsteer::netlink {

/// AF_INET or AF_INET6.
std::uint8_t family_of(const Address &address);

/// A message to the kernel while it is built: first body(), then the attributes.
class Request {
public:
    /// `type`: RTM_...; `flags`: NLM_F_... beyond REQUEST and ACK.
    explicit Request(std::uint16_t type, std::uint16_t flags = 0);
    Request(const Request &) = delete;
    Request &operator=(const Request &) = delete;

    /// The fixed part, zeroed. Once only.
    template <typename Body>
    Body &body() {
        return *static_cast<Body *>(mnl_nlmsg_put_extra_header(message_, sizeof(Body)));
    }

    void put(std::uint16_t type, std::uint32_t value);
    void put(std::uint16_t type, const Address &address); // 4 or 16 bytes
    void put(std::uint16_t type, const std::string &text);
    void put_bytes(std::uint16_t type, const void *bytes, std::size_t size);

    nlmsghdr &message() { return *message_; }

private:
    alignas(nlmsghdr) std::array<char, 512> buffer_{};
    nlmsghdr *message_;
};

/// A socket for questions.
class Socket {
public:
    using OnMessage = std::function<void(const nlmsghdr &)>;

    /// `protocol`: NETLINK_...; 0 is NETLINK_ROUTE.
    static Result<Socket> open(int protocol = 0);

    /// Sends and waits for the kernel's word. Each message of the answer goes to `on_message`; with
    /// NLM_F_DUMP there are many.
    /// 0, or the errno the kernel answered with.
    int ask(Request &request, const OnMessage &on_message = {});

private:
    explicit Socket(Fd fd) : fd_(std::move(fd)) {}
    int receive(std::uint32_t sequence, const OnMessage &on_message);

    Fd fd_;
    std::uint32_t sequence_ = 0;
};

/// A netlink socket, not yet a member of any multicast group.
Result<Fd> open_netlink_socket(int flags, int protocol = 0);

} // namespace sipsteer::netlink
