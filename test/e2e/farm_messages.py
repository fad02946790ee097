#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SIP requests in captures, one a line, in the order of time: "time Call-ID server method".

With the sender's own capture the time is when it was sent: a message that was under way when something
happened is told from one that was sent after that, however busy the machine is.

tshark says the same of a hundred calls; this does of ten thousand while the next calls run.
"""

import argparse
import re
import struct
import sys
from collections import defaultdict

ETH_IPV4, ETH_IPV6, UDP = 0x0800, 0x86DD, 17
CSEQ = re.compile(rb"\r\nCSeq: *([0-9]+)")
CALL_ID = re.compile(rb"\r\nCall-ID: *([^\r\n]+)\r\n")
REQUEST = re.compile(rb"([A-Z]+) [^\r\n]+ SIP/2\.0\r\n")


def frames_of(path):
    """(time, frame) of a pcap file as tcpdump writes it."""
    with open(path, "rb") as file:
        content = file.read()
    if struct.unpack_from("=I", content)[0] != 0xA1B2C3D4 or struct.unpack_from("=I", content, 20)[0] != 1:
        raise ValueError(f"{path} is no pcap file of Ethernet frames")
    at = 24
    while at + 16 <= len(content):
        seconds, micros, captured = struct.unpack_from("=III", content, at)
        yield seconds + micros / 1e6, content[at + 16 : at + 16 + captured]
        at += 16 + captured


def payload_of(frame):
    """What UDP carries; empty for anything else. No VLAN tags, no options: the lab's phones send none."""
    ether_type = struct.unpack_from("!H", frame, 12)[0]
    if ether_type == ETH_IPV4 and frame[14 + 9] == UDP:
        return frame[14 + (frame[14] & 15) * 4 + 8 :]
    if ether_type == ETH_IPV6 and frame[14 + 6] == UDP:
        return frame[14 + 40 + 8 :]
    return b""


def messages_of(path, run, server_of):
    """The requests of a run's calls; server_of(frame) names the server it is for. The last field tells
    requests of one call and method apart: it is the same if one is sent again."""
    for time, frame in frames_of(path):
        payload = payload_of(frame)
        request, call_id = REQUEST.match(payload), CALL_ID.search(payload)
        if request and call_id and run in call_id[1]:
            cseq = CSEQ.search(payload)
            yield time, call_id[1].decode(), server_of(frame), request[1].decode(), cseq[1] if cseq else b""


def with_times_of_sending(found, path, run):
    """The same messages, with the times of the sender's capture. What was sent again comes in the order in
    which it was sent; if some of it was lost, a message is the latest one that can have been it."""
    sent, arrivals = defaultdict(list), defaultdict(int)
    for time, call_id, _, method, cseq in messages_of(path, run, lambda frame: ""):
        sent[call_id, method, cseq].append(time)
    count = defaultdict(int)
    for _, call_id, _, method, cseq in found:
        count[call_id, method, cseq] += 1
    for time, call_id, server, method, cseq in sorted(found):
        key = call_id, method, cseq
        times = sent[key]
        if len(times) == count[key]:
            time = times[arrivals[key]]
        else:
            time = max((one for one in times if one <= time), default=time)
        arrivals[key] += 1
        yield time, call_id, server, method, cseq


def mac_of(text):
    return bytes.fromhex(text.replace(":", ""))


def pair(text):
    name, separator, value = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f'"{text}" is not NAME=VALUE')
    return name, value


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", required=True, help="part of the Call-IDs that count")
    parser.add_argument("--capture", metavar="SERVER=FILE", type=pair, action="append", default=[],
                        help="a server's own capture")
    parser.add_argument("--director", metavar="FILE", help="a capture of what the director sends to all of them")
    parser.add_argument("--mac", metavar="SERVER=MAC", type=pair, action="append", default=[],
                        help="whom the director's frames are for")
    parser.add_argument("--sender", metavar="FILE", help="the sender's own capture: times are those of sending")
    options = parser.parse_args()
    run = options.run.encode()
    servers = {mac_of(mac): name for name, mac in options.mac}
    found = []
    for name, path in options.capture:
        found += messages_of(path, run, lambda frame, name=name: name)
    if options.director:
        found += messages_of(options.director, run, lambda frame: servers.get(frame[:6], "unknown"))
    if options.sender:
        found = with_times_of_sending(found, options.sender, run)
    for time, call_id, server, method, _ in sorted(found):
        sys.stdout.write(f"{time:.6f} {call_id} {server} {method}\n")


if __name__ == "__main__":
    main()
