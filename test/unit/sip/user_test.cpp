// SPDX-License-Identifier: Apache-2.0
//
// The user in To, by which an address-of-record is known.
#include "finder_cases.hpp"
#include "reference_finder.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace sipsteer::test;

namespace {

const FinderCheck kCheck(finder_user, reference_user);

std::string find(const std::string &message) {
    return kCheck.find(message);
}

const std::string kStart = "REGISTER sip:example.com SIP/2.0\r\n";
const std::string kEnd = "From: <sip:mallory@example.com>;tag=1\r\nCall-ID: a1\r\n\r\n";

/// A message with `header` (line ends and all) before others.
std::string with(const std::string &header) {
    return kStart + "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n" + header + kEnd;
}

std::string to(const std::string &value) {
    return with("To: " + value + "\r\n");
}

const FinderCases kNames = {
    {"as usual", with("To: <sip:bob@example.com>\r\n"), "bob"},
    {"compact form", with("t: <sip:bob@example.com>\r\n"), "bob"},
    {"compact form, upper case", with("T: <sip:bob@example.com>\r\n"), "bob"},
    {"any case", with("tO: <sip:bob@example.com>\r\n"), "bob"},
    {"no blank after the colon", with("To:<sip:bob@example.com>\r\n"), "bob"},
    {"compact, no blank, no brackets", with("t:sip:bob@example.com\r\n"), "bob"},
    {"blanks and tabs before the colon", with("To \t : <sip:bob@example.com>\r\n"), "bob"},
    {"compact, tab before the colon", with("t\t:\tsip:bob@example.com\r\n"), "bob"},
    {"LF only", "REGISTER sip:b SIP/2.0\nTo: <sip:bob@example.com>\nVia: x\n\n", "bob"},
    {"leading CRLF", "\r\n" + to("<sip:bob@example.com>"), "bob"},
    {"a response", "SIP/2.0 200 OK\r\nTo: <sip:bob@example.com>;tag=1\r\n\r\n", "bob"},
    {"other headers that begin with t",
     with("Timestamp: 54\r\nTox: <sip:eve@x>\r\nX-To: <sip:eve@x>"
          "\r\nTo: <sip:bob@example.com>\r\n"),
     "bob"},
    {"the first one counts", with("To: <sip:bob@x>\r\nTo: <sip:eve@x>\r\n"), "bob"},
    {"one without a value does not", with("To:\r\nTo: <sip:bob@x>\r\n"), "bob"},
    {"in a fold of another header", with("Subject: x\r\n To: <sip:eve@x>\r\n"), ""},
    {"in the body", with("") + "To: <sip:eve@x>\r\n", ""},
    {"none", with(""), ""},
};

const FinderCases kDisplayNames = {
    {"a word", to("Bob <sip:bob@example.com>"), "bob"},
    {"words", to("Bob  B. O'Neill ~!%+* <sip:bob@example.com>"), "bob"},
    {"a word, no blank", to("Bob<sip:bob@example.com>"), "bob"},
    {"quoted", to("\"Bob\" <sip:bob@example.com>"), "bob"},
    {"quoted, no blank", to("\"Bob\"<sip:bob@example.com>"), "bob"},
    {"quoted, empty", to("\"\" <sip:bob@example.com>"), "bob"},
    {"brackets in quotes", to("\"<sip:eve@example.com>\" <sip:bob@example.com>"), "bob"},
    {"a bracket in quotes", to("\"a < b\" <sip:bob@example.com>"), "bob"},
    {"an escaped quote", to("\"Bob \\\"B.\\\" <sip:eve@x>\" <sip:bob@example.com>"), "bob"},
    {"an escaped backslash at the end", to("\"Bob\\\\\" <sip:bob@example.com>"), "bob"},
    {"RFC 4475, 3.1.1.1",
     to("\"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n  ;tag = 1"), "jdrosen"},
    {"RFC 4475, 3.1.1.6: no blank before the bracket", to("caller<sip:caller@example.com>;tag=323"),
     "caller"},
    {"a colon in quotes", to("\"sip:eve@x\" <sip:bob@example.com>"), "bob"},
    {"UTF-8", to("J\xc3\xb6rg <sip:joerg@example.com>"), "joerg"},
    {"the quotes do not close", to("\"Bob <sip:bob@example.com>"), ""},
    {"quoted, then no brackets", to("\"Bob\" sip:bob@example.com"), ""},
};

const FinderCases kUris = {
    {"sips", to("<sips:bob@example.com>"), "bob"},
    {"upper case scheme", to("<SIP:bob@example.com>"), "bob"},
    {"a port", to("<sip:bob@example.com:5061>"), "bob"},
    {"parameters", to("<sip:bob@example.com;user=phone;lr>;tag=1"), "bob"},
    {"headers", to("<sip:bob@example.com?subject=a%20b>"), "bob"},
    {"a password", to("<sip:bob:secret@example.com>"), "bob"},
    {"an empty password", to("<sip:bob:@example.com>"), "bob"},
    {"a password with everything", to("<sip:bob:&=+$,@example.com>"), "bob"},
    {"parameters of the user", to("<sip:+358-555-1234567;postd=pp22@foo.com;user=phone>"),
     "+358-555-1234567;postd=pp22"},
    {"RFC 4475, 3.1.1.3: escapes stay", to("<sip:sip%3Auser%40example.com@example.net>"),
     "sip%3Auser%40example.com"},
    {"RFC 4475, 3.1.1.13: separators in the user", to("<sip:user;par=u%40h.com@example.com>"),
     "user;par=u%40h.com"},
    {"a question mark and a slash in the user", to("<sip:a?b/c&d=e$,f@example.com>"),
     "a?b/c&d=e$,f"},
    {"an IPv6 host", to("<sip:bob@[2001:db8::10]:5060>;tag=1"), "bob"},
    {"an IPv6 host and no user", to("<sip:[2001:db8::10]>"), ""},
    {"no user", to("<sip:example.com>"), ""},
    {"no user, a port", to("<sip:example.com:5060;lr>"), ""},
    {"an empty user", to("<sip:@example.com>"), ""},
    {"an empty user, a password", to("<sip::secret@example.com>"), ""},
    {"an @ in a tag", to("<sip:example.com>;tag=a@b"), ""},
    {"the case of the user stays", to("<sip:BoB@example.com>"), "BoB"},
    {"tel", to("<tel:+4930123456>;tag=1"), "+4930123456"},
    {"tel, any case", to("<TeL:+4930123456>"), "+4930123456"},
    {"tel with parameters", to("<tel:7042;phone-context=example.com>"), "7042"},
    {"tel, no brackets", to("tel:+4930123456;tag=1"), "+4930123456"},
    {"tel, no brackets, nothing behind it", to("tel:+4930123456"), "+4930123456"},
    {"tel right behind the colon", with("To:tel:123\r\n"), "123"},
    {"tel without a number", to("<tel:>"), ""},
    {"a scheme that ends in tel", to("<hotel:123>"), ""},
    {"another scheme with a user", to("<im:bob@example.com>"), "bob"},
};

const FinderCases kLines = {
    {"no brackets", to("sip:bob@example.com"), "bob"},
    {"no brackets, a tag", to("sip:bob@example.com;tag=1"), "bob"},
    {"no brackets, no user, an @ in a tag", to("sip:example.com;tag=a@b"), ""},
    {"no brackets, no user, an @ behind a blank", to("sip:example.com a@b"), ""},
    {"no brackets, no user, an @ in headers", to("sip:example.com?to=a@b"), ""},
    {"no closing bracket", to("<sip:bob@example.com"), "bob"},
    {"no opening bracket", to("sip:bob@example.com>"), "bob"},
    {"only a closing bracket and no user", to("sip:example.com>@x"), ""},
    {"blanks in the brackets", to("< sip:bob@example.com >"), "bob"},
    {"fold before the value", with("To:\r\n <sip:bob@example.com>\r\n"), "bob"},
    {"fold, LF and tab", with("To:\n\t<sip:bob@example.com>\n"), "bob"},
    {"folds between name and bracket", to("Bob\r\n \r\n\t<sip:bob@example.com>"), "bob"},
    {"a fold in the quotes", to("\"Bob\r\n <sip:eve@x>\" <sip:bob@example.com>"), "bob"},
    {"an escaped fold in the quotes", to("\"Bob\\\r\n \" <sip:bob@example.com>"), "bob"},
    {"a fold behind the brackets", to("<sip:bob@example.com>\r\n ;tag=1"), "bob"},
    {"RFC 4475, 3.1.1.1: TO, a fold",
     with("TO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1"
          "918181833n\r\n"),
     "vivekg"},
    {"a fold in the URI ends it", to("<sip:bob\r\n @example.com>"), ""},
    {"the line ends in the name", to("Bob"), ""},
    {"the line ends in the quotes", to("\"Bob"), ""},
    {"the line ends in the URI", to("<sip:bob"), ""},
    {"a star", to("*"), ""},
    {"no newline behind it", kStart + "To: <sip:bob@", "bob"},
    {"cut in the user", kStart + "To: <sip:bob", ""},
    {"cut in a number", kStart + "To: <tel:12", ""},
    {"cut in a number without brackets", kStart + "To: tel:12", ""},
};

const std::vector<std::string> kPieces = {
    "\r", "\n", "\r\n", "\r\n ", "\n\t",   " ",        "\t",    ":",         "\"", "\\",  "\\\"",
    "<",  ">",  "@",    ";",     "?",      "sip:",     "tel:",  "<tel:",     "To", "To:", "\nt:",
    "t",  "xy", "\xff", "\"<",   "\nTo: ", "\r\n\r\n", "<sip:", "\r\nTo : ", "@x", ";a=b"};

const FinderCheck kRequestCheck(finder_request_user, reference_request_user);

const FinderCases kRequests = {
    {"as usual", "INVITE sip:bob@example.com SIP/2.0\r\n\r\n", "bob"},
    {"host, port and parameters", "INVITE sip:bob@192.0.2.7:5066;line=1;ob SIP/2.0\r\n", "bob"},
    {"a password", "MESSAGE sip:bob:x@example.com SIP/2.0\r\n", "bob"},
    {"a method of one letter", "X sip:bob@example.com SIP/2.0\r\n", "bob"},
    {"a method not known", "FETCH-ALL.!%*_+`'~ sip:bob@example.com SIP/2.0\r\n", "bob"},
    {"line ends before it", "\r\n\r\nINVITE sip:bob@example.com SIP/2.0\r\n", "bob"},
    {"no user", "REGISTER sip:example.com SIP/2.0\r\nTo: <sip:bob@example.com>\r\n", ""},
    {"no user, a port", "OPTIONS sip:example.com:5060 SIP/2.0\r\nTo: <sip:bob@x>\r\n", ""},
    {"tel", "INVITE tel:+4930123456;phone-context=x SIP/2.0\r\n", "+4930123456"},
    {"sips", "INVITE sips:bob@example.com SIP/2.0\r\n", "bob"},
    {"an IPv6 host", "INVITE sip:bob@[2001:db8::1]:5060 SIP/2.0\r\n", "bob"},
    {"in brackets, which is wrong", "INVITE <sip:bob@example.com> SIP/2.0\r\n", "bob"},
    {"a response has none", "SIP/2.0 200 OK\r\nTo: <sip:bob@example.com>\r\n", ""},
    {"a response in small letters", "sip/2.0 200 sip:bob@x\r\nTo: <sip:bob@x>\r\n", ""},
    {"an @ behind the URI", "INVITE sip:example.com a@b\r\n", ""},
    {"cut in the user", "INVITE sip:bob", ""},
    {"cut behind it", "INVITE sip:bob@", "bob"},
    {"nothing", "", ""},
};

} // namespace

