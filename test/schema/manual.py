#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""sipsteer.conf(5) says of each field what the JSON Schema says: that it is there, its bounds, its words,
its default, whether it is required; and of the whole which fields change at a restart only.

Output: "ok - ..." and "not ok - ..." lines. Exit code: 0 all ok, 1 not.
"""

import argparse
import json
import re
import subprocess
import sys


def plain(line):
    """A line of the page without mdoc's macros and quotes."""
    line = re.sub(r'^\.(Dq|Ql|Pa|Cm|Li|Dv|Fl|No|Pq|Xr|It) ?', "", line)
    return re.sub(r'\\\(dq|\\&|"', "", line).strip()


def items_of(lines):
    """The text of each item, by the path of its field. A list in an item has that item's fields, or its words."""
    items, stack, current = {}, [], None
    for line in lines:
        if line.startswith(".Bl"):
            stack.append(current)
        elif line.startswith(".El"):
            current = stack.pop()
        elif line.startswith(".It Cm "):
            outer = stack[-1] + "." if stack and stack[-1] else ""
            current = outer + line.removeprefix(".It Cm ").strip()
            items[current] = ""
        elif line.startswith(".It") and stack and stack[-1]:
            current = stack[-1]  # one of the words of an item
            items[current] += " " + plain("." + line.removeprefix(".It "))
        elif line.startswith((".Sh", ".Ss", ".It")):
            current = None
        elif current:
            items[current] += " " + plain(line)
    return {path: re.sub(r" +([,.;:])", r"\1", text) for path, text in items.items()}


def fields_of(schema, definitions, path=""):
    """(path, schema, whether it is required) of each field that holds a value."""
    while "$ref" in schema:
        schema = definitions[schema["$ref"].rsplit("/", 1)[1]] | {k: v for k, v in schema.items() if k != "$ref"}
    if schema.get("type") == "array" and "properties" not in schema:
        yield from fields_of(schema["items"], definitions, path + "[]")
    elif schema.get("type") == "object":
        for name, inner in schema.get("properties", {}).items():
            inner_path = f"{path}.{name}" if path else name
            found = list(fields_of(inner, definitions, inner_path))
            if found:
                yield from found
            else:
                merged = dict(inner)
                while "$ref" in merged:
                    merged = definitions[merged.pop("$ref").rsplit("/", 1)[1]] | merged
                yield inner_path, merged, name in schema.get("required", [])


def problems_of(path, schema, required, text):
    """What the page's text on a field lacks."""
    def words(values):
        return [str(value) for value in values if not re.search(rf"(?<![\w-]){re.escape(str(value))}(?![\w-])", text)]

    missing = words(schema.get("enum", []))
    missing += words(f"{schema[bound]:g}" if isinstance(schema[bound], float) else schema[bound]
                     for bound in ("minimum", "maximum") if bound in schema and schema[bound] != 0)
    bounds = re.search(r"(\d+m?[smh]) to (\d+m?[smh])$", schema.get("description", ""))
    if bounds and "drain" not in path:
        missing += words(bound for bound in bounds.groups() if bound != "0s")
    if isinstance(schema.get("default"), (int, str)) and not isinstance(schema.get("default"), bool):
        missing += [f"default {value}" for value in words([schema["default"]])]
    if required and "required" not in text:
        missing.append("required")
    return missing


def restart_fields(lines):
    """The fields that the page says change at a restart only."""
    names = []
    starts = [i for i, line in enumerate(lines) if "at a restart only" in line]
    for start in starts:
        for line in lines[start + 1:]:
            if line.startswith(".Cm "):
                names += re.findall(r"\w+", line.removeprefix(".Cm "))
            if line.endswith(" ."):
                break
    return len(starts), names


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", help="the program sipsteer_documents")
    parser.add_argument("page", help="sipsteer.conf.5")
    options = parser.parse_args()
    schema = json.loads(subprocess.run([options.documents, "schema"], stdout=subprocess.PIPE, check=True).stdout)
    with open(options.page, encoding="utf-8") as opened:
        lines = opened.read().splitlines()
    items = items_of(lines)
    whole = schema["$defs"]["Config"]
    failed = 0

    def check(what, problems):
        nonlocal failed
        print(("not ok - " if problems else "ok - ") + what)
        for problem in problems:
            print("#   " + problem)
        failed += 1 if problems else 0

    fields = list(fields_of(whole, schema["$defs"]))
    known = {path for path, _, _ in fields}
    check(f"the page has each of the {len(fields)} fields", sorted(known - set(items)))
    outer = {path.rsplit(".", i)[0] for path in known for i in range(1, path.count(".") + 1)}
    outer |= {path.removesuffix("[]") for path in outer} | {path.split("[]")[0] for path in known}
    check("and no other ones", sorted(set(items) - known - outer))

    def text_of(path):
        """With that of the object it is in: it may speak of all its fields."""
        return items.get(path.rpartition(".")[0], "") + items[path]

    check("it says their bounds, words and defaults as they are",
          [f"{path}: {', '.join(lacks)}: not in: {items[path].strip()[:150]}" for path, field, required in fields
           if path in items for lacks in [problems_of(path, field, required, text_of(path))] if lacks])
    count, named = restart_fields(lines)
    real = sorted(name for name, field in whole["properties"].items() if field.get("x-restart-needed"))
    check("it says in one place which fields change at a restart only, and those are the ones",
          [] if count == 1 and sorted(named) == real else [f"{count} places: {sorted(named)}, not {real}"])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
