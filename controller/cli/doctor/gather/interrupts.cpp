// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor/gather/interrupts.hpp"

#include "cli/doctor/gather/text_file.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <sstream>

namespace sipsteer::doctor {

namespace {

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    return text;
}

/// The CPU that it goes to now, or those that it may go to.
std::set<unsigned> cpus_of(unsigned interrupt) {
    const std::string directory = "/proc/irq/" + std::to_string(interrupt);
    for (const char *file : {"/effective_affinity_list", "/smp_affinity_list"}) {
        const auto list = read_text(directory + file);
        if (list && !list->empty()) {
            return cpus_in(*list);
        }
    }
    return {};
}

} // namespace

std::set<unsigned> cpus_in(const std::string &list) {
    std::set<unsigned> cpus;
    std::istringstream parts(list);
    for (std::string part; std::getline(parts, part, ',');) {
        const auto dash = part.find('-');
        const auto first = number_in(std::string_view(part).substr(0, dash));
        const auto last =
            dash == part.npos ? first : number_in(std::string_view(part).substr(dash + 1));
        for (auto cpu = first.value_or(1); first && last && cpu <= *last; cpu++) {
            cpus.insert(static_cast<unsigned>(cpu));
        }
    }
    return cpus;
}

std::map<unsigned, std::string> names_in(const std::string &interrupts) {
    std::map<unsigned, std::string> names;
    std::istringstream lines(interrupts);
    for (std::string line; std::getline(lines, line);) {
        const auto begin = line.find_first_not_of(' ');
        const auto colon = line.find(':');
        if (begin == line.npos || colon == line.npos || colon < begin) {
            continue;
        }
        const auto number = number_in(std::string_view(line).substr(begin, colon - begin));
        const auto blank = line.find_last_of(' ');
        if (number && blank != line.npos) {
            names[static_cast<unsigned>(*number)] = line.substr(blank + 1);
        }
    }
    return names;
}

bool is_receiving(const std::string &name) {
    constexpr std::array<const char *, 12> kOthers = {"config", "async",  "control", "mgmnt",
                                                      "misc",   "output", "pages",   "cmd",
                                                      "event",  "mbx",    "fdir",    "link"};
    const std::string text = lower_case(name);
    const auto has = [&](const char *part) { return text.find(part) != text.npos; };
    return std::none_of(kOthers.begin(), kOthers.end(), has) && (!has("tx") || has("rx"));
}

std::vector<Interrupt> interrupts_of(const std::string &bus) {
    std::vector<Interrupt> interrupts;
    if (bus.empty() || bus.find('/') != bus.npos) {
        return interrupts;
    }
    const auto all = read_text("/proc/interrupts");
    const auto names = names_in(all ? *all : "");
    std::error_code failed;
    std::filesystem::directory_iterator entries("/sys/bus/pci/devices/" + bus + "/msi_irqs",
                                                failed);
    for (; !failed && entries != std::filesystem::directory_iterator(); entries.increment(failed)) {
        const auto number = number_in(entries->path().filename().string());
        const auto named = number ? names.find(static_cast<unsigned>(*number)) : names.end();
        if (named != names.end() && is_receiving(named->second)) {
            interrupts.push_back({named->first, named->second, cpus_of(named->first)});
        }
    }
    std::sort(interrupts.begin(), interrupts.end(),
              [](const auto &a, const auto &b) { return a.number < b.number; });
    return interrupts;
}

} // namespace sipsteer::doctor
