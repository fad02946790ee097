# SPDX-License-Identifier: Apache-2.0
"""Configurations made from the JSON Schema: one good one with every field, and changes to it. The same
ones every time.

A case is (name, configuration): the name says where in the configuration it differs, and how.
"""

import copy
import json

# Every field. What a field may hold besides is made from the schema.
FULL = {
    "interfaces": [{"name": "eth0", "mode": "native", "checksums": "check"}, {"name": "eth1.100", "mode": "auto"}],
    "vlan_tags": [{"name": "eth7", "id": 7}],
    "pin_dir": "/sys/fs/bpf/other",
    "state_dir": "/srv/state",
    "api": {
        "socket": "/run/x.sock",
        "socket_mode": "0660",
        "socket_group": "sip",
        "tokens_file": "/etc/tokens",
        "listen": [
            {"address": "127.0.0.1:8080"},
            {"address": "[2001:db8::7]:8443", "tls": {"certificate": "/c.pem", "key": "/k.pem"}, "insecure": False},
        ],
    },
    "fragments": {"timeout": "500ms", "firsts_per_source": 100, "held_per_source": 10, "held_bytes": 100000},
    "cluster": {
        "name": "west",
        "director": "west-1",
        "redis": {
            "addresses": ["/run/redis/redis.sock", "192.0.2.1:6379", "[2001:db8::1]:6379"],
            "user": "sipsteer",
            "password_file": "/etc/sipsteer/redis",
        },
        "share": "calls",
    },
    "directors": [{"name": "second", "mac": "02:00:00:00:00:0b"}],
    "log_level": "debug",
    "on_exit": "detach",
    "calls": {"capacity": 5000},
    "guard": {
        "observe": True,
        "trusted": ["203.0.113.0/24"],
        "allow": ["192.0.2.7"],
        "deny": ["192.0.2.0/24", "2001:db8::/32"],
        "deny_files": ["/etc/deny"],
    },
    "pools": [
        {
            "name": "proxies",
            "mode": "stateful",
            "scheduler": "hash",
            "key": "call-id",
            "forward": "l2",
            "no_call_id": "pass",
            "when_down": "reject",
            "reject": {"per_second": 10, "retry_after": "5s"},
            "quorum": 1,
            "tier_minimum": 1,
            "slow_start": "30s",
            "lifetimes": {"early": "3m", "confirmed": "2h", "closing": "32s", "other": "1h", "source": "300000ms"},
            "probe": {
                "type": "options",
                "path": "direct",
                "interval": "1h",
                "timeout": "10ms",
                "jitter": 0.25,
                "rise": 2,
                "fall": 3,
                "hold_down": {"after": 5, "within": "5m", "for": "1m"},
                "method": "OPTIONS",
                "accept": [200, "400-499"],
                "from": "sip:probe@example.org",
                "to": "sip:b@[2001:db8::7]:5062",
                "request_uri": "sip:192.0.2.1;lr",
                "user_agent": "watch/1",
            },
            "servers": [
                {
                    "name": "a",
                    "address": "198.51.100.11",
                    "port": 5060,
                    "weight": 100,
                    "admin": "enabled",
                    "next_hop": "198.51.100.1",
                    "tier": 1,
                    "max_calls": 500,
                    "max_new_calls_per_second": 30,
                    "drain_timeout": "10m",
                },
                {"name": "b", "address": "2001:db8::12"},
            ],
        },
        {"name": "registrars", "servers": []},
    ],
    "services": [
        {
            "name": "sip",
            "address": "198.51.100.100",
            "port": 5060,
            "protocol": "udp",
            "pool": "proxies",
            "method_pools": [{"method": "REGISTER", "pool": "registrars"}],
            "vip_interface": "eth0",
            "dscp": 10,
            "new_call_limits": {
                "observe": True,
                "per_address": {"per_minute": 30, "burst": 10},
                "per_network": {"per_minute": 600, "burst": 1},
                "known_address": {"per_minute": 6000, "burst": 2000},
                "known_for": "12h",
            },
            "guard": {
                "observe": False,
                "trusted": [],
                "allow": [],
                "deny": ["192.0.2.0/24"],
                "deny_files": [],
                "methods": {"REGISTER": "trusted", "OPTIONS": "known"},
                "stealth": True,
                "user_agents": ["friendly-scanner", "sipcli"],
                "malformed_limit": {"per_minute": 60, "for": "1h"},
            },
        }
    ],
}

