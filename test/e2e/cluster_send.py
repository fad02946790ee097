#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sends one request of each of some calls, as datagrams of one socket. Nobody waits for an answer.

Usage: cluster_send.py VIP METHOD NAME COUNT: the Call-IDs are NAME-0 to NAME-(COUNT - 1).
"""

import socket
import sys
import time

PAUSE = 0.002  # seconds between two, so that no queue of the lab is full


def request(vip, method, call_id):
    """INVITE begins a call, ACK confirms it, others are of the dialog."""
    number = 2 if method == "INFO" else 1
    to_tag = "" if method == "INVITE" else ";tag=callee"
    host = f"[{vip}]" if ":" in vip else vip
    return (
        f"{method} sip:user2@{host}:5060 SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP {host};branch=z9hG4bK{method}{call_id}\r\n"
        "Max-Forwards: 0\r\n"
        f"From: <sip:a@{host}>;tag=caller\r\n"
        f"To: <sip:b@{host}>{to_tag}\r\n"
        f"Call-ID: {call_id}\r\n"
        f"CSeq: {number} {method}\r\n"
        "Content-Length: 0\r\n\r\n"
    ).encode()


def main():
    vip, method, name, count = sys.argv[1:]
    family = socket.AF_INET6 if ":" in vip else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        for i in range(int(count)):
            sender.sendto(request(vip, method, f"{name}-{i}"), (vip, 5060))
            time.sleep(PAUSE)


if __name__ == "__main__":
    main()
