"""Joins two interfaces like a cable: each frame comes out of the other end the given number of seconds later.

The kernel's own way, netem, is missing from many kernels. A proxy would answer a SYN at once and so hide a round trip.
"""

import collections
import os
import select
import socket
import sys
import time

ALL_PROTOCOLS = 3
LONGEST_FRAME = 65536


def open_port(interface):
    port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
    port.bind((interface, 0))
    port.setblocking(False)
    return port


def receive(source, target, due, held):
    """Holds all frames that have arrived; those that this program sent itself are seen again, and dropped."""
    while True:
        try:
            frame, address = source.recvfrom(LONGEST_FRAME)
        except BlockingIOError:
            return
        if address[2] != socket.PACKET_OUTGOING:
            held.append((due, target, frame))


def send_due(held):
    """The delay is the same for all, so the oldest is due first. Returns the seconds until the next one is."""
    while held:
        due, target, frame = held[0]
        wait = due - time.monotonic()
        if wait > 0:
            return wait
        held.popleft()
        target.send(frame)
    return None


def main(left, right, seconds):
    ends = {left: right, right: left}
    held = collections.deque()
    # Before everything that is measured, or a busy machine would make the cable longer.
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    print("ready", flush=True)
    while True:
        readable, _, _ = select.select(list(ends), [], [], send_due(held))
        now = time.monotonic()
        for source in readable:
            receive(source, ends[source], now + seconds, held)


if __name__ == "__main__":
    main(open_port(sys.argv[1]), open_port(sys.argv[2]), float(sys.argv[3]))
