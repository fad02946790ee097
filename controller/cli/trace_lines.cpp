// SPDX-License-Identifier: Apache-2.0
#include "cli/context.hpp"
#include "cli/trace_sink.hpp"
#include "cli/words.hpp"
#include "packets/frame.hpp"
#include "traffic/trace/comment.hpp"

#include <cerrno>
#include <ctime>
#include <fmt/format.h>
#include <iostream>

namespace sipsteer::cli {

namespace {

using nlohmann::json;
using packets::Datagram;
using packets::Link;
using packets::Part;

/// What a packet is, between whom.
struct Seen {
    std::string source = "?";
    std::string destination = "?";
    std::string what; // empty: the comment says it
};

/// An ICMP error is about a datagram that was on the way back.
Seen look(std::string_view frame) {
    const auto read = packets::read_frame(Link::Ethernet, frame);
    if (const auto *datagram = std::get_if<Datagram>(&read)) {
        return {with_port(datagram->source, datagram->source_port),
                with_port(datagram->destination, datagram->destination_port),
                datagram->part == Part::LaterFragment ? "fragment" : ""};
    }
    const auto quoted = packets::read_icmp_error(Link::Ethernet, frame);
    return quoted ? Seen{with_port(quoted->destination, quoted->destination_port),
                         with_port(quoted->source, quoted->source_port), "ICMP error"}
                  : Seen{};
}

/// "07:00:00.123456", local time.
std::string time_of_day(std::uint64_t time) {
    const auto seconds = static_cast<std::time_t>(time / 1'000'000'000);
    std::tm local{};
    ::localtime_r(&seconds, &local);
    return fmt::format("{:02}:{:02}:{:02}.{:06}", local.tm_hour, local.tm_min, local.tm_sec,
                       time / 1000 % 1'000'000);
}

std::string or_dash(const std::string &text) {
    return text.empty() ? "-" : printable(text);
}

std::string in_words(const trace::Packet &packet) {
    const auto seen = look(packet.bytes);
    const auto fields = trace::read_comment(packet.comment);
    const auto field = [&](const char *name) { return trace::field_of(fields, name); };
    const auto server = field("server");
    std::string line = time_of_day(packet.time) + "  " + seen.source + " > " + seen.destination +
                       "  " + (seen.what.empty() ? or_dash(field("method")) : seen.what) + "  " +
                       (server.empty() ? "-" : printable(field("pool") + '/' + server)) + "  " +
                       or_dash(field("verdict")) + ", " + or_dash(field("reason")) + "  " +
                       or_dash(field("call_id"));
    return line + '\n';
}

json in_json(const trace::Packet &packet) {
    const auto seen = look(packet.bytes);
    json object{{"time_unix_seconds", static_cast<double>(packet.time) / 1e9},
                {"source", seen.source},
                {"destination", seen.destination},
                {"bytes", packet.length}};
    for (const auto &[name, value] : trace::read_comment(packet.comment)) {
        object[name] = value;
    }
    return object;
}

class LineSink : public TraceSink {
public:
    explicit LineSink(bool as_json) : as_json_(as_json) {}

    Status add(const trace::BlockView &, const std::optional<trace::Packet> &packet) override {
        if (packet && as_json_) {
            print_json(in_json(*packet), true);
        } else if (packet) {
            std::cout << in_words(*packet);
        }
        return Done{};
    }

    Status flush() override {
        errno = 0;
        std::cout.flush();
        return std::cout.good() ? Status(Done{}) : system_error("standard output");
    }

private:
    bool as_json_;
};

} // namespace

std::unique_ptr<TraceSink> line_sink(bool as_json) {
    return std::make_unique<LineSink>(as_json);
}

} // namespace sipsteer::cli
