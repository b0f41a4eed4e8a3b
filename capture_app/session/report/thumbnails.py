"""Gaze on the images of a case: fixations and the reader's shapes over a small picture, or an empty frame.

Pixels of an image are shown only where the study's terms allow it; else its outline stands for it.
"""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from capture_app.session.reading import ShapeKind
from capture_app.session.report.gathering import ReportedCase, SessionReport
from capture_app.session.report.html import Html, element
from capture_app.session.report.style import LINE, PALE
from gaze_core.rows import Rows, decode_text
from recordings_schema.errors import RecordingError
from recordings_schema.stimuli import Stimulus, StimulusError, load_image, render_grey

LONG_SIDE_PX: Final = 320
MOST_FIXATIONS: Final = 400
_LARGEST_ASPECT: Final = 4.0
_PER_ROOT_MS: Final = 0.32  # radius of a circle, px: its area goes with the duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """One image of a case as it is drawn."""

    picture: Html
    fixation_count: int  # on this image
    note: str  # why its pixels are not shown; "" where they are


class ThumbnailMaker:
    """Draws the thumbnails of one report; images are decoded one at a time."""

    def __init__(self, report: SessionReport) -> None:
        self._report = report
        source = report.source
        self._is_allowed = (
            source.opened is not None
            and not source.is_other_study
            and source.opened.study.images.is_shown_in_reports
        )
        self._drawn: dict[int, str] = {}  # data URI by image id, "" where there is none

    def of(self, case: ReportedCase) -> tuple[Thumbnail, ...]:
        """Return the thumbnails of a case, one for each image."""
        ids = dict.fromkeys(case.entry.image_ids)
        return tuple(
            self._thumbnail(case, image_id, pane)
            for pane, image_id in enumerate(ids)
            if len(self._row(image_id))
        )

    def _row(self, image_id: int) -> Rows:
        images = self._report.images
        own: Rows = images[images["image_id"] == image_id]
        return own

    def _thumbnail(self, case: ReportedCase, image_id: int, pane: int) -> Thumbnail:
        row = self._row(image_id)[0]
        width_image, height_image = max(1, int(row["width_px"])), max(1, int(row["height_px"]))
        aspect = float(row["spacing_y_mm"]) / float(row["spacing_x_mm"])
        if not (math.isfinite(aspect) and 1 / _LARGEST_ASPECT <= aspect <= _LARGEST_ASPECT):
            aspect = 1.0
        scale = LONG_SIDE_PX / max(width_image, height_image * aspect)
        width, height = max(8, round(width_image * scale)), max(8, round(height_image * scale * aspect))
        uri, note = self._pixels(case, row, pane, (width, height))
        parts = [element("rect", x=0, y=0, width=width, height=height, fill=PALE, stroke=LINE)]
        if uri:
            parts.append(element("image", href=uri, x=0, y=0, width=width, height=height))
        to_x, to_y = width / width_image, height / height_image
        parts += _shapes(case, image_id, to_x, to_y, is_on_image=bool(uri))
        fixations = case.fixations
        fixations = fixations[fixations["image_id"] == image_id]
        parts += _circles(fixations[:MOST_FIXATIONS], to_x, to_y, is_on_image=bool(uri))
        title = f"Gaze on the image of case {case.entry.case_id}: {len(fixations)} fixations"
        svg = element(
            "svg", element("title", title), *parts, viewBox=f"-2 -2 {width + 4} {height + 4}", role="img"
        )
        return Thumbnail(picture=svg, fixation_count=len(fixations), note=note)

    def _pixels(self, case: ReportedCase, row: np.void, pane: int, size: tuple[int, int]) -> tuple[str, str]:
        """Return the picture as a data URI, or why there is none."""
        if not self._is_allowed:
            return (
                "",
                "" if self._report.source.opened is None else "the study's terms keep images out of reports",
            )
        image_id = int(row["image_id"])
        if image_id not in self._drawn:
            stimulus = self._stimulus(case, decode_text(row["sha256"]), pane)
            self._drawn[image_id] = "" if stimulus is None else _data_uri(stimulus, size)
        uri = self._drawn[image_id]
        return uri, "" if uri else "the image is not in the study folder any more, or has changed"

    def _stimulus(self, case: ReportedCase, sha256: str, pane: int) -> Stimulus | None:
        """Return the image that was shown, known by its content; None where it cannot be had."""
        opened = self._report.source.opened
        known = {} if opened is None else {each.case_id: each.images for each in opened.cases}
        paths = list(known.get(case.entry.case_id, ()))
        for path in [*paths[pane : pane + 1], *paths]:
            found = _loaded(path)
            if found is not None and found.sha256 == sha256:
                return found
        return self._embedded(sha256)

    def _embedded(self, sha256: str) -> Stimulus | None:
        recording = self._report.source.recording
        try:
            if sha256 not in recording.embedded_images():
                return None
            content = recording.embedded_image(sha256)
            with TemporaryDirectory(prefix="report-") as folder:
                path = Path(folder) / "image"
                path.write_bytes(content)
                return _loaded(path)
        except (RecordingError, OSError):
            return None


