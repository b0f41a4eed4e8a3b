"""The report as one HTML file: no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import capture_app
from capture_app.session.report.gathering import SessionReport
from capture_app.session.report.html import Html, clock, element, joined, number, table
from capture_app.session.report.methods import validated
from capture_app.session.report.section_calibration import accuracy_section, calibration_section
from capture_app.session.report.section_cases import cases_section, decisions_section
from capture_app.session.report.section_head import head_section
from capture_app.session.report.section_loss import loss_section
from capture_app.session.report.section_methods import methods_section
from capture_app.session.report.style import STYLE
from capture_app.session.report.wording import shown, study_of

_POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_SECTIONS: Final = (
    ("calibration", "Calibration"), ("accuracy", "Accuracy map"), ("loss", "Missing gaze"),
    ("cases", "Cases"),    ("decisions", "Exclusions and notes"), ("methods", "Methods paragraph"),
)  # fmt: skip


def session_page(report: SessionReport) -> str:
    """Return the page of one recording; its images are read while it is made."""
    links = element(
        "nav",
        element("ul", *(element("li", element("a", words, href=f"#{name}")) for name, words in _SECTIONS)),
    )
    body = [
        head_section(report),
        links,
        calibration_section(report),
        accuracy_section(report),
        loss_section(report),
        cases_section(report),
        decisions_section(report),
        methods_section([report]),
    ]
    return document(f"Session report: reader {report.metadata.participant.pseudonym}", body)


def study_page(reports: Sequence[SessionReport]) -> str:
    """Return the page of several recordings of a study: methods and one line for each session."""
    rows = []
    for report in reports:
        chosen = validated(report)
        eye = None if chosen is None else chosen.of(report.source.signal)
        counted = sum(case.entry.does_count for case in report.studied)
        rows.append(
            [
                shown(report, report.path.name),
                report.metadata.participant.pseudonym,
                clock(report.duration_s),
                f"{counted} of {len(report.studied)}",
                number(eye.mean_offset_deg, 2) if eye else "\u2013",
                number(eye.worst_offset_deg, 2) if eye else "\u2013",
                "simulated" if report.tracker.is_simulated else ("robot" if report.is_robot else ""),
            ]
        )
    studies = ", ".join(dict.fromkeys(study_of(report) for report in reports))
    head = (
        "Recording",
        "Reader",
        "Length",
        "Cases that count",
        "Mean offset, deg",
        "Worst target, deg",
        "Flags",
    )
    flags = (
        [element("p", "SIMULATED DATA, in whole or in part.", class_="flag")]
        if any(report.tracker.is_simulated or report.is_robot for report in reports)
        else []
    )
    body = [
        element("h1", f"Report on {len(reports)} sessions"),
        element("p", f"Study {studies}", class_="lead"),
        *flags,
        table(
            head,
            rows,
            caption="Sessions; offsets are those of the judged signal at the validation of the session",
        ),
        methods_section(reports),
    ]
    return document(f"Report on {len(reports)} sessions", body)


def document(title: str, body: Sequence[Html]) -> str:
    """Return a whole page of parts, in the look of all reports."""
    version = (
        f"Made by Reading Station {capture_app.__version__} from the recording alone. Times are "
        "those of the computer's clock."
    )
    page = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("title", title),
            element("style", STYLE),
        ),
        element("body", element("main", joined(body), element("footer", version))),
        lang="en",
    )
    return f"<!DOCTYPE html>\n{page}\n"
