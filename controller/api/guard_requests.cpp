// SPDX-License-Identifier: Apache-2.0
#include "api/guard_requests.hpp"

#include "base/log.hpp"
#include "base/utc_time.hpp"

#include <iterator>
#include <utility>

namespace sipsteer::api {

namespace {

using farm::BanRefused;
using http::Problem;
using nlohmann::json;

json service_or_null(const std::string &name) {
    return name.empty() ? json(nullptr) : json(name);
}

json ban_until_json(const plan::Ban &ban) {
    return ban.until ? json(utc_text(*ban.until)) : json(nullptr);
}

Problem ban_problem(const BanRefused &refused) {
    switch (refused.why) {
    case BanRefused::Why::NoService:
    case BanRefused::Why::NoBan:
        return {404, refused.text, {}, {}};
    case BanRefused::Why::TooWide:
        return {422, refused.text, {}, "/prefix"};
    case BanRefused::Why::Trusted:
        return {409, refused.text, {}, {}};
    case BanRefused::Why::Full:
        return {507, refused.text, {}, {}};
    case BanRefused::Why::NotWritten:
        break;
    }
    return {500, refused.text, {}, {}};
}

/// Where a page ends: "SERVICE,PREFIX".
std::string guard_page_end(const std::string &service, const Prefix &prefix) {
    return service + ',' + prefix.to_string();
}

struct GuardPageEnd {
    std::string service;
    Prefix prefix;
};

std::optional<GuardPageEnd> read_page_end(const std::string &text) {
    const auto comma = text.find(',');
    if (comma == text.npos) {
        return std::nullopt;
    }
    const auto prefix = Prefix::parse(text.substr(comma + 1));
    return prefix ? std::optional(GuardPageEnd{text.substr(0, comma), *prefix}) : std::nullopt;
}

Problem wrong_guard_page() {
    return {400, "not the \"next\" of a page", "after", {}};
}

/// What a page has besides its entries.
json guard_page(const char *name, json entries, std::size_t total, const std::string &next) {
    return {{name, std::move(entries)},
            {"total", total},
            {"more", !next.empty()},
            {"next", service_or_null(next)}};
}

json guard_row_json(const farm::Guard &guard, const farm::GuardRow &row) {
    return {{"service", service_or_null(guard.scope_name(row.place.scope))},
            {"prefix", row.place.prefix.to_string()},
            {"action", plan::guard_action_word(row.action)},
            {"list", plan::guard_list_word(row.list)},
            {"packets", row.packets}};
}

} // namespace

json GuardRequests::ban_json(const plan::Ban &ban) const {
    const auto action = guard_.action_of(ban);
    return {{"prefix", ban.prefix.to_string()},
            {"service", service_or_null(ban.service)},
            {"action", action ? plan::guard_action_word(*action) : "none"},
            {"since", utc_text(ban.since)},
            {"until", ban_until_json(ban)},
            {"by", ban.by},
            {"comment", ban.comment},
            {"packets", guard_.packets_of(ban)}};
}

AnswerOrProblem GuardRequests::ban(const BanWish &wish) {
    const auto now = clock_();
    plan::Ban wanted{wish.prefix, wish.service, now, std::nullopt, wish.by, wish.comment};
    if (wish.time) {
        wanted.until = now + *wish.time;
    }
    const bool renewed = guard_.bans().find(plan::Bans::key_of(wanted)) != nullptr;
    const auto made = guard_.ban(std::move(wanted));
    if (const auto *refused = std::get_if<BanRefused>(&made)) {
        return ban_problem(*refused);
    }
    const auto &ban = std::get<plan::Ban>(made);
    log::info("ban_added", {{"prefix", ban.prefix.to_string()},
                            {"service", ban.service.empty() ? "all" : ban.service},
                            {"until", ban.until ? utc_text(*ban.until) : "lifted"},
                            {"renewed", renewed},
                            {"by", wish.by},
                            {"from", wish.from},
                            {"comment", ban.comment}});
    on_change_();
    return Answer{renewed ? 200U : 201U, ban_json(ban)};
}

AnswerOrProblem GuardRequests::lift(const LiftWish &wish) {
    const plan::Bans::Key key{wish.service, wish.prefix};
    const auto *ban = guard_.bans().find(key);
    json body = ban != nullptr ? ban_json(*ban) : json();
    const auto lifted = guard_.lift(key);
    if (const auto *refused = std::get_if<BanRefused>(&lifted)) {
        return ban_problem(*refused);
    }
    log::info("ban_removed", {{"prefix", wish.prefix.to_string()},
                              {"service", wish.service.empty() ? "all" : wish.service},
                              {"by", wish.by},
                              {"from", wish.from}});
    on_change_();
    return Answer{200, std::move(body)};
}

AnswerOrProblem GuardRequests::list_bans(const PageQuery &query) const {
    const auto &all = guard_.bans().all();
    auto ban = all.begin();
    if (!query.after.empty()) {
        const auto end = read_page_end(query.after);
        if (!end) {
            return wrong_guard_page();
        }
        ban = all.upper_bound({end->service, end->prefix});
    }
    json entries = json::array();
    std::string next;
    for (; ban != all.end() && entries.size() < query.limit; ++ban) {
        entries.push_back(ban_json(ban->second));
        next = guard_page_end(ban->second.service, ban->second.prefix);
    }
    return Answer{200, guard_page("bans", std::move(entries), all.size(),
                                  ban == all.end() ? std::string() : next)};
}

AnswerOrProblem GuardRequests::list_guard(const PageQuery &query) const {
    std::optional<plan::GuardPlace> after;
    if (!query.after.empty()) {
        const auto end = read_page_end(query.after);
        const auto scope = end ? guard_.scope(end->service) : std::nullopt;
        if (!scope) {
            return wrong_guard_page();
        }
        after = plan::GuardPlace{*scope, end->prefix};
    }
    auto rows = guard_.rows(after, query.limit + 1);
    std::string next;
    if (rows.size() > query.limit) {
        rows.pop_back();
        const auto &place = rows.back().place;
        next = guard_page_end(guard_.scope_name(place.scope), place.prefix);
    }
    json entries = json::array();
    for (const auto &row : rows) {
        entries.push_back(guard_row_json(guard_, row));
    }
    auto body = guard_page("entries", std::move(entries), guard_.size(), next);
    body["due"] = guard_.due();
    return Answer{200, std::move(body)};
}

json guard_answer_json(const farm::Guard &guard, std::uint16_t service, const Address &source) {
    const auto answer = guard.answer(service, source);
    if (!answer.listed) {
        return nullptr;
    }
    return {{"action", plan::guard_action_word(answer.action)},
            {"prefix", answer.place.prefix.to_string()},
            {"list", plan::guard_list_word(answer.list)},
            {"service", service_or_null(guard.scope_name(answer.place.scope))}};
}

} // namespace sipsteer::api
