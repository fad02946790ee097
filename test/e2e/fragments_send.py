#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sends captured fragments again, frame by frame as they are, in another order. Prints the Call-IDs of
the datagrams it leaves incomplete."""

import argparse
import random
import socket
import sys
import time

from fragments_frames import call_id, datagrams_of

TOGETHER = 8  # calls whose fragments are mixed


def reverse(datagrams):
    """Each datagram from its last fragment to its first."""
    return [fragment for datagram in datagrams for fragment in reversed(datagram.ordered())]


def repeat_held(datagrams):
    """Each datagram's last fragment overtakes the first, and of those of three comes once more."""
    order = []
    for datagram in datagrams:
        first, *middle, last = datagram.ordered()
        order += [last, first, last, *middle] if middle else [last, first]
    return order


def interleave(datagrams):
    """The fragments of some calls at a time in any order."""
    dice = random.Random(1)
    order = []
    for first in range(0, len(datagrams), TOGETHER):
        mixed = [fragment for datagram in datagrams[first : first + TOGETHER] for fragment in datagram.fragments]
        dice.shuffle(mixed)
        order += mixed
    return order


ORDERS = {"reversed": reverse, "repeated": repeat_held, "interleaved": interleave}


def lose_one(datagrams):
    """Of every other datagram of each length one fragment is lost, the first, the second and so on in
    turn. Gives the datagrams that are incomplete now."""
    incomplete = []
    seen = {}
    for datagram in datagrams:
        count = len(datagram.fragments)
        number = seen[count] = seen.get(count, -1) + 1
        if number % 2 == 0:
            datagram.fragments.remove(datagram.ordered()[number // 2 % count])
            incomplete.append(datagram)
    return incomplete


def lose_first(datagrams):
    for datagram in datagrams:
        datagram.fragments.remove(datagram.ordered()[0])
    return datagrams


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pause", type=float, required=True, metavar="MS", help="after each frame")
    parser.add_argument("order", choices=[*ORDERS, "one-lost", "first-lost"])
    parser.add_argument("interface")
    parser.add_argument("pcap")
    options = parser.parse_args()
    datagrams = list(datagrams_of(options.pcap).values())
    names = {id(datagram): call_id(datagram.payload()) for datagram in datagrams}
    incomplete = []
    if options.order == "one-lost":
        incomplete = lose_one(datagrams)
    elif options.order == "first-lost":
        incomplete = lose_first(datagrams)
    order = ORDERS.get(options.order, interleave)(datagrams)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((options.interface, 0))
        for fragment in order:
            wire.send(fragment.frame)
            time.sleep(options.pause / 1000)
    for datagram in incomplete:
        print(names[id(datagram)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