TEST_CASE("user: of the Request-URI", "[user]") {
    kRequestCheck.cases(kRequests);
    kRequestCheck.cut_short(messages_of({&kRequests}));
    kRequestCheck.random(messages_of({&kRequests}), kPieces);
    kRequestCheck.collected(3); // there are responses, and requests to a host
}

TEST_CASE("user: names of the header", "[user]") {
    kCheck.cases(kNames);
}

TEST_CASE("user: display names", "[user]") {
    kCheck.cases(kDisplayNames);
}

TEST_CASE("user: URIs", "[user]") {
    kCheck.cases(kUris);
}

TEST_CASE("user: brackets, folds and ends", "[user]") {
    kCheck.cases(kLines);
}

TEST_CASE("user: lengths from 1 to 300, the first 256 bytes count", "[user]") {
    for (std::size_t length = 1; length <= 300; length++) {
        std::string user;
        while (user.size() < length) {
            user += static_cast<char>('a' + user.size() % 26);
        }
        INFO(length);
        CHECK(find(to("Bob <sip:" + user + "@example.com>")) == user.substr(0, 256));
        CHECK(find(to("<tel:" + user + ">")) == user.substr(0, 256));
        CHECK(find(to("\"" + user + "\" <sip:bob@example.com>")) == "bob");
    }
}

TEST_CASE("user: a message cut short is as if it ended there", "[user]") {
    kCheck.cut_short(messages_of({&kNames, &kDisplayNames, &kUris, &kLines}));
}

TEST_CASE("user: far into a large message", "[user]") {
    for (const std::size_t filler : {1400, 3500, 8900, 16200}) {
        CHECK(find(with("X: " + std::string(filler, 'x') + "\r\nTo: <sip:bob@example.com>\r\n")) ==
              "bob");
        CHECK(find(to('"' + std::string(filler, 'x') + "\" <sip:bob@example.com>")) == "bob");
    }
}

TEST_CASE("user: 100,000 random messages, against the reference", "[user]") {
    kCheck.random(messages_of({&kNames, &kDisplayNames, &kUris, &kLines}), kPieces);
}

TEST_CASE("user: collected messages, against the reference", "[user]") {
    kCheck.collected();
}
