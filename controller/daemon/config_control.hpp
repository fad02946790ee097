// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/config_source.hpp"
#include "base/result.hpp"
#include "base/turns.hpp"
#include "config/model.hpp"
#include "daemon/config_history.hpp"
#include "daemon/configured.hpp"
#include "daemon/operator_file.hpp"
#include "daemon/saved_config.hpp"
#include "farm/plan/ring_moves.hpp"
#include "http/aside.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace sipsteer::daemon {

/// What could not be done though a configuration is in force: a VIP not put on an interface.
using Warnings = std::vector<std::string>;

/// Who works by the configuration.
class ConfigUser {
public:
    virtual ~ConfigUser() = default;

    virtual const config::Config &in_force() const = 0;

    /// Whether a change can be made now; why not.
    virtual Status accepts_changes() const = 0;

    /// Puts another one in force; on failure the old one is kept. `from` is for the log.
    virtual Result<Warnings> adopt(const config::Config &next, const std::string &from) = 0;

    /// Gives the call table the size that is configured. There is no way back from it while calls
    /// run, so it comes last: when all else is in force, and saved.
    virtual Warnings resize() = 0;

    /// How calls would move; `aside` works that out. Fails if `next`, which outlives this, cannot
    /// be put in force.
    virtual boost::asio::awaitable<Result<std::vector<plan::RingMove>>>
    preview(const config::Config &next, http::Aside &aside) = 0;
};

/// What to start with: the operator's file, or what was saved on top of it. Only while state_dir is
/// locked.
config::Config config_at_start(const std::string &path, const OperatorFile &file,
                               const std::string &state_dir);

/// Decides which configuration is in force: the operator's file, or what the API has made of it.
/// Changes and reloads are made one after the other. What takes long is done on a thread; on the
/// event loop a change is only put in force.
class ConfigControl final : public api::ConfigSource {
public:
    /// `path` is that of the operator's file, `hash` that of the version which was read last.
    /// `executor` is that of the event loop. `user` must outlive this.
    ConfigControl(boost::asio::any_io_executor executor, std::string path, std::string hash,
                  const std::string &state_dir, ConfigUser &user);

    /// Waits until the changes that were asked for before are made, and keeps others from being
    /// made while it is held.
    boost::asio::awaitable<Turns::Turn> turn() { return turns_.next(); }

    /// Reads the operator's file again and puts it in force; false if it was refused. Only while
    /// the caller holds a turn().
    boost::asio::awaitable<bool> reload();

    /// Whether the last reload() put the file in force; true before the first.
    bool last_reload_successful() const { return reloaded_; }

    /// What is in force, and on the disk. Any thread may read it.
    std::shared_ptr<const config::Config> in_force() const;

    api::Document current() const override;
    boost::asio::awaitable<ChangeOutcome> change(api::Propose propose, api::ChangeMode mode,
                                                 api::Author author) override;
    std::vector<api::PastConfig> history() const override;
    std::function<std::optional<nlohmann::json>()> past(std::uint64_t id) const override;
    boost::asio::awaitable<SaveOutcome> save_to_file(api::Refuse refuse) override;

private:
    using PutInForce = std::variant<Warnings, http::Problem>;

    void remember_start();
    void replace(std::shared_ptr<const Configured> next);
    boost::asio::awaitable<bool> read_again();
    boost::asio::awaitable<void> remember(std::shared_ptr<const Configured> before,
                                          api::Author author);
    boost::asio::awaitable<Status> put_file_in_force(const config::Config &read);
    boost::asio::awaitable<PutInForce> put_in_force(std::shared_ptr<const Configured> next);

    std::string file_;
    std::string hash_;
    SavedConfig saved_;
    ConfigHistory history_;
    ConfigUser &user_;
    Turns turns_;
    std::shared_ptr<const Configured> in_force_;
    bool reloaded_ = true;
    http::Aside aside_; // the last: what it does ends before the others do
};

} // namespace sipsteer::daemon
