"""The whole station under load: losses, and how old the newest sample is when a frame has been painted.

The simulated tracker sends at 1200 and 2000 Hz for a minute while both windows show a phantom with live
heatmap, and the app process is deliberately stopped for 200 ms every 2 s by a call that keeps the
interpreter lock. Frames that overlap such a stop are listed apart. ``python -m benchmarks.station --seconds
60``.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

HOLD_S: Final = 0.2
HOLD_EVERY_S: Final = 2.0
RATES_HZ: Final = (1200, 2000)
WARM_UP_NS: Final = 2_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StationFigures:
    """What one run gave."""

    rate_hz: int
    samples: int
    missing: int
    dropped: int
    out_of_order: int
    frames: int
    frame_rate_hz: float
    age_median_ms: float
    age_p99_ms: float
    held_frames: int
    held_age_p99_ms: float
    child_cpu_percent: float
    generator_cpu_percent: float


class LockHolder:
    """Keeps the interpreter lock for `HOLD_S` every `HOLD_EVERY_S`, as one long call into a library would."""

    def __init__(self) -> None:
        self.holds_ns: list[tuple[int, int]] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lock holder", daemon=True)
        # PyDLL calls keep the interpreter lock; CDLL calls would give it away.
        self._sleep = ctypes.PyDLL(None).usleep

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(HOLD_EVERY_S):
            begun_ns = time.perf_counter_ns()
            self._sleep(int(HOLD_S * 1e6))
            self.holds_ns.append((begun_ns, time.perf_counter_ns()))


def measure(rate_hz: int, seconds: float, folder: Path, *, is_held: bool) -> StationFigures:
    """Run the station once and return its figures."""
    from capture_app.gui.app import StationWindows, run_demo_windows
    from capture_app.session.acquisition_start import start_acquisition
    from capture_app.session.demo import demo_cases
    from capture_app.session.engine import CaptureSession
    from capture_app.session.settings import LiveViewOptions, Settings, SettingsStore
    from capture_app.session.states import LiveState, RecordingState
    from capture_app.session.station import Station
    from recordings_schema.reader import Recording

    settings = Settings(live_view=LiveViewOptions(show_heatmap=True))
    path = folder / f"{rate_hz}{'-held' if is_held else ''}.gazeh5"
    session = CaptureSession(start_acquisition, settings=settings)
    holder = LockHolder()
    phase = {"name": "opening", "since_ns": 0}
    cpu: list[tuple[int, float, float]] = []
    ages: dict[str, npt.NDArray[np.int64]] = {}

    def begin(windows: StationWindows) -> None:
        def follow(state: LiveState) -> None:
            now_ns = time.perf_counter_ns()
            if phase["name"] == "opening" and state.recording is RecordingState.READY:
                session.record_to(path, "benchmark")
                phase.update(name="starting")
            elif phase["name"] == "starting" and session.shown_since_host_ns and state.elapsed_s > 0:
                phase.update(name="running", since_ns=now_ns)
                if is_held:
                    holder.start()
            elif phase["name"] == "running":
                status = session.link.status
                if status is not None and (not cpu or cpu[-1][0] != status.t_host_ns):
                    cpu.append((status.t_host_ns, status.cpu_s, status.generator_cpu_s))
                if now_ns - phase["since_ns"] > seconds * 1e9:
                    phase.update(name="stopping")
                    if is_held:
                        holder.stop()
                    begun, painted, arrived = windows.controller.statistics.frames()
                    ages.update(begun=begun, painted=painted, arrived=arrived)
                    session.stop_recording()
            elif phase["name"] == "stopping" and state.recording is RecordingState.READY:
                windows.controller.leave()

        session.show_cases(demo_cases(folder / "phantoms"))
        options = {
            "rate_hz": str(rate_hz), "seed": "11", "scenario": "typical", "preset": "tobii-pro-spectrum",
            "has_delivery_jitter": "no", "dropped_share": "0",
        }  # fmt: skip
        session.connect_tracker("mock", options)
        windows.controller.frame_rendered.connect(follow)

    run_demo_windows(session, Station(), SettingsStore(folder / "settings.json"), settings, begin)
    with Recording.open(path) as recording:
        closing, samples = recording.closing, len(recording.gaze())
    if closing is None:
        raise SystemExit("The benchmark's recording was not closed.")
    is_warm = ages["begun"] > phase["since_ns"] + WARM_UP_NS
    painted, arrived = (ages[name][is_warm] for name in ("painted", "arrived"))
    is_overlapping = np.zeros(len(painted), bool)
    for first_ns, last_ns in holder.holds_ns:
        is_overlapping |= (arrived < last_ns) & (painted > first_ns)
    age_ms = (painted - arrived) / 1e6
    free, held = age_ms[~is_overlapping], age_ms[is_overlapping]
    (t0, cpu0, gen0), (t1, cpu1, gen1) = cpu[0], cpu[-1]
    per_cent = 100.0 / ((t1 - t0) / 1e9)
    return StationFigures(
        rate_hz=rate_hz,
        samples=samples,
        missing=closing.samples_missing,
        dropped=closing.samples_dropped,
        out_of_order=closing.samples_out_of_order,
        frames=len(free),
        frame_rate_hz=len(age_ms) / ((painted[-1] - painted[0]) / 1e9),
        age_median_ms=float(np.median(free)),
        age_p99_ms=float(np.percentile(free, 99)),
        held_frames=len(held),
        held_age_p99_ms=float(np.percentile(held, 99)) if len(held) else float("nan"),
        child_cpu_percent=(cpu1 - cpu0 - (gen1 - gen0)) * per_cent,
        generator_cpu_percent=(gen1 - gen0) * per_cent,
    )


def print_table(figures: list[StationFigures]) -> None:
    """Print the runs as a Markdown table."""
    print("| rate Hz | samples | never arrived | lost by program | out of order | frames/s "
          "| age median / p99 ms "
          "| frames in a hold (p99 ms) | acquisition CPU % | generator CPU % |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|")
    for row in figures:
        print(
            f"| {row.rate_hz} | {row.samples} | {row.missing} | {row.dropped} | {row.out_of_order} "
            f"| {row.frame_rate_hz:.1f} | {row.age_median_ms:.1f} / {row.age_p99_ms:.1f} "
            f"| {row.held_frames} ({row.held_age_p99_ms:.0f}) | {row.child_cpu_percent:.1f} "
            f"| {row.generator_cpu_percent:.1f} |"
        )


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rates", type=int, nargs="+", default=list(RATES_HZ))
    parser.add_argument("--without-holds", action="store_true", help="do not hold the interpreter lock")
    chosen = parser.parse_args(arguments)
    from capture_app.cli.display import screens

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as name, screens():
        figures = [
            measure(rate, chosen.seconds, Path(name), is_held=not chosen.without_holds)
            for rate in chosen.rates
        ]
    print_table(figures)


if __name__ == "__main__":
    main()
