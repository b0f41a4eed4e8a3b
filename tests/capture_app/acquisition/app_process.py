"""An app process that records with the mock tracker until it is killed; started by the tests as a script.

Arguments: path of the recording, rate in Hz. Prints the process id of its acquisition process and
the name of its ring once a recording with an open trial runs.
"""

from __future__ import annotations

import sys

from capture_app.acquisition import messages as m
from capture_app.acquisition.client import AcquisitionClient
from gaze_core.rows import TRIAL
from recordings_schema.testing import METADATA


def main() -> None:
    path, rate = sys.argv[1:3]
    with AcquisitionClient() as client:
        client.request(
            m.OpenTracker(
                driver="mock",
                options={"rate_hz": rate, "scenario": "ideal"},
                width_px=1920,
                height_px=1080,
                width_mm=527.0,
                height_mm=296.0,
                distance_mm=650.0,
            )
        )
        client.request(m.StartRecording(path=path, metadata=METADATA.to_json()))
        client.send(
            m.AppendRows(row_type="trial", rows=TRIAL.row(t_host_ns=0, trial=0, case_id="c", state="open"))
        )
        recorded = 0
        while recorded < 300:
            client.wait(1.0)
            recorded = max(
                [recorded, *(each.recorded for each in client.poll() if isinstance(each, m.Status))]
            )
        sys.stdout.write(f"{client.pid} {client.ring_name}\n")
        sys.stdout.flush()
        while client.is_alive:
            client.wait(1.0)
            client.poll()


if __name__ == "__main__":
    main()
