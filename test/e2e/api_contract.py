#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Holds a running sipsteerd to its own description of the API, /openapi.json.

Every route that the daemon has (GET /v1) is described, and the reverse; every answer has a status that
its route names, a body that is what the schema says, and the header fields that are described. Every
status that a route names is made to come, but for those that need a fault of the machine (BEYOND). What
is changed is changed back, except that a call is moved and another one removed.

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

from one_frame import capture_of

PATCH = {"Content-Type": "application/merge-patch+json"}
JSON = {"Content-Type": "application/json"}
OCTETS = {"Content-Type": "application/octet-stream"}
STREAM = {"Accept": "text/event-stream"}
SERVER = "/v1/pools/{pool}/servers/{server}"
CALL = "/v1/calls/{call-id}"
MESSAGE = "INVITE sip:a@example.com SIP/2.0\r\nCall-ID: contract@example.com\r\n\r\n"

# Statuses that are not made to come here, and where they are.
BEYOND = {
    ("*", "500"): "the disk is full: unit/daemon/config_control_test.cpp",
    ("GET /readyz", "503"): "a program is taken away: e2e/api_config.sh",
    ("GET /v1/events", "503"): "too many listen: unit/api/events_test.cpp",
    ("GET /v1/trace", "503"): "too many trace: e2e/trace.sh",
    ("POST /v1/bans", "507"): "100,000 bans are in force: integration/farm/guard_bans_test.cpp",
    ("GET /v1/calls/{call-id}", "404"): "no pool is stateful: unit/api/call_requests_test.cpp",
}
# The data plane refuses a change: unit/daemon/config_control_test.cpp.
BEYOND |= {
    (f"{method} {path}", "409"): "unit/daemon/config_control_test.cpp"
    for path in ("/v1/services/{service}", "/v1/pools/{pool}", SERVER)
    for method in ("PUT", "PATCH", "DELETE")
    if (method, path) != ("DELETE", "/v1/pools/{pool}")
}

