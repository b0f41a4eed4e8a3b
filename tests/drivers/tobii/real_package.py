"""Asks a real vendor package for trackers; run as a program in a network namespace that has loopback only.

Usage: ``unshare --map-root-user --net python real_package.py ROOT BACKEND``. Prints JSON. Refuses to import
the package where anything but loopback could carry a search.
"""

from __future__ import annotations

import fcntl
import json
import socket
import struct
import sys
import time

LOOPBACK = "lo"
GET_FLAGS, SET_FLAGS, IS_UP = 0x8913, 0x8914, 0x1  # of Linux: SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP
ADDRESSES = ("tet-tcp://127.0.0.1", "tobii-ttp://nobody", "tobii-prp://127.0.0.1", "", "nonsense")


def flags_of(interface: str) -> int:
    """Return the flags of a network interface."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        answer = fcntl.ioctl(any_socket, GET_FLAGS, struct.pack("16sh14x", interface.encode(), 0))
    return int(struct.unpack("16sh14x", answer)[1])


def bring_loopback_up() -> None:
    """Switch loopback on, as in any machine; a new namespace has it switched off."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", LOOPBACK.encode(), flags_of(LOOPBACK) | IS_UP)
        fcntl.ioctl(any_socket, SET_FLAGS, request)


def interfaces_that_are_up() -> list[str]:
    """Return what could carry a packet."""
    return [name for _, name in socket.if_nameindex() if flags_of(name) & IS_UP]


def ask(backend_name: str) -> dict[str, object]:
    """Search, and connect where nothing is."""
    from drivers.contract import DriverError
    from drivers.tobii.packages import load_backend

    began_s = time.monotonic()
    backend = load_backend(backend_name)
    found = [device.facts().serial for device in backend.find()]
    refusals = {}
    for address in ADDRESSES:
        try:
            backend.connect(address)
        except DriverError as error:
            refusals[address] = [type(error).__name__, str(error)]
    return {
        "name": backend.name,
        "version": backend.version,
        "found": found,
        "refusals": refusals,
        "clock_off_us": backend.system_time_us() - time.perf_counter_ns() // 1000,
        "took_s": time.monotonic() - began_s,
        "heavy": sorted({"cv2", "h5py", "PySide6"} & set(sys.modules)),
    }


def main(arguments: list[str]) -> int:
    """Make sure that nothing can be reached, then ask."""
    root, backend_name = arguments
    sys.path.insert(0, root)
    if set(interfaces_that_are_up()) - {LOOPBACK}:
        sys.stderr.write("this is no namespace of its own: more than loopback is there\n")
        return 2
    bring_loopback_up()
    sys.stdout.write(json.dumps(ask(backend_name)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
