// SPDX-License-Identifier: Apache-2.0
#include "base/state_file.hpp"

#include <filesystem>
#include <fstream>

namespace sipsteer {

namespace {

std::string boot_id() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    std::getline(file, id);
    return id;
}

} // namespace

nlohmann::json load_state(const std::string &file) {
    std::ifstream stream(file);
    auto state = nlohmann::json::parse(stream, nullptr, false);
    const bool ours =
        state.is_object() && state.contains("boot_id") && state["boot_id"] == boot_id();
    return ours ? std::move(state) : nlohmann::json();
}

Status save_state(const std::string &file, nlohmann::json state) {
    std::error_code failed;
    if (state.is_null()) {
        std::filesystem::remove(file, failed);
        return Done{};
    }
    state["boot_id"] = boot_id();
    const auto draft = file + ".new";
    if (std::ofstream stream(draft); !(stream << state.dump(2) << std::endl)) {
        return Error{"cannot write " + draft};
    }
    std::filesystem::rename(draft, file, failed);
    return failed ? Status(Error{failed.message()}) : Status(Done{});
}

} // namespace sipsteer
