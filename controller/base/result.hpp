// SPDX-License-Identifier: Apache-2.0
//
// Result<T>: a value, or an error a person can act on. For failures that a caller must handle;
// exceptions are for programming errors and for libraries that throw.
#pragma once

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <variant>

namespace sipsteer {

/// What went wrong, as one sentence without a full stop: "interface eth7: no such device".
struct Error {
    std::string message;
};

/// An Error from errno-style codes: `what`, a colon, the system's text. `code` is positive.
inline Error system_error(const std::string &what, int code = errno) {
    return Error{what + ": " + std::strerror(code)};
}

template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::move(value)) {}
    Result(Error error) : state_(std::move(error)) {}

    explicit operator bool() const { return state_.index() == 0; }
    bool ok() const { return state_.index() == 0; }

    /// Only when ok().
    T &operator*() { return std::get<0>(state_); }
    const T &operator*() const { return std::get<0>(state_); }
    T *operator->() { return &std::get<0>(state_); }
    const T *operator->() const { return &std::get<0>(state_); }

    /// Only when not ok().
    const Error &error() const { return std::get<1>(state_); }

private:
    std::variant<T, Error> state_;
};

/// The value of a Result that has nothing to say but "done".
struct Done {};
using Status = Result<Done>;

} // namespace sipsteer
