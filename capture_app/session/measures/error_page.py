"""The perceptual error report as one HTML file: no script, nothing from elsewhere."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from capture_app.session.measures.findings import CaseFindings
from capture_app.session.measures.missed import (
    JudgedMiss,
    MissedFinding,
    SatisfactionOfSearch,
    satisfaction_of_search,
)
from capture_app.session.measures.strips import StripImages, strip_of, strip_picture
from capture_app.session.measures.tables import CURVE_S
from capture_app.session.report.html import NOT_KNOWN, Html, element, facts, figure, number, table
from capture_app.session.report.page import document
from capture_app.session.report.style import ACCENT, ATTENTION, BAD, INK, LINE, SOFT_INK
from capture_app.session.study import OpenedStudy
from gaze_core.measures import DwellCurve, MissClass, MissRule, Rate, dwell_curve

CLASS_WORDS: Final = {
    MissClass.SEARCH: "search: never looked near it",
    MissClass.RECOGNITION: "recognition: looked near it too briefly",
    MissClass.DECISION: "decision: looked at it and did not report it",
}
CLASS_COLOURS: Final = {
    MissClass.SEARCH: BAD, MissClass.RECOGNITION: ATTENTION, MissClass.DECISION: ACCENT,
}  # fmt: skip
_WIDTH: Final = 720.0
_HEIGHT: Final = 250.0
_LEFT, _TOP, _RIGHT, _BOTTOM = 46.0, 14.0, 12.0, 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorReport:
    """Everything the report is about."""

    missed: tuple[MissedFinding, ...]
    findings: tuple[CaseFindings, ...]  # of all readings that count
    rule: MissRule
    readers: tuple[str, ...]
    layer: str  # detector in words
    image_sha256s: dict[tuple[str, int], str]  # of images, by session and image id
    is_simulated: bool


def error_page(report: ErrorReport, opened: OpenedStudy | None) -> str:
    """Return the page."""
    judged = [(each, each.judged(report.rule)) for each in report.missed]
    present = [each for case in report.findings for each in case.results if each.is_present]
    asked = [each for each in present if each.is_found is not None]
    without_region = sum(each.is_missed and each.area is None for each in asked)
    without_gaze = sum(each.is_missed for each in asked) - without_region - len(judged)
    rule = report.rule
    body = [
        element("h1", "Perceptual errors"),
        element("p", _lead(report, len(asked)), class_="lead"),
        *(
            [element("p", "SIMULATED DATA, in whole or in part.", class_="flag")]
            if report.is_simulated
            else []
        ),
        facts(
            [
                ("Radius", f"{rule.radius_deg:g} deg from the {rule.measured_from.value} of the finding"),
                ("Dwell cut-off", f"{rule.dwell_s:g} s"),
                ("Findings present", str(len(present))),
                ("Asked for", str(len(asked))),
                ("Missed", str(sum(each.is_missed for each in asked))),
                ("Missed, without a region", str(without_region) if without_region else ""),
                ("Missed, without any gaze", str(without_gaze) if without_gaze else ""),
                ("Events", report.layer),
            ]
        ),
        element("h2", "Why findings were missed"),
        *_classes(judged),
        *_curve_section([miss.dwell_s for _, miss in judged], rule),
        element("h2", "Satisfaction of search"),
        _satisfaction(satisfaction_of_search(report.findings)),
        element("h2", "Each miss"),
        *_misses(judged, report, opened),
        *_methods(rule),
    ]
    return document("Perceptual errors", body)


def _lead(report: ErrorReport, asked: int) -> str:
    readers = ", ".join(report.readers) or "none"
    return f"Readers {readers}: {len(report.missed)} misses with a region among {asked} findings."


def _classes(judged: Sequence[tuple[MissedFinding, JudgedMiss]]) -> list[Html]:
    if not judged:
        return [element("p", "No finding with a region was missed.")]
    counts = Counter(miss.miss for _, miss in judged)
    expected = {each: [getattr(miss.probabilities, each.value) for _, miss in judged] for each in MissClass}
    rows = [
        [
            CLASS_WORDS[each],
            str(counts[each]),
            number(100.0 * counts[each] / len(judged), 0, "%"),
            number(float(np.nansum(expected[each])), 1) if np.isfinite(expected[each]).any() else NOT_KNOWN,
        ]
        for each in MissClass
    ]
    caption = "Misses by class; expected: the probabilities by the measured accuracy, added up"
    return [table(("Class", "Misses", "Share", "Expected"), rows, caption=caption)]


def _curve_section(dwells_s: Sequence[float], rule: MissRule) -> list[Html]:
    if not dwells_s:
        return []
    caption = (
        "Share of each class against the dwell cut-off: the dashed line is the cut-off used. Search does not "
        "depend on it."
    )
    return [figure(curve_picture(dwell_curve(dwells_s, CURVE_S), rule.dwell_s), caption)]


def curve_picture(curve: DwellCurve, cut_off_s: float) -> Html:
    """Return the dwell curve as a picture: the classes on top of each other."""
    longest = float(curve.dwell_s[-1])

    def x(seconds: float) -> float:
        return _LEFT + min(seconds, longest) / longest * (_WIDTH - _LEFT - _RIGHT)

    def y(share: float) -> float:
        return _TOP + (1.0 - share) * (_HEIGHT - _TOP - _BOTTOM)

    bottom = np.zeros(len(curve.dwell_s))
    parts = []
    for each, shares in (
        (MissClass.SEARCH, curve.search),
        (MissClass.RECOGNITION, curve.recognition),
        (MissClass.DECISION, curve.decision),
    ):
        top = bottom + shares
        there = [f"{x(s):.1f},{y(v):.1f}" for s, v in zip(curve.dwell_s, top, strict=True)]
        back = [f"{x(s):.1f},{y(v):.1f}" for s, v in zip(curve.dwell_s[::-1], bottom[::-1], strict=True)]
        points = " ".join([*there, *back])
        parts.append(
            element("polyline", points=points, fill=CLASS_COLOURS[each], fill_opacity=0.75, stroke="none")
        )
        bottom = top
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y(share), y2=y(share), stroke=LINE))
        parts.append(_label(f"{share * 100:.0f} %", _LEFT - 6, y(share) + 4, "end"))
    for seconds in np.arange(0.0, longest + 0.01, 0.5).tolist():
        parts.append(_label(f"{seconds:g}", x(seconds), _HEIGHT - 22, "middle"))
    parts.append(_label("dwell cut-off, s", _WIDTH - _RIGHT, _HEIGHT - 4, "end"))
    parts.append(
        element("line", x1=x(cut_off_s), x2=x(cut_off_s), y1=_TOP, y2=_HEIGHT - _BOTTOM, stroke=INK,
                stroke_width=1.5, stroke_dasharray="5 4")
    )  # fmt: skip
    legend = 90.0
    for each in MissClass:
        parts.append(
            element("rect", x=legend - 16, y=_HEIGHT - 14, width=11, height=11, fill=CLASS_COLOURS[each])
        )
        parts.append(_label(each.value, legend, _HEIGHT - 4, "start"))
        legend += 120
    return element(
        "svg", element("title", "Dwell curve"), *parts, viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}", role="img"
    )


def _label(text: str, x: float, y: float, anchor: str) -> Html:
    return element("text", text, x=x, y=y, text_anchor=anchor, font_size=12, fill=SOFT_INK)


def _satisfaction(found: SatisfactionOfSearch) -> Html:
    rows = [
        ["Another finding of the case was found", *_rate(found.other_found)],
        ["There were others, none was found", *_rate(found.other_missed)],
        ["It was the only finding", *_rate(found.alone)],
    ]
    return table(
        ("Of findings where", "Missed", "Of", "Share", "95 % interval"), rows,
        caption="How often a finding was missed, by what became of the others; intervals after Wilson",
    )  # fmt: skip


def _rate(rate: Rate) -> list[str]:
    interval = NOT_KNOWN if not rate.total else f"{rate.low * 100:.0f} to {rate.high * 100:.0f} %"
    return [str(rate.count), str(rate.total), number(rate.share * 100, 0, "%"), interval]


def _misses(
    judged: Sequence[tuple[MissedFinding, JudgedMiss]], report: ErrorReport, opened: OpenedStudy | None
) -> list[Html]:
    images = StripImages(opened)
    parts = []
    for count, (missed, miss) in enumerate(judged):
        heading = f"{missed.finding.finding}, case {missed.case_id}, reader {missed.reader}"
        parts.append(element("h3", heading))
        parts.append(facts(_miss_facts(missed, miss)))
        strip = strip_of(missed, report.rule)
        if strip is None:
            continue
        sha256 = report.image_sha256s.get((missed.session_id, missed.area.image_id), "")
        uri = images.crop_uri(missed.case_id, sha256, strip.crop_image_px)
        caption = (
            "The finding (line), the radius around it (dashes), and the fixations of each part of the "
            "reading: amber within the radius."
        )
        if not uri:
            caption += (
                " Without pixels: the study's terms keep them out of reports, or the image is not here."
            )
        parts.append(figure(strip_picture(strip, uri, f"place-{count}"), caption))
    return parts


def _miss_facts(missed: MissedFinding, miss: JudgedMiss) -> list[tuple[str, str]]:
    likely = miss.probabilities
    nearest = number(miss.nearest_deg, 2, "deg") if math.isfinite(miss.nearest_deg) else "none on its image"
    shown = "no validation tells it"
    if likely.target_count:
        shown = (
            f"search {likely.search * 100:.0f} %, recognition {likely.recognition * 100:.0f} %, decision "
            f"{likely.decision * 100:.0f} % (offset there {likely.offset_deg:.2f} deg)"
        )
    return [
        ("Class", CLASS_WORDS[miss.miss]),
        ("Dwell within the radius", f"{miss.dwell_s:.2f} s, fixations: {miss.near_count}"),
        ("First look", f"{miss.first_near_s:.2f} s" if math.isfinite(miss.first_near_s) else "never"),
        ("Nearest fixation", nearest),
        ("Probabilities", shown),
        ("Other findings of the case", f"{missed.other_found} of {missed.other_present} found"),
    ]


def _methods(rule: MissRule) -> list[Html]:
    text = (
        "A missed finding is one that the reference standard says is there, that the task asked for and that "
        f"no mark lies on. Fixations within {rule.radius_deg:g} deg of the {rule.measured_from.value} of its "
        "region count as near; the angle is exact, on the screen as the image lay at that moment. No such "
        f"fixation: search error. Their durations below {rule.dwell_s:g} s: recognition error; else decision "
        "error (after Kundel, Nodine and Carmody, Investigative Radiology 1978). Probabilities: the eye's "
        "true place is drawn 500 times from the offsets at the validation targets nearest to the finding, "
        "before and after the case, with the scatter of the samples there; seeds are fixed. Readings that do "
        "not count are left out."
    )
    return [element("h2", "Method"), element("p", text, class_="methods")]
