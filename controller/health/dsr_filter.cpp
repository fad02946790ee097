// SPDX-License-Identifier: Apache-2.0
#include "health/dsr_filter.hpp"

#include <netinet/in.h>

namespace sipsteer::health {

namespace {

constexpr std::uint32_t kWhole = 0x40000;

sock_filter statement(std::uint16_t code, std::uint32_t value) {
    return {code, 0, 0, value};
}

/// `on_true` and `on_false`: instructions to skip.
sock_filter jump(std::uint16_t code, std::uint32_t value, std::uint8_t on_true,
                 std::uint8_t on_false) {
    return {code, on_true, on_false, value};
}

constexpr std::uint16_t kLoadByte = BPF_LD | BPF_B | BPF_ABS;
constexpr std::uint16_t kLoadHalf = BPF_LD | BPF_H | BPF_ABS;
constexpr std::uint16_t kLoadByteAtX = BPF_LD | BPF_B | BPF_IND;
constexpr std::uint16_t kLoadHalfAtX = BPF_LD | BPF_H | BPF_IND;
constexpr std::uint16_t kLoadXHeader = BPF_LDX | BPF_B | BPF_MSH;
constexpr std::uint16_t kIfEqual = BPF_JMP | BPF_JEQ | BPF_K;
constexpr std::uint16_t kIfBits = BPF_JMP | BPF_JSET | BPF_K;
constexpr std::uint16_t kReturn = BPF_RET | BPF_K;

} // namespace

std::vector<sock_filter> answer_filter(bool ipv6, std::uint16_t port) {
    if (ipv6) {
        return {
            statement(kLoadByte, 6),              // next header
            jump(kIfEqual, IPPROTO_UDP, 0, 2),    //
            statement(kLoadHalf, 42),             // destination port
            jump(kIfEqual, port, 3, 4),           //
            jump(kIfEqual, IPPROTO_ICMPV6, 0, 3), //
            statement(kLoadByte, 40),             // type
            jump(kIfEqual, 1, 0, 1),              // destination unreachable
            statement(kReturn, kWhole),           //
            statement(kReturn, 0),
        };
    }
    return {
        statement(kLoadHalf, 6),            // flags and fragment offset
        jump(kIfBits, 0x3fff, 9, 0),        //
        statement(kLoadXHeader, 0),         // X: length of the header
        statement(kLoadByte, 9),            // protocol
        jump(kIfEqual, IPPROTO_UDP, 0, 2),  //
        statement(kLoadHalfAtX, 2),         // destination port
        jump(kIfEqual, port, 3, 4),         //
        jump(kIfEqual, IPPROTO_ICMP, 0, 3), //
        statement(kLoadByteAtX, 0),         // type
        jump(kIfEqual, 3, 0, 1),            // destination unreachable
        statement(kReturn, kWhole),         //
        statement(kReturn, 0),
    };
}

std::vector<sock_filter> deaf_filter() {
    return {statement(kReturn, 0)};
}

} // namespace sipsteer::health
