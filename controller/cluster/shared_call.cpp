// SPDX-License-Identifier: Apache-2.0
#include "cluster/shared_call.hpp"

#include <sipsteer/limits.h>

#include <charconv>
#include <fmt/format.h>

namespace sipsteer::cluster {

namespace {

constexpr std::size_t kNameBytes = 31; // as in the configuration
constexpr std::string_view kForm = "1";

/// Words of a line with one blank between two of them. After a fault it stays failed.
class Words {
public:
    explicit Words(std::string_view line) : rest_(line) {}

    std::string_view word() {
        const auto end = rest_.find(' ');
        const auto found = rest_.substr(0, end);
        last_ = end == std::string_view::npos;
        rest_ = last_ ? std::string_view() : rest_.substr(end + 1);
        failed_ = failed_ || found.empty();
        return found;
    }

    template <typename Number>
    Number number(int base = 10) {
        const auto text = word();
        Number value{};
        const auto read = std::from_chars(text.data(), text.data() + text.size(), value, base);
        failed_ = failed_ || read.ec != std::errc() || read.ptr != text.data() + text.size();
        return value;
    }

    std::string name() {
        const auto text = word();
        constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789._-";
        failed_ = failed_ || text.size() > kNameBytes ||
                  text.find_first_not_of(kAllowed) != std::string_view::npos;
        return std::string(text.substr(0, kNameBytes));
    }

    /// Whether all of the line was as it should be.
    bool ended_well() const { return last_ && !failed_; }

private:
    std::string_view rest_;
    bool last_ = false;
    bool failed_ = false;
};

bool is_shared_state(std::uint32_t state) {
    return ss_call_is_live(state) != 0 || state == SS_CALL_CLOSING;
}

std::string_view take_line(std::string_view &text) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    return line;
}

std::optional<Batch> read_head(std::string_view line) {
    Words words(line);
    Batch batch;
    const bool known = words.word() == kForm;
    batch.director = words.name();
    batch.run = words.number<std::uint64_t>(16);
    batch.number = words.number<std::uint64_t>();
    batch.sent = words.number<std::uint64_t>();
    batch.mark = words.number<std::uint64_t>(16);
    batch.buckets = words.number<std::uint32_t>();
    return known && words.ended_well() && batch.buckets != 0 ? std::optional(std::move(batch))
                                                             : std::nullopt;
}

} // namespace

std::string to_text(const SharedCall &call) {
    return fmt::format("{} {} {:x} {} {} {} {} {}", call.order, call.seen, call.call.tag,
                       call.call.bucket, call.pool_index, call.state, call.server.pool,
                       call.server.server);
}

std::optional<SharedCall> read_call(std::string_view line) {
    Words words(line);
    SharedCall call;
    call.order = words.number<std::uint64_t>();
    call.seen = words.number<std::uint64_t>();
    call.call.tag = words.number<std::uint32_t>(16);
    call.call.bucket = words.number<std::uint32_t>();
    call.pool_index = words.number<std::uint16_t>();
    call.state = words.number<std::uint32_t>();
    call.server.pool = words.name();
    call.server.server = words.name();
    const bool possible =
        call.call.tag != 0 && is_shared_state(call.state) && call.pool_index < SS_MAX_POOLS;
    return words.ended_well() && possible ? std::optional(std::move(call)) : std::nullopt;
}

std::string to_text(const Batch &batch) {
    std::string text = fmt::format("{} {} {:x} {} {} {:x} {}", kForm, batch.director, batch.run,
                                   batch.number, batch.sent, batch.mark, batch.buckets);
    for (const auto &call : batch.calls) {
        text += '\n' + to_text(call);
    }
    return text;
}

std::optional<Batch> read_batch(std::string_view text) {
    if (text.size() > kMostBatchBytes) {
        return std::nullopt;
    }
    auto batch = read_head(take_line(text));
    while (batch && !text.empty()) {
        auto call = read_call(take_line(text));
        if (!call || call->call.bucket >= batch->buckets ||
            batch->calls.size() == kMostCallsInBatch) {
            return std::nullopt;
        }
        batch->calls.push_back(std::move(*call));
    }
    return batch;
}

} // namespace sipsteer::cluster
