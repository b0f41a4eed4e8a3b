"""A process that sends real LSL streams: commands as JSON lines on stdin, one answer line each."""

from __future__ import annotations

import json
import sys

import numpy as np
import pylsl

from drivers.lsl_config import configuration_text


def open_outlet(command: dict) -> pylsl.StreamOutlet:
    info = pylsl.StreamInfo(
        command["name"],
        command.get("type", "Gaze"),
        command["count"],
        command.get("rate", 0.0),
        command.get("format", "double64"),
        command.get("source_id", ""),
    )
    channels = info.desc().append_child("channels")
    for channel in command.get("channels", []):
        node = channels.append_child("channel")
        for key, value in channel.items():
            node.append_child_value(key, value)
    acquisition = info.desc().append_child("acquisition")
    for key, value in command.get("acquisition", {}).items():
        acquisition.append_child_value(key, value)
    return pylsl.StreamOutlet(info)


def push(outlet: pylsl.StreamOutlet, command: dict) -> None:
    if "texts" in command:
        for text in command["texts"]:
            outlet.push_sample([text], command.get("stamp", pylsl.local_clock()))
        return
    values = np.frombuffer(bytes.fromhex(command["bytes"]), command["dtype"])
    # As a chunk: one by one the values would go through Python floats, which quieten signalling NaNs.
    outlet.push_chunk(values.reshape(len(command["stamps"]), -1), command["stamps"])


def main() -> None:
    pylsl.set_config_content(configuration_text(session_id=sys.argv[1], is_network_allowed=False))
    outlets: dict[str, pylsl.StreamOutlet] = {}
    for line in sys.stdin:
        command = json.loads(line)
        key = command.get("key") or command["name"]
        if command["do"] == "open":
            outlets[key] = open_outlet(command)
        elif command["do"] == "await_consumer":
            outlets[key].wait_for_consumers(10.0)
        elif command["do"] == "close":
            del outlets[key]
        else:
            push(outlets[key], command)
        sys.stdout.write("done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
