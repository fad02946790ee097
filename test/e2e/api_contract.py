#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Holds a running sipsteerd to its own description of the API, /openapi.json.

Every route that the daemon has (GET /v1) is described, and the reverse; what it answers has a
status that is described, and is what the schema says. Changes are asked for as dry runs.

Output: "ok - ..." and "not ok - ..." lines. Exit code: 0 all ok, 1 not, 77 skipped.
"""

import argparse
import http.client
import json
import re
import socket
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: the Python module jsonschema is missing; install the package python3-jsonschema")
    sys.exit(77)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Contract:
    def __init__(self, path):
        self.connection = UnixConnection(path)
        self.failed = 0
        self.document = json.loads(self.ask("GET", "/openapi.json")[2])

    def ask(self, method, path, body=None, fields=None):
        """Status, media type, text."""
        self.connection.request(method, path, body, fields or {})
        answer = self.connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read().decode()

    def check(self, what, problems):
        print(("not ok - " if problems else "ok - ") + what)
        for problem in problems:
            print("#   " + problem)
        self.failed += 1 if problems else 0

    def resolve(self, thing):
        while "$ref" in thing:
            name = thing["$ref"]
            thing = self.document
            for step in name.removeprefix("#/").split("/"):
                thing = thing[step]
        return thing

    def problems_of(self, operation, status, media_type, text):
        """What is wrong with an answer."""
        described = operation["responses"]
        if str(status) not in described and "default" not in described:
            return [f"status {status} is not described"]
        response = self.resolve(described.get(str(status), described.get("default")))
        if "content" not in response:
            return ["a body that is not described"] if text else []
        if media_type not in response["content"]:
            return [f"{media_type} is not described for {status}"]
        if media_type not in ("application/json", "application/problem+json"):
            return []
        schema = dict(response["content"][media_type]["schema"])
        schema["components"] = self.document["components"]  # where its references lead
        validator = jsonschema.Draft202012Validator(schema)
        errors = validator.iter_errors(json.loads(text))
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in errors]

    def check_answer(self, method, path, target, body=None, fields=None, expected=200):
        status, media_type, text = self.ask(method, target, body, fields)
        operation = self.document["paths"].get(path, {}).get(method.lower())
        if operation is None:
            problems = ["the route is not described"]
        else:
            problems = self.problems_of(operation, status, media_type, text)
        if status != expected:
            problems.append(f"status {status}, not {expected}: {text.strip()}")
        self.check(f"{method} {target} answers {expected} as described", problems)

    def check_routes(self):
        answer = json.loads(self.ask("GET", "/v1")[2])
        real = {(route["method"], route["path"]) for route in answer["routes"]}
        methods = ("get", "put", "post", "delete", "patch")
        described = {
            (method.upper(), path)
            for path, item in self.document["paths"].items()
            for method in item
            if method in methods
        }
        self.check("every route is described", [f"{m} {p}" for m, p in sorted(real - described)])
        self.check("every description has its route", [f"{m} {p}" for m, p in sorted(described - real)])
        return real

    def check_gets(self, routes, names):
        """All GET routes whose places in the path have a name to stand there."""
        for method, path in sorted(routes):
            places = re.findall(r"{([\w-]+)}", path)
            if method != "GET" or not all(place in names for place in places):
                continue
            if path.endswith("/rehome"):
                continue  # there is none until one was asked for
            target = re.sub(r"{([\w-]+)}", lambda match: names[match[1]], path)
            self.check_answer("GET", path, target)
            self.check_answer("GET", path, target + "?nothing=1", expected=400)

    def check_changes(self, names):
        patch = {"Content-Type": "application/merge-patch+json"}
        server = "/v1/pools/{pool}/servers/{server}"
        target = server.format(**names) + "?dry_run=true"
        self.check_answer("PATCH", server, target, '{"weight": 7}', patch)
        self.check_answer("PATCH", server, target, '{"weight": -7}', patch, 422)
        self.check_answer("PATCH", server, target, '{"weight": 7}', {"Content-Type": "text/plain"}, 415)
        self.check_answer("PATCH", server, target, "{", patch, 400)
        self.check_answer("PATCH", server, target, "{}", patch | {"If-Match": '"other"'}, 412)
        self.check_answer("DELETE", server, target)
        pool = "/v1/pools/{pool}"
        self.check_answer("DELETE", pool, pool.format(**names) + "?dry_run=true", expected=409)
        self.check_answer("PATCH", "/v1/config", "/v1/config?dry_run=true", '{"log_level": "error"}', patch)
        self.check_answer("PATCH", "/v1/config", "/v1/config", '{"pin_dir": "/elsewhere"}', patch, 409)


    def check_calls(self, names):
        octets = {"Content-Type": "application/octet-stream"}
        message = "INVITE sip:a@example.com SIP/2.0\r\nCall-ID: contract@example.com\r\n\r\n"
        self.check_answer("POST", "/v1/explain", "/v1/explain", message, octets)
        call = "/v1/calls/{call-id}"
        self.check_answer("DELETE", call, call.format(**names), expected=404)
        self.check_answer("POST", call + "/rehome", call.format(**names) + "/rehome", expected=404)
        events = "/v1/events"
        self.check_answer("GET", events, events + "?calls=1", expected=400)
        stream = {"Accept": "text/event-stream"}
        for bad in ("calls=0", "calls=2", "server=nobody", "source=10.0.0.0/33"):
            self.check_answer("GET", events, events + "?" + bad, fields=stream, expected=400)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("socket", help="the daemon's API socket")
    contract = Contract(parser.parse_args().socket)
    routes = contract.check_routes()
    config = json.loads(contract.ask("GET", "/v1/config")[2])
    pool = config["pools"][0]
    names = {"service": config["services"][0]["name"], "pool": pool["name"], "server": pool["servers"][0]["name"]}
    names["call-id"] = "contract@example.com"
    contract.check_gets(routes, names)
    contract.check_changes(names)
    contract.check_calls(names)
    return 1 if contract.failed else 0


if __name__ == "__main__":
    sys.exit(main())
