// SPDX-License-Identifier: Apache-2.0
#include "traffic/capture/capture.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <pcap/pcap.h>

namespace sipsteer::capture {

using packets::Datagram;
using packets::Link;

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

std::string link_problem(int type) {
    const char *name = pcap_datalink_val_to_name(type);
    return std::string("link type ") + (name != nullptr ? name : std::to_string(type)) +
           " is not supported; supported: Ethernet, Linux cooked, raw IP, loopback";
}

/// `before`: what errors and problems begin with.
Result<Counts> read_all(pcap_t *capture, const std::string &before, const Wanted &wanted,
                        const Take &take) {
    const auto link = link_of(pcap_datalink(capture));
    if (!link) {
        return Error{before + link_problem(pcap_datalink(capture))};
    }
    Counts counts;
    pcap_pkthdr *header = nullptr;
    const u_char *bytes = nullptr;
    int got = 0;
    while ((got = pcap_next_ex(capture, &header, &bytes)) == 1) {
        counts.frames++;
        const auto read =
            packets::read_frame(*link, {reinterpret_cast<const char *>(bytes), header->caplen});
        const auto *datagram = std::get_if<Datagram>(&read);
        if (datagram == nullptr || !wanted(*datagram)) {
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
        counts.problem =
            before + "after frame " + std::to_string(counts.frames) + ": " + pcap_geterr(capture);
    }
    return counts;
}

} // namespace

Result<Counts> read_file(const std::string &file, const Wanted &wanted, const Take &take) {
    std::array<char, PCAP_ERRBUF_SIZE> problem{};
    const Capture capture(pcap_open_offline(file.c_str(), problem.data()));
    if (!capture) {
        const std::string text = problem.data();
        return Error{text.rfind(file, 0) == 0 ? text : file + ": " + text};
    }
    auto counts = read_all(capture.get(), file + ": ", wanted, take);
    if (counts && !counts->problem.empty()) {
        return Error{counts->problem};
    }
    return counts;
}

Result<Counts> read_bytes(std::string_view bytes, const Wanted &wanted, const Take &take) {
    if (bytes.empty()) {
        return Error{"it is empty"};
    }
    // Opened for reading: the bytes are not written to.
    std::FILE *stream = fmemopen(const_cast<char *>(bytes.data()), bytes.size(), "rb");
    if (stream == nullptr) {
        return system_error("cannot read it");
    }
    std::array<char, PCAP_ERRBUF_SIZE> problem{};
    const Capture capture(pcap_fopen_offline(stream, problem.data()));
    if (!capture) {
        (void)std::fclose(stream);
        return Error{problem.data()};
    }
    return read_all(capture.get(), "", wanted, take);
}

} // namespace sipsteer::capture
