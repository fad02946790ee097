// SPDX-License-Identifier: Apache-2.0
#include "messages.hpp"

#include <algorithm>
#include <cstdint>

namespace sipsteer::bench {

namespace {

/// A value that a share `rank` (0 to 1) of the messages are below: straight lines between the
/// least, the median, the ninth tenth and the most.
struct Spread {
    double least, median, tenth, most;
    std::size_t at(double rank) const {
        double value = tenth + (most - tenth) * (rank - 0.9) / 0.1;
        if (rank < 0.5) {
            value = least + (median - least) * rank / 0.5;
        } else if (rank < 0.9) {
            value = median + (tenth - median) * (rank - 0.5) / 0.4;
        }
        return static_cast<std::size_t>(value);
    }
};

constexpr Spread kCallIdLine{190, 275, 353, 550};
constexpr Spread kInviteSize{600, 833, 1103, 1400};

const char *method_name(Method method) {
    switch (method) {
    case Method::kAck:
        return "ACK";
    case Method::kBye:
        return "BYE";
    default:
        return "INVITE";
    }
}

bool is_of_dialog(Method method) {
    return method == Method::kAck || method == Method::kBye;
}

/// What comes before the Call-ID: lines of different lengths and numbers, `size` bytes in all.
std::string head(Method method, std::size_t variant, std::size_t size) {
    const std::string n = std::to_string(variant);
    std::string text = std::string(method_name(method)) + " sip:+4930" +
                       std::string(variant % 7, '5') + n + "@example.com" +
                       (variant % 3 == 0 ? ";user=phone" : "") +
                       " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2." + n + ":5060;branch=z9hG4bK-" +
                       std::string(variant % 11, 'c') + "\r\n";
    if (variant % 2 == 0) {
        text += "Max-Forwards: 70\r\n";
    }
    text += "From: <sip:a" + n + "@example.com>;tag=" + std::string(variant % 9 + 1, '1') +
            "\r\nTo: <sip:b" + n + "@example.com>" + (is_of_dialog(method) ? ";tag=4711" + n : "") +
            "\r\n";
    // Filled up with lines of 30 to 75 bytes, as Route, Record-Route and Via have.
    static constexpr std::string_view kStart = "Route: <sip:p.example.com;lr;x=";
    constexpr std::size_t kFixed = kStart.size() + 3; // ">" and the line's end
    while (text.size() < size) {
        std::size_t line = std::min<std::size_t>(size - text.size(), 36 + variant * 13 % 40);
        if (size - text.size() - line < kFixed) {
            line = size - text.size();
        }
        text += std::string(kStart) + std::string(line > kFixed ? line - kFixed : 0, 'r') + ">\r\n";
    }
    return text;
}

std::string body(std::size_t size) {
    std::string text = "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"
                       "m=audio 40000 RTP/AVP 8 0 101\r\n";
    while (text.size() < size) {
        text += "a=rtpmap:101 telephone-event/8000\r\n";
    }
    return text;
}

Message make_message(Method method, std::size_t variant, double rank, double size_rank) {
    Message message{head(method, variant, kCallIdLine.at(rank)), 0};
    std::string &text = message.text;
    if (method != Method::kWithoutCallId) {
        text += "Call-ID: ";
        message.digits = text.size();
        // The same behind the digits in all messages: a call is the same call in each of them.
        text += "0000000000000000@192.0.2.7\r\n";
    }
    text += "CSeq: 1 " + std::string(method_name(method)) + "\r\nUser-Agent: phone/1.0\r\n";
    const std::size_t size = kInviteSize.at(size_rank);
    if (method == Method::kInvite || method == Method::kWithoutCallId) {
        text += "Contact: <sip:a@192.0.2.7:5060>\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\n"
                "Supported: replaces, timer\r\nContent-Type: application/sdp\r\n";
        const std::size_t left = size > text.size() + 120 ? size - text.size() - 25 : 95;
        const std::string sdp = body(left - std::min<std::size_t>(left, 30));
        return {text + "Content-Length: " + std::to_string(sdp.size()) + "\r\n\r\n" + sdp,
                message.digits};
    }
    text += "Content-Length: 0\r\n\r\n";
    return message;
}

} // namespace

std::vector<Message> make_messages(Method method, std::size_t count) {
    std::vector<Message> messages;
    for (std::size_t i = 0; i < count; ++i) {
        // The sizes in another order than the places of the Call-ID.
        const auto shuffled = i * 29 % count;
        messages.push_back(
            make_message(method, i, (static_cast<double>(i) + 0.5) / static_cast<double>(count),
                         (static_cast<double>(shuffled) + 0.5) / static_cast<double>(count)));
    }
    return messages;
}

} // namespace sipsteer::bench
