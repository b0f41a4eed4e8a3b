"""All recordings with each other: ``python -m benchmarks.similarity``.

The yardsticks are the methods as published, written plainly: features of both maps computed anew for each
pair, pixel by pixel, and alignments cell by cell. MultiMatch is held against the package ``multimatch-gaze``
where it is installed. Yardsticks run on a few pairs and count per pair; their results are compared with ours.
Both run on one thread and count processor time, since others share the machine.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from gaze_core.similarity import (
    Scanpath,
    cluster_map,
    difference_hash,
    features_of,
    gaze_clusters,
    hash_matrix,
    moment_matrix,
    multimatch_matrix,
    tima_matrix,
    toolbox_profile,
)

WIDTH_PX: Final = 1920
HEIGHT_PX: Final = 1080
CANVAS_PX: Final = 800
FIXATIONS: Final = 60
RATE_HZ: Final = 60
SECONDS: Final = 10
YARDSTICK_PAIRS: Final = 200
YARDSTICK_RECORDINGS: Final = 21  # have 210 pairs

Heat = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One line of the table."""

    measure: str
    recordings: int
    ours_s: float
    yardstick_s: float  # per pair
    difference: float  # largest, over the pairs of the yardstick

    def line(self) -> str:
        """Return the line."""
        pairs = self.recordings * (self.recordings - 1) // 2
        per_pair_s = self.ours_s / pairs
        return (
            f"| {self.measure} | {self.recordings} | {self.ours_s:.2f} | {1e6 * per_pair_s:.2f} | "
            f"{1e3 * self.yardstick_s:.1f} | {self.yardstick_s * pairs:,.0f} | "
            f"{self.yardstick_s / per_pair_s:,.0f} | {self.difference:.0e} |"
        )


def plain_moment(image: npt.NDArray[np.float64], i: int, j: int) -> float:
    """Return sum of row^i column^j value, pixel by pixel."""
    total = 0.0
    for row in range(image.shape[0]):
        for column in range(image.shape[1]):
            total += (row**i) * (column**j) * image[row, column]
    return total


def plain_central_moment(image: npt.NDArray[np.float64], i: int, j: int) -> float:
    """Return the moment about the centroid, pixel by pixel."""
    mass = plain_moment(image, 0, 0)
    row_mean, column_mean = plain_moment(image, 1, 0) / mass, plain_moment(image, 0, 1) / mass
    total = 0.0
    for row in range(image.shape[0]):
        for column in range(image.shape[1]):
            if image[row, column]:
                total += (row - row_mean) ** i * (column - column_mean) ** j * image[row, column]
    return total


def plain_features(heat: Heat) -> tuple[float, float]:
    """Return mass and spread of a heat map as the published loops do, in float64."""
    image = cv2.resize(heat, (32, 32)).astype(np.float64)
    mass = plain_moment(image, 0, 0)
    spread = sum(plain_central_moment(image, i, j) / mass**2 for i, j in ((2, 0), (0, 2)))
    return mass, spread


def plain_difference(a: float, b: float) -> float:
    """Return the relative difference of two values."""
    return 0.0 if a == b else abs(a - b) / abs(max(a, b))


def plain_moment_similarity(first: Heat, second: Heat) -> float:
    """Compare two maps, features computed anew."""
    (mass, spread), (other_mass, other_spread) = plain_features(first), plain_features(second)
    return 1.0 - (0.5 * plain_difference(spread, other_spread) + 0.5 * plain_difference(mass, other_mass))


def plain_hash(heat: Heat) -> list[int]:
    """Return the 64 bits of a map, pixel by pixel."""
    small = cv2.resize(heat, (9, 8))
    return [int(small[row, column] > small[row, column + 1]) for row in range(8) for column in range(8)]


def plain_hash_similarity(first: Heat, second: Heat) -> float:
    """Compare two maps by the cosine of their bits, computed anew."""
    bits, others = plain_hash(first), plain_hash(second)
    lengths = math.sqrt(sum(bits)) * math.sqrt(sum(others))
    return sum(a * b for a, b in zip(bits, others, strict=True)) / lengths if lengths else 0.0


def plain_tima_similarity(first: list[Heat], second: list[Heat]) -> float:
    """Compare two sequences of maps by dynamic time warping, features computed anew."""
    rows, columns = ([plain_features(heat) for heat in heats] for heats in (first, second))
    total = [[math.inf] * (len(columns) + 1) for _ in range(len(rows) + 1)]
    total[0][0] = 0.0
    for i, (mass, spread) in enumerate(rows):
        for j, (other_mass, other_spread) in enumerate(columns):
            cost = 0.7 * plain_difference(mass, other_mass) + 0.3 * plain_difference(spread, other_spread)
            total[i + 1][j + 1] = cost + min(total[i][j], total[i][j + 1], total[i + 1][j])
    i, j, length = len(rows) - 1, len(columns) - 1, 1
    while i or j:
        step = int(np.argmin((total[i][j], total[i][j + 1], total[i + 1][j])))
        i, j = i - (step != 2), j - (step != 1)
        length += 1
    return 1.0 - total[-1][-1] / length


