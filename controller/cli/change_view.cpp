// SPDX-License-Identifier: Apache-2.0
#include "cli/change_view.hpp"

#include "cli/fields.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"

#include <fmt/format.h>
#include <set>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

/// A field; null: it is not there.
json field_of(const json &object, const std::string &name) {
    return object.is_object() ? object.value(name, json()) : json();
}

json find_named(const json &list, const json &name) {
    for (const auto &thing : list.is_array() ? list : json::array()) {
        if (field_of(thing, "name") == name) {
            return thing;
        }
    }
    return {};
}

/// A thing of a configuration by what a report calls it: {"pool": "p", "server": "a"}.
json find_thing(const json &config, const json &name) {
    if (name.contains("service")) {
        return find_named(field_of(config, "services"), name["service"]);
    }
    const json pool = find_named(field_of(config, "pools"), field_of(name, "pool"));
    return name.contains("server") ? find_named(field_of(pool, "servers"), name["server"]) : pool;
}

std::string title_of(const json &name) {
    if (name.contains("service")) {
        return "service " + text_of(name["service"]);
    }
    const std::string pool = text_of(field_of(name, "pool"));
    return name.contains("server") ? "server " + pool + '/' + text_of(name["server"])
                                   : "pool " + pool;
}

/// Lines of a change, each behind the sign of what becomes of it.
class Lines {
public:
    explicit Lines(bool colour) : colour_(colour) {}

    void add(const std::string &line, Colour colour = Colour::None) {
        text_ += painted({line, colour}, colour_) + '\n';
    }

    /// All fields of a path that differ.
    void differences(const std::string &path, const json &before, const json &after) {
        if (before == after) {
            return;
        }
        if (!before.is_object() || !after.is_object()) {
            add(path + ": " + text_of(before) + " -> " + text_of(after), Colour::Warning);
            return;
        }
        std::set<std::string> names;
        for (const auto *side : {&before, &after}) {
            for (const auto &field : side->items()) {
                names.insert(field.key());
            }
        }
        for (const auto &name : names) {
            differences(path + '.' + name, field_of(before, name), field_of(after, name));
        }
    }

    const std::string &text() const { return text_; }

private:
    bool colour_;
    std::string text_;
};

void add_changed_field(Lines &lines, const std::string &indent, const json &name,
                       const json &before, const json &after) {
    const std::string field = text_of(name);
    if (after.is_null()) {
        lines.add(indent + field + ": " + text_of(field_of(before, field)) + " -> ?",
                  Colour::Warning);
    } else {
        lines.differences(indent + field, field_of(before, field), field_of(after, field));
    }
}

void add_new(Lines &lines, const ChangeShown &change, const json &name) {
    lines.add("+ " + title_of(name), Colour::Good);
    const json written = find_thing(change.file, name);
    for (const auto &item : written.items()) {
        if (item.key() != "name" && item.key() != "servers") { // servers are things of their own
            lines.add("+   " + printable(item.key()) + ": " + text_of(item.value()), Colour::Good);
        }
    }
}

void add_things(Lines &lines, const ChangeShown &change, const json &of_kind) {
    for (const auto &name : field_of(of_kind, "removed")) {
        lines.add("- " + title_of(name), Colour::Bad);
    }
    for (const auto &name : field_of(of_kind, "added")) {
        add_new(lines, change, name);
    }
    for (const auto &name : field_of(of_kind, "changed")) {
        lines.add("  " + title_of(name));
        for (const auto &field : field_of(name, "fields")) {
            add_changed_field(lines, "    ", field, find_thing(change.before, name),
                              find_thing(change.after, name));
        }
    }
}

void add_consequences(Lines &lines, const json &report) {
    for (const auto &ring : field_of(report, "rings")) {
        const double share = ring.value("moved_share", 0.0);
        if (share > 0) {
            lines.add(fmt::format("  pool {}: {:.1f} % of new calls move to another server",
                                  text_of(field_of(ring, "pool")), share * 100));
        }
    }
    for (const auto &field : field_of(report, "restart_needed")) {
        lines.add("  " + text_of(field) + ": changes only at a restart", Colour::Bad);
    }
    for (const auto &warning : field_of(report, "warnings")) {
        lines.add("  warning: " + text_of(warning), Colour::Warning);
    }
}

} // namespace

std::string change_view(const ChangeShown &change, bool dry_run, bool colour) {
    if (!change.report.value("changed", true)) {
        return "nothing changes\n";
    }
    Lines lines(colour);
    lines.add(dry_run ? "would change:" : "changed:");
    const json changes = field_of(change.report, "changes");
    for (const auto &setting : field_of(changes, "settings")) {
        add_changed_field(lines, "  ", setting, change.before, change.after);
    }
    for (const char *kind : {"services", "pools", "servers"}) {
        add_things(lines, change, field_of(changes, kind));
    }
    add_consequences(lines, change.report);
    return lines.text();
}

} // namespace sipsteer::cli
