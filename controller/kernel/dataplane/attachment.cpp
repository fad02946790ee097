// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/attachment.hpp"

#include "base/fd.hpp"
#include "base/log.hpp"
#include "config/choices.hpp"
#include "kernel/dataplane/multiprog.hpp"
#include "kernel/dataplane/program_info.hpp"

#include <sipsteer.skel.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <xdp/libxdp.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <linux/if_link.h>
#include <memory>
#include <net/if.h>
#include <optional>

namespace sipsteer::dataplane {

namespace {

struct ProgramDeleter {
    void operator()(xdp_program *program) const { xdp_program__close(program); }
};
using Program = std::unique_ptr<xdp_program, ProgramDeleter>;

/// Whether a program is among those, alone or in a dispatcher. `programs`: null if there are none.
bool runs_program(const xdp_multiprog *programs, std::uint32_t program_id) {
    if (programs == nullptr) {
        return false;
    }
    if (xdp_multiprog__is_legacy(programs)) {
        return xdp_program__id(xdp_multiprog__main_prog(programs)) == program_id;
    }
    xdp_program *program = nullptr;
    while ((program = xdp_multiprog__next_prog(program, programs)) != nullptr) {
        if (xdp_program__id(program) == program_id) {
            return true;
        }
    }
    return false;
}

std::string libxdp_text(int code) {
    char text[256] = {};
    libxdp_strerror(code, text, sizeof(text));
    return text;
}

std::uint32_t mode_flag(bool native) {
    return native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
}

std::string program_pin(const std::string &pin_dir, std::string interface) {
    // A bpffs refuses dots in names.
    std::replace(interface.begin(), interface.end(), '.', '_');
    return maps_directory(pin_dir) + "/program_" + interface;
}

/// For people and tools; nothing depends on it.
void pin_program(int program_fd, const std::string &path) {
    ::unlink(path.c_str());
    if (bpf_obj_pin(program_fd, path.c_str()) != 0) {
        log::warn("program_not_pinned", {{"path", path}, {"problem", std::strerror(errno)}});
    }
}

/// One attempt to put a program on an interface.
class Attaching {
public:
    Attaching(const config::Interface &interface, std::uint32_t ifindex, const MapOptions &options,
              const Maps &maps)
        : interface_(interface), ifindex_(ifindex), options_(options), maps_(maps),
          tables_(pinned_call_tables(options.pin_dir)) {}

    Result<Attachment> run() {
        const auto found = attached_to(ifindex_);
        if (!found) {
            return Error{where() + found.error().message};
        }
        const Multiprog &present = *found;
        if (!present) {
            return fresh();
        }
        if (!xdp_multiprog__is_legacy(present.get())) {
            return into_dispatcher(present.get());
        }
        const int fd = xdp_program__fd(xdp_multiprog__main_prog(present.get()));
        if (!uses_any_map(fd, tables_)) {
            return Error{where() + "another XDP program is attached (" + program_label(fd) +
                         ") and cannot share the interface; detach it first"};
        }
        const bool native = xdp_multiprog__attach_mode(present.get()) == XDP_MODE_NATIVE;
        return wants(native) ? swap(fd, native) : change_mode(fd, native);
    }

private:
    bool wants(bool native) const {
        return interface_.mode == config::XdpMode::Auto ||
               (interface_.mode == config::XdpMode::Native) == native;
    }

    std::string where() const { return "interface " + interface_.name + ": "; }

    Result<Skeleton> open() const { return open_object(options_, maps_.sizes()); }

    /// Attaches through libxdp, which loads the program as its dispatcher needs it.
    Result<Attachment> attach_through_libxdp(bool native) {
        auto skeleton = open();
        if (!skeleton) {
            return skeleton.error();
        }
        const Program program(xdp_program__from_bpf_obj((*skeleton)->obj, "xdp.frags"));
        if (const long failed = libxdp_get_error(program.get()); failed != 0) {
            return Error{where() + libxdp_text(static_cast<int>(failed))};
        }
        // libxdp looks for the flag before libbpf sets it by the section's name.
        xdp_program__set_xdp_frags_support(program.get(), true);
        const auto mode = native ? XDP_MODE_NATIVE : XDP_MODE_SKB;
        const int failed = xdp_program__attach(program.get(), static_cast<int>(ifindex_), mode, 0);
        if (failed != 0) {
            return Error{where() + "cannot attach in " + mode_word(native) +
                         " mode: " + libxdp_text(failed)};
        }
        return describe(xdp_program__fd(program.get()), native);
    }

