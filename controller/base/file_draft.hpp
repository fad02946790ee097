// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <sys/types.h>

namespace sipsteer {

/// The new content of a file, on the disk beside it. Until commit() the file is as it was; after,
/// it has all of the new content, also if the machine loses its power. A draft that is not
/// committed is removed.
class FileDraft {
public:
    /// `mode` is that of the file, for example 0600. It is the caller's.
    static Result<FileDraft> write(const std::string &path, std::string_view content, mode_t mode);

    FileDraft(FileDraft &&other) noexcept;
    FileDraft &operator=(FileDraft &&) = delete;
    ~FileDraft();

    /// Puts the draft in the file's place. Once.
    Status commit();

private:
    explicit FileDraft(std::string path) : path_(std::move(path)) {}
    std::string draft() const { return path_ + ".new"; }

    std::string path_; // empty: moved from, or committed
};

/// Makes what was done to the names in the folder of `path` outlive a loss of power.
Status sync_folder_of(const std::string &path);

} // namespace sipsteer
