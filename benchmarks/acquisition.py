"""The acquisition process alone: CPU share and memory over time while it records the simulated tracker.

``python -m benchmarks.acquisition --seconds 600`` records ten minutes at 1200 Hz. The simulated tracker's
own cost is listed apart: a real tracker has none.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquisitionFigures:
    """What one run gave."""

    rate_hz: float
    seconds: float
    samples: int
    lost: int
    cpu_percent: float
    generator_percent: float
    rss_first_mb: float  # mean of the second tenth of the run
    rss_last_mb: float  # mean of the last tenth
    file_mb: float


def measure(rate_hz: float, seconds: float, folder: Path) -> AcquisitionFigures:
    """Record and follow the status messages."""
    from capture_app.acquisition import messages as m
    from capture_app.acquisition.client import AcquisitionClient
    from capture_app.session.port import ScreenFacts
    from capture_app.session.session_metadata import session_metadata
    from capture_app.session.settings import Settings

    options = {
        "rate_hz": f"{rate_hz:g}", "seed": "5", "scenario": "typical", "preset": "tobii-pro-spectrum",
        "dropped_share": "0",
    }  # fmt: skip
    facts = ScreenFacts(name="benchmark", width_px=1920, height_px=1080, width_mm=527.0, height_mm=296.0)
    metadata = session_metadata(
        reader="benchmark", study="benchmark", facts=facts, settings=Settings(), tracker_options=options
    )
    path = folder / f"acquisition-{rate_hz:g}.gazeh5"
    statuses: list[m.Status] = []
    with AcquisitionClient() as client:
        client.request(
            m.OpenTracker(
                driver="mock", options=options,
                width_px=1920, height_px=1080, width_mm=527.0, height_mm=296.0,
                distance_mm=650.0,
            )
        )  # fmt: skip
        client.request(m.StartRecording(path=str(path), metadata=metadata.to_json()))
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            client.wait(0.1)
            client.read_rows()
            statuses += [message for message in client.poll() if isinstance(message, m.Status)]
        closed = client.request(m.StopRecording(reason="benchmark"), timeout_s=300.0)
    if not isinstance(closed, m.RecordingClosed):
        raise SystemExit("The benchmark's recording was not closed.")
    first, last = statuses[len(statuses) // 10], statuses[-1]
    per_cent = 100.0 / ((last.t_host_ns - first.t_host_ns) / 1e9)
    generator_s = last.generator_cpu_s - first.generator_cpu_s
    rss_mb = np.array([status.rss_bytes for status in statuses]) / 1e6
    tenth = max(1, len(rss_mb) // 10)
    return AcquisitionFigures(
        rate_hz=rate_hz,
        seconds=seconds,
        samples=closed.samples,
        lost=closed.lost,
        cpu_percent=(last.cpu_s - first.cpu_s - generator_s) * per_cent,
        generator_percent=generator_s * per_cent,
        rss_first_mb=float(rss_mb[tenth : 2 * tenth].mean()),
        rss_last_mb=float(rss_mb[-tenth:].mean()),
        file_mb=path.stat().st_size / 1e6,
    )


def print_table(figures: list[AcquisitionFigures]) -> None:
    """Print the runs as a Markdown table."""
    print(
        "| rate Hz | seconds | samples | lost | CPU % of a core | generator CPU % "
        "| memory early / late MB | file MB |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for row in figures:
        print(
            f"| {row.rate_hz:g} | {row.seconds:g} | {row.samples} | {row.lost} | {row.cpu_percent:.1f} "
            f"| {row.generator_percent:.1f} | {row.rss_first_mb:.1f} / {row.rss_last_mb:.1f} "
            f"| {row.file_mb:.1f} |"
        )


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--rates", type=float, nargs="+", default=[1200.0])
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        print_table([measure(rate, chosen.seconds, Path(name)) for rate in chosen.rates])


if __name__ == "__main__":
    main()
