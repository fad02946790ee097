// SPDX-License-Identifier: Apache-2.0
#include "cli/capture.hpp"

#include <array>
#include <memory>
#include <optional>
#include <pcap/pcap.h>

namespace sipsteer::cli {

namespace {

struct Close {
    void operator()(pcap_t *capture) const { pcap_close(capture); }
};
using Capture = std::unique_ptr<pcap_t, Close>;

std::optional<Link> link_of(int type) {
    switch (type) {
    case DLT_EN10MB:
        return Link::Ethernet;
    case DLT_LINUX_SLL:
        return Link::LinuxCooked;
    case DLT_LINUX_SLL2:
        return Link::LinuxCooked2;
    case DLT_RAW:
    case DLT_IPV4:
    case DLT_IPV6:
        return Link::Ip;
    case DLT_NULL:
    case DLT_LOOP:
        return Link::Loopback;
    default:
        return std::nullopt;
    }
}

Error unknown_link(const std::string &file, int type) {
    const char *name = pcap_datalink_val_to_name(type);
    return Error{file + ": link type " + (name != nullptr ? name : std::to_string(type)) +
                 " is not known; known: Ethernet, Linux cooked, raw IP, loopback"};
}

bool is_wanted(const Datagram &datagram, std::uint16_t port) {
    return datagram.part == Part::LaterFragment || datagram.source_port == port ||
           datagram.destination_port == port;
}

} // namespace

Result<CaptureCounts> read_capture(const std::string &file, std::uint16_t port,
                                   const std::function<bool(const CapturedDatagram &)> &take) {
    std::array<char, PCAP_ERRBUF_SIZE> problem{};
    const Capture capture(pcap_open_offline(file.c_str(), problem.data()));
    if (!capture) {
        const std::string text = problem.data();
        return Error{text.rfind(file, 0) == 0 ? text : file + ": " + text};
    }
    const auto link = link_of(pcap_datalink(capture.get()));
    if (!link) {
        return unknown_link(file, pcap_datalink(capture.get()));
    }
    CaptureCounts counts;
    pcap_pkthdr *header = nullptr;
    const u_char *bytes = nullptr;
    int got = 0;
    while ((got = pcap_next_ex(capture.get(), &header, &bytes)) == 1) {
        counts.frames++;
        const auto read =
            read_frame(*link, {reinterpret_cast<const char *>(bytes), header->caplen});
        const auto *datagram = std::get_if<Datagram>(&read);
        if (datagram == nullptr || !is_wanted(*datagram, port)) {
            continue;
        }
        counts.datagrams++;
        const double time =
            static_cast<double>(header->ts.tv_sec) + static_cast<double>(header->ts.tv_usec) / 1e6;
        if (!take({counts.frames, time, *datagram})) {
            return counts;
        }
    }
    if (got == PCAP_ERROR) {
        return Error{file + ": behind frame " + std::to_string(counts.frames) + ": " +
                     pcap_geterr(capture.get())};
    }
    return counts;
}

} // namespace sipsteer::cli
