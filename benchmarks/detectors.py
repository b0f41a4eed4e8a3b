"""The detectors against the truth of simulated eyes, and how fast they are.

``python -m benchmarks.detectors`` prints the table of the documentation page on detectors; ``--seeds`` and
``--seconds`` make it shorter. Nothing here judges: targets stand in the documentation, tests assert them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from drivers.contract import ViewingSetup
from drivers.mock.generator import simulate
from drivers.mock.settings import MockSettings
from gaze_core.directions import directions
from gaze_core.fixations import Detector, DetectorName, DetectorOutput, create_detector
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.rows import GAZE_EVENT, EventKind, Rows
from gaze_core.scoring import FixationScores, event_scores, fixation_intervals, score_fixations

SETUP: Final = ViewingSetup(width_px=1920, height_px=1080, width_mm=527.0, height_mm=296.0, distance_mm=650.0)
PRESETS: Final = {
    60.0: "tobii-pro-nano", 120.0: "tobii-pro-fusion", 250.0: "tobii-pro-fusion", 300.0: "tobii-tx300",
    600.0: "tobii-pro-spectrum", 1200.0: "tobii-pro-spectrum",
}  # fmt: skip
AT_MEDIAN_NOISE: Final = {
    "noise_person_log_sd": 0.0, "noise_wander": 0.0, "noise_eccentricity": 0.0, "noise_pupil_exponent": 0.0,
}  # fmt: skip
SMALLEST_SACCADE_DEG: Final = 0.5
"""Smaller true saccades are taken for microsaccades; the table also gives the figures without this."""

REPEATS: Final = 3
"""The best of so many runs counts: others share the machine."""

FRAME_S: Final = 1.0 / 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One simulated reading as directions, with its truth."""

    rows: Rows  # DIRECTION
    truth: Rows
    truth_events: Rows


def simulated_stream(rate_hz: float, seed: int, seconds: float, **changes: float) -> Stream:
    """Return a typical reader on the preset that stands for the rate; `changes` are settings of the mock."""
    settings = MockSettings.for_scenario(
        "typical", seed=seed, rate_hz=rate_hz, preset=PRESETS[rate_hz], **{**AT_MEDIAN_NOISE, **changes}
    )
    made = simulate(settings, seconds, SETUP)
    screen = Screen(
        width_px=SETUP.width_px, height_px=SETUP.height_px, width_mm=SETUP.width_mm, height_mm=SETUP.height_mm
    )
    rows = directions(made.gaze, ViewingGeometry(screen=screen, distance_mm=SETUP.distance_mm))
    return Stream(rows=rows, truth=made.truth, truth_events=made.truth_events)


def run(detector: Detector, rows: Rows, chunk_rows: int) -> Rows:
    """Return all events of rows pushed in chunks."""
    outputs: list[DetectorOutput] = []
    for first in range(0, rows.size, chunk_rows):
        outputs.append(detector.push(rows[first : first + chunk_rows]))
    outputs.append(detector.flush())
    return np.concatenate([GAZE_EVENT.empty(0), *(output.events for output in outputs)])


def row_of_scores(scores: list[FixationScores]) -> str:
    """Return one line of the table from the scores of several readings."""
    onset = np.concatenate([one.events.onset_difference_ms for one in scores])
    offset = np.concatenate([one.events.offset_difference_ms for one in scores])
    start, end, final = (
        np.concatenate([getattr(one, name) for one in scores])
        for name in ("start_lag_ms", "end_lag_ms", "final_lag_ms")
    )
    quartiles = np.percentile(onset, [25, 75]) if onset.size else np.full(2, np.nan)
    cells = [
        _kappa_and_f1(scores),
        f"{np.median(np.abs(onset)):.1f} / {np.median(np.abs(offset)):.1f}",
        f"{np.median(onset):+.1f} / {np.median(offset):+.1f}",
        f"{quartiles[1] - quartiles[0]:.1f}",
        *(_median_and_tail(lags) for lags in (start, end, final)),
    ]
    return " | ".join(cells)


def _kappa_and_f1(scores: list[FixationScores]) -> str:
    return f"{np.mean([one.kappa for one in scores]):.3f} / {np.mean([one.events.f1 for one in scores]):.3f}"