# Texts for every field that is one, and for those of one definition. A verdict is asked for, not said.
TEXTS = [
    "", " ", "x", "X-1", "a b", "\u0000", "é", "/", "/x y", "//", "5s", "100", "1e3", "-1", "a\u0001b",
    "x" * 31, "x" * 32, "x" * 129, "/" + "x" * 107, "/" + "x" * 5000,
]
DURATIONS = [
    "0s", "0ms", "1s", "01s", "0000000001s", "1 s", "1S", "1.5s", "5", "s", "999999999ms", "1000ms", "1500ms",
    "999999999h", "+1s", "1s ",
]
ADDRESSES = [
    "0.0.0.0", "127.0.0.1", "127.255.0.1", "128.0.0.1", "169.254.1.1", "169.255.1.1", "223.255.255.255",
    "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "255.255.255.254", "01.2.3.4", "1.2.3",
    "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", "::", "::1", "0:0:0:0:0:0:0:1", "::0001", "0::0", "1::", "::2",
    "fe80::1", "FE80::1", "febf::1", "fec0::1", "ff02::1", "FF02::1", "2001:db8::7", "2001:DB8::7",
    "2001:db8:0:0:0:0:0:9", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
    "1::3:4:5:6:7:8", "1:2:3:4:5:6:7:8", "1::2::3", "12345::", "g::1", "[::2]", "2001:db8::1%eth0",
    "64:ff9b::192.0.2.33", "1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:7:192.0.2.1", "::ffff:192.0.2.1",
]
LISTENS = [
    "127.0.0.1:1", "127.0.0.1:0", "127.0.0.1:65535", "127.0.0.1:65536", "127.0.0.1:0080", "127.0.0.1",
    "127.0.0.1:", "::1:80", "[::1]:80", "[127.0.0.1]:80", "[::1]", "[ff02::1]:80", "224.0.0.1:80",
    "169.254.0.1:80", "[fe80::1]:80", "255.255.255.255:80", "127.0.0.1:+80", "localhost:80",
]
URIS = [
    "sip:a", "sip:a@b", "sip:@b", "sip:a@b@c", "sips:a@b", "SIP:a", "sip:", "sip:a:5060", "sip:a:0",
    "sip:a:65536", "sip:a:5060;lr", "sip:a;x=y;z", "sip:a?x=y", "sip:a b", "sip:[::1]", "sip:[::1]:5060",
    "sip:[1.2.3.4]", "sip:[zz]", "sip:u;p=1@h", "sip:u:pw@h", "sip:h_x", "sip:" + "x" * 251, "sip:" + "x" * 252,
    "sip:h;a@b", "sip:h:5060x", "sip:<a>", "sip:h;[", "sip:a,b@c",
]
MACS = [
    "02:00:00:00:00:0B", "02:00:00:00:00:0", "02:00:00:00:00:0b:01", "02-00-00-00-00-0b", "01:00:00:00:00:0b",
    "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "02:00:00:00:00:0g", " 2:00:00:00:00:0b", "+2:00:00:00:00:0b",
]
PREFIXES = ADDRESSES + [
    "192.0.2.0/24", "192.0.2.1/24", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/024", "192.0.2.0/+24", "0.0.0.0/0",
    "0.0.0.0/00", "2001:db8::/32", "2001:db8::1/32", "2001:db8::/129", "::/0", "::/128", "1.2.3.4/32", "1.2.3.4/ 32",
    "192.0.2.0/24/8", "/24",
]
MODES = ["660", "0660", "1660", "00660", "66", "0668", "rw", "0000"]
METHODS = [
    "INVITE", "ACK", "CANCEL", "INVITES", "invite", "REGISTER", "X" * 32, "X" * 33, "a b", "a,b", "-.!%*_+`'~",
]
GROUPS = ["-x", ".x", "0", "a" * 32, "a" * 33, "a/b"]
INTERFACES = [".", "..", "...", "a/b", "a:b", "a" * 15, "a" * 16, "a b", "eth0.1", "\u007f"]
NAMES = ["-a", "a-", ".a", "A.b_c-9", "a/b"]
CODES = [
    "any", "all", [], [199], [200], [699], [700], ["200-699"], ["199-200"], ["200-700"], ["200"], ["0200-300"],
    ["200-"], [200.5], ["a"], [[]], [200] * 32, [200] * 33,
]
HEADERS = [" x", "x ", "x\ty", "x\ny", "x\u007fy", "x" * 128]

# By the field's name; else by what the schema says.
OF_FIELD = {"accept": CODES, "mac": MACS, "method": METHODS, "socket_mode": MODES,
            "socket_group": GROUPS, "user_agent": HEADERS}
OF_DEFINITION = {"Name": NAMES, "InterfaceName": INTERFACES, "HostAddress": ADDRESSES, "Prefix": PREFIXES, "SipUri": URIS}
OF_ANY_TYPE = [None, True, 0, -1, 7, 1.5, "", "x", [], {}, [1], {"x": 1}]


