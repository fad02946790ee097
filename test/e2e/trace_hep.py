#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A collector for HEP version 3, made from the protocol's description and not from ours: prints what each
datagram says as one JSON object a line. Runs until it is ended."""

import hashlib
import ipaddress
import json
import socket
import struct
import sys

NAMES = {1: "family", 2: "protocol", 3: "source", 4: "destination", 5: "source", 6: "destination", 7: "source_port",
         8: "destination_port", 9: "seconds", 10: "microseconds", 11: "type", 12: "agent", 15: "payload",
         17: "correlation"}


def value_of(kind, value):
    if 3 <= kind <= 6:
        return str(ipaddress.ip_address(value))
    if kind == 15:
        return hashlib.sha256(value).hexdigest()
    return value.decode() if kind == 17 else int.from_bytes(value, "big")


def take_apart(datagram):
    if datagram[:4] != b"HEP3" or struct.unpack_from("!H", datagram, 4)[0] != len(datagram):
        return {"problem": "no HEP3, or a wrong length"}
    told, at = {}, 6
    while at < len(datagram):
        vendor, kind, length = struct.unpack_from("!HHH", datagram, at)
        if vendor or length < 6 or at + length > len(datagram) or kind not in NAMES:
            return {"problem": f"chunk {kind} of vendor {vendor}, {length} bytes"}
        told[NAMES[kind]] = value_of(kind, datagram[at + 6 : at + length])
        at += length
    return told


def main():
    collector = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    collector.bind(("127.0.0.1", int(sys.argv[1])))
    while True:
        print(json.dumps(take_apart(collector.recv(65535))), flush=True)


if __name__ == "__main__":
    sys.exit(main())
