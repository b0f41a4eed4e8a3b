"""The film strip of a miss: the place of the finding with the gaze of the reading, part by part."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from capture_app.session.measures.missed import MissedFinding
from capture_app.session.report.html import Html, element
from capture_app.session.report.style import LINE, PALE
from capture_app.session.study import OpenedStudy
from gaze_core.geometry import FloatArray, Rect
from gaze_core.mapping import placement_of
from gaze_core.measures import MissRule, angles_to_finding_deg
from recordings_schema.stimuli import Stimulus, StimulusError, load_image, render_grey

FRAME_COUNT: Final = 6
FRAME_PX: Final = 150
_AROUND_DEG: Final = 1.6  # shown beyond the radius
_PER_ROOT_MS: Final = 0.32  # radius of a circle, px: its area goes with the duration
NEAR_COLOUR: Final = "#ffb000"
FAR_COLOUR: Final = "#8fb8de"
FINDING_COLOUR: Final = "#4fd1c5"


@dataclass(frozen=True, slots=True, kw_only=True)
class StripFixation:
    """One fixation of a frame."""

    x_image_px: float
    y_image_px: float
    duration_ms: float
    is_near: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StripFrame:
    """One part of the reading."""

    first_s: float  # since the image was shown
    end_s: float
    fixations: tuple[StripFixation, ...]  # begun in it, on the part of the image that is shown


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MissStrip:
    """What is drawn of a miss."""

    crop_image_px: Rect  # the part of the image
    outlines_image_px: tuple[FloatArray, ...]  # of the finding, each (n, 2)
    reach_image_px: tuple[FloatArray, ...]  # the line of the radius around it
    frames: tuple[StripFrame, ...]


def strip_of(missed: MissedFinding, rule: MissRule) -> MissStrip | None:
    """Return the film strip of a miss; None where its image was never shown."""
    gaze, area = missed.gaze, missed.area
    shown = np.flatnonzero(gaze.viewport["image_id"] == area.image_id)
    if not len(shown):
        return None
    px_per_deg = placement_of(gaze.viewport[shown[0]]).image_px_per_deg(gaze.geometry)
    reach_px = rule.radius_deg * px_per_deg
    left, top, right, bottom = area.bounds_image_px
    half = max(right - left, bottom - top) / 2 + reach_px + _AROUND_DEG * px_per_deg
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    crop = Rect(middle_x - half, middle_y - half, 2 * half, 2 * half)
    angles = angles_to_finding_deg(gaze, area, rule)
    rows, onsets_s = gaze.fixations, gaze.onsets_s
    is_drawn = (rows["image_id"] == area.image_id) & crop.contains(rows["x_image_px"], rows["y_image_px"])
    length_s = max(gaze.visible_s, float(onsets_s.max(initial=0.0)) + 1e-3) / FRAME_COUNT
    frames = []
    for number in range(FRAME_COUNT):
        own = is_drawn & (onsets_s >= number * length_s) & (onsets_s < (number + 1) * length_s)
        frames.append(
            StripFrame(
                first_s=number * length_s,
                end_s=(number + 1) * length_s,
                fixations=tuple(
                    StripFixation(
                        x_image_px=float(rows["x_image_px"][place]),
                        y_image_px=float(rows["y_image_px"][place]),
                        duration_ms=float(rows["duration_ms"][place]),
                        is_near=bool(angles[place] <= rule.radius_deg),
                    )
                    for place in np.flatnonzero(own).tolist()
                ),
            )
        )
    outlines = area.outlines()
    return MissStrip(
        crop_image_px=crop,
        outlines_image_px=outlines,
        reach_image_px=tuple(_grown(line, reach_px) for line in outlines[:1]),
        frames=tuple(frames),
    )


def _grown(line: FloatArray, by_px: float) -> FloatArray:
    """Return a closed line moved outwards from its middle: where the radius about is, not exactly."""
    middle = 0.5 * (line.min(axis=0) + line.max(axis=0))
    away = line - middle
    length = np.maximum(np.hypot(away[:, 0], away[:, 1]), 1e-9)
    return np.asarray(line + away / length[:, None] * by_px)


class StripImages:
    """Pictures of the places, where the study's terms allow pixels in reports; images are read one by one."""

    def __init__(self, opened: OpenedStudy | None) -> None:
        self._opened = opened if opened is not None and opened.study.images.is_shown_in_reports else None
        self._last: tuple[str, Stimulus | None] = ("", None)

    def crop_uri(self, case_id: str, sha256: str, crop: Rect) -> str:
        """Return a place of an image as a PNG in a data URI; "" where it may not be shown or is not there."""
        stimulus = self._stimulus(case_id, sha256)
        if stimulus is None:
            return ""
        shown = np.asarray(render_grey(stimulus, stimulus.start_window))
        cut = crop_pixels(shown, crop, FRAME_PX * 2)
        if cut.ndim == 3:
            cut = np.asarray(cv2.cvtColor(cut, cv2.COLOR_RGB2BGR), np.uint8)
        is_made, png = cv2.imencode(".png", cut, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        if not is_made:
            return ""
        return "data:image/png;base64," + base64.b64encode(np.asarray(png).tobytes()).decode("ascii")

    def _stimulus(self, case_id: str, sha256: str) -> Stimulus | None:
        if self._opened is None:
            return None
        if self._last[0] == sha256:
            return self._last[1]
        found = None
        for case in self._opened.cases:
            for path in case.images if case.case_id == case_id else ():
                try:
                    loaded = load_image(path)
                except (StimulusError, MemoryError):
                    continue  # the report shows the place without pixels
                if loaded.sha256 == sha256:
                    found = loaded
        self._last = (sha256, found)
        return found


def crop_pixels(grey: npt.NDArray[np.uint8], crop: Rect, side_px: int) -> npt.NDArray[np.uint8]:
    """Return a square part of a picture in another size; what lies beside the picture is black."""
    scale = side_px / crop.w
    matrix = np.array([[scale, 0.0, -crop.x * scale], [0.0, scale, -crop.y * scale]])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.warpAffine(grey, matrix, (side_px, side_px), flags=method), np.uint8)


