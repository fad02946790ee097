// SPDX-License-Identifier: Apache-2.0
#include "bpf_run.hpp"

#include <bpf/bpf.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace sipsteer::bench {

int must(int result, const std::string &what) {
    if (result < 0) {
        throw std::runtime_error(what + ": " + std::strerror(-result));
    }
    return result;
}

XdpRun run_xdp(int program, std::size_t size, std::uint32_t repeat) {
    std::vector<unsigned char> frame(size);
    LIBBPF_OPTS(bpf_test_run_opts, options);
    options.data_in = frame.data();
    options.data_size_in = static_cast<__u32>(size);
    options.repeat = static_cast<int>(repeat);
    must(bpf_prog_test_run_opts(program, &options), "running an XDP program");
    return {static_cast<double>(options.duration), options.retval};
}

void *map_memory(int map, std::size_t size) {
    void *memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
    if (memory == MAP_FAILED) {
        must(-errno, "mapping a BPF map");
    }
    return memory;
}

void unmap_memory(void *memory, std::size_t size) {
    munmap(memory, size);
}

double map_bytes(int map) {
    std::ifstream file("/proc/self/fdinfo/" + std::to_string(map));
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("memlock:")) {
            return std::stod(line.substr(line.find(':') + 1));
        }
    }
    throw std::runtime_error("the kernel does not tell a map's size");
}

} // namespace sipsteer::bench