def _loaded(path: Path) -> Stimulus | None:
    try:
        return load_image(path)
    except (StimulusError, MemoryError):
        return None  # the report says that the image is not there; the study check says why


def _data_uri(stimulus: Stimulus, size: tuple[int, int]) -> str:
    """Return the image, small, as it was first shown, as a PNG in a data URI; no names or tags go along."""
    shown = render_grey(stimulus, stimulus.start_window)
    small = np.asarray(cv2.resize(shown, size, interpolation=cv2.INTER_AREA))
    if small.ndim == 3:
        small = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    is_made, png = cv2.imencode(".png", small, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    if not is_made:
        return ""
    content: npt.NDArray[np.uint8] = png
    return "data:image/png;base64," + base64.b64encode(content.tobytes()).decode("ascii")


def _circles(fixations: Rows, to_x: float, to_y: float, *, is_on_image: bool) -> list[Html]:
    """Return fixations as circles by duration, joined in their order, the first one filled."""
    if not len(fixations):
        return []
    colour = "#ffd23f" if is_on_image else "#1f5fbf"
    places = [
        (float(row["x_image_px"]) * to_x, float(row["y_image_px"]) * to_y, float(row["duration_ms"]))
        for row in fixations
        if math.isfinite(float(row["x_image_px"]) + float(row["y_image_px"]))
    ]
    parts = [
        element(
            "polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places), fill="none", stroke=colour,
            stroke_width=0.7, stroke_opacity=0.55,
        )
    ]  # fmt: skip
    for index, (x, y, duration_ms) in enumerate(places):
        radius = max(1.5, _PER_ROOT_MS * math.sqrt(max(duration_ms, 0.0)))
        parts.append(
            element(
                "circle", element("title", f"{index + 1}: {duration_ms:.0f} ms"), cx=round(x, 1),
                cy=round(y, 1), r=round(radius, 1), fill=colour, fill_opacity=0.85 if index == 0 else 0.22,
                stroke=colour, stroke_width=1.2,
            )
        )  # fmt: skip
    return parts


def _shapes(case: ReportedCase, image_id: int, to_x: float, to_y: float, *, is_on_image: bool) -> list[Html]:
    """Return the reader's shapes on an image; the chest box is dashed."""
    colour = "#4fd1c5" if is_on_image else "#0f766e"
    parts = []
    for shape in case.entry.shapes.values():
        if shape.image_id != image_id:
            continue
        left, top = shape.left_image_px * to_x, shape.top_image_px * to_y
        width = (shape.right_image_px - shape.left_image_px) * to_x
        height = (shape.bottom_image_px - shape.top_image_px) * to_y
        if not (math.isfinite(left + top + width + height) and width >= 0 and height >= 0):
            continue
        title = element("title", ", ".join(shape.labels) or shape.kind.value.replace("_", " "))
        common: dict[str, str | float] = {"fill": "none", "stroke": colour, "stroke_width": 1.8}
        if shape.kind is ShapeKind.ELLIPSE:
            parts.append(
                element(
                    "ellipse", title, cx=left + width / 2, cy=top + height / 2, rx=width / 2, ry=height / 2,
                    **common,
                )
            )  # fmt: skip
            continue
        if shape.kind is ShapeKind.CHEST_BOX:
            common["stroke_dasharray"] = "5 4"
        parts.append(element("rect", title, x=left, y=top, width=width, height=height, **common))
    return parts
