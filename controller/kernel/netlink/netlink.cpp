// SPDX-License-Identifier: Apache-2.0
#include "kernel/netlink/netlink.hpp"

#include <linux/rtnetlink.h>
#include <optional>
#include <sys/socket.h>
#include <sys/time.h>

namespace sipsteer::netlink {

std::uint8_t family_of(const Address &address) {
    return address.is_ipv4() ? AF_INET : AF_INET6;
}

Request::Request(std::uint16_t type, std::uint16_t flags)
    : message_(mnl_nlmsg_put_header(buffer_.data())) {
    message_->nlmsg_type = type;
    message_->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
}

void Request::put(std::uint16_t type, std::uint32_t value) {
    mnl_attr_put_u32(message_, type, value);
}

void Request::put(std::uint16_t type, const Address &address) {
    if (address.is_ipv4()) {
        const auto bytes = address.ipv4_bytes();
        put_bytes(type, bytes.data(), bytes.size());
    } else {
        put_bytes(type, address.bytes().data(), address.bytes().size());
    }
}

void Request::put(std::uint16_t type, const std::string &text) {
    put_bytes(type, text.c_str(), text.size() + 1);
}

void Request::put_bytes(std::uint16_t type, const void *bytes, std::size_t size) {
    mnl_attr_put(message_, type, size, bytes);
}

Result<Fd> open_netlink_socket(int flags, int protocol) {
    Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, protocol));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    if (!fd || ::bind(fd.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)) != 0) {
        return system_error("cannot open a netlink socket");
    }
    return fd;
}

Result<Socket> Socket::open(int protocol) {
    auto fd = open_netlink_socket(0, protocol);
    if (!fd) {
        return fd.error();
    }
    // The answer is there as soon as the question is sent; if it was lost for want of memory, do
    // not hang the daemon.
    const timeval patience{1, 0};
    ::setsockopt(fd->get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return Socket(std::move(*fd));
}

int Socket::ask(Request &request, const OnMessage &on_message) {
    nlmsghdr &message = request.message();
    message.nlmsg_seq = ++sequence_;
    if (::send(fd_.get(), &message, message.nlmsg_len, 0) < 0) {
        return errno;
    }
    return receive(message.nlmsg_seq, on_message);
}

namespace {
/// Hands on the messages in `buffer` that answer `sequence`. The kernel's final word if it is
/// among them: 0 or an errno.
std::optional<int> read_answer(const char *buffer, std::size_t size, std::uint32_t sequence,
                               const Socket::OnMessage &on_message) {
    int left = static_cast<int>(size);
    const auto *message = reinterpret_cast<const nlmsghdr *>(buffer);
    for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
        if (message->nlmsg_seq != sequence) {
            continue; // the late answer to a question that was given up
        }
        if (message->nlmsg_type == NLMSG_ERROR) {
            const auto *error = static_cast<const nlmsgerr *>(mnl_nlmsg_get_payload(message));
            return -error->error;
        }
        if (message->nlmsg_type == NLMSG_DONE) { // the last of many; not acknowledged besides
            const auto *result = static_cast<const int *>(mnl_nlmsg_get_payload(message));
            return mnl_nlmsg_get_payload_len(message) < sizeof(*result) ? 0 : -*result;
        }
        if (on_message) {
            on_message(*message);
        }
    }
    return std::nullopt;
}
} // namespace

int Socket::receive(std::uint32_t sequence, const OnMessage &on_message) {
    alignas(nlmsghdr) std::array<char, 32768> buffer;
    for (;;) {
        const auto size = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size < 0) {
            return errno == EAGAIN ? ETIMEDOUT : errno;
        }
        const auto answer =
            read_answer(buffer.data(), static_cast<std::size_t>(size), sequence, on_message);
        if (answer) {
            return *answer;
        }
    }
}

} // namespace sipsteer::netlink
