"""What the image formats cost: ``python -m benchmarks.image_formats``.

The yardsticks are the methods as published, written plainly and run on the same input: the heat layer drawn
pixel by pixel, and a density over the whole image for each fixation. Results are compared with ours. Then
whole exports of images of 1024 x 1024, with checks and checksums; the refinement and videos are counted
apart. All figures but those by the clock are processor time, since others share the machine.
"""

from __future__ import annotations

import hashlib
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter
from scipy.stats import multivariate_normal

from gaze_core.crf import CrfParameters, refine_probability
from gaze_core.heat_overlay import laid_over, overlay_alpha, places_on_layer
from gaze_core.heat_reflacx import DensityStep, full_density
from recordings_schema.formats.contract import Format
from recordings_schema.formats.gazemedseg import GazemedsegFormat
from recordings_schema.formats.gazemedseg_options import Maps
from recordings_schema.formats.mimic_eye_heat import MimicEyeHeatFormat, Video
from recordings_schema.formats.reading import CaseReading
from recordings_schema.formats.testing import export, with_key
from recordings_schema.formats.testing_readings import HEIGHT_PX, WIDTH_PX, make_reading

FIXATIONS: Final = 60
READINGS: Final = 20
CASES: Final = 10
SECONDS: Final = 20.0
RATE_HZ: Final = 600.0
SIZE_PX: Final = 1024
FULL_PX: Final = (2544, 3056)
SIGMA_PX: Final = 64.0
PLAIN_FIXATIONS: Final = 6

Floats = npt.NDArray[np.float64]
Picture = npt.NDArray[np.uint8]


def plain_composite(x: Floats, y: Floats, weight: Floats, size: tuple[int, int], base: Picture) -> Picture:
    """Return the picture as published: a blur over everything, then pixel after pixel."""
    height, width = base.shape
    column, row, is_kept = places_on_layer(x, y, size, (width, height))
    seconds = np.zeros((height, width))
    np.add.at(seconds, (row[is_kept], column[is_kept]), weight[is_kept])
    heat = gaussian_filter(seconds, 5)
    heat = heat / heat.max()
    layer = [[(255, 0, 0, 0)] * width for _ in range(height)]
    for each_row in range(height):
        for each_column in range(width):
            value = min(max(int(heat[each_row, each_column] * 255), 0), 255)
            layer[each_row][each_column] = (255 - value, 0, 0, value)
    over = np.array(layer, np.int64)
    under = np.dstack([base.astype(np.int64)] * 3)
    mixed = (over[..., :3] * over[..., 3:] + under * (255 - over[..., 3:])) * 128 + 0x4000
    result = np.full((height, width, 4), 255, np.uint8)
    result[..., :3] = np.where(over[..., 3:] > 0, ((mixed >> 8) + mixed) >> 15, under)
    return result


def composite_line() -> str:
    """Compare the heat layer over a picture of 512 px."""
    generator = np.random.default_rng(1)
    base = generator.integers(0, 256, (512, 512)).astype(np.uint8)
    size, different = (SIZE_PX, SIZE_PX), 0
    ours_all_s, plain_all_s = [], []
    for _ in range(READINGS):
        x, y = generator.uniform(0, SIZE_PX, (2, FIXATIONS))
        weight = generator.integers(80, 900, FIXATIONS) / 1000
        for _ in range(30):
            begun = time.process_time()
            ours = laid_over(base, overlay_alpha(x, y, weight, size))
            ours_all_s.append(time.process_time() - begun)
        begun = time.process_time()
        plain = plain_composite(x, y, weight, size, base)
        plain_all_s.append(time.process_time() - begun)
        different += int(np.count_nonzero((ours != plain).any(axis=2)))
    ours_s, plain_s = float(np.median(ours_all_s)), float(np.median(plain_all_s))
    return (
        f"| heat layer over 512 x 512 | {1e3 * ours_s:.2f} | {1e3 * plain_s:.0f} | {plain_s / ours_s:,.0f} | "
        f"{different} of {READINGS * base.size:,} pixels |"
    )


