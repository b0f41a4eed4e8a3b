"""Pictures over the time of the session: lost gaze by minute, drift checks, error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from capture_app.session.accuracy_layout import AccuracyLayout
from capture_app.session.reading import GazeLoss
from capture_app.session.report.html import Html, element
from capture_app.session.report.side_facts import ReportedDrift
from capture_app.session.report.style import (
    ACCENT,
    ATTENTION,
    BAD,
    INK,
    LEVEL_COLOURS,
    LINE,
    LOSS_COLOURS,
    SOFT_INK,
)
from gaze_core.quality import LossClass

LOSS_WORDS: Final = {
    LossClass.BLINK_LIKE: "blinks", LossClass.ONE_EYE: "one eye", LossClass.BOTH_EYES: "both eyes or head",
    LossClass.STALLED: "stream stalled", LossClass.OFF_SCREEN: "gaze off the screen (no loss)",
}  # fmt: skip
_WIDTH: Final = 1000.0
_LEFT: Final = 46.0
_RIGHT: Final = 16.0
_TOP: Final = 26.0
_BOTTOM: Final = 34.0
_STEPS: Final = (1, 2, 5, 10, 15, 20, 30, 60, 120)


class _Axes:
    """A frame with minutes below and a unit at the side."""

    def __init__(self, minutes: float, highest: float, height: float, unit: str) -> None:
        self.minutes, self.highest, self.height = max(minutes, 1e-6), highest, height
        self._unit = unit

    def x(self, minutes: float) -> float:
        return _LEFT + minutes / self.minutes * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return _TOP + (1.0 - min(value, self.highest) / self.highest) * (self.height - _TOP - _BOTTOM)

    def drawn(self, ticks: Sequence[float]) -> list[Html]:
        parts = []
        for value in ticks:
            y = self.y(value)
            parts.append(element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, stroke=LINE))
            parts.append(_label(f"{value:g}", _LEFT - 8, y + 4, "end"))
        parts.append(_label(self._unit, 0, 12, "start"))
        step = next((each for each in _STEPS if self.minutes / each <= 12), 240)
        for number in range(int(self.minutes // step) + 1):
            parts.append(_label(f"{number * step}", self.x(number * step), self.height - 14, "middle"))
        parts.append(_label("minutes", _WIDTH - _RIGHT, self.height - 1, "end"))
        return parts


def _label(words: str, x: float, y: float, anchor: str) -> Html:
    return element("text", words, x=x, y=y, text_anchor=anchor, font_size=12, fill=SOFT_INK)


def _svg(title: str, height: float, parts: Sequence[Html]) -> Html:
    return element(
        "svg", element("title", title), *parts, viewBox=f"0 0 {_WIDTH:g} {height:g}", role="img",
        font_family="inherit",
    )  # fmt: skip


def loss_picture(minutes: Sequence[GazeLoss], cases: Sequence[tuple[float, float, str]]) -> Html:
    """Return the loss of each minute by class, and when cases were before the reader.

    Parameters
    ----------
    minutes
        Losses of the whole recording.
    cases
        First and last minute and the name of each.
    """
    height = 230.0
    total = sum(each.visible_ns for each in minutes) / 60e9
    highest = max([10.0, *(_sum_percent(each) for each in minutes)])
    highest = next(limit for limit in (10.0, 25.0, 50.0, 100.0, math.inf) if highest <= limit)
    axes = _Axes(total, min(highest, 100.0), height, "% of the minute")
    parts = axes.drawn([0.0, axes.highest / 2, axes.highest])
    begin = 0.0
    for number, each in enumerate(minutes, 1):
        length = each.visible_ns / 60e9
        base = 0.0
        words = []
        bars = []
        for loss_class in LOSS_WORDS:
            percent = 100.0 * each.lost_ns.get(loss_class, 0) / each.visible_ns if each.visible_ns else 0.0
            if percent <= 0.0:
                continue
            words.append(f"{LOSS_WORDS[loss_class]} {percent:.1f} %")
            if loss_class is LossClass.OFF_SCREEN:
                continue
            top, bottom = axes.y(base + percent), axes.y(base)
            base += percent
            bars.append(
                element(
                    "rect", x=axes.x(begin) + 0.5, y=top, height=max(0.0, bottom - top),
                    width=max(0.5, axes.x(begin + length) - axes.x(begin) - 1.0),
                    fill=LOSS_COLOURS[loss_class.value],
                )
            )  # fmt: skip
        parts.append(
            element("g", element("title", f"Minute {number}: {', '.join(words) or 'no loss'}"), *bars)
        )
        begin += length
    strip_y = height - _BOTTOM + 2
    for first, last, name in cases:
        parts.append(
            element(
                "g",
                element("title", name),
                element(
                    "rect", x=axes.x(max(0.0, first)), y=strip_y, height=5,
                    width=max(1.0, axes.x(last) - axes.x(max(0.0, first))), fill=ACCENT,
                ),
            )
        )  # fmt: skip
    return _svg("Missing gaze by minute and class", height, parts)


def loss_legend() -> Html:
    """Return what the colours of the loss mean."""
    shown = [each for each in LOSS_WORDS if each is not LossClass.OFF_SCREEN]
    entries = [
        element("li", element("i", "", style=f"background:{LOSS_COLOURS[each.value]}"), LOSS_WORDS[each])
        for each in shown
    ]
    entries.append(
        element("li", element("i", "", style=f"background:{ACCENT}"), "below: images of a case visible")
    )
    return element("ul", *entries, class_="legend")


def drift_picture(
    checks: Sequence[tuple[float, ReportedDrift]], calibrated: Sequence[float], total: float, limit_deg: float
) -> Html:
    """Return drift checks over time: each offset, the running figure, and when calibrations came.

    Parameters
    ----------
    checks
        With their minutes.
    calibrated
        Minutes at which calibrations came into use.
    total
        Length of the session, minutes.
    limit_deg
        Running figure that asks to recalibrate.
    """
    height = 200.0
    known = [check.offset_deg for _, check in checks if math.isfinite(check.offset_deg)]
    axes = _Axes(total, max([limit_deg * 1.4, *(min(value, 5.0) * 1.1 for value in known)]), height, "deg")
    parts = axes.drawn([0.0, round(axes.highest / 2, 1), round(axes.highest, 1)])
    y = axes.y(limit_deg)
    parts.append(
        element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, stroke=ATTENTION, stroke_dasharray="6 4")
    )
    for minute in calibrated:
        if 0 <= minute <= total:
            x = axes.x(minute)
            parts.append(
                element("line", x1=x, x2=x, y1=_TOP, y2=height - _BOTTOM, stroke=INK, stroke_dasharray="2 3")
            )
    running = [
        f"{axes.x(minute):.1f},{axes.y(check.running_deg):.1f}"
        for minute, check in checks
        if math.isfinite(check.running_deg)
    ]
    if len(running) > 1:
        parts.append(
            element("polyline", points=" ".join(running), fill="none", stroke=ACCENT, stroke_width=2)
        )
    for minute, check in checks:
        words = (
            f"{check.outcome}, {check.offset_deg:.2f} deg"
            if math.isfinite(check.offset_deg)
            else check.outcome
        )
        x = axes.x(minute)
        title = element("title", f"{minute:.1f} min: {words}")
        if math.isfinite(check.offset_deg):
            mark = element("circle", cx=x, cy=axes.y(check.offset_deg), r=4, fill=INK)
        else:
            low = axes.y(0) - 5
            mark = element(
                "path", d=f"M{x - 4:.1f} {low - 4:.1f}l8 8m0 -8l-8 8", stroke=BAD, stroke_width=1.8
            )
        parts.append(element("g", title, mark))
    return _svg("Drift checks over the session", height, parts)


def error_picture(layout: AccuracyLayout) -> Html:
    """Return all measured offsets over time with the lines of aim and limit."""
    height = 200.0
    axes = _Axes(layout.minutes, layout.axis_deg, height, "deg")
    parts = axes.drawn([0.0, round(layout.axis_deg / 2, 1), round(layout.axis_deg, 1)])
    for value, colour in ((layout.aim_deg, LEVEL_COLOURS["good"]), (layout.limit_deg, LEVEL_COLOURS["bad"])):
        y = axes.y(value)
        parts.append(
            element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, stroke=colour, stroke_dasharray="6 4")
        )
    for mark in layout.marks:
        x, y = axes.x(mark.minutes), axes.y(mark.offset_deg)
        parts.append(
            element("g", element("title", mark.text), end_mark(x, y, mark.level, mark.source == "drift"))
        )
    return _svg("Offsets over the session", height, parts)


def end_mark(x: float, y: float, level: str, is_hollow: bool = False) -> Html:
    """Return the mark of an offset: disc good, triangle above the aim, cross above the limit."""
    colour = LEVEL_COLOURS[level]
    fill = "#fff" if is_hollow else colour
    if level == "good":
        return element("circle", cx=x, cy=y, r=4, fill=fill, stroke=colour, stroke_width=1.6)
    if level == "attention":
        return element(
            "path", d=f"M{x:.1f} {y - 6:.1f}l6 10h-12z", fill=fill, stroke=colour, stroke_width=1.6
        )
    return element("path", d=f"M{x - 6:.1f} {y - 6:.1f}l12 12m0 -12l-12 12", stroke=colour, stroke_width=3)


def _sum_percent(loss: GazeLoss) -> float:
    if not loss.visible_ns:
        return 0.0
    lost = sum(count for each, count in loss.lost_ns.items() if each.is_loss)
    return 100.0 * lost / loss.visible_ns