def reading(generator: np.random.Generator) -> list[Heat]:
    """Return the burst maps of a reading that lingers at three to six places."""
    count = RATE_HZ * SECONDS
    places = generator.uniform(0.1 * CANVAS_PX, 0.9 * CANVAS_PX, (int(generator.integers(3, 7)), 2))
    gaze = np.repeat(places, -(-count // len(places)), axis=0)[:count] + generator.normal(0, 20, (count, 2))
    return [cluster_map(points) for points in gaze_clusters(*np.clip(gaze, 0, CANVAS_PX).T)]


def scanpath(generator: np.random.Generator) -> Scanpath:
    """Return fixations all over a screen."""
    return Scanpath(
        x_px=generator.uniform(0, WIDTH_PX, FIXATIONS),
        y_px=generator.uniform(0, HEIGHT_PX, FIXATIONS),
        duration=generator.uniform(0.1, 0.5, FIXATIONS),
    )


def timed_pairs(
    compare: Callable[[int, int], float], pairs: Iterable[tuple[int, int]]
) -> tuple[float, list[float]]:
    """Return seconds per pair and the values."""
    values = []
    begun = time.process_time()
    for first, second in pairs:
        values.append(compare(first, second))
    return (time.process_time() - begun) / len(values), values


def map_measures(recordings: int) -> list[Outcome]:
    """Compare burst maps: each recording's first by dHash and moments, all in order by TIMA."""
    generator = np.random.default_rng(1)
    kept: list[list[Heat]] = []
    features: list[npt.NDArray[np.float64]] = []
    hashes: list[npt.NDArray[np.bool_]] = []
    features_s = first_features_s = hashes_s = 0.0
    for _ in range(recordings):
        heats = reading(generator)
        begun = time.process_time()
        features.append(features_of(heats))
        features_s += time.process_time() - begun
        begun = time.process_time()
        features_of(heats[:1])
        first_features_s += time.process_time() - begun
        begun = time.process_time()
        hashes.append(difference_hash(heats[0]))
        hashes_s += time.process_time() - begun
        if len(kept) < YARDSTICK_RECORDINGS:
            kept.append(heats)
    outcomes = []
    begun = time.process_time()
    alike = hash_matrix(np.array(hashes))
    outcomes.append(
        _outcome(
            "dHash",
            recordings,
            hashes_s + time.process_time() - begun,
            alike,
            lambda i, j: plain_hash_similarity(kept[i][0], kept[j][0]),
        )
    )
    begun = time.process_time()
    moments = moment_matrix(np.array([one[0] for one in features]))
    ours_s = first_features_s + time.process_time() - begun
    outcomes.append(
        _outcome(
            "moments",
            recordings,
            ours_s,
            moments,
            lambda i, j: plain_moment_similarity(kept[i][0], kept[j][0]),
        )
    )
    begun = time.process_time()
    tima = tima_matrix(features)
    ours_s = features_s + time.process_time() - begun
    outcomes.append(
        _outcome("TIMA", recordings, ours_s, tima, lambda i, j: plain_tima_similarity(kept[i], kept[j]))
    )
    return outcomes


def _outcome(
    measure: str,
    recordings: int,
    ours_s: float,
    ours: npt.NDArray[np.float64],
    compare: Callable[[int, int], float],
) -> Outcome:
    few = range(min(YARDSTICK_RECORDINGS, recordings))
    pairs = list(itertools.combinations(few, 2))[:YARDSTICK_PAIRS]
    yardstick_s, values = timed_pairs(compare, pairs)
    difference = max(abs(value - ours[pair]) for value, pair in zip(values, pairs, strict=True))
    return Outcome(
        measure=measure, recordings=recordings, ours_s=ours_s, yardstick_s=yardstick_s, difference=difference
    )


def multimatch_lines(recordings: int) -> list[str]:
    """Compare scanpaths of 60 fixations, without simplification."""
    generator = np.random.default_rng(2)
    paths = [scanpath(generator) for _ in range(recordings)]
    begun = time.process_time()
    ours = multimatch_matrix(paths, toolbox_profile(WIDTH_PX, HEIGHT_PX))
    ours_s = time.process_time() - begun
    if importlib.util.find_spec("multimatch_gaze") is None:
        pairs = recordings * (recordings - 1) // 2
        return [
            f"| MultiMatch | {recordings} | {ours_s:.2f} | {1e6 * ours_s / pairs:.2f} | "
            "multimatch-gaze is not installed | - | - | - |"
        ]
    import multimatch_gaze

    rows = [
        np.rec.fromarrays([path.x_px, path.y_px, path.duration], names="start_x,start_y,duration")
        for path in paths
    ]

    def compare(first: int, second: int) -> float:
        return float(np.mean(multimatch_gaze.docomparison(rows[first], rows[second], [WIDTH_PX, HEIGHT_PX])))

    return [_outcome("MultiMatch", recordings, ours_s, ours.mean(axis=2), compare).line()]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=1000)
    recordings = max(2, parser.parse_args().recordings)
    print(
        "| measure | recordings | all pairs s | us a pair | yardstick ms a pair | yardstick, all pairs s | "
        "times faster | largest difference |\n|---|---|---|---|---|---|---|---|"
    )
    for outcome in map_measures(recordings):
        print(outcome.line(), flush=True)
    for line in multimatch_lines(recordings):
        print(line, flush=True)


if __name__ == "__main__":
    main()
