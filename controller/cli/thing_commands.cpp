// SPDX-License-Identifier: Apache-2.0
//
// sipsteer set, add and delete: services, pools and servers.
#include "cli/assignments.hpp"
#include "cli/call_changes.hpp"
#include "cli/commands.hpp"
#include "cli/input_file.hpp"
#include "cli/thing_change.hpp"
#include "cli/words.hpp"

#include <CLI/CLI.hpp>

namespace sipsteer::cli {

namespace {

using nlohmann::json;

struct ThingForm {
    Noun noun;
    const char *word;
    const char *type; // of its name
};

constexpr ThingForm kForms[] = {{Noun::Server, "server", "POOL/SERVER"},
                                {Noun::Pool, "pool", "POOL"},
                                {Noun::Service, "service", "SERVICE"}};

struct ThingOptions {
    std::string name;
    std::vector<std::string> fields;
    std::string file;
    bool dry_run = false;
};

int set_fields(const Context &context, Noun noun, const ThingOptions &options) {
    if (options.fields.empty()) {
        return fail(kExitUsage, "set: write FIELD=VALUE for each field to change");
    }
    const auto patch = read_assignments(noun, options.fields);
    if (!patch) {
        return fail(kExitUsage, patch.error().message);
    }
    const auto found = find_thing(context, noun, options.name);
    return found.ok() ? change_thing(context, {"PATCH", found.thing, *patch, options.dry_run})
                      : found.exit_code;
}

/// The new thing: what the file has, and the fields of the command line over it.
Result<json> new_thing(const Thing &thing, const ThingOptions &options) {
    const auto fields = read_assignments(thing.noun, options.fields);
    if (!fields) {
        return fields.error();
    }
    json body = json::object();
    if (!options.file.empty()) {
        const auto text = read_input(options.file);
        if (!text) {
            return text.error();
        }
        body = json::parse(*text, nullptr, false);
        if (!body.is_object()) {
            return Error{options.file + ": is not a JSON object"};
        }
        if (body.value("name", json(thing.name)) != thing.name) {
            return Error{options.file + ": name: " + body["name"].dump() + " is not \"" +
                         printable(thing.name) + '"'};
        }
    }
    body.merge_patch(*fields);
    body["name"] = thing.name;
    if (thing.noun == Noun::Pool && !body.contains("servers")) {
        body["servers"] = json::array(); // add server comes next
    }
    return body;
}

int add_thing(const Context &context, Noun noun, const ThingOptions &options) {
    const auto thing = parse_thing(noun, options.name);
    if (!thing) {
        return fail(kExitUsage, thing.error().message);
    }
    const auto body = new_thing(*thing, options);
    return body ? change_thing(context, {"POST", *thing, *body, options.dry_run})
                : fail(kExitUsage, body.error().message);
}

int delete_thing(const Context &context, Noun noun, const ThingOptions &options) {
    const auto found = find_thing(context, noun, options.name);
    return found.ok() ? change_thing(context, {"DELETE", found.thing, nullptr, options.dry_run})
                      : found.exit_code;
}

using Act = int (*)(const Context &, Noun, const ThingOptions &);

/// The command's name of a thing, and its run. The name is required, but not by the parser where a
/// command of the same word may follow.
std::shared_ptr<ThingOptions> add_name(CLI::App &command, Todo &todo, const ThingForm &form,
                                       Act act) {
    auto options = std::make_shared<ThingOptions>();
    command.add_option("name", options->name, std::string("The ") + form.word)
        ->required(command.get_name() == form.word)
        ->type_name(form.type);
    command.add_flag("--dry-run", options->dry_run, "Print the differences and change nothing");
    command.callback([=, &command, &todo] {
        if (!command.get_subcommands().empty()) {
            return; // its own callback was first
        }
        if (options->name.empty()) {
            throw CLI::RequiredError(form.type);
        }
        todo.run = [=, &todo] { return act(todo.context, form.noun, *options); };
    });
    return options;
}

CLI::Option *add_fields(CLI::App &command, ThingOptions &options, const char *help) {
    return command.add_option("fields", options.fields, help)->type_name("FIELD=VALUE");
}

void add_set(CLI::App &app, Todo &todo) {
    auto *command = app.add_subcommand("set", "Change fields of a server, pool or service");
    constexpr char kHelp[] = "Fields to change; FIELD= sets the default, as in probe.interval=";
    command->require_subcommand(0, 1);
    add_fields(*command, *add_name(*command, todo, kForms[0], set_fields), kHelp);
    for (const auto &form : kForms) {
        auto *inner =
            command->add_subcommand(form.word, std::string("Change fields of a ") + form.word);
        add_fields(*inner, *add_name(*inner, todo, form, set_fields), kHelp)->required();
    }
}

void add_add(CLI::App &app, Todo &todo) {
    auto *command = app.add_subcommand("add", "Add a server, pool or service");
    command->require_subcommand(1);
    for (const auto &form : kForms) {
        auto *inner = command->add_subcommand(form.word, std::string("Add a ") + form.word);
        auto options = add_name(*inner, todo, form, add_thing);
        add_fields(*inner, *options, "Its fields, over those of the file");
        inner
            ->add_option("-f,--file", options->file,
                         "File with its fields as JSON; - means the standard input")
            ->type_name("FILE");
    }
}

void add_delete(CLI::App &app, Todo &todo) {
    auto *command = app.add_subcommand("delete", "Remove a server, pool, service or call");
    command->require_subcommand(1);
    for (const auto &form : kForms) {
        add_name(*command->add_subcommand(form.word, std::string("Remove a ") + form.word), todo,
                 form, delete_thing);
    }
    auto call = std::make_shared<CallWanted>();
    auto *inner = command->add_subcommand(
        "call", "Remove a call from the table; its next message begins a new call");
    add_call_argument(*inner, *call)->required();
    inner->callback(
        [call, &todo] { todo.run = [call, &todo] { return delete_call(todo.context, *call); }; });
}

} // namespace

void add_things(CLI::App &app, Todo &todo) {
    add_set(app, todo);
    add_add(app, todo);
    add_delete(app, todo);
}

} // namespace sipsteer::cli
