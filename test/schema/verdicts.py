#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema of the configuration and the daemon say the same of hundreds of configurations.

They are made from the schema (configs.py): bounds, words, types, texts, fields that are unknown or
missing. What the schema refuses the daemon refuses. What the daemon alone refuses stands in DAEMON_ONLY,
with the reason why no schema can; each of these has to be seen.

Output: "ok - ..." and "not ok - ..." lines. Exit code: 0 all ok, 1 not, 77 skipped.
"""

import argparse
import copy
import glob
import json
import re
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: the Python module jsonschema is missing; install the package python3-jsonschema")
    sys.exit(77)

from configs import FULL, cases_of

LEAST_WRONG = 200
LEAST_GOOD = 100

# What the daemon's error says, and why the schema has no word on it.
DAEMON_ONLY = [
    (r"expected a whole number, found number -?[0-9.]+(e.*)?$", "to JSON Schema 1000.0 is an integer"),
    (r"is already the (name|address) of|this method is already in",
     "two elements with one name: uniqueItems compares whole ones"),
    (r'has bits set behind the prefix', "bits of an address, compared with a number"),
    (r'" is already in ', "a prefix in two lists"),
    (r"is already used by", "two elements with one address and port: likewise"),
    (r"is not the name of a pool", "a reference to what stands elsewhere"),
    (r"is longer than the interval", "two durations, compared"),
    (r"is more than the pool's", "a number, compared with a list's length"),
    (r"servers in all; at most", "a sum of lists' lengths"),
    (r"services on \d+ addresses", "services and different addresses, added up"),
    (r"is also the address of", "addresses that stand in two places, compared"),
    (r"is the address of a service", "likewise"),
    (r"required, because pool|takes the place of the VIP|already stands for|must be that of services"
     r"|is reached with forward", "services, pools and servers that belong together, compared"),
    (r"can be on only one interface", "services with one address, compared"),
    (r'"499-400" is neither a final code', "the first code of a range is not above its last one: numbers in a text"),
    (r'(?i)"\[?[0:]*:(ffff:[0-9a-f.:]+|[0-9]+\.[0-9.]+)\]?(:\d+|/\d+)?" is ', "an IPv4 address written as IPv6"),
    (r"\\u00e9.*(is not a header value|is not an interface name)|the path is 201 bytes",
     "bytes, where the schema counts characters"),
]


def set_at(pointer, value):
    config = copy.deepcopy(FULL)
    inner = config
    *steps, last = [int(step) if step.isdigit() else step for step in pointer.split("/")]
    for step in steps:
        inner = inner[step]
    inner[last] = value
    return f"{pointer} = {json.dumps(value)[:60]}", config


def two_of(pointer, **change):
    """The list there with its first element twice, the second one changed."""
    inner = FULL
    for step in pointer.split("/"):
        inner = inner[int(step) if step.isdigit() else step]
    return set_at(pointer, [inner[0], copy.deepcopy(inner[0]) | change])


def beyond():
    """One case or more for each rule of DAEMON_ONLY."""
    service = {field: value for field, value in FULL["services"][0].items() if field != "dscp"}
    many = [{"name": f"s{i}", "address": f"10.1.{i // 250}.{i % 250 + 1}"} for i in range(2100)]
    far = [dict(service, name=f"s{i}", address=f"10.2.{i // 250}.{i % 250 + 1}", method_pools=[]) for i in range(600)]
    return [
        set_at("calls/capacity", 5000.0),
        two_of("interfaces"),
        two_of("pools/0/servers", name="c"),
        two_of("services", name="other"),
        two_of("services", name="other", port=5062, vip_interface="eth9"),
        two_of("services/0/method_pools"),
        two_of("api/listen"),
        set_at("guard/deny", ["192.0.2.1/24"]),
        set_at("guard/allow", ["203.0.113.0/24"]),
        set_at("services/0/pool", "nobody"),
        set_at("pools/0/probe", {"interval": "1s", "timeout": "1001ms"}),
        set_at("pools/0/quorum", 3),
        set_at("pools", [{"name": "a", "servers": many}, {"name": "proxies", "servers": many}, FULL["pools"][1]]),
        set_at("services", far),
        set_at("services/0/address", "198.51.100.11"),
        set_at("pools/0/servers/0/next_hop", "198.51.100.100"),
        set_at("pools/0/probe/accept", ["499-400"]),
        set_at("services/0/address", "::ffff:127.0.0.1"),
        set_at("services/0/address", "::FFFF:7f00:1"),
        set_at("services/0/address", "::0.0.0.1"),
        set_at("api/listen/0/address", "[::ffff:127.0.0.1]:80"),
        set_at("pools/0/probe/user_agent", "é" * 100),
        set_at("services/0/vip_interface", "é" * 10),
        set_at("pools/0/forward", "dscp"),
        set_at("pools/1/forward", "dscp"),
        set_at("api/socket", "/" + "é" * 100),
    ]


def daemon_verdicts(program, configs):
    text = "".join(json.dumps(config) + "\n" for config in configs)
    done = subprocess.run([program], input=text, stdout=subprocess.PIPE, check=True, encoding="utf-8")
    verdicts = done.stdout.splitlines()
    if len(verdicts) != len(configs):
        raise ValueError(f"{len(configs)} configurations, {len(verdicts)} verdicts")
    return verdicts


class Judge:
    def __init__(self, schema):
        jsonschema.Draft202012Validator.check_schema(schema)
        self.validator = jsonschema.Draft202012Validator(schema)
        self.failed = 0
        self.seen = set()

    def check(self, what, problems):
        print(("not ok - " if problems else "ok - ") + what)
        for problem in problems[:30]:
            print("#   " + problem)
        self.failed += 1 if problems else 0

    def daemon_alone(self, verdict):
        """Whether all that the daemon says is what no schema can say."""
        alone = True
        for error in verdict.split(" | "):
            rules = [rule for rule, _ in DAEMON_ONLY if re.search(rule, error)]
            self.seen.update(rules)
            alone = alone and bool(rules)
        return alone

    def compare(self, cases, verdicts):
        problems = []
        wrong = good = alone = 0
        for (name, config), verdict in zip(cases, verdicts):
            error = next(self.validator.iter_errors(config), None)
            if error is None and verdict == "good":
                good += 1
            elif error is not None and verdict != "good":
                wrong += 1
            elif error is not None:
                problems.append(f"{name}: good, says the daemon; the schema: {error.message[:200]}")
            elif self.daemon_alone(verdict):
                alone += 1
            else:
                problems.append(f"{name}: good, says the schema; the daemon: {verdict[:300]}")
        self.check(f"one verdict: {wrong} wrong, {good} good, {alone} that the daemon alone can tell", problems)
        few = [f"{count} {kind} ones" for kind, count, least in
               (("wrong", wrong, LEAST_WRONG), ("good", good, LEAST_GOOD)) if count < least]
        self.check(f"at least {LEAST_WRONG} wrong ones and {LEAST_GOOD} good ones", few)
        self.check("each rule that the daemon alone has was seen",
                   [rule for rule, _ in DAEMON_ONLY if rule not in self.seen])


def check_examples(judge, program, folder):
    files = sorted(glob.glob(folder + "/*.json"))
    examples = []
    for file in files:
        with open(file, encoding="utf-8") as opened:
            examples.append(json.load(opened))
    problems = [f"{file}: {error.message}" for file, config in zip(files, examples)
                for error in judge.validator.iter_errors(config)]
    problems += [f"{file}: {verdict}" for file, verdict in zip(files, daemon_verdicts(program, examples))
                 if verdict != "good"]
    judge.check(f"the {len(files)} examples are good to both", problems if files else ["there are none"])


def no_twins(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError(f"given twice in one object, of {names}")
    return dict(pairs)


def read_document(program, what):
    text = subprocess.run([program, what], stdout=subprocess.PIPE, check=True).stdout
    return json.loads(text, object_pairs_hook=no_twins)


def check_openapi(judge, document, schema):
    """The part of the API's description is the schema."""
    schemas = document["components"]["schemas"]
    text = json.dumps(schema["$defs"]).replace("#/$defs/", "#/components/schemas/")
    judge.check("the configuration in the API's description is the schema",
                [name for name, value in json.loads(text).items() if schemas.get(name) != value])
    names = set(re.findall('"#/components/schemas/([^"/]+)', json.dumps(document)))
    judge.check("what the API's description refers to is there", sorted(names - set(schemas)))
    unused = set(schemas) - names - {"Events", "Event"}
    judge.check("what is there is referred to", sorted(unused))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", help="the program sipsteer_documents")
    parser.add_argument("verdicts", help="the program config_verdicts")
    parser.add_argument("examples", help="the folder of examples")
    parser.add_argument("--cases", action="store_true", help="print the cases and the daemon's verdicts only")
    options = parser.parse_args()
    schema = read_document(options.documents, "schema")
    cases = cases_of(schema) + beyond()
    verdicts = daemon_verdicts(options.verdicts, [config for _, config in cases])
    if options.cases:
        for (name, _), verdict in zip(cases, verdicts):
            print(f"{name}: {verdict}")
        return 0
    judge = Judge(schema)
    judge.compare(cases, verdicts)
    check_examples(judge, options.verdicts, options.examples)
    check_openapi(judge, read_document(options.documents, "openapi"), schema)
    return 1 if judge.failed else 0


if __name__ == "__main__":
    sys.exit(main())
