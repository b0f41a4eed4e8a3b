"""The head of the report: what was recorded, of whom by pseudonym, with what, and what to beware of."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Final

from capture_app.session.port import SessionError
from capture_app.session.privacy.date_shift import shifted_date
from capture_app.session.report.gathering import SessionReport
from capture_app.session.report.html import Html, clock, element, facts, joined, number, span
from capture_app.session.report.methods import validated
from capture_app.session.report.statistics import spread_of
from capture_app.session.report.wording import (
    SIGNAL_WORDS,
    answer_words,
    are_dates_shown,
    shown,
    study_of,
    warnings_of,
)

_CLOSED: Final = {
    "app_lost": "by the recorder: the program had ended",
    "app_closed": "by the recorder, as the program ended",
    "terminated": "by the recorder: the system ended it",
}


def head_section(report: SessionReport) -> Html:
    """Return title, flags, warnings, the numbers that matter most and the facts of the session."""
    reader = report.metadata.participant.pseudonym
    flags = []
    if report.tracker.is_simulated:
        flags.append(element("p", "SIMULATED DATA: no eye was recorded.", class_="flag"))
    if report.is_robot:
        flags.append(element("p", "A ROBOT READ: answers come from no person.", class_="flag"))
    warnings = [element("li", each) for each in warnings_of(report)]
    return joined(
        [
            element("h1", f"Session report: reader {reader}"),
            element("p", _title(report), class_="lead"),
            *flags,
            element("ul", *warnings, class_="warnings") if warnings else None,
            _numbers(report),
            facts(_facts(report)),
            _form(report),
        ]
    )


def _title(report: SessionReport) -> str:
    opened = report.source.opened
    title = (
        f" \u00b7 {opened.study.study.title}"
        if opened is not None and not report.source.is_other_study
        else ""
    )
    return f"Study {study_of(report)}{title}"


def _numbers(report: SessionReport) -> Html:
    counted = [case for case in report.studied if case.entry.does_count]
    chosen = validated(report)
    eye = None if chosen is None else chosen.of(report.source.signal)
    losses = spread_of(case.loss.share_percent(report.source.gates.loss_counted) for case in counted)
    rates = spread_of(case.effective_rate_hz for case in counted)
    tiles = [
        (f"{len(counted)} of {len(report.studied)}", "cases count"),
        (number(eye.mean_offset_deg, 2, "deg") if eye else "\u2013", "mean offset at validation"),
        (number(eye.worst_offset_deg, 2, "deg") if eye else "\u2013", "worst target at validation"),
        (number(losses.mean, 1, "%"), "mean loss per case"),
        (number(rates.mean, 0, "Hz"), "mean effective frequency"),
        (clock(report.duration_s), "length of the recording (h:mm:ss)"),
    ]
    return element(
        "div",
        *(element("div", element("strong", value), element("span", name)) for value, name in tiles),
        class_="numbers",
    )


def _facts(report: SessionReport) -> list[tuple[str, str | Html | None]]:
    metadata, screen = report.metadata, report.source.geometry.screen
    settings, display = metadata.settings.settings, metadata.display
    firmware = f", firmware {report.tracker.firmware}" if report.tracker.firmware else ""
    refresh = f", {display.refresh_hz:.4g} Hz" if display.refresh_hz == display.refresh_hz else ""
    closing = report.closing
    return [
        ("Recording", shown(report, report.path.name)),
        ("Session", shown(report, metadata.session.session_id)),
        ("Date", date_of(report)),
        ("Period", settings.get("study_period", "")),
        ("Tracker", f"{report.tracker.model} ({report.tracker.driver}{firmware})"),
        ("Rate", number(report.source.rate_hz, 0, "Hz")),
        ("Judged signal", SIGNAL_WORDS[report.source.signal]),
        (
            "Screen",
            f"{screen.width_px} x {screen.height_px} px, {screen.width_mm:.0f} x {screen.height_mm:.0f} "
            f"mm{refresh}",
        ),
        ("Distance", number(display.distance_mm, 0, "mm")),
        (
            "Room light on the screen",
            number(display.ambient_lux, 0, "lx") if display.ambient_lux >= 0 else "not recorded",
        ),
        ("Program", f"{metadata.software.application} {metadata.software.application_version}"),
        ("Closed", shown(report, _CLOSED.get(closing.reason, closing.reason)) if closing is not None else ""),
        ("Comment", shown(report, metadata.session.comment)),
        ("Samples", f"{report.gaze.stream.sample_count} in {span(report.duration_s)}"),
    ]


def date_of(report: SessionReport) -> str:
    """Return the day of the session: as it was, shifted, or left out, as the study says."""
    day = datetime.fromtimestamp(report.metadata.session.started_wall_ns * 1e-9, tz=timezone.utc).date()
    if are_dates_shown(report):
        return day.isoformat()
    opened = report.source.opened
    if opened is None or report.source.is_other_study:
        return "left out: no study says that it may be shown"
    try:
        moved = shifted_date(opened, report.metadata.participant.pseudonym, day)
    except (SessionError, OverflowError):
        return "left out: it could not be shifted"
    return f"{moved.isoformat()} (shifted)"


def _form(report: SessionReport) -> Html | None:
    form = report.case_facts.form
    if not form:
        return None
    rows: list[tuple[str, str | Html | None]] = [
        (name.replace("_", " "), shown(report, answer_words(value)))
        for name, value in form.items()
        if not name.endswith("sha256")
    ]
    return element("details", element("summary", "Start form"), facts(rows))
