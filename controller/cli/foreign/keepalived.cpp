// SPDX-License-Identifier: Apache-2.0
#include "cli/foreign/keepalived.hpp"

#include "cli/foreign/blocks.hpp"
#include "cli/foreign/draft.hpp"
#include "cli/foreign/virtual_server.hpp"

namespace sipsteer::foreign {

namespace {

/// Settings of what keepalived goes on with, beside sipsteer.
bool remains_keepalived(const std::string &name) {
    return name == "global_defs" || name.starts_with("vrrp_") || name.starts_with("static_") ||
           name.starts_with("track_") || name == "bfd_instance";
}

void read_vrrp(Draft &draft, const Statement &statement) {
    for (const auto &field : statement.block) {
        if (field.name() == "interface") {
            draft.propose_interface(field.word(1));
        }
    }
}

/// IPVS in global_defs: lvs_sync_daemon, lvs_timeouts ...
void read_globals(Draft &draft, const Statement &statement) {
    for (const auto &field : statement.block) {
        if (field.name().starts_with("lvs_")) {
            draft.left_out(field.line, field.name());
        }
    }
}

void read_top(Draft &draft, const Statement &statement, const Groups &groups) {
    const auto &name = statement.name();
    if (name == "virtual_server") {
        read_virtual_server(draft, statement, groups);
    } else if (remains_keepalived(name)) {
        draft.note(statement.line, name + " stays with keepalived");
        if (name == "vrrp_instance") {
            read_vrrp(draft, statement);
        } else if (name == "global_defs") {
            read_globals(draft, statement);
        }
    } else if (name != "virtual_server_group") { // those are read where they are named
        draft.left_out(statement.line,
                       name + (statement.word(1).empty() ? "" : " " + statement.word(1)));
    }
}

/// Which groups a virtual server names.
bool is_named(const std::vector<Statement> &statements, const std::string &group) {
    for (const auto &statement : statements) {
        if (statement.name() == "virtual_server" && statement.word(1) == "group" &&
            statement.word(2) == group) {
            return true;
        }
    }
    return false;
}

} // namespace

Imported import_keepalived(const std::string &text, const Wanted &wanted) {
    Draft draft;
    const auto statements = blocks_of(text);
    Groups groups;
    for (const auto &statement : statements) {
        if (statement.name() == "virtual_server_group") {
            groups[statement.word(1)] = &statement;
            if (!is_named(statements, statement.word(1))) {
                draft.left_out(statement.line, "virtual_server_group " + statement.word(1) +
                                                   ": no virtual_server has it");
            }
        }
    }
    for (const auto &statement : statements) {
        read_top(draft, statement, groups);
    }
    return draft.finish(wanted);
}

} // namespace sipsteer::foreign
