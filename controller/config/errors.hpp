// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sipsteer::config {

/// What is wrong with one field.
struct FieldError {
    std::string path;    // "pools[0].servers[2].address"; empty: the document as a whole
    std::string message; // "\"10.0.0.300\" is not an address"

    /// `pools[0].servers[2].address: "10.0.0.300" is not an address`
    std::string to_string() const { return path.empty() ? message : path + ": " + message; }

    bool operator==(const FieldError &) const = default;
};

/// Collects what is wrong, so that a person sees all of it at once: the first kMost errors, and a
/// line that says that there are more. Readers stop when it is full: a document of a megabyte can
/// be wrong in a hundred thousand places.
class Errors {
public:
    static constexpr std::size_t kMost = 100;

    void add(const std::string &path, std::string message) {
        if (all_.size() < kMost) {
            paths_.insert(path);
            all_.push_back({path, std::move(message)});
        } else if (!full_) {
            full_ = true;
            all_.push_back(
                {"", "more than " + std::to_string(kMost) + " errors; mend these first"});
        }
    }

    /// Whether this very field is known to be wrong: checks that compare fields leave it out.
    bool has(const std::string &path) const { return paths_.count(path) != 0; }

    bool empty() const { return all_.empty(); }

    /// There are more errors than are kept: nobody need look for others.
    bool full() const { return full_; }

    const std::vector<FieldError> &all() const { return all_; }

private:
    std::vector<FieldError> all_;
    std::set<std::string> paths_;
    bool full_ = false;
};

} // namespace sipsteer::config
