"""The accuracy map as SVG: the layout of the console's picture, painted for paper."""

from __future__ import annotations

from typing import Final

from capture_app.session.accuracy_layout import AccuracyLayout
from capture_app.session.report.html import Html, element, number
from capture_app.session.report.style import INK, LEVEL_COLOURS, LINE, PALE
from capture_app.session.report.time_pictures import end_mark
from gaze_core.geometry import Screen

_WIDTH: Final = 640.0
_TARGET_RADIUS: Final = 14.0


def map_picture(layout: AccuracyLayout, screen: Screen) -> Html:
    """Return all offsets at their places on the screen, older ones fainter, and the next two targets."""
    height = _WIDTH * screen.height_px / screen.width_px
    parts = [element("rect", x=0, y=0, width=_WIDTH, height=height, rx=4, fill=PALE, stroke=LINE)]
    for mark in layout.marks:
        x, y = mark.x_norm * _WIDTH, mark.y_norm * height
        end_x, end_y = x + mark.right_share * height, y + mark.down_share * height
        colour = LEVEL_COLOURS[mark.level]
        inner = [
            element("title", mark.text),
            element("path", d=f"M{x - 4:.1f} {y:.1f}h8M{x:.1f} {y - 4:.1f}v8", stroke=INK),
            element("line", x1=x, y1=y, x2=end_x, y2=end_y, stroke=colour, stroke_width=2),
            end_mark(end_x, end_y, mark.level, mark.source == "drift"),
        ]
        if mark.ring_share > 0:
            ring = mark.ring_share * height
            inner.append(
                element("circle", cx=end_x, cy=end_y, r=ring, fill="none", stroke=colour, stroke_width=0.8)
            )
        if mark.is_newest_here:
            inner.append(
                element(
                    "text", number(mark.offset_deg, 1), x=x, y=y + 26 if y < 0.9 * height else y - 18,
                    fill=INK, font_size=14, text_anchor="middle", stroke=PALE, stroke_width=3,
                    paint_order="stroke",
                )
            )  # fmt: skip
        parts.append(element("g", *inner, opacity=round(mark.strength, 2)))
    for place, target in enumerate(layout.next_targets, 1):
        x, y = target.x_norm * _WIDTH, target.y_norm * height
        parts.append(
            element(
                "g",
                element("title", f"Measuring here would tell most: {place}"),
                element(
                    "circle", cx=x, cy=y, r=_TARGET_RADIUS, fill="none", stroke=INK, stroke_width=1.6,
                    stroke_dasharray="4 3",
                ),
                element("text", str(place), x=x, y=y + 5, font_size=14, text_anchor="middle", fill=INK),
            )
        )  # fmt: skip
    return element(
        "svg", element("title", "Offsets of gaze over the screen"), *parts,
        viewBox=f"-12 -12 {_WIDTH + 24:g} {height + 24:.1f}", role="img",
    )  # fmt: skip
