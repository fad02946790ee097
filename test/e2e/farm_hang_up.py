#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tells a phone that holds its calls (lib_calls.sh) that some of them are over: an INFO each.

The phone does not answer. Nothing of this is for the VIP, nor does it leave the phone's host.
"""

import argparse
import socket
import time

PORT = 5060


def info(address, number, rest):
    host = f"[{address}]" if ":" in address else address
    return "\r\n".join([
        f"INFO sip:user1@{host} SIP/2.0", f"Via: SIP/2.0/UDP {host}:9;branch=z9hG4bK{number}",
        f"From: <sip:test@{host}>", f"To: <sip:user1@{host}>", f"Call-ID: {number}-{rest}", "CSeq: 9 INFO",
        "Content-Length: 0", "", ""]).encode()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", help="the phone's")
    parser.add_argument("first", type=int, help="number of the first call")
    parser.add_argument("last", type=int)
    parser.add_argument("rest", help="what follows the number in a Call-ID")
    parser.add_argument("--gap", type=float, default=0.001, help="seconds between two calls")
    options = parser.parse_args()
    family = socket.AF_INET6 if ":" in options.address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        for number in range(options.first, options.last + 1):
            sender.sendto(info(options.address, number, options.rest), (options.address, PORT))
            time.sleep(options.gap)


if __name__ == "__main__":
    main()
