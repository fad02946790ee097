// SPDX-License-Identifier: Apache-2.0
#include "daemon/foundation.hpp"

#include "base/log.hpp"
#include "config/warnings.hpp"
#include "daemon/config_control.hpp"
#include "daemon/neighbour_room.hpp"
#include "daemon/open_files.hpp"
#include "daemon/startup.hpp"
#include "kernel/dataplane/orphan.hpp"
#include "kernel/dataplane/secret.hpp"

#include <utility>

namespace sipsteer::daemon {

void warn_about(const config::Config &config) {
    for (const auto &warning : config::warnings_about(config)) {
        log::warn("config_warning", {{"problem", warning.to_string()}});
    }
    check_open_files_limit(config);
    check_neighbour_room(config);
}

Result<Foundation> lay_foundation(const OperatorFile &file, const Options &options) {
    auto locks = lock_directories(*file.parsed);
    if (!locks) {
        return locks.error();
    }
    auto config = config_at_start(options.config_file, file, file.parsed->state_dir);
    (void)log::set_level(options.log_level.empty() ? config.log_level : options.log_level);
    raise_open_files_limit();
    warn_about(config);
    if (auto adopted = dataplane::adopt_orphan(config.interfaces, config.pin_dir); !adopted) {
        return adopted.error();
    }
    const auto secret = dataplane::load_or_make_secret(config.state_dir, config.pin_dir);
    if (!secret) {
        return secret.error();
    }
    dataplane::MapOptions map_options{config.pin_dir, *secret, config.call_capacity,
                                      config.fragments};
    log::info("call_table_wanted", {{"calls", config.call_capacity},
                                    {"bytes", dataplane::table_bytes(config.call_capacity)}});
    auto maps = dataplane::Maps::open(map_options);
    if (!maps) {
        return maps.error();
    }
    log::info("call_table",
              {{"entries", maps->table().buckets() * SS_BUCKET_ENTRIES},
               {"bytes", maps->table().calls().size_bytes() + maps->table().births().size_bytes()},
               {"taken_over", maps->taken_over()}});
    return Foundation{std::move(*locks), std::move(config), std::move(map_options),
                      std::move(*maps)};
}

} // namespace sipsteer::daemon
