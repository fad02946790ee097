#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds a trace (pcapng, read by editcap and tshark) against what was captured at the servers. Prints one
JSON object:

  frames             frames of the trace that went to a server
  missing, foreign   frames that a server got and the trace lacks, and the reverse
  elsewhere          frames whose comment names another server than the one that got them
  fragments          fragments among them
  fragments_of_call  those whose comment has a Call-ID
  reasons            how many there are of each reason
  backwards          frames that are earlier than the one before by more than a millisecond
  age                seconds since the first

With --payload-of CALL-ID: the SHA-256 of that call's message, which is in fragments in the one capture.
"""

import argparse
import hashlib
import ipaddress
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter

from fragments_frames import call_id, datagrams_of, parse_fragment, timed_frames_of

SENT = ("tx", "redirect", "hold")
SOURCES = {0x0800: slice(26, 30), 0x86DD: slice(22, 38)}  # of the IP address, by EtherType


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    if done.stderr and "Running as user" not in done.stderr:
        sys.exit(f"{command[0]} complains: {done.stderr}")
    return done.stdout


def read_trace(path):
    """(time, frame, fields of the comment) of each packet that was sent to a server."""
    comments = run("tshark", "-n", "-r", path, "-T", "fields", "-e", "frame.comment").splitlines()
    with tempfile.TemporaryDirectory() as folder:
        plain = os.path.join(folder, "plain.pcap")
        run("editcap", "-F", "nsecpcap", path, plain)
        frames = list(timed_frames_of(plain))
    if len(frames) != len(comments):
        sys.exit(f"{len(frames)} frames, {len(comments)} comments")
    for (when, frame), comment in zip(frames, comments):
        fields = dict(word.split("=", 1) for word in shlex.split(comment))
        if fields["verdict"] in SENT:
            yield when, frame, fields


def source_of(frame):
    """The IP address it is from; None: it is ARP or the like. The servers' frames have no tags."""
    place = SOURCES.get(int.from_bytes(frame[12:14], "big"))
    return ipaddress.ip_address(frame[place]) if place else None


def is_wanted(frame, options):
    source = source_of(frame)
    return source and (not options.only_source or source == ipaddress.ip_address(options.only_source))


def captured_at(paths, options):
    """{server: Counter of frames} that the trace is to have."""
    captured = {}
    for path in paths:
        server = os.path.basename(path).removesuffix(".pcap")
        wanted = not options.only_server or server == options.only_server
        captured[server] = Counter(
            frame
            for when, frame in timed_frames_of(path)
            if wanted and when <= options.until and is_wanted(frame, options)
        )
    return captured


def compare(options):
    traced = [packet for packet in read_trace(options.trace) if packet[0] <= options.until]
    captured = captured_at(options.servers, options)
    seen = Counter(frame for _, frame, _ in traced)
    got = sum(captured.values(), Counter())
    fragments = [fields for _, frame, fields in traced if parse_fragment(frame)]
    times = [when for when, _, _ in traced]
    return {
        "frames": len(traced),
        "missing": sum((got - seen).values()),
        "foreign": sum((seen - got).values()),
        "elsewhere": sum(not captured.get(fields.get("server"), {}).get(frame) for _, frame, fields in traced),
        "fragments": len(fragments),
        "fragments_of_call": sum("call_id" in fields for fields in fragments),
        "reasons": Counter(fields["reason"] for _, _, fields in traced),
        "backwards": sum(later < earlier - 0.001 for earlier, later in zip(times, times[1:])),
        "age": time.time() - min(times, default=0),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trace", metavar="PCAPNG")
    parser.add_argument("--until", type=float, default=float("inf"), help="seconds since 1970: what is later is left out")
    parser.add_argument("--only-server", metavar="NAME", help="only what it got should be in the trace")
    parser.add_argument("--only-source", metavar="ADDRESS", help="likewise: only what came from it")
    parser.add_argument("--payload-of", metavar="CALL-ID")
    parser.add_argument("--servers", nargs="+", metavar="PCAP", required=True, help="one of each, named for it")
    options = parser.parse_args()
    if options.payload_of:
        payloads = [datagram.payload() for datagram in datagrams_of(options.servers[0]).values()]
        print(*(hashlib.sha256(one).hexdigest() for one in payloads if call_id(one) == options.payload_of))
    else:
        print(json.dumps(compare(options)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
