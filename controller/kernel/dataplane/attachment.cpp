// SPDX-License-Identifier: Apache-2.0
#include "kernel/dataplane/attachment.hpp"

#include "base/fd.hpp"
#include "base/log.hpp"
#include "config/choices.hpp"
#include "kernel/dataplane/left_open.hpp"
#include "kernel/dataplane/multiprog.hpp"
#include "kernel/dataplane/orphan.hpp"
#include "kernel/dataplane/program_info.hpp"

#include <sipsteer.skel.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <xdp/libxdp.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <fcntl.h>
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

/// Whether a program is among those, alone or in a dispatcher.
bool runs_program(const xdp_multiprog *programs, std::uint32_t program_id) {
    const auto all = programs_of(programs);
    return std::any_of(all.begin(), all.end(), [&](const xdp_program *program) {
        return xdp_program__id(program) == program_id;
    });
}

std::uint32_t id_on_link(const xdp_multiprog *programs) {
    return xdp_program__id(xdp_multiprog__main_prog(programs));
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

/// Tells our programs from others'.
class Recognition {
public:
    Recognition(const std::string &pin_dir, Ours ours)
        : tables_(pinned_call_tables(pin_dir)), or_orphan_(ours == Ours::OrOrphan) {}

    bool operator()(int program_fd) const {
        return uses_any_map(program_fd, tables_) || (or_orphan_ && is_orphan(program_fd));
    }

private:
    std::vector<std::uint32_t> tables_;
    bool or_orphan_;
};

/// A fault left more than one there once: the first would steer, by maps that nobody writes.
std::vector<xdp_program *> all_ours(const xdp_multiprog *programs, const Recognition &is_ours) {
    auto all = programs_of(programs);
    std::erase_if(all, [&](const auto *program) { return !is_ours(xdp_program__fd(program)); });
    return all;
}

/// Takes programs out of a dispatcher.
Status detach_programs(const std::vector<xdp_program *> &programs, const xdp_multiprog *present,
                       std::uint32_t ifindex) {
    const auto mode = xdp_multiprog__attach_mode(present);
    for (auto *program : programs) {
        const int failed = xdp_program__detach(program, static_cast<int>(ifindex), mode, 0);
        if (failed != 0) {
            return Error{"cannot detach: " + libxdp_text(failed)};
        }
    }
    return Done{};
}

/// One attempt to put a program on an interface.
class Attaching {
public:
    Attaching(const config::Interface &interface, std::uint32_t ifindex, const MapOptions &options,
              const Maps &maps)
        : interface_(interface), ifindex_(ifindex), options_(options), maps_(maps),
          is_ours_(options.pin_dir, Ours::OrOrphan) {}

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
        if (!is_ours_(fd)) {
            return Error{where() + "another XDP program is attached (" + program_label(fd) +
                         ") and cannot share the interface; detach it first" + daemon_words(fd)};
        }
        const bool native = xdp_multiprog__attach_mode(present.get()) == XDP_MODE_NATIVE;
        return wants(native) ? swap(fd, native) : change_mode(fd, native);
    }

private:
    bool wants(bool native) const {
        return interface_.mode == config::XdpMode::Auto ||
               (interface_.mode == config::XdpMode::Native) == native;
    }

    /// A program of another daemon, which has another pin_dir.
    static std::string daemon_words(int program_fd) {
        const auto daemon = looks_like_ours(program_fd) ? daemon_of(program_fd) : std::nullopt;
        return daemon ? "; process " + std::to_string(daemon->pid) + " (" + daemon->name +
                            (daemon->seen ? ") runs it" : ") may run it") + " with another pin_dir"
                      : "";
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
        const auto older = all_ours(present, is_ours_);
        auto attachment = attach_through_libxdp(native);
        if (!attachment || older.empty()) {
            return attachment;
        }
        if (auto gone = detach_programs(older, present, ifindex_); !gone) {
            return Error{where() + "the older program: " + gone.error().message};
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
        const auto bound = bind_maps(
            program_fd, {maps_.service_names(), maps_.pool_names(), maps_.server_names()});
        if (!bound) {
            log::warn("maps_not_bound", {{"problem", bound.error().message},
                                         {"effect", "if the pins are lost, so are the calls"}});
        }
        pin_program(program_fd, program_pin(options_.pin_dir, interface_.name));
        Attachment attachment;
        attachment.interface = interface_.name;
        attachment.ifindex = ifindex_;
        attachment.native = native;
        attachment.dispatcher = now && *now && !xdp_multiprog__is_legacy(now->get());
        attachment.program_id = *id;
        attachment.on_link = now && *now ? id_on_link(now->get()) : *id;
        attachment.tables = maps_.sizes();
        attachment.program = std::make_shared<const Fd>(::fcntl(program_fd, F_DUPFD_CLOEXEC, 0));
        return attachment;
    }

    const config::Interface &interface_;
    std::uint32_t ifindex_;
    const MapOptions &options_;
    const Maps &maps_;
    Recognition is_ours_;
};

Result<bool> detach_alone(const xdp_multiprog *present, std::uint32_t ifindex,
                          const Recognition &is_ours) {
    const int fd = xdp_program__fd(xdp_multiprog__main_prog(present));
    if (!is_ours(fd)) {
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
                                    const Recognition &is_ours) {
    const auto ours = all_ours(present, is_ours);
    const auto gone = detach_programs(ours, present, ifindex);
    return gone ? Result<bool>(!ours.empty()) : gone.error();
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

Result<Attachment> attach(const config::Interface &interface, std::uint32_t ifindex,
                          const MapOptions &options, const Maps &maps) {
    LeftOpen left_open;
    auto attachment = Attaching(interface, ifindex, options, maps).run();
    if (attachment) {
        left_open.keep(attachment->program->get());
    }
    return attachment;
}

Result<Attachment> attach_again(const Attachment &known, std::uint32_t ifindex) {
    if (known.dispatcher || !known.program) {
        return Error{"it shares the interface"};
    }
    const int failed =
        bpf_xdp_attach(static_cast<int>(ifindex), known.program->get(),
                       mode_flag(known.native) | XDP_FLAGS_UPDATE_IF_NOEXIST, nullptr);
    if (failed != 0) {
        return system_error("cannot attach", -failed);
    }
    Attachment again = known;
    again.ifindex = ifindex;
    again.replaced = false;
    return again;
}

bool follow(Attachment &attachment) {
    const LeftOpen left_open;
    const auto found = attached_to(attachment.ifindex);
    if (!found || !*found || !runs_program(found->get(), attachment.program_id)) {
        return false;
    }
    attachment.on_link = id_on_link(found->get());
    attachment.dispatcher = !xdp_multiprog__is_legacy(found->get());
    return true;
}

Result<bool> detach(const std::string &interface, std::uint32_t ifindex, const std::string &pin_dir,
                    Ours ours) {
    const LeftOpen left_open;
    const auto found = attached_to(ifindex);
    if (!found) {
        return Error{"interface " + interface + ": " + found.error().message};
    }
    const Multiprog &present = *found;
    if (!present) {
        return false;
    }
    const Recognition is_ours(pin_dir, ours);
    auto detached = xdp_multiprog__is_legacy(present.get())
                        ? detach_alone(present.get(), ifindex, is_ours)
                        : detach_from_dispatcher(present.get(), ifindex, is_ours);
    if (!detached) {
        return Error{"interface " + interface + ": " + detached.error().message};
    }
    return detached;
}

Result<unsigned> detach_except(const std::set<std::uint32_t> &keep, const std::string &pin_dir) {
    Result<unsigned> detached = 0U;
    struct if_nameindex *const interfaces = if_nameindex();
    if (interfaces == nullptr) {
        return system_error("cannot list the interfaces");
    }
    for (auto *entry = interfaces; entry->if_index != 0; entry++) {
        if (keep.contains(entry->if_index)) {
            continue;
        }
        const auto one = detach(entry->if_name, entry->if_index, pin_dir);
        if (!one) {
            detached = one.error();
        } else if (*one) {
            log::info("xdp_detached", {{"interface", entry->if_name}});
            detached = detached ? Result<unsigned>(*detached + 1) : detached;
        }
    }
    if_freenameindex(interfaces);
    return detached;
}

void redirect_library_messages() {
    libxdp_set_print(libxdp_print);
    libbpf_set_print(libbpf_print);
}

} // namespace sipsteer::dataplane
