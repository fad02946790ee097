// SPDX-License-Identifier: Apache-2.0
#include "traffic/trace/pcapng_reader.hpp"

#include "traffic/trace/pcapng_format.hpp"

#include <algorithm>
#include <cstring>

namespace sipsteer::trace {

namespace {

/// Longer ones are not in any trace: what has come is something else.
constexpr std::uint32_t kLongestBlock = 1U << 20;

/// Numbers and bytes from the front of a text. What is not there is 0 or empty, and is remembered.
class Fields {
public:
    explicit Fields(std::string_view text) : text_(text) {}

    template <typename Number>
    Number number() {
        Number number{};
        const auto bytes = take(sizeof(number));
        std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char *>(&number));
        return number;
    }

    /// With what fills it up to a multiple of four behind it.
    std::string_view bytes(std::size_t count) {
        const auto bytes = take(count);
        take((4 - count % 4) % 4);
        return bytes;
    }

    std::uint64_t time() {
        const auto upper = number<std::uint32_t>();
        return std::uint64_t{upper} << 32 | number<std::uint32_t>();
    }

    bool good() const { return good_; }
    bool empty() const { return text_.empty(); }

private:
    std::string_view take(std::size_t count) {
        good_ = good_ && count <= text_.size();
        if (!good_) {
            return {};
        }
        const auto taken = text_.substr(0, count);
        text_.remove_prefix(count);
        return taken;
    }

    std::string_view text_;
    bool good_ = true;
};

/// What stands between the lengths of a block.
Fields inside(const BlockView &block) {
    return Fields(block.bytes.substr(8, block.bytes.size() - kBlockFrame));
}

/// Calls `take(code, value)` for each option that follows; false if they are not good.
template <typename Take>
bool read_options(Fields &fields, Take take) {
    while (fields.good() && !fields.empty()) {
        const auto code = fields.number<std::uint16_t>();
        const auto length = fields.number<std::uint16_t>();
        if (code == kEndOfOptions) {
            break;
        }
        take(code, fields.bytes(length));
    }
    return fields.good();
}

std::uint64_t number_of(std::string_view value) {
    return Fields(value).number<std::uint64_t>();
}

} // namespace

void BlockReader::add(std::string_view bytes) {
    buffer_.erase(0, taken_);
    taken_ = 0;
    buffer_.append(bytes);
}

Result<std::optional<BlockView>> BlockReader::next() {
    const auto rest = std::string_view(buffer_).substr(taken_);
    Fields fields(rest);
    const auto type = fields.number<std::uint32_t>();
    const auto length = fields.number<std::uint32_t>();
    if (!fields.good()) {
        return std::optional<BlockView>();
    }
    if (length < kBlockFrame || length % 4 != 0 || length > kLongestBlock) {
        return Error{"this is not a pcapng capture"};
    }
    if (rest.size() < length) {
        return std::optional<BlockView>();
    }
    taken_ += length;
    return std::optional<BlockView>({type, rest.substr(0, length)});
}

std::optional<Packet> read_packet(const BlockView &block) {
    if (block.type != kEnhancedPacket) {
        return std::nullopt;
    }
    Packet packet;
    Fields fields = inside(block);
    packet.interface = fields.number<std::uint32_t>();
    packet.time = fields.time();
    const auto kept = fields.number<std::uint32_t>();
    packet.length = fields.number<std::uint32_t>();
    packet.bytes = fields.bytes(kept);
    const bool good = read_options(fields, [&](std::uint16_t code, std::string_view value) {
        if (code == kComment) {
            packet.comment = value;
        } else if (code == kDropCount) {
            packet.lost = number_of(value);
        }
    });
    return good ? std::optional(packet) : std::nullopt;
}

std::optional<Statistics> read_statistics(const BlockView &block) {
    if (block.type != kInterfaceStatistics) {
        return std::nullopt;
    }
    Statistics statistics;
    Fields fields = inside(block);
    statistics.interface = fields.number<std::uint32_t>();
    statistics.time = fields.time();
    const bool good = read_options(fields, [&](std::uint16_t code, std::string_view value) {
        if (code == kReceived) {
            statistics.received = number_of(value);
        } else if (code == kDroppedEarly) {
            statistics.dropped_early = number_of(value);
        } else if (code == kDroppedLate) {
            statistics.dropped_late = number_of(value);
        } else if (code == kDelivered) {
            statistics.delivered = number_of(value);
        }
    });
    return good ? std::optional(statistics) : std::nullopt;
}

} // namespace sipsteer::trace
