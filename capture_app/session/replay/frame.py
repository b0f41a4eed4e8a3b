"""One picture of a replay: everything to draw and to say at a moment, made from the recording alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.session.reading import Shape
from capture_app.session.replay.gaze_blocks import TimedRows
from capture_app.session.replay.heat import ReplayHeatmaps
from capture_app.session.replay.layout import ReplayLayout, ShownPane, drawn_panes
from capture_app.session.replay.options import HeatmapSpan, ReplayOptions, ShownEye, ViewMode
from capture_app.session.replay.pictures import ReplayPictures
from capture_app.session.replay.shown_screens import ShownScreens
from capture_app.session.replay.source import ReplaySource
from capture_app.session.replay.tables import ReplayCase, ReplayScreen
from capture_app.session.states import (
    DotState,
    FixationMark,
    LiveState,
    ReaderState,
    RecordingState,
    TrailPoint,
    Verdict,
)
from capture_app.session.study_desk.states import StudyDeskState
from gaze_core.directions import screen_gaze
from gaze_core.eyes import Eye
from gaze_core.geometry import Rect
from gaze_core.rows import EventFlag, Rows
from recordings_schema.layout import DatasetKey

MOST_MARKS: Final = 250
"""Fixations drawn at once: the last ones of a case."""

_TRAIL_POINTS: Final = 160
_STALE_S: Final = 0.1  # a sample older than this is not where the eye is
_NO_VERDICT: Final = Verdict(level="information", word="", explanation="")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedShape:
    """A shape of the reader, where it lies in the picture: fractions of it."""

    shape: Shape
    area_norm: Rect


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeNumbers:
    """What the sample of the moment says of one eye; NaN where unknown."""

    x_norm: float = math.nan
    y_norm: float = math.nan
    pupil: float = math.nan
    distance_mm: float = math.nan
    is_valid: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayNumbers:
    """The numbers of the sample of the moment."""

    row: int = -1  # number of the sample in the file
    seq: int = -1
    age_ms: float = math.nan  # of the sample
    left: EyeNumbers = field(default_factory=EyeNumbers)
    right: EyeNumbers = field(default_factory=EyeNumbers)
    x_norm: float = math.nan  # of the analysed signal
    y_norm: float = math.nan
    fixation: int = -1  # number within the case, from 1
    fixation_ms: float = math.nan  # its whole duration


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayFrame:
    """Everything that is drawn and said at one moment."""

    t_ns: int
    live: LiveState  # what the live copy of the operator's window paints
    panes: tuple[ShownPane, ...]  # where images lie in the picture, also those that are missing
    empty_panes: tuple[Rect, ...]  # where an image is missing, fractions of the picture
    shapes: tuple[PlacedShape, ...]
    case: ReplayCase | None
    screen: ReplayScreen | None
    study: StudyDeskState | None  # what the reader's screens showed of the study; None on the whole image
    numbers: ReplayNumbers
    problems: tuple[str, ...]  # of images, sentences
    is_waiting: bool  # something is still being loaded


class FrameMaker:
    """Makes frames of one recording. One thread."""

    def __init__(self, source: ReplaySource, pictures: ReplayPictures, heatmaps: ReplayHeatmaps) -> None:
        self._source, self._pictures, self._heatmaps = source, pictures, heatmaps
        self._layout = ReplayLayout(source)
        self._screens = ShownScreens(source)
        self._revision = 0
        screen = source.geometry.screen
        self._screen_px = (screen.width_px, screen.height_px)

    def frame(self, t_ns: int, options: ReplayOptions) -> ReplayFrame:
        """Return the picture at a time."""
        tables = self._source.tables
        case, screen = tables.case_at(t_ns), tables.screen_at(t_ns)
        is_in_case = case is not None and t_ns <= case.end_ns
        panes = self._layout.panes(t_ns, options.mode, case if is_in_case else None)
        drawn, empty, problems, is_waiting = drawn_panes(panes, self._pictures)
        timed = self._source.shown(self._source.blocks.between(t_ns - round(options.trail_s * 1e9), t_ns))
        points = _Points(timed, self._source.eye, self._layout, panes, options.mode)
        marks, numbers = self._marks(t_ns, case, panes, options)
        dot = self._dot(t_ns) if options.mode is ViewMode.AS_READ else None
        self._revision += 1
        live = LiveState(
            recording=RecordingState.READY,
            elapsed_s=self._source.seconds(t_ns),
            title="",
            case_number=0,
            case_count=len(tables.cases),
            verdict=_NO_VERDICT,
            reader=ReaderState(
                revision=self._revision,
                panes=drawn,
                background_grey=self._source.background_grey,
                dot=dot,
                has_targets=dot is not None,
                message="" if panes or dot is not None else self._message(screen, is_in_case=is_in_case),
            ),
            screen_px=self._screen_px,
            gaze=points.newest(t_ns, None),
            left_gaze=points.newest(t_ns, Eye.LEFT) if options.eye is ShownEye.BOTH else None,
            right_gaze=points.newest(t_ns, Eye.RIGHT) if options.eye is ShownEye.BOTH else None,
            trail=points.trail(t_ns) if options.show_trail else (),
            fixations=marks,
            heatmaps=self._heatmaps.states(options.heatmap, case, t_ns),
        )
        return ReplayFrame(
            t_ns=t_ns,
            live=live,
            panes=panes,
            empty_panes=tuple(self._norm(pane.placement.dst_screen_px) for pane in empty),
            shapes=self._shapes(t_ns, case, panes) if options.show_shapes else (),
            case=case,
            screen=screen,
            study=self._screens.state_at(t_ns) if options.mode is ViewMode.AS_READ else None,
            numbers=self._numbers(t_ns, numbers),
            problems=problems,
            is_waiting=is_waiting or (options.heatmap is not HeatmapSpan.OFF and self._heatmaps.is_busy),
        )

    def _marks(
        self, t_ns: int, case: ReplayCase | None, panes: tuple[ShownPane, ...], options: ReplayOptions
    ) -> tuple[tuple[FixationMark, ...], tuple[int, float]]:
        """Return the fixations of the case until now, and number and duration of the one that goes on."""
        rows = self._source.events.fixations
        if case is None:
            return (), (-1, math.nan)
        end = int(np.searchsorted(rows["onset_host_ns"], t_ns, side="right"))
        first = int(np.searchsorted(rows["onset_host_ns"], case.first_ns))
        own = rows[first:end]
        own = own[(own["flags"] & EventFlag.BEFORE_IMAGE == 0) & np.isfinite(own["x_norm"])]
        number = len(own)
        is_open = number > 0 and int(own["offset_host_ns"][-1]) > t_ns
        now = (number, float(own["duration_ms"][-1])) if is_open else (-1, math.nan)
        if not options.show_fixations:
            return (), now
        screen = self._source.tables.screen_at(t_ns)
        screen_ns = case.first_ns if screen is None else screen.first_ns
        shift = max(number - MOST_MARKS, 0)
        own = own[shift:]
        x_norm, y_norm = self._on_picture(own, panes, options.mode, screen_ns)
        elapsed_s = np.minimum(own["offset_host_ns"], t_ns) - own["onset_host_ns"]
        return tuple(
            FixationMark(
                number=shift + place + 1, x_norm=x, y_norm=y, duration_s=seconds * 1e-9,
                is_open=is_open and place == len(own) - 1,
            )
            for place, (x, y, seconds) in enumerate(
                zip(x_norm.tolist(), y_norm.tolist(), elapsed_s.tolist(), strict=True)
            )
            if math.isfinite(x)
        ), now  # fmt: skip

    def _on_picture(
        self, rows: Rows, panes: tuple[ShownPane, ...], mode: ViewMode, screen_ns: int
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return where fixations lie now: those on an image with it; NaN where it is not."""
        x_norm, y_norm = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
        if mode is ViewMode.AS_READ:  # beside the images: on the screen of the protocol it happened on
            of_screen = (rows["image_id"] < 0) & (rows["offset_host_ns"] > screen_ns)
            x_norm[of_screen], y_norm[of_screen] = rows["x_norm"][of_screen], rows["y_norm"][of_screen]
        for pane in panes:
            own = (rows["image_id"] == pane.image_id) & np.isfinite(rows["x_image_px"])
            if own.any():
                x_px, y_px = pane.placement.image_to_screen(rows["x_image_px"][own], rows["y_image_px"][own])
                x_norm[own], y_norm[own] = self._source.geometry.screen.screen_px_to_norm(x_px, y_px)
        return x_norm, y_norm

    def _shapes(
        self, t_ns: int, case: ReplayCase | None, panes: tuple[ShownPane, ...]
    ) -> tuple[PlacedShape, ...]:
        if case is None:
            return ()
        placed = []
        for shape in self._source.tables.shapes_at(case.number, t_ns):
            for pane in panes:
                if pane.image_id == shape.image_id:
                    x, y = pane.placement.image_to_screen(
                        [shape.left_image_px, shape.right_image_px],
                        [shape.top_image_px, shape.bottom_image_px],
                    )
                    area = Rect(float(x[0]), float(y[0]), float(x[1] - x[0]), float(y[1] - y[0]))
                    placed.append(PlacedShape(shape=shape, area_norm=self._norm(area)))
        return tuple(placed)

    def _dot(self, t_ns: int) -> DotState | None:
        rows = self._source.tables.rows[DatasetKey.TARGETS]
        shown = rows[(rows["t_on_host_ns"] <= t_ns) & (t_ns < rows["t_off_host_ns"])]
        if not len(shown):
            return None
        return DotState(x_norm=float(shown["x_norm"][-1]), y_norm=float(shown["y_norm"][-1]), size_share=1.0)

    def _numbers(self, t_ns: int, fixation: tuple[int, float]) -> ReplayNumbers:
        row = self._source.blocks.row_at(t_ns)
        timed = self._source.shown(self._source.blocks.rows(row, row + 1))
        if not len(timed.gaze):
            return ReplayNumbers()
        sample = timed.gaze[0]
        x_norm, y_norm = screen_gaze(timed.gaze, self._source.eye)
        return ReplayNumbers(
            row=row,
            seq=int(sample["seq"]),
            age_ms=(t_ns - int(timed.t_host_ns[0])) / 1e6,
            left=_eye_numbers(sample, "left"),
            right=_eye_numbers(sample, "right"),
            x_norm=float(x_norm[0]),
            y_norm=float(y_norm[0]),
            fixation=fixation[0],
            fixation_ms=fixation[1],
        )

    def _message(self, screen: ReplayScreen | None, *, is_in_case: bool) -> str:
        if screen is not None and is_in_case:
            name, kind = screen.name.replace("-", " "), screen.kind.replace("_", " ")
            words = f"{kind.capitalize()} screen" + (f": {name}" if name != kind else "")
            if self._source.study is not None:
                return words
            return f"{words}\nIts question cannot be shown: the study file is not beside the recording."
        return "No image was on the screen." if is_in_case else "Between cases: no image was on the screen."

    def _norm(self, area_px: Rect) -> Rect:
        width, height = self._screen_px
        return Rect(area_px.x / width, area_px.y / height, area_px.w / width, area_px.h / height)