    Result<Attachment> fresh() {
        if (interface_.mode == config::XdpMode::Generic) {
            return attach_through_libxdp(false);
        }
        auto native = attach_through_libxdp(true);
        if (native || interface_.mode == config::XdpMode::Native) {
            return native;
        }
        auto generic = attach_through_libxdp(false);
        if (generic) {
            generic->native_problem = native.error().message;
        }
        return generic;
    }

    /// Beside others: the new program goes in before the old one goes out. For a moment both are
    /// there; what the first one sends on, the second never sees.
    Result<Attachment> into_dispatcher(const xdp_multiprog *present) {
        const bool native = xdp_multiprog__attach_mode(present) == XDP_MODE_NATIVE;
        if (!wants(native)) {
            return Error{where() + "the XDP programs on it run in " + mode_word(native) +
                         " mode; detach them first"};
        }
        xdp_program *old = find_ours(present, tables_);
        auto attachment = attach_through_libxdp(native);
        if (!attachment || old == nullptr) {
            return attachment;
        }
        const auto mode = native ? XDP_MODE_NATIVE : XDP_MODE_SKB;
        const int failed = xdp_program__detach(old, static_cast<int>(ifindex_), mode, 0);
        if (failed != 0) {
            return Error{where() + "cannot detach the older program: " + libxdp_text(failed)};
        }
        attachment->replaced = true;
        return attachment;
    }

    /// Alone: one atomic replacement.
    Result<Attachment> swap(int old_fd, bool native) {
        auto skeleton = open();
        if (!skeleton) {
            return skeleton.error();
        }
        if (const int failed = sipsteer_bpf__load(skeleton->get()); failed != 0) {
            return system_error(where() + "cannot load the program", -failed);
        }
        const int fd = bpf_program__fd((*skeleton)->progs.sipsteer);
        LIBBPF_OPTS(bpf_xdp_attach_opts, replace, .old_prog_fd = old_fd);
        const int failed = bpf_xdp_attach(static_cast<int>(ifindex_), fd,
                                          mode_flag(native) | XDP_FLAGS_REPLACE, &replace);
        if (failed != 0) {
            return system_error(where() + "cannot replace the older program", -failed);
        }
        auto attachment = describe(fd, native);
        if (attachment) {
            attachment->replaced = true;
        }
        if (attachment && interface_.mode == config::XdpMode::Auto && !native) {
            attachment->native_problem = "the program it replaces ran in generic mode";
        }
        return attachment;
    }

    /// The kernel cannot change the mode of what is attached: for a moment nothing is.
    Result<Attachment> change_mode(int old_fd, bool native) {
        log::warn("xdp_mode_change", {{"interface", interface_.name},
                                      {"from", mode_word(native)},
                                      {"effect", "the kernel gets all packets until it is done"}});
        LIBBPF_OPTS(bpf_xdp_attach_opts, expected, .old_prog_fd = old_fd);
        const int failed = bpf_xdp_detach(static_cast<int>(ifindex_), mode_flag(native), &expected);
        if (failed != 0) {
            return system_error(where() + "cannot detach the older program", -failed);
        }
        auto attachment = attach_through_libxdp(!native);
        if (attachment) {
            attachment->replaced = true;
        } else if (auto back = attach_through_libxdp(native); !back) {
            log::error("xdp_lost", {{"interface", interface_.name},
                                    {"problem", back.error().message},
                                    {"effect", "no program is attached"}});
        }
        return attachment;
    }

    Result<Attachment> describe(int program_fd, bool native) {
        const auto id = program_id(program_fd);
        if (!id) {
            return id.error();
        }
        const auto now = attached_to(ifindex_);
        pin_program(program_fd, program_pin(options_.pin_dir, interface_.name));
        Attachment attachment;
        attachment.interface = interface_.name;
        attachment.ifindex = ifindex_;
        attachment.native = native;
        attachment.dispatcher = now && *now && !xdp_multiprog__is_legacy(now->get());
        attachment.program_id = *id;
        return attachment;
    }

