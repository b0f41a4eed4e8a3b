"""Measures for the screenshots: figures, areas and perceptual errors of phantoms read by a simulated eye."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.long_reading import write_long_reading
from capture_app.gui.replay.areas_page import AreasPage
from capture_app.gui.replay.error_window import ErrorWindow
from capture_app.gui.replay.metrics_page import MetricsPage
from capture_app.gui.replay.window import ReplayWindow
from capture_app.session.measures import MeasuredRecording, MeasureOptions, measure_recording
from capture_app.session.measures.replay_measures import open_replay_measures
from capture_app.session.replay import ReplaySource
from capture_app.session.study import ReferenceEntry, Region, RegionKind
from gaze_core.measures import Area, AreaKind, AreaSource, TargetError

S = 1_000_000_000
_MISSED = (("pleural effusion", 0.72, 0.78, 0.16, 0.1), ("rib fracture", 0.78, 0.46, 0.05, 0.05))


def measures(
    application: Any, colours: Any, scene: str, size: tuple[int, int], settled: Callable[..., Any]
) -> Any:
    """Return the picture of a scene."""
    with tempfile.TemporaryDirectory() as name:
        path = write_long_reading(Path(name) / "R03_p1_s001.gazeh5", 160.0, rate_hz=600.0, case_s=40.0)
        source = ReplaySource.open(path)
        source.load()
        window = ReplayWindow(source, colours)
        window.voice.is_muted = True
        window.resize(*size)
        window.show()
        window.go_to(source.first_ns + round(26.35 * S))
        while window.frame is None or window.frame.is_waiting:
            window.step()
            application.processEvents()
        if scene == "error-report":
            shown = settled(_errors(application, window, path, size))
        else:
            _page(application, window, scene)
            shown = settled(window)
        window.close()
        return shown


def _reference(path: Path) -> tuple[ReferenceEntry, ...]:
    recorded = open_replay_measures(path).recorded
    entries = []
    for case in recorded.cases:
        width, height = recorded.image_size_px(case.entry.image_ids[0]) or (1, 1)
        for finding, x, y, w, h in (("pulmonary-nodule", 0.31, 0.36, 0.07, 0.06), *_MISSED):
            region = Region(
                kind=RegionKind.ELLIPSE, x_image_px=x * width, y_image_px=y * height,
                width_image_px=w * width, height_image_px=h * height,
            )  # fmt: skip
            entries.append(
                ReferenceEntry(
                    case_id=case.entry.case_id, finding=finding, is_present=True, answer="",
                    source="built-in phantom, known by construction", region=region, line=0,
                )
            )  # fmt: skip
    return tuple(entries)


def _page(application: Any, window: ReplayWindow, scene: str) -> None:
    page = window.inspector.page(MetricsPage if scene == "replay-metrics" else AreasPage)
    window.inspector.show_page(type(page))
    _until(application, window, lambda: not page.desk.is_busy and page.desk.measures is not None)
    entries = _reference(window.source.path)
    page.desk.measures = replace(page.desk.measures, reference=entries, note="")
    if isinstance(page, AreasPage) and window.frame is not None:
        pane = window.frame.panes[0]
        width, height = pane.width_px, pane.height_px
        points = tuple(
            (x * width, y * height) for x, y in ((0.6, 0.2), (0.8, 0.26), (0.82, 0.45), (0.62, 0.42))
        )
        lobe = Area(
            name="left upper lobe", image_id=pane.image_id, kind=AreaKind.POLYGON, source=AreaSource.DRAWN,
            points_image_px=points,
        )  # fmt: skip
        page.name.setText(lobe.name)
        page.margin.setValue(1.0)
        page.desk.add(lobe)
    page.desk.measure()
    _until(application, window, lambda: not page.desk.is_busy)
    if isinstance(page, AreasPage):
        page.table.selectRow(page.table.rowCount() - 1)


def _errors(application: Any, window: ReplayWindow, path: Path, size: tuple[int, int]) -> ErrorWindow:
    errors = ErrorWindow(path, window.pictures, window)
    errors.resize(min(size[0], 1020), min(size[1], 760))
    errors.show()
    _until(application, window, lambda: not errors.is_busy)
    entries = _reference(path)
    measured = _validated(measure_recording(path, None, entries, MeasureOptions()))
    errors._finished((replace(open_replay_measures(path), reference=entries), measured))
    errors.list.setCurrentRow(2)
    _until(application, window, lambda: not errors._again.isActive())
    return errors


def _validated(measured: MeasuredRecording) -> MeasuredRecording:
    """Give misses the offsets of a validation: the recording of the pictures has none."""
    rng = np.random.default_rng(4)
    targets = tuple(
        TargetError(
            x_norm=x, y_norm=y, azimuth_offset_deg=float(rng.normal(0.2, 0.3)),
            elevation_offset_deg=float(rng.normal(-0.1, 0.3)), std_deg=0.3,
        )
        for x in (0.3, 0.7) for y in (0.25, 0.75)
    )  # fmt: skip
    cases = tuple(
        replace(case, missed=tuple(replace(each, errors=targets) for each in case.missed))
        for case in measured.cases
    )
    return replace(measured, cases=cases)


def _until(application: Any, window: ReplayWindow, is_done: Callable[[], bool]) -> None:
    end = time.monotonic() + 60.0
    while not is_done() and time.monotonic() < end:
        window.step()
        application.processEvents()
        time.sleep(0.01)
