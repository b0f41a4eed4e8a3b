"""What the tracks of the timeline are called, what their colours mean, and what stands at a moment."""

from __future__ import annotations

import html
from bisect import bisect_left
from typing import Final

import numpy as np
from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from capture_app.gui.replay.time_axis import clock_text
from capture_app.gui.replay.timeline_paint import Lane
from capture_app.gui.replay.timeline_shapes import LOSS_ROWS, loss_colour
from capture_app.gui.tokens import Colours
from capture_app.session.health import LOSS_WORDS
from capture_app.session.replay import ReplaySource
from gaze_core.quality import LossClass
from gaze_core.rows import EventKind

_CONTEXT: Final = "Timeline"
_MOST_LINES: Final = 8

_NAMES: Final = {
    Lane.X: QT_TRANSLATE_NOOP("Timeline", "gaze x"),
    Lane.Y: QT_TRANSLATE_NOOP("Timeline", "gaze y"),
    Lane.SPEED: QT_TRANSLATE_NOOP("Timeline", "speed"),
    Lane.PUPIL: QT_TRANSLATE_NOOP("Timeline", "pupils"),
    Lane.LOST: QT_TRANSLATE_NOOP("Timeline", "without gaze"),
    Lane.LOSSES: QT_TRANSLATE_NOOP("Timeline", "losses"),
    Lane.EVENTS: QT_TRANSLATE_NOOP("Timeline", "fix · sacc · lost"),
    Lane.OTHER: QT_TRANSLATE_NOOP("Timeline", "compared fix"),
    Lane.VIEWPORT: QT_TRANSLATE_NOOP("Timeline", "zoom, window"),
    Lane.SCREENS: QT_TRANSLATE_NOOP("Timeline", "screens"),
    Lane.ANSWERS: QT_TRANSLATE_NOOP("Timeline", "keys, answers"),
    Lane.WORDS: QT_TRANSLATE_NOOP("Timeline", "words"),
    Lane.SOUND: QT_TRANSLATE_NOOP("Timeline", "sound"),
    Lane.DRIFT: QT_TRANSLATE_NOOP("Timeline", "checks"),
}
_MEANINGS: Final = {
    Lane.X: QT_TRANSLATE_NOOP("Timeline", "Gaze across the screen: left is below, right above."),
    Lane.Y: QT_TRANSLATE_NOOP("Timeline", "Gaze up and down the screen."),
    Lane.SPEED: QT_TRANSLATE_NOOP("Timeline", "Speed of the gaze over 10 ms, deg/s."),
    Lane.PUPIL: QT_TRANSLATE_NOOP("Timeline", "Size of both pupils."),
    Lane.LOST: QT_TRANSLATE_NOOP("Timeline", "Share of samples in which no eye was seen."),
    Lane.LOSSES: QT_TRANSLATE_NOOP("Timeline", "Why gaze is missing; off screen is no loss."),
    Lane.EVENTS: QT_TRANSLATE_NOOP("Timeline", "What the detector found."),
    Lane.OTHER: QT_TRANSLATE_NOOP("Timeline", "Fixations of the layer that is compared with."),
    Lane.VIEWPORT: QT_TRANSLATE_NOOP("Timeline", "Changes of image, zoom, pan and window."),
    Lane.SCREENS: QT_TRANSLATE_NOOP("Timeline", "What the reader had on the screen."),
    Lane.ANSWERS: QT_TRANSLATE_NOOP("Timeline", "Keys, answers, markers and notes."),
    Lane.WORDS: QT_TRANSLATE_NOOP("Timeline", "The words of the dictation."),
    Lane.SOUND: QT_TRANSLATE_NOOP("Timeline", "Outline of the dictated sound."),
    Lane.DRIFT: QT_TRANSLATE_NOOP("Timeline", "Drift checks and validations."),
}
_EVENT_WORDS: Final = {
    EventKind.FIXATION: QT_TRANSLATE_NOOP("Timeline", "fixation"),
    EventKind.SACCADE: QT_TRANSLATE_NOOP("Timeline", "saccade"),
    EventKind.BLINK: QT_TRANSLATE_NOOP("Timeline", "blink"),
    EventKind.LOSS: QT_TRANSLATE_NOOP("Timeline", "other loss"),
}
_KINDS: Final = {
    Lane.VIEWPORT: ("viewport",),
    Lane.ANSWERS: ("event", "marker", "answer"),
    Lane.DRIFT: ("drift",),
}


def lane_name(lane: Lane, *, has_screens: bool) -> str:
    """Return what stands beside a track; without a protocol the cases stand for its screens."""
    if lane is Lane.SCREENS and not has_screens:
        return QCoreApplication.translate(_CONTEXT, "cases")
    return _tr(_NAMES[lane])


