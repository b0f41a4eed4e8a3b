"""Signals and triggers beside a recording: how soon a trigger leaves and how well a signal is stamped.

``python -m benchmarks.signals`` records the simulated tracker at 1200 Hz while a pseudo terminal stands for
the cable: so the figures hold the program and the system, not the USB adapter and its driver. Not on Windows.
"""

from __future__ import annotations

import argparse
import os
import select
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

EVERY_S = 0.05
RATE_HZ = 1200.0


def measure(count: int, folder: Path) -> dict[str, npt.NDArray[np.float64]]:
    """Return, in ms: onset to handed over, onset to the other end, sent to stamped."""
    from capture_app.acquisition import messages as m
    from capture_app.acquisition.client import AcquisitionClient
    from capture_app.session.port import ScreenFacts
    from capture_app.session.session_metadata import session_metadata
    from capture_app.session.settings import Settings

    device, other = os.openpty()
    name = os.ttyname(other)
    options = {"rate_hz": f"{RATE_HZ:g}", "seed": "5", "preset": "tobii-pro-spectrum", "dropped_share": "0"}
    facts = ScreenFacts(name="benchmark", width_px=1920, height_px=1080, width_mm=527.0, height_mm=296.0)
    metadata = session_metadata(
        reader="benchmark", study="benchmark", facts=facts, settings=Settings(), tracker_options=options
    )
    onsets_ns, arrivals_ns, sent_ns = [], [], []
    rows: dict[str, list[npt.NDArray[np.void]]] = {"trigger": [], "external_signal": []}
    with AcquisitionClient() as client:
        client.send(m.UseSignals(port_in=name, port_out=name, setup={"pulse_ms": "5"}))
        client.request(
            m.OpenTracker(
                driver="mock", options=options,
                width_px=1920, height_px=1080, width_mm=527.0, height_mm=296.0,
                distance_mm=650.0,
            )
        )  # fmt: skip
        client.request(m.StartRecording(path=str(folder / "signals.gazeh5"), metadata=metadata.to_json()))
        for number in range(count):
            client.wait(EVERY_S)
            client.read_rows()
            onsets_ns.append(time.perf_counter_ns())
            client.send(
                m.SendTrigger(t_onset_host_ns=onsets_ns[-1], code=1 + number % 255, cause="test", trial=-1)
            )
            select.select([device], [], [], 1.0)
            arrivals_ns.append(time.perf_counter_ns())
            os.read(device, 16)
            client.wait(EVERY_S)
            os.read(device, 16)  # the end of the pulse
            sent_ns.append(time.perf_counter_ns())
            os.write(device, bytes((number % 256,)))
            for message in client.poll():
                if isinstance(message, m.StreamRows) and message.row_type in rows:
                    rows[message.row_type].append(message.rows)
        client.wait(EVERY_S)
        client.request(m.StopRecording(reason="benchmark"), timeout_s=60.0)
    os.close(device)
    os.close(other)
    triggers, signals = np.concatenate(rows["trigger"]), np.concatenate(rows["external_signal"])
    stamps_ns = signals["t_host_ns"]
    return {
        "onset to handed over": (triggers["t_after_host_ns"] - triggers["t_onset_host_ns"]) * 1e-6,
        "onset to the cable's other end": (np.array(arrivals_ns) - np.array(onsets_ns)) * 1e-6,
        "signal sent to stamped": (stamps_ns - np.array(sent_ns)[: len(stamps_ns)]) * 1e-6,
    }


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        figures = measure(chosen.count, Path(name))
    print("| way | number | median ms | 95 % ms | 99 % ms | worst ms |")
    print("|---|---|---|---|---|---|")
    for way, lags_ms in figures.items():
        median, high, higher = np.percentile(lags_ms, (50, 95, 99))
        print(f"| {way} | {len(lags_ms)} | {median:.2f} | {high:.2f} | {higher:.2f} | {lags_ms.max():.2f} |")


if __name__ == "__main__":
    main()