def strip_picture(strip: MissStrip, uri: str, name: str) -> Html:
    """Return a strip as a picture; `uri` is the place as an image, "" without; `name` its id."""
    step, crop = FRAME_PX + 10, strip.crop_image_px
    scale = FRAME_PX / crop.w
    parts = []
    if uri:  # once, however many frames show it
        place = element("image", id=name, href=uri, x=0, y=0, width=FRAME_PX, height=FRAME_PX)
        parts.append(element("defs", place))
    for number, frame in enumerate(strip.frames):
        inner = [element("rect", x=0, y=0, width=FRAME_PX, height=FRAME_PX, fill=PALE, stroke=LINE)]
        if uri:
            inner.append(element("use", href=f"#{name}"))
        inner += [_line(line, crop, scale, "1.6", "") for line in strip.outlines_image_px] + [
            _line(line, crop, scale, "1", "4 3") for line in strip.reach_image_px
        ]
        inner += [_circle(each, crop, scale, is_on_image=bool(uri)) for each in frame.fixations]
        words = f"{frame.first_s:.1f}\u2013{frame.end_s:.1f} s"
        inner.append(
            element("text", words, x=FRAME_PX / 2, y=FRAME_PX + 17, text_anchor="middle", font_size=12)
        )
        parts.append(element("svg", *inner, x=number * step, y=0, width=FRAME_PX, height=FRAME_PX + 24))
    width = len(strip.frames) * step - 10
    return element(
        "svg", element("title", "Gaze around the finding over the reading"), *parts,
        viewBox=f"0 0 {width} {FRAME_PX + 24}", role="img",
    )  # fmt: skip


def _line(line: FloatArray, crop: Rect, scale: float, width: str, dashes: str) -> Html:
    points = " ".join(f"{(x - crop.x) * scale:.1f},{(y - crop.y) * scale:.1f}" for x, y in [*line, line[0]])
    more = {"stroke_dasharray": dashes} if dashes else {}
    return element("polyline", points=points, fill="none", stroke=FINDING_COLOUR, stroke_width=width, **more)


def _circle(fixation: StripFixation, crop: Rect, scale: float, *, is_on_image: bool) -> Html:
    far = FAR_COLOUR if is_on_image else "#1f5fbf"
    colour = NEAR_COLOUR if fixation.is_near else far
    return element(
        "circle", element("title", f"{fixation.duration_ms:.0f} ms"),
        cx=round((fixation.x_image_px - crop.x) * scale, 1),
        cy=round((fixation.y_image_px - crop.y) * scale, 1), r=round(circle_radius(fixation.duration_ms), 1),
        fill=colour, fill_opacity=0.45, stroke=colour, stroke_width=1.4,
    )  # fmt: skip


def circle_radius(duration_ms: float) -> float:
    """Return the radius of a fixation's circle, px of the picture."""
    return max(2.0, _PER_ROOT_MS * math.sqrt(max(duration_ms, 0.0)))
