"""How fast a large radiograph is shown and how fast its window can be dragged.

``python -m benchmarks.images`` prints a table. Painting by the window system is not in it; the picture is one
8-bit array at screen resolution when a row's time ends.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from capture_app.session.phantoms import phantom
from capture_app.session.viewport import GreyRange, Layout, PaneView
from recordings_schema.stimuli import Stimulus, StimulusRenderer, Window, render_grey

WIDTH_PX: Final = 2500
HEIGHT_PX: Final = 3000
SCREEN_PX: Final = (1920, 1080)
FRAMES: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Time of one operation over its repetitions."""

    name: str
    median_ms: float
    worst_ms: float

    @property
    def rate_hz(self) -> float:
        """Operations per second at the median."""
        return 1000.0 / self.median_ms


def large_radiograph() -> Stimulus:
    """Return a 3000 x 2500 image of 16 bits made from a phantom."""
    source = phantom(0).pixels
    rows = np.linspace(0, source.shape[0] - 1, HEIGHT_PX).astype(int)
    columns = np.linspace(0, source.shape[1] - 1, WIDTH_PX).astype(int)
    pixels = np.ascontiguousarray(source[np.ix_(rows, columns)] * np.uint16(16))
    return Stimulus(
        path=Path("benchmark"),
        sha256="",
        size_bytes=pixels.nbytes,
        pixels=pixels,
        photometric="MONOCHROME2",
        bits=16,
        is_inverted=False,
        grey_values=np.arange(65536, dtype=np.float64),
        low_value=0.0,
        high_value=65535.0,
        start_window=Window(centre=32768.0, width=65536.0),
    )


def view_of(stimulus: Stimulus) -> PaneView:
    """Return the image fitted to the benchmark's screen."""
    return PaneView.fitted(
        image_width_px=stimulus.width_px,
        image_height_px=stimulus.height_px,
        area_screen_px=Layout().areas(*SCREEN_PX)[0],
        grey_range=GreyRange(low=stimulus.low_value, high=stimulus.high_value),
        start_window=stimulus.start_window,
    )


def rendered(renderer: StimulusRenderer, view: PaneView) -> None:
    """Render what a view shows."""
    src, dst = view.placement.src_image_px, view.placement.dst_screen_px
    renderer.render(
        view.window,
        src_image_px=(src.x, src.y, src.w, src.h),
        dst_screen_px=(dst.x, dst.y, dst.w, dst.h),
    )


def whole(stimulus: Stimulus, view: PaneView) -> None:
    """Render every pixel of the image in a view's window."""
    render_grey(stimulus, view.window)


def timed(name: str, frames: int, step: Callable[[int], None]) -> Timing:
    """Return the times of `step`, called with the number of the frame."""
    times_ms = []
    for frame in range(frames):
        before_ns = time.perf_counter_ns()
        step(frame)
        times_ms.append((time.perf_counter_ns() - before_ns) / 1e6)
    return Timing(name=name, median_ms=float(np.median(times_ms)), worst_ms=max(times_ms))


def measure(frames: int = FRAMES) -> list[Timing]:
    """Return the timings of the table."""
    stimulus = large_radiograph()
    view = view_of(stimulus)
    zoomed = view.zoom_about(800.0, 400.0, 8.0)
    fitted_renderer, zoomed_renderer = StimulusRenderer(stimulus), StimulusRenderer(stimulus)
    return [
        timed("first show at screen size", 5, lambda _: rendered(StimulusRenderer(stimulus), view)),
        timed(
            "window drag, visible part, fitted",
            frames,
            lambda frame: rendered(fitted_renderer, view.drag_window(3.0 * frame, 5.0 * frame)),
        ),
        timed(
            "window drag, visible part, zoom 4x",
            frames,
            lambda frame: rendered(zoomed_renderer, zoomed.drag_window(3.0 * frame, 5.0 * frame)),
        ),
        timed(
            "pan, zoom 4x",
            frames,
            lambda frame: rendered(zoomed_renderer, zoomed.pan(7.0 * frame, 3.0 * frame)),
        ),
        timed(
            "whole image at full resolution",
            frames // 2,
            lambda frame: whole(stimulus, view.drag_window(3.0 * frame, 5.0 * frame)),
        ),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=FRAMES, help="repetitions per row")
    arguments = parser.parse_args()
    print(f"{WIDTH_PX} x {HEIGHT_PX} px, 16 bits, on a screen of {SCREEN_PX[0]} x {SCREEN_PX[1]} px")
    print(f"{'':38} {'median ms':>10} {'worst ms':>10} {'per second':>11}")
    for row in measure(arguments.frames):
        print(f"{row.name:38} {row.median_ms:10.1f} {row.worst_ms:10.1f} {row.rate_hz:11.0f}")


if __name__ == "__main__":
    main()