def lane_words(lane: Lane, source: ReplaySource, colours: Colours, t_ns: int | None, reach_ns: int) -> str:
    """Return rich text for a tool tip.

    Parameters
    ----------
    lane
        The track under the pointer.
    source, colours
        What is shown, and in which colours.
    t_ns
        Time under the pointer; None beside the tracks.
    reach_ns
        Marks so near to it are told.
    """
    lines = [html.escape(_tr(_MEANINGS[lane]))]
    lines += [
        f'<span style="color:{colour}">\u25a0</span> {html.escape(word)}'
        for colour, word in _legend(lane, colours)
    ]
    if t_ns is not None:
        lines += [f"<b>{html.escape(each)}</b>" for each in _here(lane, source, t_ns, reach_ns)]
    return "<br>".join(lines)


def _legend(lane: Lane, colours: Colours) -> list[tuple[str, str]]:
    if lane is Lane.LOSSES:
        return [(loss_colour(each, colours), LOSS_WORDS[each]) for row in LOSS_ROWS for each in row]
    if lane is Lane.EVENTS:
        shades = (colours.good, colours.information, colours.attention, colours.recording)
        return [(shade, _tr(word)) for shade, word in zip(shades, _EVENT_WORDS.values(), strict=True)]
    if lane is Lane.PUPIL:
        return [(colours.left, _tr("left eye")), (colours.right, _tr("right eye"))]
    if lane is Lane.SCREENS:
        return [
            (colours.information, _tr("an image")),
            (colours.secondary, _tr("a question or an instruction")),
        ]
    return []


def _here(lane: Lane, source: ReplaySource, t_ns: int, reach_ns: int) -> list[str]:
    """Return what is there at a time, a line each."""
    tables = source.tables
    if lane is Lane.LOSSES:
        return [_loss_words(source, each, t_ns) for each in source.columns.losses.class_at(t_ns)]
    if lane is Lane.EVENTS:
        return _event_lines(source, t_ns)
    if lane is Lane.OTHER:
        return [] if source.other is None else [source.other.origin]
    if lane is Lane.SCREENS:
        screen, case = tables.screen_at(t_ns), tables.case_at(t_ns)
        if screen is not None:
            return [f"{screen.name.replace('-', ' ')} ({screen.kind.replace('_', ' ')})"]
        return [case.case_id] if case is not None and t_ns <= case.end_ns else []
    if lane is Lane.WORDS:
        return [each.text for each in tables.words if each.first_ns <= t_ns < each.end_ns]
    if lane in _KINDS:
        return _moment_lines(source, _KINDS[lane], t_ns, reach_ns)
    return _value_lines(lane, source, t_ns)


def _loss_words(source: ReplaySource, loss_class: LossClass, t_ns: int) -> str:
    begins, ends = source.columns.losses.spans(loss_class)
    place = int(np.searchsorted(begins, t_ns, side="right")) - 1
    return f"{LOSS_WORDS[loss_class]}, {(int(ends[place]) - int(begins[place])) / 1e6:.0f} ms"


def _event_lines(source: ReplaySource, t_ns: int) -> list[str]:
    rows = source.events.rows
    end = int(np.searchsorted(rows["onset_host_ns"], t_ns, side="right"))
    near = rows[max(end - 16, 0) : end]
    return [
        f"{_tr(_EVENT_WORDS[int(row['kind'])])}, {float(row['duration_ms']):.0f} ms"
        for row in near[near["offset_host_ns"] > t_ns]
        if int(row["kind"]) in _EVENT_WORDS
    ]


def _moment_lines(source: ReplaySource, kinds: tuple[str, ...], t_ns: int, reach_ns: int) -> list[str]:
    moments = source.tables.moments
    first = bisect_left(moments, t_ns - reach_ns, key=lambda each: each.t_ns)
    end = bisect_left(moments, t_ns + reach_ns + 1, key=lambda each: each.t_ns)
    found = [each for each in moments[first:end] if each.kind in kinds]
    lines = [f"{clock_text(source.seconds(each.t_ns), 0.1)}  {each.text}" for each in found[:_MOST_LINES]]
    more = len(found) - len(lines)
    return [*lines, _tr("and {0} more").format(more)] if more else lines


def _value_lines(lane: Lane, source: ReplaySource, t_ns: int) -> list[str]:
    """Return the values of the sample of a time."""
    row, columns = source.blocks.row_at(t_ns), source.columns
    if not 0 <= row < columns.loaded:
        return []
    screen = source.geometry.screen
    names = {
        Lane.X: (("x", screen.width_px, "px"),),
        Lane.Y: (("y", screen.height_px, "px"),),
        Lane.SPEED: (("speed", 1.0, "deg/s"),),
        Lane.PUPIL: (
            ("left_pupil", 1.0, source.tracker.pupil_unit.value),
            ("right_pupil", 1.0, source.tracker.pupil_unit.value),
        ),
    }.get(lane, ())
    digits = 2 if lane is Lane.PUPIL else 0
    values = [(float(columns.values[name][row]) * factor, unit) for name, factor, unit in names]
    return [f"{value:.{digits}f} {unit}" for value, unit in values if np.isfinite(value)]


def _tr(text: object) -> str:
    return QCoreApplication.translate(_CONTEXT, str(text))