class Walk:
    """Goes through FULL beside its schema, and makes cases on the way."""

    def __init__(self, schema):
        self.schema = schema
        self.cases = [("full", FULL)]

    def resolve(self, schema):
        """The schema behind references, and the name of the last one."""
        name = None
        while "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            schema = self.schema["$defs"][name]
        return schema, name

    def put(self, path, value, what):
        config = copy.deepcopy(FULL)
        inner = config
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value
        self.cases.append((f"{'.'.join(map(str, path))} {what}", config))

    def leave_out(self, path, what):
        config = copy.deepcopy(FULL)
        inner = config
        for step in path[:-1]:
            inner = inner[step]
        del inner[path[-1]]
        self.cases.append((f"{'.'.join(map(str, path))} {what}", config))

    def visit(self, schema, path, value):
        schema, definition = self.resolve(schema)
        if path:
            for other in OF_ANY_TYPE:
                self.put(path, other, f"is {json.dumps(other)}")
        if schema.get("type") == "object":
            self.visit_object(schema, path, value)
        elif schema.get("type") == "array":
            self.visit_list(schema, path, value)
        elif schema.get("type") in ("integer", "number"):
            self.visit_number(schema, path)
        else:
            self.visit_text(schema, definition, path)

    def visit_object(self, schema, path, value):
        # An object without properties of its own names them by what it is about: methods.
        properties = schema.get("properties") or {name: schema["additionalProperties"] for name in value}
        missing = set(schema.get("properties", {})) - set(value)
        if missing and path[-1:] != [1] and path != ["api", "listen", 0]:
            raise ValueError(f"{path}: add to FULL: {missing}")
        self.put(path + ["unknown"], 1, "is there")
        for name, inner in properties.items():
            if name not in value:
                continue
            self.leave_out(path + [name], "is left out")
            self.put(path + [name.capitalize()], value[name], "is there")
            self.visit(inner, path + [name], value[name])

    def visit_list(self, schema, path, value):
        for index, inner in enumerate(value):
            self.visit(schema["items"], path + [index], inner)
        few = schema.get("minItems", 0)
        self.put(path, value[:few], f"has {few}")
        for count in (schema["maxItems"], schema["maxItems"] + 1):
            self.put(path, [self.another(path, value[0], i) for i in range(count)] if value else [], f"has {count}")

    @staticmethod
    def another(path, thing, number):
        """One like `thing`, with a name and an address that no other has."""
        if isinstance(thing, str):
            return f"/deny{number}" if thing.startswith("/") else f"10.0.{number // 250}.{number % 250}"
        thing = copy.deepcopy(thing)
        if path[-1] == "method_pools":
            return thing
        if path[-1] == "listen":
            thing["address"] = f"127.0.0.1:{8000 + number}"
            return thing
        thing["name"] = f"n{number}"
        thing.pop("dscp", None)  # each VIP has one of its own
        if "address" in thing:
            thing["address"] = f"10.0.{number // 250}.{number % 250}"
        if "servers" in thing:
            thing["servers"] = []
        return thing

    def visit_number(self, schema, path):
        least, most = schema["minimum"], schema["maximum"]
        for value in (least, most, least - 1, most + 1, -least - 1, most * 1000, 2**64, 2**70, least + 0.0, 1e300):
            self.put(path, value, f"is {value}")

    def visit_text(self, schema, definition, path):
        texts = TEXTS + OF_FIELD.get(path[-1], []) + OF_DEFINITION.get(definition, [])
        if "enum" in schema:
            words = schema["enum"]
            word = words[-1]
            texts = words + [word + "x", word.upper(), word.title(), word + " ", word.replace("-", "_")]
        elif "duration" in schema.get("description", "") or path[-1] == "drain_timeout":
            texts = TEXTS + DURATIONS + self.duration_bounds(schema)
        elif path[-2:-1] == [0] and path[1:2] == ["listen"]:
            texts = TEXTS + LISTENS
        for text in texts:
            self.put(path, text, f"is {json.dumps(text)[:60]}")

    @staticmethod
    def duration_bounds(schema):
        """Just inside and outside of "10ms to 30s"."""
        units = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
        words = schema["description"].split(", ")[-1].split(": ")[-1].split(" to ")
        values = []
        for word, steps in zip(words, ((-1, 0), (0, 1))):
            digits = word.rstrip("hms")
            length = int(digits) * units[word[len(digits):]]
            for step in steps:
                for unit, size in units.items():
                    count = length // size + step
                    if count >= 0:
                        values.append(f"{count}{unit}")
        return values


def cases_of(schema):
    walk = Walk(schema)
    walk.visit({"$ref": schema["$ref"]}, [], FULL)
    return walk.cases + [(f"the whole is {json.dumps(value)}", value) for value in OF_ANY_TYPE if value != {}]
