"""Gaze made by hand, and strategies for gaze that is as bad as it gets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from gaze_core.fixations import DetectorName, DetectorOutput, DetectorParameters, create_detector
from gaze_core.rows import DIRECTION, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Dwell:
    """The eye rests at a place, and needs some time to get to the next one."""

    azimuth_deg: float
    elevation_deg: float
    rest_ms: float
    move_ms: float = 30.0


class Gaze:
    """Builders of DIRECTION rows."""

    @staticmethod
    def dwells(dwells: list[Dwell], rate_hz: float, noise_deg: float = 0.0, seed: int = 0) -> Rows:
        """Return both eyes on smooth saccades between places."""
        times_s, azimuths, elevations = [0.0], [dwells[0].azimuth_deg], [dwells[0].elevation_deg]
        for number, dwell in enumerate(dwells):
            times_s.append(times_s[-1] + dwell.rest_ms / 1000.0)
            azimuths.append(dwell.azimuth_deg)
            elevations.append(dwell.elevation_deg)
            if number + 1 < len(dwells):
                for part in np.linspace(0.0, 1.0, 12)[1:]:
                    way = 10 * part**3 - 15 * part**4 + 6 * part**5
                    after = dwells[number + 1]
                    times_s.append(times_s[-1] + dwell.move_ms / 11000.0)
                    azimuths.append(dwell.azimuth_deg + way * (after.azimuth_deg - dwell.azimuth_deg))
                    elevations.append(dwell.elevation_deg + way * (after.elevation_deg - dwell.elevation_deg))
        count = int(times_s[-1] * rate_hz)
        t_s = np.arange(count) / rate_hz
        rng = np.random.default_rng(seed)
        rows = DIRECTION.empty(count)
        rows["t_ns"] = np.rint(t_s * 1e9).astype(np.int64) + 5_000_000_000
        for side in ("left", "right"):
            rows[f"{side}_azimuth_deg"] = np.interp(t_s, times_s, azimuths) + rng.normal(0, noise_deg, count)
            rows[f"{side}_elevation_deg"] = np.interp(t_s, times_s, elevations) + rng.normal(
                0, noise_deg, count
            )
        return rows

    @staticmethod
    def reading(rate_hz: float, seconds: float, noise_deg: float = 0.02, seed: int = 1) -> Rows:
        """Return fixations of 150-500 ms at random places."""
        rng = np.random.default_rng(seed)
        count = int(seconds / 0.2) + 1
        places = rng.uniform(-12.0, 12.0, (count, 2))
        dwells = [
            Dwell(azimuth_deg=x, elevation_deg=y, rest_ms=ms)
            for (x, y), ms in zip(places, rng.uniform(150.0, 500.0, count), strict=True)
        ]
        return Gaze.dwells(dwells, rate_hz, noise_deg, seed)[: int(seconds * rate_hz)]

    @staticmethod
    def lose(rows: Rows, first: int, stop: int, sides: tuple[str, ...] = ("left", "right")) -> None:
        """Make the gaze of some eyes missing, in place."""
        for side in sides:
            rows[f"{side}_azimuth_deg"][first:stop] = np.nan
            rows[f"{side}_elevation_deg"][first:stop] = np.nan

    @staticmethod
    def run(
        rows: Rows, name: DetectorName, cuts: list[int], parameters: DetectorParameters | None = None
    ) -> DetectorOutput:
        """Push the rows in the chunks that the cuts make, then flush."""
        detector = create_detector(name, parameters)
        outputs = [detector.push(part) for part in np.split(rows, sorted(cuts))]
        outputs.append(detector.flush())
        return DetectorOutput(
            events=np.concatenate([output.events for output in outputs]),
            messages=tuple(message for output in outputs for message in output.messages),
            thresholds=np.concatenate([output.thresholds for output in outputs]),
        )


@pytest.fixture(scope="session")
def gaze() -> type[Gaze]:
    """Builders of DIRECTION rows."""
    return Gaze


@pytest.fixture(scope="session")
def dwell() -> type[Dwell]:
    """The record that `Gaze.dwells` takes."""
    return Dwell


@st.composite
def _bad_gaze(draw: st.DrawFn) -> tuple[Rows, list[int]]:
    """Draw gaze with losses, one-eye periods, irregular and backward time, breaks, holes, and cuts."""
    rate_hz = draw(st.sampled_from([60.0, 250.0, 1200.0]))
    seed = draw(st.integers(0, 2**20))
    rows = Gaze.reading(
        rate_hz, draw(st.floats(0.05, 90.0 / rate_hz**0.7)), draw(st.sampled_from([0.0, 0.03, 0.3])), seed
    )
    count = rows.size
    index = st.integers(0, max(count - 1, 0))
    if draw(st.booleans()):
        rng = np.random.default_rng(seed)
        rows["t_ns"] += rng.integers(-int(0.3e9 / rate_hz), int(0.3e9 / rate_hz), count)
    for _ in range(draw(st.integers(0, 5)) if count else 0):
        first, length = draw(index), draw(st.integers(1, max(2, int(0.2 * rate_hz))))
        sides = draw(st.sampled_from([("left", "right"), ("left",), ("right",)]))
        Gaze.lose(rows, first, first + length, sides)
    for _ in range(draw(st.integers(0, 2)) if count else 0):
        rows["is_break"][draw(index)] = 1
    for _ in range(draw(st.integers(0, 3)) if count else 0):
        step_ns = draw(st.sampled_from([-(10**9), -1, 20_000_000, 60_000_000, 300_000_000, 10**15]))
        rows["t_ns"][draw(index) :] += step_ns
    if count and draw(st.booleans()):
        first = draw(index)
        rows = np.concatenate((rows[: first + 1], rows[first:]))  # a sample that was delivered twice
    if draw(st.booleans()):
        first = draw(st.integers(0, rows.size))
        rows["azimuth_deg"][first:] = rows["left_azimuth_deg"][first:]
        rows["elevation_deg"][first:] = rows["left_elevation_deg"][first:]
        Gaze.lose(rows, first, rows.size)  # a tracker without single eyes
    cuts = draw(st.lists(st.integers(0, rows.size), max_size=30))
    if draw(st.booleans()):
        cuts = list(range(0, rows.size, draw(st.integers(1, 25))))
    return rows, cuts


@pytest.fixture(scope="session")
def bad_gaze() -> st.SearchStrategy[tuple[Rows, list[int]]]:
    """Strategy of rows and cuts."""
    return _bad_gaze()
