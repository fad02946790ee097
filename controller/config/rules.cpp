// SPDX-License-Identifier: Apache-2.0
#include "config/rules.hpp"

#include "config/duration.hpp"
#include "config/patterns.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace sipsteer::config {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::size_t kNameBytes = 31;
constexpr std::size_t kInterfaceBytes = 15; // IFNAMSIZ, less the closing NUL

bool is_name(const std::string &text) {
    const auto allowed = [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
    };
    return !text.empty() && text.size() <= kNameBytes &&
           std::isalnum(static_cast<unsigned char>(text[0])) != 0 &&
           std::all_of(text.begin(), text.end(), allowed);
}

bool is_interface_name(const std::string &text) {
    const auto allowed = [](unsigned char c) {
        return c > ' ' && c != 0x7f && c != '/' && c != ':';
    };
    return !text.empty() && text.size() <= kInterfaceBytes && text != "." && text != ".." &&
           std::all_of(text.begin(), text.end(), allowed);
}

/// Why no server and no VIP can have this address; null if one can.
const char *unusable(const Address &address) {
    if (address.is_unspecified()) {
        return "the unspecified address";
    }
    if (address.is_multicast()) {
        return "a multicast address";
    }
    if (address.is_loopback()) {
        return "a loopback address";
    }
    if (address.is_broadcast()) {
        return "the broadcast address";
    }
    // It means nothing without an interface, which neither a map key nor a client can state.
    return address.is_link_local() ? "a link-local address" : nullptr;
}

json duration_schema(const Duration &rule, bool whole_seconds) {
    return {{"type", "string"},
            {"description", (whole_seconds ? "a duration of whole seconds, " : "a duration, ") +
                                format_duration(rule.least) + " to " + format_duration(rule.most)},
            {"pattern", duration_pattern(rule.least, rule.most, whole_seconds)}};
}

} // namespace

void Name::read(const Cursor &at, std::string &out) const {
    const std::string *text = at.text();
    if (text == nullptr) {
        return;
    }
    if (!is_name(*text)) {
        at.fail(shown(*text) + " is not a name; write 1 to 31 letters, digits, \".\", \"_\" or "
                               "\"-\", and begin with a letter or digit");
        return;
    }
    out = *text;
}

json Name::schema() const {
    return {{"type", "string"},
            {"description",
             "1 to 31 letters, digits, \".\", \"_\" or \"-\", the first a letter or digit"},
            {"pattern", "^[A-Za-z0-9][A-Za-z0-9._-]{0," + std::to_string(kNameBytes - 1) + "}$"}};
}

void Reference::read(const Cursor &at, std::string &out) const {
    if (const std::string *text = at.text()) {
        out = *text;
    }
}

void InterfaceName::read(const Cursor &at, std::string &out) const {
    const std::string *text = at.text();
    if (text == nullptr) {
        return;
    }
    if (!is_interface_name(*text)) {
        at.fail(
            shown(*text) +
            " is not an interface name; write 1 to 15 characters without blanks, \"/\" and \":\"");
        return;
    }
    out = *text;
}

json InterfaceName::schema() const {
    return {{"type", "string"},
            {"description", "the name of a network interface"},
            {"pattern",
             "^(?!\\.{1,2}$)[^\\x00-\\x20/:\\x7f]{1," + std::to_string(kInterfaceBytes) + "}$"}};
}

void HostMac::read(const Cursor &at, MacAddress &out) const {
    const std::string *text = at.text();
    if (text == nullptr) {
        return;
    }
    const auto mac = parse_mac_address(*text);
    if (!mac) {
        at.fail(shown(*text) + " is not a MAC address; write six bytes, \"02:00:00:00:00:0b\"");
    } else if (((*mac)[0] & 1) != 0 || *mac == MacAddress{}) {
        at.fail(shown(*text) + " is not the MAC address of one host");
    } else {
        out = *mac;
    }
}

json HostMac::schema() const {
    return {{"type", "string"},
            {"description", "the MAC address of one host"},
            {"pattern", "^(?!00:00:00:00:00:00$)[0-9A-Fa-f][02468ACEace](:[0-9A-Fa-f]{2}){5}$"}};
}

void HostAddress::read(const Cursor &at, Address &out) const {
    const std::string *text = at.text();
    if (text == nullptr) {
        return;
    }
    const auto address = Address::parse(*text);
    if (!address) {
        at.fail(shown(*text) + " is not an address");
        return;
    }
    if (const char *what = unusable(*address)) {
        at.fail(shown(*text) + " is " + what + ", which cannot be used here");
        return;
    }
    out = *address;
}