class _Points:
    """The last samples in the picture."""

    def __init__(
        self, timed: TimedRows, eye: Eye, layout: ReplayLayout, panes: tuple[ShownPane, ...], mode: ViewMode
    ) -> None:
        count = len(timed.gaze)
        # Thinned for the eye; the same samples from frame to frame, so that the line does not tremble.
        step = max(1, count // _TRAIL_POINTS)
        first = -int(timed.gaze["seq"][0]) % step if count else 0
        chosen = (
            np.unique(np.append(np.arange(first, count, step), [count - 1])) if count else np.zeros(0, int)
        )
        self._gaze, self._times = timed.gaze[chosen], timed.t_host_ns[chosen]
        self._eye, self._layout, self._panes, self._mode = eye, layout, panes, mode

    def newest(self, t_ns: int, eye: Eye | None) -> TrailPoint | None:
        """Return where the signal, or one eye, is now; None where it is not known."""
        if not len(self._times) or t_ns - int(self._times[-1]) > _STALE_S * 1e9:
            return None
        if eye is not None and not self._gaze[f"{eye.value}_valid"][-1]:
            return None
        points = self._placed(slice(-1, None), eye if eye is not None else self._eye)
        x, y = float(points[0][0]), float(points[1][0])
        return TrailPoint(x_norm=x, y_norm=y, age_s=0.0) if math.isfinite(x) and math.isfinite(y) else None

    def trail(self, t_ns: int) -> tuple[TrailPoint, ...]:
        """Return the last moments, oldest first."""
        x_norm, y_norm = self._placed(slice(None), self._eye)
        age_s = np.maximum((t_ns - self._times) * 1e-9, 0.0)
        return tuple(
            TrailPoint(x_norm=x, y_norm=y, age_s=age)
            for x, y, age in zip(x_norm.tolist(), y_norm.tolist(), age_s.tolist(), strict=True)
        )

    def _placed(self, part: slice, eye: Eye) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        x_norm, y_norm = screen_gaze(self._gaze[part], eye)
        return self._layout.placed(x_norm, y_norm, self._times[part], self._panes, self._mode)


def _eye_numbers(sample: np.void, side: str) -> EyeNumbers:
    is_valid = bool(sample[f"{side}_valid"])
    return EyeNumbers(
        x_norm=float(sample[f"{side}_x_norm"]) if is_valid else math.nan,
        y_norm=float(sample[f"{side}_y_norm"]) if is_valid else math.nan,
        pupil=float(sample[f"{side}_pupil"]) if sample[f"{side}_pupil_valid"] else math.nan,
        distance_mm=float(sample[f"{side}_origin_z_mm"]) if sample[f"{side}_origin_valid"] else math.nan,
        is_valid=is_valid,
    )
