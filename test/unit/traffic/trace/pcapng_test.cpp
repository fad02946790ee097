// SPDX-License-Identifier: Apache-2.0
//
// A trace as it is written, read by libpcap, which knows nothing of ours, and by our own reader.
#include "traffic/trace/pcapng_reader.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <pcap/pcap.h>
#include <string>
#include <vector>

using namespace sipsteer::trace;

namespace {

constexpr std::uint64_t kTime = 1'700'000'000'123'456'789;

const std::string kFrame(61, 'f'); // of no whole number of words

Packet example() {
    Packet packet;
    packet.interface = 1;
    packet.time = kTime;
    packet.bytes = kFrame;
    packet.length = 1514;
    packet.comment = "reason=call_new";
    packet.queue = 3;
    packet.xdp_action = 2;
    packet.lost = 5;
    return packet;
}

std::string example_file() {
    Statistics statistics{0, kTime, 8, 4, 3, 1};
    return section_header("sipsteerd", "a trace") + interface_description("eth0", 128) +
           interface_description("eth1", 128) + enhanced_packet(example()) +
           interface_statistics(statistics, "");
}

/// The number at an offset of a block.
template <typename Number>
Number at(const std::string &block, std::size_t offset) {
    Number number{};
    REQUIRE(offset + sizeof(number) <= block.size());
    std::memcpy(&number, block.data() + offset, sizeof(number));
    return number;
}

/// The value of an option of a block, whose options begin at an offset.
std::string option(const std::string &block, std::size_t offset, std::uint16_t code) {
    while (at<std::uint16_t>(block, offset) != 0) {
        const auto length = at<std::uint16_t>(block, offset + 2);
        if (at<std::uint16_t>(block, offset) == code) {
            return block.substr(offset + 4, length);
        }
        offset += 4 + (length + 3) / 4 * 4;
    }
    return "none";
}

struct File {
    explicit File(const std::string &bytes) : stream(std::tmpfile()) {
        REQUIRE(std::fwrite(bytes.data(), 1, bytes.size(), stream) == bytes.size());
        std::rewind(stream);
    }
    std::FILE *stream; // pcap_close() closes it
};

} // namespace

TEST_CASE("each block has its length at both ends, in whole words") {
    for (const auto &block :
         {section_header("x", "yyyyy"), section_header("x", ""), interface_description("eth0", 64),
          enhanced_packet(example()), interface_statistics({}, "")}) {
        CHECK(block.size() % 4 == 0);
        CHECK(at<std::uint32_t>(block, 4) == block.size());
        CHECK(at<std::uint32_t>(block, block.size() - 4) == block.size());
    }
}

TEST_CASE("a section says its byte order, who made it and what it is about") {
    const auto block = section_header("sipsteerd 1", "server=proxies/proxy1");
    CHECK(at<std::uint32_t>(block, 0) == 0x0a0d0d0a);
    CHECK(at<std::uint32_t>(block, 8) == 0x1a2b3c4d);
    CHECK(at<std::uint16_t>(block, 12) == 1);
    CHECK(at<std::int64_t>(block, 16) == -1);
    CHECK(option(block, 24, 1) == "server=proxies/proxy1");
    CHECK(option(block, 24, 4) == "sipsteerd 1");
}

TEST_CASE("a packet has the decision as its options") {
    const auto block = enhanced_packet(example());
    const std::size_t options = 28 + 64; // the frame fills whole words
    CHECK(option(block, options, 1) == "reason=call_new");
    CHECK(at<std::uint64_t>(option(block, options, 4), 0) == 5);
    CHECK(at<std::uint32_t>(option(block, options, 6), 0) == 3);
    const auto verdict = option(block, options, 7);
    CHECK(verdict[0] == 2); // of an XDP program
    CHECK(at<std::uint64_t>(verdict, 1) == 2);
    Packet plain;
    plain.bytes = "1234";
    CHECK(enhanced_packet(plain).size() == 36);
}

TEST_CASE("libpcap reads it: bytes, lengths, nanoseconds") {
    char problem[PCAP_ERRBUF_SIZE] = {};
    const std::unique_ptr<pcap_t, void (*)(pcap_t *)> capture(
        pcap_fopen_offline_with_tstamp_precision(File(example_file()).stream,
                                                 PCAP_TSTAMP_PRECISION_NANO, problem),
        &pcap_close);
    INFO(problem);
    REQUIRE(capture);
    CHECK(pcap_datalink(capture.get()) == DLT_EN10MB);
    pcap_pkthdr *header = nullptr;
    const u_char *bytes = nullptr;
    REQUIRE(pcap_next_ex(capture.get(), &header, &bytes) == 1);
    CHECK(header->ts.tv_sec == 1'700'000'000);
    CHECK(header->ts.tv_usec == 123'456'789);
    CHECK(header->len == 1514);
    CHECK(std::string(reinterpret_cast<const char *>(bytes), header->caplen) == kFrame);
    CHECK(pcap_next_ex(capture.get(), &header, &bytes) == PCAP_ERROR_BREAK);
}

TEST_CASE("our reader gives back what was written, however it comes in pieces") {
    const auto file = example_file();
    for (std::size_t piece = 1; piece <= file.size(); piece += piece < 8 ? 1 : 61) {
        INFO("pieces of " << piece);
        BlockReader reader;
        std::string all;
        std::vector<Packet> packets;
        std::vector<Statistics> statistics;
        std::string bytes, comment;
        for (std::size_t i = 0; i < file.size(); i += piece) {
            reader.add(std::string_view(file).substr(i, piece));
            for (auto block = reader.next(); block && *block; block = reader.next()) {
                all += (*block)->bytes;
                if (const auto packet = read_packet(**block)) {
                    packets.push_back(*packet);
                    bytes = packet->bytes;
                    comment = packet->comment;
                }
                if (const auto counts = read_statistics(**block)) {
                    statistics.push_back(*counts);
                }
            }
        }
        CHECK(all == file);
        REQUIRE(packets.size() == 1);
        CHECK(packets[0].interface == 1);
        CHECK(packets[0].time == kTime);
        CHECK(packets[0].length == 1514);
        CHECK(packets[0].lost == 5);
        CHECK(bytes == kFrame);
        CHECK(comment == "reason=call_new");
        REQUIRE(statistics.size() == 1);
        CHECK(statistics[0].delivered == 1);
        CHECK(statistics[0].lost() == 7);
    }
}

TEST_CASE("what is no pcapng, or not a good block, is told apart") {
    BlockReader reader;
    reader.add("HTTP/1.1 404 Not Found\r\n");
    CHECK_FALSE(reader.next().ok());
    auto block = enhanced_packet(example());
    block[20] = 127; // more bytes than there are
    CHECK_FALSE(read_packet({6, block}));
    CHECK_FALSE(read_packet({5, block}));
    CHECK_FALSE(read_statistics({6, block}));
    BlockReader empty;
    empty.add("12345");
    CHECK(empty.next().ok());
    CHECK_FALSE(*empty.next());
}
