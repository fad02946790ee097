// SPDX-License-Identifier: Apache-2.0
//
// The words of the configuration's choices, from the lists in include/sipsteer. Whoever shows such
// a value asks word() for it, so that a value has one word everywhere.
#pragma once

#include "config/model.hpp"

#include <sipsteer/choices.h>
#include <sipsteer/method.h>
#include <sipsteer/pool.h>
#include <sipsteer/service.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace sipsteer::config {

/// A word and what it stands for.
template <typename T>
struct Choice {
    const char *text;
    T value;
};

/// Of one type: its name in the JSON Schema, kName, and all its words, kAll.
template <typename T>
struct Choices;

#define SIPSTEER_NUMBERED(number, constant, name, word) Choice<T>{word, T::name},
#define SIPSTEER_NAMED(name, word) Choice<T>{word, T::name},
#define SIPSTEER_SCHEDULER(constant, name, word) Choice<T>{word, T::name},
#define SIPSTEER_CHOICES(TYPE, LIST, FORM)                                                         \
    template <>                                                                                    \
    struct Choices<TYPE> {                                                                         \
        using T = TYPE;                                                                            \
        static constexpr const char *kName = #TYPE;                                                \
        static constexpr std::array kAll = {LIST(FORM)};                                           \
    };
SIPSTEER_CHOICES(PoolMode, SS_POOL_MODE_LIST, SIPSTEER_NUMBERED)
SIPSTEER_CHOICES(Key, SS_KEY_LIST, SIPSTEER_NUMBERED)
SIPSTEER_CHOICES(NoCallId, SS_NO_CALL_ID_LIST, SIPSTEER_NUMBERED)
SIPSTEER_CHOICES(WhenDown, SS_WHEN_DOWN_LIST, SIPSTEER_NUMBERED)
SIPSTEER_CHOICES(Scheduler, SS_SCHEDULER_LIST, SIPSTEER_SCHEDULER)
SIPSTEER_CHOICES(XdpMode, SS_XDP_MODE_LIST, SIPSTEER_NAMED)
SIPSTEER_CHOICES(Checksums, SS_CHECKSUMS_LIST, SIPSTEER_NAMED)
SIPSTEER_CHOICES(OnExit, SS_ON_EXIT_LIST, SIPSTEER_NAMED)
SIPSTEER_CHOICES(ProbeType, SS_PROBE_TYPE_LIST, SIPSTEER_NAMED)
SIPSTEER_CHOICES(ProbePath, SS_PROBE_PATH_LIST, SIPSTEER_NAMED)
SIPSTEER_CHOICES(Forward, SS_FORWARD_LIST, SIPSTEER_NAMED)
SIPSTEER_CHOICES(Admin, SS_ADMIN_LIST, SIPSTEER_NAMED)
SIPSTEER_CHOICES(Protocol, SS_PROTOCOL_LIST, SIPSTEER_NUMBERED)
SIPSTEER_CHOICES(GuardFrom, SS_GUARD_FROM_LIST, SIPSTEER_NUMBERED)
SIPSTEER_CHOICES(Share, SIPSTEER_SHARE_LIST, SIPSTEER_NAMED)
#undef SIPSTEER_NUMBERED
#undef SIPSTEER_NAMED
#undef SIPSTEER_SCHEDULER
#undef SIPSTEER_CHOICES

/// Methods that a pool can be chosen by (enum ss_method).
struct RequestMethod {};
template <>
struct Choices<RequestMethod> {
    static constexpr const char *kName = "RequestMethod";
#define SIPSTEER_METHOD(number, constant, label) Choice<std::uint8_t>{label, number},
    static constexpr std::array kAll = {SS_REQUEST_LIST(SIPSTEER_METHOD)
                                            SS_OTHER_REQUEST(SIPSTEER_METHOD)};
#undef SIPSTEER_METHOD
};

/// The configuration has a level by its word, as the log does.
struct LogLevel {};
template <>
struct Choices<LogLevel> {
    static constexpr const char *kName = "LogLevel";
#define SIPSTEER_LEVEL(name, word) Choice<const char *>{word, word},
    static constexpr std::array kAll = {SS_LOG_LEVEL_LIST(SIPSTEER_LEVEL)};
#undef SIPSTEER_LEVEL
};

/// The word of one of the values of Choices<T>; empty if it is none.
template <typename T, typename Value>
constexpr const char *word_of(const Value &value) {
    for (const auto &choice : Choices<T>::kAll) {
        if (choice.value == value) {
            return choice.text;
        }
    }
    return "";
}

template <typename T>
std::vector<std::string> words() {
    std::vector<std::string> all;
    all.reserve(Choices<T>::kAll.size());
    for (const auto &choice : Choices<T>::kAll) {
        all.emplace_back(choice.text);
    }
    return all;
}

template <typename T>
constexpr const char *word(T value) {
    return word_of<T>(value);
}

} // namespace sipsteer::config
