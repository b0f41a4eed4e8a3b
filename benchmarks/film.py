"""Films of a case of a minute: how much faster than the time it lasted, by size and by what is drawn.

``python -m benchmarks.film`` makes the recording first (1200 Hz, one zoom in and out, on a phantom).
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks.long_reading import write_long_reading

CASE_S: Final = 60.0
SIZES: Final = ((1280, 720), (1920, 1080))


def measure(path: Path, folder: Path, seconds: float) -> None:
    """Print the figures of all sizes and layers."""
    from capture_app.gui.app import build_application
    from capture_app.gui.film.painting import ReplayPainter
    from capture_app.session.film import (
        CaseFrames,
        FilmForm,
        FilmRun,
        FilmStretch,
        PictureSize,
        open_film,
        stamp_of,
        terms_of,
    )
    from capture_app.session.replay import HeatmapSpan, ReplayCase, ReplayOptions, ReplaySource, ViewMode

    build_application()
    source = ReplaySource.open(path)
    source.load()
    whole = source.tables.cases[0]
    case = ReplayCase(
        number=whole.number, case_id=whole.case_id, first_ns=whole.first_ns,
        end_ns=min(whole.end_ns, whole.first_ns + round(seconds * 1e9)), state=whole.state,
        image_ids=whole.image_ids,
    )  # fmt: skip
    layers = (
        ("gaze, trail, fixations", ReplayOptions()),
        ("the same and a map up to now", ReplayOptions(heatmap=HeatmapSpan.UP_TO_NOW)),
        ("the same on the whole image", ReplayOptions(mode=ViewMode.WHOLE_IMAGE)),
    )
    print(
        "| film of | size | pictures a second | times as fast as it was | processor ms a picture | MB |\n"
        "|---|---|---|---|---|---|"
    )
    for width_px, height_px in SIZES:
        for words, options in layers:
            size = PictureSize(width_px=width_px, height_px=height_px)
            place = folder / "film.mp4"
            with CaseFrames(source, terms_of(source)) as frames:
                painter = ReplayPainter(size, options)
                stretch = FilmStretch(case=case, rate_hz=30.0)
                sink = open_film(source, case, place, FilmForm(size=size))
                run = FilmRun(
                    frames, options, stretch, painter, sink, stamp=lambda t_ns: stamp_of(source, case, t_ns)
                )
                begun, busy = time.perf_counter(), time.process_time()
                while not run.is_done:
                    run.step()
                took_s, busy_s = time.perf_counter() - begun, time.process_time() - busy
                run.close()
            print(
                f"| {words} | {size.text} | {run.count / took_s:.0f} | {case.duration_s / took_s:.1f} | "
                f"{busy_s / run.count * 1e3:.1f} | {place.stat().st_size / 1e6:.1f} |",
                flush=True,
            )
    source.close()


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=CASE_S, help="of the case that is filmed")
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = write_long_reading(folder / "R01.gazeh5", CASE_S, case_s=CASE_S)
        measure(path, folder, chosen.seconds)


if __name__ == "__main__":
    main()