/// unusable(), as far as the text shows it: an address can be written in several ways.
json HostAddress::schema() const {
    const std::string not_ipv4 = "(?!0\\.0\\.0\\.0$|127\\.|169\\.254\\.|2(?:2[4-9]|3[0-9])\\.|"
                                 "255\\.255\\.255\\.255$)";
    const std::string not_ipv6 = "(?![0:]+$|[0:]+:0{0,3}1$|[fF][fF][0-9a-fA-F]{2}:|"
                                 "[fF][eE][89abAB][0-9a-fA-F]:)";
    return {{"type", "string"},
            {"description", "an IPv4 or IPv6 address of one host: not unspecified, loopback, "
                            "link-local, multicast or broadcast"},
            {"anyOf", json::array({{{"pattern", "^" + not_ipv4 + ipv4_pattern() + "$"}},
                                   {{"pattern", "^" + not_ipv6 + ipv6_pattern() + "$"}}})}};
}

void AbsolutePath::read(const Cursor &at, std::string &out) const {
    const std::string *text = at.text();
    if (text == nullptr) {
        return;
    }
    if (text->empty() || text->front() != '/' || text->find('\0') != std::string::npos) {
        at.fail(shown(*text) + " is not an absolute path");
        return;
    }
    if (text->size() > most_bytes) {
        at.fail("the path is " + std::to_string(text->size()) + " bytes long; at most " +
                std::to_string(most_bytes) + " are supported");
        return;
    }
    out = *text;
}

json AbsolutePath::schema() const {
    return {{"type", "string"},
            {"description", "an absolute path"},
            {"pattern", "^/[^\\x00]*$"},
            {"maxLength", most_bytes}};
}

void FileMode::read(const Cursor &at, unsigned &out) const {
    const std::string *text = at.text("an octal file mode like \"0660\"");
    if (text == nullptr) {
        return;
    }
    const bool octal = std::all_of(text->begin(), text->end(),
                                   [](char digit) { return digit >= '0' && digit <= '7'; });
    const bool permissions = text->size() == 3 || (text->size() == 4 && text->front() == '0');
    if (!octal || !permissions) {
        at.fail(shown(*text) + " is not a file mode; write it in octal, like \"0660\"");
        return;
    }
    out = static_cast<unsigned>(std::stoul(*text, nullptr, 8));
}

json FileMode::write(unsigned value) const {
    char text[16];
    std::snprintf(text, sizeof(text), "%04o", value);
    return text;
}

json FileMode::schema() const {
    return {{"type", "string"}, {"description", "an octal file mode"}, {"pattern", "^0?[0-7]{3}$"}};
}

void Flag::read(const Cursor &at, bool &out) const {
    if (!at.value().is_boolean()) {
        at.fail_type("true or false");
        return;
    }
    out = at.value().get<bool>();
}

std::optional<std::uint32_t> Whole::read_number(const Cursor &at) const {
    const json &value = at.value();
    if (!value.is_number_integer()) {
        at.fail_type("a whole number");
        return std::nullopt;
    }
    const bool in_range =
        value.is_number_unsigned()
            ? value.get<std::uint64_t>() >= least && value.get<std::uint64_t>() <= most
            : value.get<std::int64_t>() >= std::int64_t{least} &&
                  value.get<std::int64_t>() <= std::int64_t{most};
    if (!in_range) {
        at.fail(shown(value) + " is out of range: " + std::to_string(least) + " to " +
                std::to_string(most));
        return std::nullopt;
    }
    return value.get<std::uint32_t>();
}

void Fraction::read(const Cursor &at, double &out) const {
    if (!at.value().is_number()) {
        at.fail_type("a number");
        return;
    }
    const auto value = at.value().get<double>();
    if (!(value >= least && value <= most)) { // nor is it NaN
        at.fail(shown(at.value()) + " is out of range: " + shown(json(least)) + " to " +
                shown(json(most)));
        return;
    }
    out = value;
}

void Duration::read(const Cursor &at, milliseconds &out) const {
    const std::string *text = at.text("a duration like \"500ms\", \"5s\", \"30m\" or \"2h\"");
    if (text == nullptr) {
        return;
    }
    const auto duration = parse_duration(*text);
    if (!duration) {
        at.fail(shown(*text) +
                " is not a duration; write it like \"500ms\", \"5s\", \"30m\" or \"2h\"");
        return;
    }
    if (*duration < least || *duration > most) {
        at.fail(shown(*text) + " is out of range: " + format_duration(least) + " to " +
                format_duration(most));
        return;
    }
    out = *duration;
}

void Duration::read(const Cursor &at, seconds &out) const {
    milliseconds exact{-1};
    read(at, exact);
    if (exact.count() < 0) {
        return;
    }
    if (exact % seconds(1) != milliseconds(0)) {
        at.fail(shown(at.value()) + " is not a whole number of seconds");
        return;
    }
    out = std::chrono::duration_cast<seconds>(exact);
}

json Duration::write(milliseconds value) const {
    return format_duration(value);
}

json Duration::schema(milliseconds, const Definitions &) const {
    return duration_schema(*this, false);
}

json Duration::schema(seconds, const Definitions &) const {
    return duration_schema(*this, true);
}

} // namespace sipsteer::config
