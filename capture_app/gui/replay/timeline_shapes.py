"""Shapes of the timeline's tracks: curves by pixel column, bars of spans, losses by class, sound."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from capture_app.gui.charts import polyline
from capture_app.gui.replay.time_axis import TimeAxis
from capture_app.gui.tokens import Colours
from capture_app.session.replay import Curve, LossSpans, Waveform
from gaze_core.quality import LossClass

LOSS_ROWS: Final = (
    (LossClass.BOTH_EYES, LossClass.BLINK_LIKE, LossClass.STALLED),
    (LossClass.ONE_EYE,),
    (LossClass.OFF_SCREEN,),
)
"""Classes from top to bottom; those of one row exclude each other."""

_QUIET: Final = 0.06
"""The loudest sample fills the track, but noise of less than this share of full scale does not."""

Times: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.floating]


def loss_colour(loss_class: LossClass, colours: Colours) -> str:
    """Return the colour of a class; in the timeline and its legend."""
    return {
        LossClass.BLINK_LIKE: colours.attention,
        LossClass.BOTH_EYES: colours.recording,
        LossClass.STALLED: colours.text,
        LossClass.ONE_EYE: colours.information,
        LossClass.OFF_SCREEN: colours.secondary,
    }[loss_class]


def paint_losses(
    painter: QPainter, axis: TimeAxis, area: QRectF, losses: LossSpans, colours: Colours
) -> None:
    """Paint bars of each class in the rows of `LOSS_ROWS`."""
    height = area.height() / len(LOSS_ROWS)
    for number, classes in enumerate(LOSS_ROWS):
        row = QRectF(area.left(), area.top() + number * height + 1, area.width(), height - 2)
        for each in classes:
            shade = QColor(loss_colour(each, colours))
            for x, width in bars(axis, row, *losses.spans(each)):
                painter.fillRect(QRectF(x, row.top(), width, row.height()), shade)


def paint_sound(
    painter: QPainter, axis: TimeAxis, area: QRectF, waveform: Waveform, colours: Colours
) -> None:
    """Paint the outline of the dictation about the middle: a line where it is silent."""
    columns = max(int(area.width()), 1)
    low, high = waveform.envelope(axis.left_ns, axis.right_ns, columns)
    if not np.isfinite(low).any():
        return
    middle, reach = area.center().y(), area.height() / 2 - 1
    scale = reach / max(waveform.loudest, _QUIET)
    tops = middle - np.maximum(high * scale, 0.5)
    bottoms = middle - np.minimum(low * scale, -0.5)
    paint_columns(painter, area.left(), tops, bottoms, colours.trace_x)


def paint_columns(painter: QPainter, left: float, tops: Floats, bottoms: Floats, colour: str) -> None:
    """Paint an upright line in each pixel column from `left` on; none where an end of it is NaN."""
    across = np.repeat(left + np.arange(len(tops)) + 0.5, 2)
    down = np.empty(2 * len(tops))
    # To and fro, so that neighbours join where they are near: one path instead of a thousand lines.
    down[0::2], down[1::2] = bottoms, tops
    painter.setPen(QPen(QColor(colour), 1.0))
    painter.drawPath(polyline(across, down))


def outline(
    curve: Curve, x: npt.NDArray[np.float64], low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return one line through all points, or down and up through the extremes of each column."""
    if curve.is_points:
        return x, low
    across, down = np.repeat(x, 2), np.empty(2 * len(x))
    down[0::2], down[1::2] = low, high
    # Columns in which nothing changes would be invisible: each is at least one pixel high.
    down[1::2] = np.where(np.abs(down[1::2] - down[0::2]) < 1.0, down[0::2] - 1.0, down[1::2])
    return across, down


def bars(axis: TimeAxis, area: QRectF, begins: Times, ends: Times) -> list[tuple[float, float]]:
    """Return left edge and width of spans; where they are denser than pixels, of what they cover together."""
    first = int(np.searchsorted(ends, axis.left_ns))
    last = int(np.searchsorted(begins, axis.right_ns))
    if last <= first:
        return []
    left = np.clip((begins[first:last] - axis.left_ns) / axis.span_ns, 0.0, 1.0) * area.width()
    right = np.clip((ends[first:last] - axis.left_ns) / axis.span_ns, 0.0, 1.0) * area.width()
    if last - first < area.width() / 4:
        return [
            (area.left() + x, max(width - 0.5, 1.0))
            for x, width in zip(left.tolist(), (right - left).tolist(), strict=True)
        ]
    width = int(area.width()) + 2
    change = np.bincount(left.astype(np.int64), minlength=width) - np.bincount(
        np.maximum(right.astype(np.int64), left.astype(np.int64) + 1), minlength=width
    )
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (np.cumsum(change) > 0).astype(np.int8), [0]))))
    return [
        (area.left() + begin, float(end - begin))
        for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    ]
