// SPDX-License-Identifier: Apache-2.0
#include "traffic/trace/pcapng.hpp"

#include "traffic/trace/pcapng_format.hpp"

#include <type_traits>

namespace sipsteer::trace {

namespace {

/// A block as it is put together.
class Block {
public:
    explicit Block(std::uint32_t type) {
        add(type);
        add(std::uint32_t{0}); // the length, written by finish()
    }

    template <typename Number>
    void add(Number number) {
        static_assert(std::is_integral_v<Number>);
        bytes_.append(reinterpret_cast<const char *>(&number), sizeof(number));
    }

    /// Filled up to a multiple of four.
    void add_bytes(std::string_view bytes) {
        bytes_.append(bytes);
        bytes_.append((4 - bytes.size() % 4) % 4, '\0');
    }

    void add_option(std::uint16_t code, std::string_view value) {
        has_options_ = true;
        add(code);
        add(static_cast<std::uint16_t>(value.size()));
        add_bytes(value);
    }

    template <typename Number>
    void add_number_option(std::uint16_t code, Number number) {
        add_option(code, {reinterpret_cast<const char *>(&number), sizeof(number)});
    }

    /// Nothing if it is empty.
    void add_comment(std::string_view text) {
        if (!text.empty()) {
            add_option(kComment, text.substr(0, Packet::kMostComment));
        }
    }

    std::string finish() {
        if (has_options_) {
            add(std::uint32_t{kEndOfOptions});
        }
        const auto length = static_cast<std::uint32_t>(bytes_.size() + sizeof(std::uint32_t));
        bytes_.replace(4, sizeof(length), reinterpret_cast<const char *>(&length), sizeof(length));
        add(length);
        return std::move(bytes_);
    }

private:
    std::string bytes_;
    bool has_options_ = false;
};

/// Times are given in two halves, the upper one first.
void add_time(Block &block, std::uint64_t time) {
    block.add(static_cast<std::uint32_t>(time >> 32));
    block.add(static_cast<std::uint32_t>(time));
}

} // namespace

std::string section_header(std::string_view application, std::string_view comment) {
    Block block(kSectionHeader);
    block.add(kByteOrder);
    block.add(std::uint16_t{1}); // version 1.0
    block.add(std::uint16_t{0});
    block.add(std::int64_t{-1}); // the section's length: not known
    block.add_comment(comment);
    block.add_option(kApplication, application);
    return block.finish();
}

std::string interface_description(std::string_view name, std::uint32_t snap) {
    Block block(kInterfaceDescription);
    block.add(kEthernet);
    block.add(std::uint16_t{0}); // reserved
    block.add(snap);
    block.add_option(kInterfaceName, name);
    block.add_number_option(kResolution, kNanoseconds);
    return block.finish();
}

std::string enhanced_packet(const Packet &packet) {
    Block block(kEnhancedPacket);
    block.add(packet.interface);
    add_time(block, packet.time);
    block.add(static_cast<std::uint32_t>(packet.bytes.size()));
    block.add(packet.length);
    block.add_bytes(packet.bytes);
    block.add_comment(packet.comment);
    if (packet.lost != 0) {
        block.add_number_option(kDropCount, packet.lost);
    }
    if (packet.queue) {
        block.add_number_option(kQueue, *packet.queue);
    }
    if (packet.xdp_action) {
        std::string verdict(1, static_cast<char>(kXdpVerdict));
        verdict.append(reinterpret_cast<const char *>(&*packet.xdp_action),
                       sizeof(*packet.xdp_action));
        block.add_option(kVerdict, verdict);
    }
    return block.finish();
}

std::string interface_statistics(const Statistics &statistics, std::string_view comment) {
    Block block(kInterfaceStatistics);
    block.add(statistics.interface);
    add_time(block, statistics.time);
    block.add_comment(comment);
    block.add_number_option(kReceived, statistics.received);
    block.add_number_option(kDroppedEarly, statistics.dropped_early);
    block.add_number_option(kDroppedLate, statistics.dropped_late);
    block.add_number_option(kDelivered, statistics.delivered);
    return block.finish();
}

} // namespace sipsteer::trace