def density_line() -> str:
    """Compare the map at full resolution."""
    generator = np.random.default_rng(2)
    width, height = FULL_PX
    x, y = generator.uniform(0, width, FIXATIONS), generator.uniform(0, height, FIXATIONS)
    weight = generator.uniform(0.1, 0.9, FIXATIONS)

    def ours(count: int) -> npt.NDArray[np.float32]:
        step = DensityStep(
            x_image_px=x[:count], y_image_px=y[:count], weight_s=weight[:count], x_sigma_px=SIGMA_PX,
            y_sigma_px=SIGMA_PX, shown_image_px=(0, 0, width, height),
        )  # fmt: skip
        return full_density([step], width, height)

    ours(FIXATIONS)
    begun = time.process_time()
    ours(FIXATIONS)
    ours_s = time.process_time() - begun
    places = np.dstack(np.meshgrid(np.arange(width), np.arange(height)))
    plain = np.zeros((height, width))
    begun = time.process_time()
    for number in range(PLAIN_FIXATIONS):
        spread = [[SIGMA_PX**2, 0.0], [0.0, SIGMA_PX**2]]
        plain += weight[number] * multivariate_normal([x[number], y[number]], spread).pdf(places)
    plain_s = (time.process_time() - begun) * FIXATIONS / PLAIN_FIXATIONS
    plain /= plain.sum()
    off = float(np.abs(ours(PLAIN_FIXATIONS) - plain).max() / plain.max())
    return (
        f"| REFLACX map of {width} x {height}, {FIXATIONS} fixations | {1e3 * ours_s:.0f} | "
        f"{1e3 * plain_s:,.0f} | {plain_s / ours_s:,.0f} | {off:.0e} of the highest place |"
    )


def readings_in(folder: Path) -> list[CaseReading]:
    """Return readings of images of 1024 x 1024 like radiographs, each with its file."""
    found = []
    for trial in range(CASES):
        made = make_reading(trial=trial, seconds=SECONDS, rate_hz=RATE_HZ, task_kind="segment")
        generator = np.random.default_rng(trial)
        picture = cv2.GaussianBlur(generator.uniform(0, 1, (SIZE_PX, SIZE_PX)), (0, 0), 30)
        picture = 255 * (picture - picture.min()) / (picture.max() - picture.min())
        grey = np.clip(picture + generator.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)
        path = folder / f"image-{trial}.png"
        path.write_bytes(cv2.imencode(".png", grey)[1].tobytes())
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        image = replace(made.images[0], path=path, width_px=SIZE_PX, height_px=SIZE_PX, sha256=sha256)
        fixations = made.fixations.copy()
        fixations["x_image_px"] *= SIZE_PX / WIDTH_PX
        fixations["y_image_px"] *= SIZE_PX / HEIGHT_PX
        moved = replace(made, images=(image,), fixations=fixations)
        found.append(with_key(moved, image_sha256s=(sha256,)))
    return found


def case_line(words: str, published: Format[Any], readings: list[CaseReading], **options: Any) -> str:
    """Export and return the line about one case."""
    with tempfile.TemporaryDirectory() as folder:
        wall, begun = time.perf_counter(), time.process_time()
        export(published, readings, Path(folder) / "data", **options)
        spent_s, wall_s = time.process_time() - begun, time.perf_counter() - wall
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    return f"| {words} | {spent_s / CASES:.2f} | {wall_s / CASES:.2f} | {size / CASES / 1e6:.1f} |"


def timed(doing: Callable[[], object]) -> float:
    """Return seconds of the processor."""
    begun = time.process_time()
    doing()
    return time.process_time() - begun


def main() -> None:
    """Print the tables."""
    print("| picture | ours ms | as published ms | times faster | difference |\n|---|---|---|---|---|")
    print(composite_line(), flush=True)
    print(density_line(), flush=True)
    print(f"\n| export, a case of {SIZE_PX} x {SIZE_PX} | processor s | clock s | MB |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        readings = readings_in(Path(folder))
        heat, segments = MimicEyeHeatFormat(), GazemedsegFormat()
        print(case_line("mimic-eye-heat", heat, readings), flush=True)
        print(case_line("mimic-eye-heat with mp4 video", heat, readings, video=Video.MP4), flush=True)
        print(case_line("gazemedseg, heat maps", segments, readings, maps=Maps.HEATMAP), flush=True)
        print(case_line("gazemedseg, refined", segments, readings), flush=True)
        grey = cv2.imread(str(readings[0].images[0].path), cv2.IMREAD_GRAYSCALE)
    row, column = np.mgrid[0:SIZE_PX, 0:SIZE_PX] / SIZE_PX
    soft = np.exp(-((row - 0.4) ** 2 + (column - 0.5) ** 2) / 0.03).astype(np.float32)
    for words, image in (
        ("grey", grey),
        ("colour", np.dstack([grey, np.roll(grey, 9, 0), np.roll(grey, 9, 1)])),
    ):
        spent_s = timed(lambda image=image: refine_probability(soft, image, CrfParameters()))  # type: ignore[misc]
        print(f"\nRefinement of one {words} image of {SIZE_PX} x {SIZE_PX}: {spent_s:.2f} s.")
    print(f"\nMost memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB.")


if __name__ == "__main__":
    main()
