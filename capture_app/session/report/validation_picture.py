"""The picture of a validation: targets, samples and mean offsets of each eye, drawn larger than life."""

from __future__ import annotations

import math
from typing import Final

from capture_app.session.report.html import Html, element, number, text
from capture_app.session.report.style import BOTH_EYES, INK, LEFT_EYE, LINE, PALE, RIGHT_EYE, SOFT_INK
from capture_app.session.report.validations import ReportedValidation
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry

MAGNIFIED: Final = 6.0
"""Offsets are drawn so many times as large as they were on the screen."""

_WIDTH: Final = 640.0
_MARGIN: Final = 12.0
_EYES: Final = (
    (Eye.LEFT, LEFT_EYE, "left"),
    (Eye.RIGHT, RIGHT_EYE, "right"),
    (Eye.AVERAGE, BOTH_EYES, "both"),
)


def validation_picture(validation: ReportedValidation, geometry: ViewingGeometry, signal: Eye) -> Html:
    """Return the picture as SVG; the screen is drawn in its proportions."""
    screen = geometry.screen
    height = _WIDTH * screen.height_px / screen.width_px
    per_deg = MAGNIFIED * geometry.px_per_deg_centre * _WIDTH / screen.width_px
    parts = [
        element("rect", x=0, y=0, width=_WIDTH, height=height, rx=4, fill=PALE, stroke=LINE),
    ]
    result = validation.result
    has_single_eyes = any(
        t.eye is not Eye.AVERAGE and t.sample_count > 0 and math.isfinite(t.accuracy.offset_deg)
        for t in result.targets
    )
    for target in dict.fromkeys((t.target_id, t.x_norm, t.y_norm) for t in result.targets):
        x, y = target[1] * _WIDTH, target[2] * height
        parts += [
            element("circle", cx=x, cy=y, r=per_deg, fill="none", stroke=LINE),
            element(
                "path", d=f"M{x - 6:.1f} {y:.1f}h12M{x:.1f} {y - 6:.1f}v12", stroke=INK, stroke_width=1.4
            ),
        ]
    for eye, colour, _ in _EYES:
        if eye is Eye.AVERAGE and has_single_eyes and signal is not Eye.AVERAGE:
            continue
        parts += _samples(validation, eye, colour, height, per_deg) if _is_drawn(eye, has_single_eyes) else []
        parts += _vectors(validation, eye, colour, height, per_deg, is_signal=eye is signal)
    parts += _numbers(validation, signal, height)
    title = (
        f"Validation {validation.number + 1}: offsets of gaze from {len(result.targets) // 3} targets, "
        f"{MAGNIFIED:g} times as large as on the screen"
    )
    return element(
        "svg",
        element("title", title),
        *parts,
        viewBox=f"{-_MARGIN} {-_MARGIN} {_WIDTH + 2 * _MARGIN} {height + 2 * _MARGIN:.1f}",
        role="img",
        class_="picture",
    )


def picture_words(signal: Eye) -> str:
    """Return the legend in words."""
    both = " Grey: average of both eyes, which is judged." if signal is Eye.AVERAGE else ""
    return (
        "Crosses: targets at their places on the screen. Lines: mean offset of the left eye (blue, disc) "
        "and the "
        f"right eye (orange, square), dots: samples, both {MAGNIFIED:g} times as large as on the screen. "
        f"Circles: 1 deg, as large.{both} Numbers: offset of the judged signal in deg."
    )


def _is_drawn(eye: Eye, has_single_eyes: bool) -> bool:
    """Whether the samples of a signal are drawn: of single eyes, else of the combined gaze."""
    return (eye is Eye.AVERAGE) is not has_single_eyes


def _samples(
    validation: ReportedValidation, eye: Eye, colour: str, height: float, per_deg: float
) -> list[Html]:
    places = {t.target_id: (t.x_norm * _WIDTH, t.y_norm * height) for t in validation.result.targets}
    parts = []
    for cloud in validation.clouds:
        if cloud.eye is not eye or cloud.target_id not in places:
            continue
        x, y = places[cloud.target_id]
        dots = "".join(
            f"M{x + across * per_deg:.1f} {y + down * per_deg:.1f}h0"
            for across, down in zip(cloud.azimuth_offset_deg, cloud.elevation_offset_deg, strict=True)
        )
        parts.append(
            element(
                "path", d=dots, stroke=colour, stroke_width=2.6, stroke_linecap="round", stroke_opacity=0.35,
                fill="none",
            )
        )  # fmt: skip
    return parts


def _vectors(
    validation: ReportedValidation, eye: Eye, colour: str, height: float, per_deg: float, *, is_signal: bool
) -> list[Html]:
    parts = []
    for target in validation.result.targets:
        found = target.accuracy
        if target.eye is not eye or not math.isfinite(found.azimuth_offset_deg + found.elevation_offset_deg):
            continue
        x, y = target.x_norm * _WIDTH, target.y_norm * height
        end_x, end_y = x + found.azimuth_offset_deg * per_deg, y + found.elevation_offset_deg * per_deg
        parts.append(
            element(
                "line", x1=x, y1=y, x2=end_x, y2=end_y, stroke=colour, stroke_width=2.4 if is_signal else 1.6
            )
        )
        if eye is Eye.RIGHT:
            parts.append(element("rect", x=end_x - 3.5, y=end_y - 3.5, width=7, height=7, fill=colour))
        else:
            parts.append(element("circle", cx=end_x, cy=end_y, r=3.8, fill=colour))
    return parts


def _numbers(validation: ReportedValidation, signal: Eye, height: float) -> list[Html]:
    parts = []
    for target in validation.result.targets:
        if target.eye is not signal:
            continue
        x, y = target.x_norm * _WIDTH, target.y_norm * height
        is_low = y > 0.85 * height
        parts.append(
            element(
                "text", text(number(target.accuracy.offset_deg, 2)), x=x, y=y - 54 if is_low else y + 64,
                fill=INK if math.isfinite(target.accuracy.offset_deg) else SOFT_INK, font_size=15,
                text_anchor="middle", stroke=PALE, stroke_width=3, paint_order="stroke",
            )
        )  # fmt: skip
    return parts
