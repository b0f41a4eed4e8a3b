"""A process that sends a gaze table over LSL: each column a channel, stamped by the table's own clock.

Arguments: LSL session, file, times real time. It sends once somebody listens and a line comes on stdin, and
ends with stdin.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pylsl

from drivers.lsl_config import configuration_text
from recordings_schema.formats.gaze_table import read_gaze_table

CHUNK_ROWS = 60


def main() -> None:
    session_id, file, speed = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    pylsl.set_config_content(configuration_text(session_id=session_id, is_network_allowed=False))
    raw = read_gaze_table(file).raw
    names = raw.dtype.names or ()
    values = np.ascontiguousarray(np.stack([raw[name].astype(np.float64) for name in names], axis=1))
    stamps_s = raw["timestamp"] / 1000.0
    info = pylsl.StreamInfo("Spectrum", "Gaze", len(names), 600.0, "double64", "spectrum-1")
    channels = info.desc().append_child("channels")
    for name in names:
        channels.append_child("channel").append_child_value("label", name)
    outlet = pylsl.StreamOutlet(info)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    outlet.wait_for_consumers(20.0)
    began_s = time.perf_counter()
    for first in range(0, len(raw), CHUNK_ROWS):
        due_s = began_s + (stamps_s[first] - stamps_s[0]) / speed
        time.sleep(max(0.0, due_s - time.perf_counter()))  # the pace of the tracker it stands for
        chunk = slice(first, first + CHUNK_ROWS)
        outlet.push_chunk(values[chunk], list(stamps_s[chunk]))
    sys.stdin.readline()


if __name__ == "__main__":
    main()
