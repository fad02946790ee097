#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""openapi.json keeps the rules that readers and makers of clients want: tags, descriptions, errors, no dead parts.

e2e.api_config holds it to the daemon. No linter for OpenAPI is packaged in Debian 12, so the rules are here.

Output: "ok - ..." and "not ok - ..." lines. Exit code: 0 all ok, 1 not.
"""

import argparse
import json
import re
import subprocess
import sys

METHODS = ("get", "put", "post", "delete", "patch")
FOR_ALL = ("/", "/page/{file}", "/openapi.json", "/healthz", "/readyz")  # no token is needed
CHANGES_NOTHING = ("explain_datagram",)
HAS_ANY_BODY = ("explain_datagram",)  # a datagram has no type
PROBLEM = "application/problem+json"


def operations(document):
    """(path, method, operation, parameters) of each, those of the path among the parameters."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                parameters = item.get("parameters", []) + operation.get("parameters", [])
                yield path, method, operation, [resolve(document, one) for one in parameters]


def resolve(document, thing):
    while "$ref" in thing:
        target = document
        for part in thing["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        thing = target
    return thing


def refs_in(thing):
    if isinstance(thing, dict):
        for name, value in thing.items():
            if name == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from refs_in(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from refs_in(value)


def is_text(text):
    return len(text) > 5 and text[0].isupper()


def tag_faults(document):
    known = [tag["name"] for tag in document.get("tags", [])]
    used = {tag for _, _, operation, _ in operations(document) for tag in operation.get("tags", [])}
    for tag in document.get("tags", []):
        if not is_text(tag.get("description", "")):
            yield f"tag {tag['name']}: no description"
    yield from (f"tag {name}: stands twice" for name in known if known.count(name) > 1)
    yield from (f"tag {name}: no operation has it" for name in set(known) - used)
    for path, method, operation, _ in operations(document):
        if len(operation.get("tags", [])) != 1 or operation["tags"][0] not in known:
            yield f"{method} {path}: not one tag of the list"


def text_faults(document):
    ids = [operation.get("operationId", "") for _, _, operation, _ in operations(document)]
    for path, method, operation, parameters in operations(document):
        where = f"{method} {path}"
        if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", operation.get("operationId", "")):
            yield f"{where}: no operationId in small letters"
        elif ids.count(operation["operationId"]) > 1:
            yield f"{where}: operationId stands twice"
        if not is_text(operation.get("summary", "")) or operation["summary"].endswith("."):
            yield f"{where}: no summary without a full stop"
        if not is_text(operation.get("description", "")) or operation["description"] == operation.get("summary"):
            yield f"{where}: no description beside the summary"
        for parameter in parameters:
            if not parameter.get("description"):
                yield f"{where}: no description of {parameter['name']}"


def parameter_faults(document):
    """The places of a path have their parameters, and the other way round."""
    for path, method, _, parameters in operations(document):
        places = sorted(re.findall(r"{([\w-]+)}", path))
        described = sorted(parameter["name"] for parameter in parameters if parameter["in"] == "path")
        if places != described:
            yield f"{method} {path}: places {places}, parameters {described}"
        if not all(parameter.get("required") for parameter in parameters if parameter["in"] == "path"):
            yield f"{method} {path}: a parameter of the path is not required"


def wanted_errors(path, method, operation):
    yield from ("400", "default")
    if path not in FOR_ALL:
        yield "401"
        if method != "get" and operation["operationId"] not in CHANGES_NOTHING:
            yield "403"
    if path.endswith("}") and method != "put":
        yield "404"
    if "requestBody" in operation and operation["operationId"] not in HAS_ANY_BODY:
        yield "415"
        yield "422"


def error_faults(document):
    for path, method, operation, _ in operations(document):
        for status in wanted_errors(path, method, operation):
            if status not in operation["responses"]:
                yield f"{method} {path}: {status} is not described"
        if not any(status.startswith("2") for status in operation["responses"]):
            yield f"{method} {path}: no success"
        for status, response in operation["responses"].items():
            response = resolve(document, response)
            if not response.get("description"):
                yield f"{method} {path}: no description of {status}"
            if (status == "default" or status >= "400") and PROBLEM not in response.get("content", {}):
                yield f"{method} {path}: {status} is no problem document"


def component_faults(document):
    names = {f"#/components/{kind}/{name}" for kind, things in document["components"].items() for name in things}
    reached, todo = set(), list(refs_in(document["paths"]))
    while todo:
        name = todo.pop()
        whole = "/".join(name.split("/")[:4])  # a reference may name a part of a component
        if whole not in names:
            yield f"{name}: is not there"
            continue
        resolve(document, {"$ref": name})
        if whole not in reached:
            reached.add(whole)
            todo.extend(refs_in(resolve(document, {"$ref": whole})))
    secured = {scheme for one in document.get("security", []) for scheme in one}
    reached |= {f"#/components/securitySchemes/{name}" for name in secured}
    yield from (f"{name}: nothing uses it" for name in sorted(names - reached))


RULES = {
    "each operation has one tag, and each tag an operation and a description": tag_faults,
    "each operation and parameter has its texts": text_faults,
    "the places of each path are its parameters": parameter_faults,
    "each operation describes its errors, as problem documents": error_faults,
    "each component is used, and each reference leads to one": component_faults,
}


def spoiled(document):
    """(what was done, the rule that must see it, the document): each rule can fail."""
    copies = [json.loads(json.dumps(document)) for _ in RULES]
    health = [copy["paths"]["/healthz"]["get"] for copy in copies]
    health[0]["tags"] = ["none"]
    health[1]["description"] = health[1]["summary"]
    copies[2]["paths"]["/nowhere/{place}"] = {"get": health[2]}
    del health[3]["responses"]["400"]
    copies[4]["components"]["schemas"]["Unused"] = {"type": "null"}
    return zip(RULES.values(), copies)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", help="the program sipsteer_documents")
    options = parser.parse_args()
    document = json.loads(subprocess.run([options.documents, "openapi"], check=True, capture_output=True).stdout)
    failed = 0
    for what, rule in RULES.items():
        faults = list(rule(document))
        print(("not ok - " if faults else "ok - ") + what)
        for fault in faults:
            print("#   " + fault)
        failed += bool(faults)
    blind = [rule.__name__ for rule, copy in spoiled(document) if not list(rule(copy))]
    print(("not ok - " if blind else "ok - ") + "each rule sees a document that breaks it")
    for name in blind:
        print("#   " + name)
    return 1 if failed or blind else 0


if __name__ == "__main__":
    sys.exit(main())
