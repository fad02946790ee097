// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sip/finder.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>

namespace sipsteer::test {

/// A heap block of exactly the bytes that may be read, so that the sanitizer sees a read too far.
class ExactText {
public:
    /// The bytes begin `shift` bytes behind a 64-byte boundary.
    explicit ExactText(const std::string &bytes, std::size_t shift = 0)
        : size_(bytes.size()), shift_(shift) {
        void *block = nullptr;
        if (posix_memalign(&block, 64, size_ + shift_ + (size_ + shift_ == 0)) != 0) {
            throw std::bad_alloc();
        }
        block_.reset(static_cast<std::uint8_t *>(block));
        if (size_ > 0) {
            std::memcpy(block_.get() + shift_, bytes.data(), size_);
        }
    }

    finder_text text(std::size_t length) const { return {block_.get() + shift_, size_, length}; }

private:
    struct Free {
        void operator()(std::uint8_t *block) const { std::free(block); }
    };
    std::unique_ptr<std::uint8_t, Free> block_;
    std::size_t size_;
    std::size_t shift_;
};

} // namespace sipsteer::test