    const config::Interface &interface_;
    std::uint32_t ifindex_;
    const MapOptions &options_;
    const Maps &maps_;
    std::vector<std::uint32_t> tables_;
};

Result<bool> detach_alone(const xdp_multiprog *present, std::uint32_t ifindex,
                          const std::vector<std::uint32_t> &tables) {
    const int fd = xdp_program__fd(xdp_multiprog__main_prog(present));
    if (!uses_any_map(fd, tables)) {
        return false;
    }
    const bool native = xdp_multiprog__attach_mode(present) == XDP_MODE_NATIVE;
    LIBBPF_OPTS(bpf_xdp_attach_opts, expected, .old_prog_fd = fd);
    const int failed = bpf_xdp_detach(static_cast<int>(ifindex), mode_flag(native), &expected);
    if (failed != 0) {
        return system_error("cannot detach", -failed);
    }
    return true;
}

Result<bool> detach_from_dispatcher(const xdp_multiprog *present, std::uint32_t ifindex,
                                    const std::vector<std::uint32_t> &tables) {
    xdp_program *ours = find_ours(present, tables);
    if (ours == nullptr) {
        return false;
    }
    const int failed = xdp_program__detach(ours, static_cast<int>(ifindex),
                                           xdp_multiprog__attach_mode(present), 0);
    if (failed != 0) {
        return Error{"cannot detach: " + libxdp_text(failed)};
    }
    return true;
}

int libxdp_print(libxdp_print_level, const char *format, va_list arguments) {
    char line[1024];
    const int length = std::vsnprintf(line, sizeof(line), format, arguments);
    std::string_view text(line);
    while (!text.empty() && text.back() == '\n') {
        text.remove_suffix(1);
    }
    log::debug("libxdp", {{"message", text}});
    return length;
}

int libbpf_print(libbpf_print_level level, const char *format, va_list arguments) {
    return level == LIBBPF_DEBUG ? 0 : libxdp_print(LIBXDP_INFO, format, arguments);
}

} // namespace

const char *mode_word(bool native) {
    return config::word(native ? config::XdpMode::Native : config::XdpMode::Generic);
}

Result<Attachment> attach(const config::Interface &interface, const MapOptions &options,
                          const Maps &maps) {
    const std::uint32_t ifindex = if_nametoindex(interface.name.c_str());
    if (ifindex == 0) {
        return system_error("interface " + interface.name);
    }
    return Attaching(interface, ifindex, options, maps).run();
}

Status check_attached(const Attachment &attachment) {
    const std::string where = "interface " + attachment.interface + ": ";
    if (if_nametoindex(attachment.interface.c_str()) != attachment.ifindex) {
        return Error{where + "it is gone, or a new interface has its name"};
    }
    const auto found = attached_to(attachment.ifindex);
    if (!found) {
        return Error{where + found.error().message};
    }
    if (!runs_program(found->get(), attachment.program_id)) {
        return Error{where + "the program is no longer attached"};
    }
    return Done{};
}

Result<bool> detach(const std::string &interface, const std::string &pin_dir) {
    const std::uint32_t ifindex = if_nametoindex(interface.c_str());
    const auto found = ifindex == 0 ? Result<Multiprog>(Multiprog()) : attached_to(ifindex);
    if (!found) {
        return Error{"interface " + interface + ": " + found.error().message};
    }
    const Multiprog &present = *found;
    if (!present) {
        return false;
    }
    const auto tables = pinned_call_tables(pin_dir);
    auto detached = xdp_multiprog__is_legacy(present.get())
                        ? detach_alone(present.get(), ifindex, tables)
                        : detach_from_dispatcher(present.get(), ifindex, tables);
    if (!detached) {
        return Error{"interface " + interface + ": " + detached.error().message};
    }
    return detached;
}

Status detach_except(const std::vector<std::string> &keep, const std::string &pin_dir) {
    Status status = Done{};
    struct if_nameindex *const interfaces = if_nameindex();
    if (interfaces == nullptr) {
        return system_error("cannot list the interfaces");
    }
    for (auto *entry = interfaces; entry->if_index != 0; entry++) {
        const std::string name = entry->if_name;
        if (std::find(keep.begin(), keep.end(), name) != keep.end()) {
            continue;
        }
        const auto detached = detach(name, pin_dir);
        if (!detached) {
            status = detached.error();
        } else if (*detached) {
            log::info("xdp_detached", {{"interface", name}});
        }
    }
    if_freenameindex(interfaces);
    return status;
}

void redirect_library_messages() {
    libxdp_set_print(libxdp_print);
    libbpf_set_print(libbpf_print);
}

} // namespace sipsteer::dataplane
