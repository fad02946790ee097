#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what was sent with what each server kept (see fragments_sink.py), byte for byte. Prints one
JSON object:

  sizes               size of a datagram: how many of that size were sent
  sent                datagrams sent with all their fragments
  whole               those that exactly one server got, once, as they were sent
  lost                those that no server got
  incomplete          datagrams sent without one of their fragments
  incomplete_arrived  those of them that a server got all the same
  twice               datagrams that came more than once, at whatever servers
  foreign             datagrams kept that were not sent like that: changed, or of another run
  servers             how many datagrams each of them kept
  fragments_split     datagrams of which fragments came to more than one server (--captured)
  fragments_seen      fragments that came to the servers (--captured)
"""

import argparse
import json
import os
import sys
from collections import Counter

from fragments_frames import call_id, datagrams_of


def kept_in(directory):
    for name in os.listdir(directory):
        with open(os.path.join(directory, name), "rb") as file:
            yield file.read()


def compare(sent, incomplete, kept):
    """SENT: payloads; INCOMPLETE: Call-IDs; KEPT: directory: payloads."""
    arrived = Counter(payload for payloads in kept.values() for payload in payloads)
    parts = {payload for payload in sent if call_id(payload) in incomplete}
    complete = [payload for payload in sent if payload not in parts]
    return {
        "sizes": dict(sorted(Counter(len(payload) for payload in sent).items())),
        "sent": len(complete),
        "whole": sum(arrived[payload] == 1 for payload in complete),
        "lost": sum(arrived[payload] == 0 for payload in complete),
        "incomplete": len(parts),
        "incomplete_arrived": sum(arrived[payload] for payload in parts),
        "twice": sum(count > 1 for count in arrived.values()),
        "foreign": sum(count for payload, count in arrived.items() if payload not in sent),
        "servers": [len(payloads) for payloads in kept.values()],
    }


def places(keys, captures):
    """At which servers fragments of the datagrams were seen."""
    seen_at, count = Counter(), 0
    for path in captures:
        for key, datagram in datagrams_of(path).items():
            if key in keys:
                seen_at[key] += 1
                count += len(datagram.fragments)
    return {"fragments_split": sum(servers > 1 for servers in seen_at.values()), "fragments_seen": count}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--incomplete", metavar="FILE", help="Call-IDs, as fragments_send.py prints them")
    parser.add_argument("--captured", nargs="+", default=[], metavar="PCAP", help="of each server")
    parser.add_argument("--kept", nargs="+", default=[], metavar="DIR", help="of each server")
    parser.add_argument("sent", metavar="PCAP", help="where it was sent, with all fragments")
    options = parser.parse_args()
    incomplete = set()
    if options.incomplete:
        with open(options.incomplete, encoding="ascii") as file:
            incomplete = set(file.read().split())
    sent = datagrams_of(options.sent)
    kept = {directory: list(kept_in(directory)) for directory in options.kept}
    result = compare([datagram.payload() for datagram in sent.values()], incomplete, kept)
    print(json.dumps(result | places(sent.keys(), options.captured)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
