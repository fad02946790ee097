// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "program.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <span>

namespace sipsteer::test {

/// An array map's memory: read and written without a system call, as the controller does it.
template <typename Value>
class MapMemory {
public:
    MapMemory() = default;
    MapMemory(int map, std::size_t count) {
        static_assert(sizeof(Value) % 8 == 0, "the kernel rounds elements up to 8 bytes");
        void *memory =
            mmap(nullptr, count * sizeof(Value), PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
        must(memory == MAP_FAILED ? -errno : 0, "mapping a map");
        values_ = {static_cast<Value *>(memory), count};
    }
    ~MapMemory() {
        if (!values_.empty()) {
            munmap(values_.data(), values_.size_bytes());
        }
    }
    MapMemory(const MapMemory &) = delete;
    MapMemory &operator=(const MapMemory &) = delete;
    MapMemory(MapMemory &&other) noexcept : values_(std::exchange(other.values_, {})) {}
    MapMemory &operator=(MapMemory &&other) noexcept {
        std::swap(values_, other.values_);
        return *this;
    }

    std::span<Value> span() const { return values_; }

private:
    std::span<Value> values_;
};

/// The call table and what belongs to it, of the program that is loaded.
struct TableMemory {
    MapMemory<ss_bucket> calls{fd_of(Program::get().maps().calls), Program::get().buckets()};
    MapMemory<ss_births> births{fd_of(Program::get().maps().births), Program::get().buckets()};
    MapMemory<ss_server_load> loads{fd_of(Program::get().maps().server_load), SS_MAX_SERVERS};
};

} // namespace sipsteer::test
