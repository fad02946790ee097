// SPDX-License-Identifier: Apache-2.0
#include "osip_differences.hpp"

#include <algorithm>

namespace sipsteer::test {

namespace {

constexpr std::size_t kKeyBytes = 256; // of a Call-ID, as many count
constexpr std::size_t kMost = 0xffff;  // bytes of a datagram
constexpr std::ptrdiff_t kLines = 256; // that the finder looks at
constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kLineEnds = "\r\n";

bool is_blank(char c) {
    return kBlanks.find(c) != std::string_view::npos;
}

/// Start line and headers with the line end of the empty line, without line ends before them.
std::string_view head_of(std::string_view message) {
    message.remove_prefix(std::min(message.find_first_not_of(kLineEnds), message.size()));
    const std::size_t lf = message.find("\n\n");
    const std::size_t crlf = message.find("\n\r\n");
    return lf < crlf ? message.substr(0, lf + 2) : message.substr(0, std::min(crlf, kMost) + 3);
}

/// The first line, its LF included.
std::string_view first_line(std::string_view text) {
    return text.substr(0, std::min(text.find('\n'), kMost) + 1);
}

/// libosip2 works on C strings: what is behind a NUL is not there. In RFC 3261 (25.1) a NUL may
/// occur, escaped, in a quoted string, and the headers go on.
bool has_nul(std::string_view head) {
    return head.find('\0') != std::string_view::npos;
}

/// To libosip2 a CR alone ends a line. RFC 3261 (7.1) has CRLF; the finder takes LF alone as well.
bool has_lone_cr(std::string_view head) {
    for (std::size_t at = head.find('\r'); at != std::string_view::npos;
         at = head.find('\r', at + 1)) {
        if (head.substr(at, 2) != "\r\n") {
            return true;
        }
    }
    return false;
}

/// libosip2 looks for the start line's two spaces, and finds them in the headers if the line has
/// not got them. RFC 3261 (7.1, 7.2): one line, of three parts.
bool has_short_start_line(std::string_view head) {
    const std::string_view line = first_line(head);
    const std::size_t first = line.find(' ');
    const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    return second == std::string_view::npos || second == first + 1;
}

/// libosip2 overlooks a fold right behind one that has only blanks in it; after the start line that
/// makes a header of it. RFC 3261 (7.1, 7.2): a start line is not folded.
bool has_folded_start_line(std::string_view head) {
    const std::size_t behind = first_line(head).size();
    return behind < head.size() && is_blank(head[behind]);
}

/// libosip2 joins folded lines before it looks for the colon. RFC 3261 (25.1, HCOLON): between name
/// and colon there are spaces and tabs, but no fold.
bool has_header_without_colon(std::string_view head) {
    head.remove_prefix(first_line(head).size());
    while (!head.empty()) {
        const std::string_view line = first_line(head);
        const bool begins_header = !is_blank(line[0]) && line != "\n" && line != "\r\n";
        if (begins_header && line.find(':') == std::string_view::npos) {
            return true;
        }
        head.remove_prefix(line.size());
    }
    return false;
}

/// To libosip2 CRLF after a lone LF is no empty line but, with a blank behind it, a fold. The
/// finder takes either line end.
bool has_mixed_empty_line(std::string_view message, std::string_view head) {
    const std::size_t behind = static_cast<std::size_t>(head.data() - message.data()) + head.size();
    return head.size() > 3 && head.substr(head.size() - 3) == "\n\r\n" &&
           head[head.size() - 4] != '\r' && behind < message.size() && is_blank(message[behind]);
}

/// libosip2 reads headers without end; the finder stops, so that no datagram costs more than that.
bool has_more_lines(std::string_view head) {
    return std::count(head.begin(), head.end(), '\n') > kLines;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

CallIdWords split(std::string_view call_id) {
    const std::size_t at = call_id.find('@');
    if (at == std::string_view::npos) {
        return {std::string(trimmed(call_id)), {}, false};
    }
    return {std::string(trimmed(call_id.substr(0, at))),
            std::string(trimmed(call_id.substr(at + 1))), true};
}

std::string without_blanks(const CallIdWords &words) {
    std::string text = words.number + (words.has_host ? "@" : "") + words.host;
    text.erase(std::remove_if(text.begin(), text.end(), is_blank), text.end());
    return text;
}

/// Whether there are 256 bytes of which the Call-ID is what trimming leaves, and the line goes on.
bool is_cut(std::string_view message, const CallIdAt &ours) {
    const std::string_view most = message.substr(ours.offset, kKeyBytes + 1);
    return most.size() > kKeyBytes && most.find_first_of(kLineEnds) == std::string_view::npos &&
           most.substr(0, kKeyBytes).find_last_not_of(kBlanks) + 1 == ours.length;
}

/// Whether the next line continues the Call-ID's. RFC 3261 (25.1): a Call-ID has no blanks in it,
/// so only blanks may follow; libosip2 takes what does follow for a part of it.
bool is_continued(std::string_view message, const CallIdAt &ours) {
    std::string_view rest = message.substr(ours.offset + ours.length);
    rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
    const std::string_view line = first_line(rest);
    return (line == "\n" || line == "\r\n") && rest.size() > line.size() &&
           is_blank(rest[line.size()]);
}

} // namespace

bool osip_reads_otherwise(std::string_view message) {
    const std::string_view head = head_of(message);
    return has_nul(head) || has_lone_cr(head) || has_short_start_line(head) ||
           has_folded_start_line(head) || has_header_without_colon(head) ||
           has_mixed_empty_line(message, head) || has_more_lines(head);
}

bool same_call_id(std::string_view message, const CallIdAt &ours, const CallIdWords &osip) {
    const std::string_view value = message.substr(ours.offset, ours.length);
    if (value != trimmed(value)) {
        return false; // which the words do not show
    }
    const CallIdWords words = split(value);
    if (is_cut(message, ours) || is_continued(message, ours)) {
        // A prefix; blanks where it was cut, and around the @, are not to be told apart.
        return without_blanks(osip).starts_with(without_blanks(words));
    }
    return words.number == osip.number && words.has_host == osip.has_host &&
           words.host == osip.host;
}

} // namespace sipsteer::test
