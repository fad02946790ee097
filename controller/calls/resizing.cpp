// SPDX-License-Identifier: Apache-2.0
#include "calls/resizing.hpp"

#include "base/log.hpp"

namespace sipsteer::calls {

namespace {

/// One pass may have looked at a bucket before a program that was still in force wrote to it.
constexpr unsigned kEmptyPasses = 2;

} // namespace

std::vector<calls::Segment> call_tables(const dataplane::Maps &maps) {
    std::vector<calls::Segment> tables{{maps.table().calls(), maps.table().births()}};
    if (maps.before()) {
        tables.push_back({maps.before()->calls(), maps.before()->births()});
    }
    return tables;
}

Resizing::Resizing(dataplane::Maps &maps, std::function<void()> tables_changed,
                   std::function<Status()> attach)
    : maps_(maps), tables_changed_(std::move(tables_changed)), attach_(std::move(attach)) {}

bool Resizing::is_present(std::uint32_t call_capacity) const {
    return dataplane::bucket_count(call_capacity) == maps_.table().buckets();
}

Status Resizing::check(std::uint32_t call_capacity) const {
    return is_present(call_capacity) ? Status(Done{}) : maps_.can_resize(call_capacity);
}

Result<std::vector<std::string>> Resizing::begin(std::uint32_t call_capacity) {
    std::vector<std::string> warnings;
    if (is_present(call_capacity)) {
        return warnings;
    }
    const auto buckets = dataplane::bucket_count(call_capacity);
    log::info("call_table_resizing", {{"calls", call_capacity},
                                      {"entries", std::uint64_t{buckets} * SS_BUCKET_ENTRIES},
                                      {"bytes", dataplane::table_bytes(call_capacity)}});
    if (auto resized = maps_.resize(call_capacity); !resized) {
        return resized.error();
    }
    empty_passes_ = 0;
    tables_changed_();
    if (auto attached = attach(); !attached) {
        warnings.push_back(
            "the running programs still use the old table; the daemon retries after each sweep: " +
            attached.error().message);
    }
    return warnings;
}

Status Resizing::attach() {
    auto attached = attach_();
    attach_due_ = !attached;
    if (!attached) {
        log::error("programs_not_replaced", {{"problem", attached.error().message},
                                             {"effect", "the daemon retries after each sweep"}});
    }
    return attached;
}

void Resizing::note_pass(const calls::SweepTotals &totals) {
    if (attach_due_) {
        empty_passes_ = 0;
        (void)attach();
        return;
    }
    if (!maps_.before()) {
        return;
    }
    empty_passes_ = totals.before == 0 ? empty_passes_ + 1 : 0;
    if (empty_passes_ < kEmptyPasses) {
        return;
    }
    maps_.drop_before();
    tables_changed_();
    log::info("call_table_resized",
              {{"entries", std::uint64_t{maps_.table().buckets()} * SS_BUCKET_ENTRIES}});
    (void)attach();
}

} // namespace sipsteer::calls