def _median_and_tail(lags_ms: np.ndarray) -> str:
    return f"{np.median(lags_ms):.0f} / {np.percentile(lags_ms, 95):.0f}" if lags_ms.size else "-"


def agreement_table(seeds: Iterable[int], seconds: float, rates_hz: Iterable[float]) -> None:
    """Print accuracy of `ivt` and `adaptive` at each rate."""
    print(
        "| detector | rate Hz | RMS-S2S deg | kappa / F1, all saccades | kappa / F1 "
        "| onset / offset abs. median ms | bias ms "
        "| IQR onset ms | start lag ms | end lag ms | final lag ms | live = offline F1, borders < 10 ms |"
    )
    print("|---" * 12 + "|")
    for rate_hz in rates_hz:
        streams = [simulated_stream(rate_hz, seed, seconds) for seed in seeds]
        settings = MockSettings.for_scenario(rate_hz=rate_hz, preset=PRESETS[rate_hz])
        noise_deg = settings.sensor.noise_rms_s2s_deg
        found: dict[DetectorName, list[Rows]] = {}
        for name in (DetectorName.IVT, DetectorName.ADAPTIVE):
            chunk_rows = max(1, round(rate_hz * FRAME_S))
            found[name] = [run(create_detector(name), stream.rows, chunk_rows) for stream in streams]
        for name, events in found.items():
            scores, strict_scores = (
                [
                    score_fixations(one, stream.truth, stream.truth_events, smallest_deg)
                    for one, stream in zip(events, streams, strict=True)
                ]
                for smallest_deg in (SMALLEST_SACCADE_DEG, 0.0)
            )
            strict = _kappa_and_f1(strict_scores)
            alike = _live_against_offline(found) if name is DetectorName.ADAPTIVE else "-"
            head = f"| {name.value} | {rate_hz:g} | {noise_deg:.2f} | {strict}"
            print(f"{head} | {row_of_scores(scores)} | {alike} |", flush=True)


def _live_against_offline(found: dict[DetectorName, list[Rows]]) -> str:
    pairs = zip(found[DetectorName.ADAPTIVE], found[DetectorName.IVT], strict=True)
    scores = [event_scores(fixation_intervals(live), fixation_intervals(offline)) for live, offline in pairs]
    borders = np.concatenate(
        [np.abs(np.concatenate((one.onset_difference_ms, one.offset_difference_ms))) for one in scores]
    )
    return f"{np.mean([one.f1 for one in scores]):.3f}, {100.0 * np.mean(borders <= 10.0):.0f} %"


def speed_table() -> None:
    """Print how many samples a second each detector takes on one thread, processor time, best of three."""
    print("\n| detector | rate Hz | pushed | samples/s | us per sample |\n|---|---|---|---|---|")
    stream = simulated_stream(1200.0, 1, 60.0)
    rows = np.tile(stream.rows, 14)
    step_ns = int(stream.rows["t_ns"][-1] - stream.rows["t_ns"][0]) + 10**6
    rows["t_ns"] += np.repeat(np.arange(14), stream.rows.size) * step_ns
    cases = (
        (DetectorName.IVT, rows, rows.size),
        (DetectorName.IDT, stream.rows, stream.rows.size),
        (DetectorName.ADAPTIVE, stream.rows, 20),
    )
    for name, given, chunk_rows in cases:
        spent_s = float("inf")
        for _ in range(REPEATS):
            detector = create_detector(name)
            began = time.process_time()
            events = run(detector, given, chunk_rows)
            spent_s = min(spent_s, time.process_time() - began)
        fixations = int(np.count_nonzero(events["kind"] == EventKind.FIXATION))
        pushed = "at once" if chunk_rows == given.size else f"{chunk_rows} rows"
        print(f"| {name.value} | 1200 | {pushed} ({given.size} rows, {fixations} fixations) | "
              f"{given.size / spent_s:,.0f} | {1e6 * spent_s / given.size:.2f} |")  # fmt: skip


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rates", type=float, nargs="*", default=list(PRESETS))
    chosen = parser.parse_args()
    if chosen.rates:
        agreement_table(range(1, chosen.seeds + 1), chosen.seconds, chosen.rates)
    speed_table()


if __name__ == "__main__":
    main()