# What makes an answer end that would go on.
ENDS_BY = {"/v1/trace": "?duration=1ms"}


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
        self.path = path
        self.connection = UnixConnection(path)
        self.failed = 0
        self.seen = set()  # of (route, status)
        self.document = json.loads(self.ask("GET", "/openapi.json")[2])

    def ask(self, method, path, body=None, fields=None, connection=None):
        """Status, header fields, text."""
        connection = connection or self.connection
        connection.request(method, path, body, fields or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode(errors="replace")

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

    def schema_problems(self, schema, value):
        schema = dict(schema)
        schema["components"] = self.document["components"]  # where its references lead
        errors = jsonschema.Draft202012Validator(schema).iter_errors(value)
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in errors]

    def problems_of(self, method, path, status, headers, text):
        """What is wrong with an answer."""
        operation = self.document["paths"].get(path, {}).get(method.lower())
        if operation is None:
            return ["the route is not described"]
        if str(status) not in operation["responses"]:
            return [f"status {status} is not named"]
        self.seen.add((f"{method} {path}", str(status)))
        response = self.resolve(operation["responses"][str(status)])
        problems = [
            f"there is no {name}"
            for name, header in response.get("headers", {}).items()
            if name not in headers and (name == "ETag" or self.resolve(header).get("required"))
        ]
        if "content" not in response:
            return problems + (["a body that is not described"] if text else [])
        media_type = headers["Content-Type"]
        if media_type not in response["content"]:
            return problems + [f"{media_type} is not described for {status}"]
        if media_type in ("application/json", "application/problem+json"):
            problems += self.schema_problems(response["content"][media_type]["schema"], json.loads(text))
        return problems

    def check_answer(self, method, path, target, body=None, fields=None, expected=200, connection=None, holds=None):
        """`holds`: what else must be true of the body."""
        status, headers, text = self.ask(method, target, body, fields, connection)
        problems = self.problems_of(method, path, status, headers, text)
        if status != expected:
            problems.append(f"status {status}, not {expected}: {text.strip()}")
        elif holds and not holds(json.loads(text)):
            problems.append(f"unexpected: {text.strip()}")
        self.check(f"{method} {target} answers {expected} as described", problems)
        return headers

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
            headers = self.check_answer("GET", path, target + ENDS_BY.get(path, ""))
            self.check_answer("GET", path, target + "?nothing=1", expected=400)
            responses = self.document["paths"][path]["get"]["responses"]
            if "304" in responses:
                self.check_answer("GET", path, target, fields={"If-None-Match": headers["ETag"]}, expected=304)
            if "404" in responses and path != CALL:
                gone = re.sub(r"[\w.-]+$", "nobody", target) if path.endswith("}") else None
                gone = gone or target.replace(names["pool"], "nobody")
                self.check_answer("GET", path, gone, expected=404)

    def check_configuration(self):
        """PUT and PATCH of the whole."""
        path = "/v1/config"
        config = self.ask("GET", path)[2]
        dry = path + "?dry_run=true"
        self.check_answer("PUT", path, path, config, JSON, holds=lambda report: not report["changed"])
        self.check_answer("PATCH", path, dry, '{"log_level": "error"}', PATCH)
        for method, fields in (("PUT", JSON), ("PATCH", PATCH)):
            self.check_bad_bodies(method, path, path, fields)
            self.check_answer(method, path, dry, config, fields | {"If-Match": '"other"'}, 412)
            elsewhere = json.dumps(json.loads(config) | {"pin_dir": "/elsewhere"})
            self.check_answer(method, path, path, elsewhere, fields, 409,
                              holds=lambda problem: problem["errors"][0]["pointer"] == "/pin_dir")

    def check_bad_bodies(self, method, path, target, fields, bad='{"weigth": 1}', good="{}"):
        self.check_answer(method, path, target + "?dry=1", good, fields, 400)
        self.check_answer(method, path, target, "{", fields, 400)
        self.check_answer(method, path, target, "{}", {"Content-Type": "text/plain"}, 415)
        self.check_answer(method, path, target, bad, fields, 422,
                          holds=lambda problem: "errors" in problem or "pointer" in problem)

    def check_kind(self, path, where, thing, change, busy):
        """Adding, changing and removing things of a list. `where`: the list's path here. `busy`: the name of
        one that cannot be removed."""
        one, target = path + "/{%s}" % path.split("/")[-1].rstrip("s"), where + "/" + thing["name"]
        without_name = {name: value for name, value in thing.items() if name != "name"}
        body, fields = json.dumps(thing), JSON
        self.check_answer("POST", path, where + "?dry_run=true", body, fields, 200)
        self.check_answer("POST", path, where, body, fields | {"If-Match": '"other"'}, 412)
        headers = self.check_answer("POST", path, where, body, fields, 201)
        self.check("and says where it is", [] if headers["Location"] == target else [str(headers["Location"])])
        self.check_answer("POST", path, where, body, fields, 409)
        self.check_bad_bodies("POST", path, where, fields, good=json.dumps(thing | {"name": "other"}))
        tag = {"If-Match": self.ask("GET", target)[1]["ETag"]}
        self.check_answer("PATCH", one, target, json.dumps(change), PATCH | tag)
        self.check_answer("PATCH", one, target, json.dumps(change), PATCH | tag, 412)
        self.check_bad_bodies("PATCH", one, target, PATCH)
        self.check_answer("PATCH", one, where + "/nobody", "{}", PATCH, 404)
        self.check_answer("PUT", one, target, json.dumps(without_name), fields)
        self.check_answer("PUT", one, target, json.dumps(without_name), fields | {"If-Match": '"other"'}, 412)
        self.check_bad_bodies("PUT", one, target, fields)
        self.check_answer("DELETE", one, target, fields={"If-Match": '"other"'}, expected=412)
        self.check_answer("DELETE", one, target + "?now=1", expected=400)
        self.check_answer("DELETE", one, target)
        self.check_answer("DELETE", one, target, expected=404)
        self.check_answer("PUT", one, target, json.dumps(without_name), fields | {"If-None-Match": "*"}, 201)
        self.check_answer("DELETE", one, target)
        if busy:
            self.check_answer("DELETE", one, where + "/" + busy, expected=409)

    def check_lists(self, config, names):
        server = dict(config["pools"][0]["servers"][0], name="contract", port=5099, admin="disabled")
        pool = {"name": "contract", "servers": [server]}
        service = dict(config["services"][0], name="contract", port=5099)
        service.pop("vip_interface", None)
        self.check_kind("/v1/pools", "/v1/pools", pool, {"scheduler": "round-robin"}, names["pool"])
        servers = "/v1/pools/{pool}/servers"
        self.check_kind(servers, servers.format(**names), server, {"weight": 7}, None)
        self.check_kind("/v1/services", "/v1/services", service, {"port": 5098}, None)
        self.check_answer("PUT", SERVER, SERVER.format(**names) + "?dry_run=true", '{"address": "x"}', JSON, 422,
                          holds=lambda problem: problem["errors"][0]["pointer"].endswith("/address"))
        self.check_answer("POST", servers, "/v1/pools/nobody/servers", json.dumps(server), JSON, 404)
        self.check_answer("PUT", servers + "/{server}", "/v1/pools/nobody/servers/a", "{}", JSON, 404)

    def check_level(self):
        path = "/v1/log_level"
        self.ask("PUT", path, '{"log_level": "info"}', JSON)
        tag = {"If-Match": self.ask("GET", path)[1]["ETag"]}
        self.check_answer("PUT", path, path, '{"log_level": "debug"}', JSON | tag,
                          holds=lambda level: level["log_level"] == "debug")
        self.check_answer("PUT", path, path, '{"log_level": "error"}', JSON | tag, 412)
        self.check_bad_bodies("PUT", path, path, JSON)
        self.check_answer("PUT", path, path, '{"log_level": "info"}', JSON)

    def check_save(self, file):
        path = "/v1/config/save"
        body = '{"to": "file"}'
        self.check_bad_bodies("POST", path, path, JSON, '{"to": "tape"}')
        self.check_answer("POST", path, path, body, JSON | {"If-Match": '"other"'}, 412)
        self.check_answer("POST", path, path, body, JSON)
        with open(file, encoding="utf-8") as opened:
            saved = opened.read()
        with open(file, "a", encoding="utf-8") as opened:
            opened.write("\n")
        self.check_answer("POST", path, path, body, JSON, 409)
        with open(file, "w", encoding="utf-8") as opened:
            opened.write(saved)

    def check_bans(self):
        path, one = "/v1/bans", "/v1/bans/{prefix}"
        body = json.dumps({"prefix": "192.0.2.0/24", "for": "1h", "comment": "contract"})
        self.check_answer("POST", path, path, body, JSON, 201, holds=lambda ban: ban["action"] == "deny")
        self.check_answer("POST", path, path, body, JSON, 200)
        self.check_bad_bodies("POST", path, path, JSON, '{"prefix": "192.0.2.1/24"}', body)
        self.check_answer("POST", path, path, '{"prefix": "192.0.2.7", "service": "nobody"}', JSON, 404)
        self.ask("PATCH", "/v1/config", '{"guard": {"trusted": ["203.0.113.0/24"]}}', PATCH)
        self.check_answer("POST", path, path, '{"prefix": "203.0.113.7"}', JSON, 409)
        self.check_answer("GET", path, path + "?limit=1", holds=lambda bans: bans["total"] == 1)
        self.check_answer("GET", "/v1/guard", "/v1/guard",
                          holds=lambda guard: sorted(entry["list"] for entry in guard["entries"] if entry["list"] != "own")
                          == ["ban", "trusted"])
        self.check_answer("GET", "/v1/guard", "/v1/guard?after=x", expected=400)
        self.ask("PATCH", "/v1/config", '{"guard": null}', PATCH)
        self.check_answer("DELETE", one, path + "/192.0.2.0%2F24")
        self.check_answer("DELETE", one, path + "/192.0.2.0%2F24", expected=404)
        self.check_answer("DELETE", one, path + "/all", expected=400)

    def check_calls(self, names):
        call = CALL.format(**names)
        self.check_answer("DELETE", CALL, call, expected=404)
        self.check_answer("POST", CALL + "/rehome", call + "/rehome", expected=404)
        if "real-call" not in names:
            return
        rehome = CALL + "/rehome"
        real = "/v1/calls/" + names["real-call"]
        self.check_answer("GET", CALL, real, holds=lambda answer: answer["found"])
        for method, path, target in (("DELETE", CALL, real), ("POST", rehome, real + "/rehome")):
            self.check_answer(method, path, target, fields={"If-Match": '"a"'}, expected=412)
            self.check_answer(method, path, target + "?pool=nobody", expected=400)
        self.check_answer("POST", rehome, real + "/rehome", '{"server": "nobody"}', JSON, 422)
        self.check_answer("POST", rehome, real + "/rehome", '{"host": "a"}', JSON, 400)
        self.check_answer("POST", rehome, real + "/rehome", "{}", {"Content-Type": "text/plain"}, 415)
        self.check_answer("POST", rehome, real + "/rehome", holds=lambda answer: answer["rehomed"]["from"])
        self.check_draining(names, rehome, real + "/rehome")
        self.check_answer("DELETE", CALL, real, holds=lambda answer: len(answer["removed"]) == 1)

    def check_draining(self, names, path, target):
        """A call is not moved to a server that drains."""
        server = SERVER.format(**names)
        self.ask("PATCH", server, '{"admin": "draining"}', PATCH)
        self.check_answer("POST", path, target, json.dumps({"server": names["server"]}), JSON, 409)
        self.ask("PATCH", server, '{"admin": "enabled"}', PATCH)

    def check_rehome(self, config, names):
        path = SERVER + "/rehome"
        target = path.format(**names)
        self.check_answer("GET", path, target, expected=404)
        self.check_answer("GET", path, target + "?nothing=1", expected=400)
        self.check_answer("POST", path, target + "?nothing=1", expected=400)
        self.check_answer("POST", path, target, fields={"If-Match": "*"}, expected=412)
        self.check_answer("POST", path, target, '{"server": "other"}', JSON, 400)
        self.check_answer("POST", path, target, "{}", {"Content-Type": "text/plain"}, 415)
        self.check_answer("POST", path, target, '{"a": 1, "a": 1}', JSON, 422)
        self.check_answer("POST", path, path.format(pool=names["pool"], server="nobody"), expected=404)
        self.check_answer("POST", path, target, expected=202)
        self.check_answer("GET", path, target)
        alone = {"name": "alone", "servers": [dict(config["pools"][0]["servers"][0], port=5099, admin="disabled")]}
        self.ask("POST", "/v1/pools", json.dumps(alone), JSON)
        self.check_answer("POST", path, path.format(pool="alone", server=names["server"]), expected=409)
        self.ask("DELETE", "/v1/pools/alone")

    def check_explain(self, service):
        path = "/v1/explain"
        self.check_answer("POST", path, path, MESSAGE, OCTETS, holds=lambda answer: answer["method"] == "INVITE")
        self.check_answer("POST", path, path + "?source=nobody", MESSAGE, OCTETS, 400)
        self.check_answer("POST", path, path, "x" * 65528, OCTETS, 413)
        pcap = {"Content-Type": "application/vnd.tcpdump.pcap"}
        self.check_answer("POST", path, path, MESSAGE, pcap, 400)
        way = capture_of(service["address"], service["port"], MESSAGE.encode()) if "." in service["address"] else None
        if way:
            self.check_answer("POST", path, path + "?limit=1", way, pcap, holds=lambda answer: (
                answer["datagrams"][0]["way"]["call_id"] == "contract@example.com" and not answer["more"]))
            self.check_answer("POST", path, path + "?service=nobody", way, pcap, 400)
            self.check_answer("POST", path, path, way + way[24:-5], pcap, holds=lambda answer: (
                len(answer["datagrams"]) == 1 and "after frame 1: " in answer["problem"]))
            fragment = way[:60] + b"\x20" + way[61:]  # more fragments follow
            self.check_answer("POST", path, path, fragment, pcap, holds=lambda answer: (
                answer["datagrams"][0]["part"] == "first_fragment"
                and answer["datagrams"][0]["way"]["call_id"] == "contract@example.com"))

    def check_events(self):
        events = "/v1/events"
        self.check_answer("GET", events, events + "?calls=1", expected=400)
        for bad in ("calls=0", "calls=2", "server=nobody", "source=10.0.0.0/33"):
            self.check_answer("GET", events, events + "?" + bad, fields=STREAM, expected=400)
        connection = UnixConnection(self.path)  # it ends with the stream
        connection.request("GET", events + "?since=0", headers=STREAM)
        answer = connection.getresponse()
        lines = []
        while len(lines) < 20 and not any(line.startswith("data: ") for line in lines):
            lines.append(answer.readline().decode().rstrip("\n"))
        connection.close()
        event = next((line.removeprefix("data: ") for line in lines if line.startswith("data: ")), "null")
        problems = self.schema_problems({"$ref": "#/components/schemas/Event"}, json.loads(event))
        if answer.headers["Content-Type"] != "text/event-stream":
            problems.append(str(answer.headers["Content-Type"]))
        if not any(line == f"id: {json.loads(event)['id']}" for line in lines):
            problems.append(f"no id of its own: {lines}")
        self.check("a stream's events are as described", problems)

    def check_access(self, routes, names, address, tokens):
        """What only shows over TCP, from a client without a token and one that may only read."""
        host, port = address.rsplit(":", 1)
        open_to_all = {"/", "/page/{file}", "/healthz", "/readyz", "/openapi.json"}
        for method, path in sorted(routes):
            if path in open_to_all:
                continue
            target = re.sub(r"{([\w-]+)}", lambda match: names.get(match[1], "any"), path)
            connection = http.client.HTTPConnection(host, int(port), timeout=10)
            self.check_answer(method, path, target, expected=401, connection=connection)
            connection.close()
            if path == "/v1/trace" or (method != "GET" and path != "/v1/explain"):
                connection = http.client.HTTPConnection(host, int(port), timeout=10)
                reader = {"Authorization": "Bearer " + tokens[1]}
                self.check_answer(method, path, target, fields=reader, expected=403, connection=connection)
                connection.close()
        for role, token in zip(("admin", "read-only"), tokens):
            connection = http.client.HTTPConnection(host, int(port), timeout=10)
            self.check_answer("GET", "/v1", "/v1", fields={"Authorization": "Bearer " + token}, connection=connection,
                              holds=lambda answer, role=role: answer["role"] == role)
            connection.close()

    def check_seen(self):
        """That every status that is named has come."""
        missing = []
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                route = f"{method.upper()} {path}"
                for status in operation["responses"] if method != "parameters" else ():
                    beyond = (route, status) in BEYOND or ("*", status) in BEYOND or status == "default"
                    if (route, status) not in self.seen and not beyond:
                        missing.append(f"{route}: {status}")
        self.check("every status that is named has come", missing)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("socket", help="the daemon's API socket")
    parser.add_argument("--tcp", metavar="ADDRESS:PORT", help="where it listens in plain text, for 401 and 403")
    parser.add_argument("--tokens", nargs=2, metavar="TOKEN", help="one of an administrator, one for reading")
    parser.add_argument("--file", help="the daemon's configuration file: it is saved to, for 409")
    parser.add_argument("--call", metavar="CALL-ID", help="a call in the table: it is moved, then removed")
    options = parser.parse_args()
    contract = Contract(options.socket)
    routes = contract.check_routes()
    config = json.loads(contract.ask("GET", "/v1/config")[2])
    pool = config["pools"][0]
    names = {"service": config["services"][0]["name"], "pool": pool["name"], "server": pool["servers"][0]["name"]}
    names |= {"call-id": "contract@example.com", "file": "main.js", "id": "1"}
    if options.call:
        names["real-call"] = options.call
    contract.check_gets(routes, names)
    contract.check_configuration()
    contract.check_lists(config, names)
    contract.check_level()
    contract.check_bans()
    contract.check_calls(names)
    contract.check_rehome(config, names)
    contract.check_explain(config["services"][0])
    contract.check_events()
    if options.file:
        contract.check_save(options.file)
    if options.tcp:
        contract.check_access(routes, names, options.tcp, options.tokens)
    if options.file and options.tcp and options.call:
        contract.check_seen()
    return 1 if contract.failed else 0


if __name__ == "__main__":
    sys.exit(main())
