"""Missing gaze over the session, and how samples and frames came."""

from __future__ import annotations

import json
import math

from capture_app.session.report.gathering import SessionReport
from capture_app.session.report.html import Html, element, facts, figure, joined, number, table
from capture_app.session.report.time_pictures import LOSS_WORDS, loss_legend, loss_picture
from capture_app.session.report.wording import loss_classes
from gaze_core.quality import LossClass


def loss_section(report: SessionReport) -> Html:
    """Return the loss by minute and class, the stream, the frames and the fits of the clocks."""
    source = report.source
    spans = [
        (
            source.minutes(each.stretch.first_ns),
            source.minutes(each.stretch.end_ns),
            f"case {case.entry.case_id}",
        )
        for case in report.cases
        for each in case.visits
    ]
    caption = (
        "Share of each minute of the recording in which gaze was missing, by class. The verdict of a "
        "case counts "
        f"{loss_classes(report)}, over the time its images were visible alone."
    )
    parts: list[Html | None] = [element("h2", "Missing gaze and the stream of samples", id="loss")]
    if report.gaze.minutes:
        parts += [figure(loss_picture(report.gaze.minutes, spans), caption), loss_legend(), _totals(report)]
    else:
        parts.append(element("p", "The recording holds no samples."))
    return joined([*parts, _stream(report), _clocks(report)])


def _totals(report: SessionReport) -> Html:
    reading = [each for case in report.cases for each in case.reading]
    visible_ns = sum(each.loss.visible_ns for each in reading)
    whole_ns = sum(each.visible_ns for each in report.gaze.minutes)
    rows = []
    for loss_class in LOSS_WORDS:
        in_reading = sum(each.loss.lost_ns.get(loss_class, 0) for each in reading)
        in_all = sum(each.lost_ns.get(loss_class, 0) for each in report.gaze.minutes)
        rows.append([_name(loss_class), _percent(in_reading, visible_ns), _percent(in_all, whole_ns)])
    caption = "Share of the time. Gaze off the screen is behaviour, not loss"
    return table(("Class", "While images were visible, %", "Whole recording, %"), rows, caption=caption)


def _name(loss_class: LossClass) -> str:
    return LOSS_WORDS[loss_class]


def _percent(part_ns: int, whole_ns: int) -> str:
    return number(100.0 * part_ns / whole_ns if whole_ns else math.nan, 2)


def _stream(report: SessionReport) -> Html:
    stream, frames, closing = report.gaze.stream, report.side.frames, report.closing
    missing = (
        "not counted" if closing is None or closing.samples_missing < 0 else str(closing.samples_missing)
    )
    rows: list[tuple[str, str | Html | None]] = [
        ("Samples delivered", str(stream.sample_count)),
        ("Never arrived (numbered by the tracker)", missing),
        ("Lost by the program", "not counted" if closing is None else str(closing.samples_dropped)),
        ("Rate as set", number(stream.nominal_rate_hz, 0, "Hz")),
        ("Median interval", number(stream.median_interval_ms, 3, "ms")),
        ("95 % of intervals below", number(stream.p95_interval_ms, 3, "ms")),
        ("Gaps above 1.5 intervals", f"{stream.gap_count}, longest {number(stream.longest_gap_ms, 1, 'ms')}"),
        ("Arrival after sample time", _delay(stream.delay_median_ms, stream.delay_p95_ms)),
        ("Changes of the picture",
         f"{frames.asked}, {frames.late} late, {frames.never_presented} never presented"),
        ("Latest frame", f"{frames.most_late} refresh periods" if frames.late else "none late"),
    ]  # fmt: skip
    return joined([element("h3", "Samples and frames"), facts(rows)])


def _delay(median_ms: float, p95_ms: float) -> str:
    if not math.isfinite(median_ms):
        return "not known: the tracker has no clock of its own"
    return f"{number(median_ms, 2, 'ms')} median, 95 % within {number(p95_ms, 2, 'ms')}"


def _clocks(report: SessionReport) -> Html | None:
    fits = {} if report.closing is None else report.closing.clock_fit
    rows = []
    for clock_id, text in fits.items():
        for number_, segment in enumerate(_segments(text), 1):
            is_envelope = bool(segment.get("is_envelope"))
            rows.append(
                [
                    f"{clock_id} ({number_})",
                    number(_float(segment, "rms_ns") * 1e-6, 4),
                    number(_float(segment, "slope_ppm"), 2),
                    number(_float(segment, "row_count"), 0),
                    "arrivals: late by an unknown constant" if is_envelope else "clock readings",
                ]
            )
    if not rows:
        return element("p", "No clock was fitted at the close of the recording.", class_="soft")
    head = ("Clock", "Residual RMS, ms", "Drift against the computer, ppm", "Rows", "Fitted on")
    return table(head, rows, caption="Fits of the clocks at the close")


def _segments(text: str) -> list[dict[str, object]]:
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _float(segment: dict[str, object], name: str) -> float:
    value = segment.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
