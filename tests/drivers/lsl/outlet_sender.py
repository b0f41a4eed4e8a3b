"""A process that offers our own streams: session, then a file with GAZE rows and what their tracker is."""

from __future__ import annotations

import json
import sys

import numpy as np

from drivers.lsl_offer import LslOffer, OfferedNames
from gaze_core.clocks import HostClock
from gaze_core.rows import GAZE
from gaze_core.streams import PupilUnit, RawChannel, TrackerInfo


def info_of(about: dict) -> TrackerInfo:
    return TrackerInfo(
        driver="mock",
        model="Simulated",
        serial="7",
        rate_hz=about["rate_hz"],
        is_simulated=about.get("is_simulated", False),
        raw_dtype=np.dtype([("a", "<f8")]),
        raw_channels=tuple(RawChannel(name=name, unit="", mapped_to=name) for name in about["columns"]),
        pupil_unit=PupilUnit(about["pupil_unit"]),
    )


def main() -> None:
    session_id, about, file = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
    gaze = np.fromfile(file, GAZE.dtype)
    offer = LslOffer(OfferedNames(name="Own", session_id=session_id), HostClock())
    offer.offer_gaze(info_of(about), has_vendor_stamps=True)
    sys.stdout.write(f"{offer.times.offset_ns}\n")
    sys.stdout.flush()
    for line in sys.stdin:  # one number: rows to send
        count = int(line)
        offer.push_gaze(gaze[:count])
        gaze = gaze[count:]
        offer.push_marker(f"sent {count}", 5_000_000_000)
    offer.close()


if __name__ == "__main__":
    main()
