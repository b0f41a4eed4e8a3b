"""What one live heatmap step costs: ``python -m benchmarks.heatmaps``.

A step is the gaze of one frame (1/60 s) laid down on a map of 1024 x 1024 with the sigma of one degree.
"""

from __future__ import annotations

import time

import numpy as np

from gaze_core.geometry import Rect
from gaze_core.heatmaps import HeatmapAccumulator, colour_heatmap

STEPS = 600
SIZE_PX = 1024
SIGMA_PX = 40.0


def main() -> None:
    """Print the table."""
    generator = np.random.default_rng(1)
    print("| rate Hz | samples a step | early median ms | late median ms | worst ms | colour 512 x 512 ms |")
    print("|---|---|---|---|---|---|")
    for rate_hz in (600, 1200, 2000):
        accumulator = HeatmapAccumulator(SIZE_PX, SIZE_PX, max_size_px=SIZE_PX)
        shown = Rect(0.0, 0.0, float(SIZE_PX), float(SIZE_PX))
        count = round(rate_hz / 60)
        costs_ms = []
        for _ in range(STEPS):
            centre = generator.uniform(0, SIZE_PX, 2)
            x, y = (centre[axis] + generator.normal(0, 3, count) for axis in (0, 1))
            begun = time.perf_counter_ns()
            accumulator.add(x, y, 1 / rate_hz, SIGMA_PX, shown, SIGMA_PX)
            costs_ms.append((time.perf_counter_ns() - begun) / 1e6)
        begun = time.perf_counter_ns()
        colour_heatmap(np.ascontiguousarray(accumulator.density[::2, ::2]), 1.0)
        colour_ms = (time.perf_counter_ns() - begun) / 1e6
        early, late = np.median(costs_ms[: STEPS // 4]), np.median(costs_ms[-STEPS // 4 :])
        print(f"| {rate_hz} | {count} | {early:.2f} | {late:.2f} | {max(costs_ms):.2f} | {colour_ms:.2f} |")


if __name__ == "__main__":
    main()
