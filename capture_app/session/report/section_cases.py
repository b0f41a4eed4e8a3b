"""The cases: a table, gaze on the images, screens with times, exclusions, interruptions and what was said."""

from __future__ import annotations

import math
from typing import Final

from calibration import SmallestLesion
from capture_app.session.report.gathering import ReportedCase, SessionReport
from capture_app.session.report.html import Html, clock, element, joined, number, span, table
from capture_app.session.report.thumbnails import MOST_FIXATIONS, ThumbnailMaker
from capture_app.session.report.wording import answer_words, shown

_ANSWER_KINDS: Final = ("image", "choice", "likert", "text")
_LIGHTS: Final = {"green": "good", "amber": "attention", "red": "bad"}


def cases_section(report: SessionReport) -> Html:
    """Return all cases of the study, and the practice cases apart."""
    parts: list[Html | None] = [element("h2", "Cases", id="cases")]
    if not report.cases:
        return joined([*parts, element("p", "No case was opened in this recording.")])
    drawn = ThumbnailMaker(report)
    if report.studied:
        parts += [
            _table(report, report.studied, "Cases in the order they were read"),
            _found(report),
            element("h3", "Smallest lesion these data can resolve"),
            _lesions(report),
            element("h3", "Gaze on the images"),
            _gallery(report, drawn, report.studied),
        ]
    if report.practised:
        parts += [
            element("h3", "Practice cases"),
            element("p", "Never counted and never exported.", class_="soft"),
            _table(report, report.practised, "Practice cases in the order they were read"),
            _gallery(report, drawn, report.practised),
        ]
    return joined(
        [*parts, element("h3", "Answers and screens"), *(_details(report, case) for case in report.cases)]
    )


def decisions_section(report: SessionReport) -> Html:
    """Return exclusions, spares, interruptions, notes and other happenings."""
    return joined(
        [
            element("h2", "Exclusions, interruptions and notes", id="decisions"),
            _exclusions(report),
            _spares(report),
            _interruptions(report),
            _said(report),
            _happenings(report),
        ]
    )


def _table(report: SessionReport, cases: tuple[ReportedCase, ...], caption: str) -> Html:
    gates = report.source.gates
    head = (
        "#", "Case", "Task", "Role", "Attempt", "Opened", "Time", "Image", "Loss, %", "Longest gap, s",
        "Rate, Hz", "Drift, deg", "Grade", "Counts",
    )  # fmt: skip
    rows = []
    for order, case in enumerate(cases, 1):
        entry, loss = case.entry, case.loss
        percent = loss.share_percent(gates.loss_counted)
        rows.append(
            [
                str(order),
                entry.case_id,
                entry.task,
                entry.role,
                str(entry.attempt + 1),
                clock((entry.opened_ns - report.source.start_ns) * 1e-9),
                span(entry.worked_s),
                span(case.visible_s),
                number(percent, 1),
                number(loss.longest_gap_ns * 1e-9, 2) if loss.visible_ns else "\u2013",
                number(case.effective_rate_hz, 0),
                number(entry.drift_deg, 2),
                element("span", entry.grade, class_=_LIGHTS.get(entry.grade, ""))
                if entry.grade
                else "\u2013",
                _counts(case),
            ]
        )
    words = (
        f"{caption}. Opened: time into the recording. Time: all screens, pauses left out. Image, loss, "
        "gap and rate: "
        "while the images were visible, looking again left out. Drift: offset at the check before the case"
    )
    return table(head, rows, caption=words, class_="cases")


def _found(report: SessionReport) -> Html:
    """Return what the reader said of each case, and why one does not count."""
    rows = []
    for case in report.studied:
        entry = case.entry
        labels = [answer_words(value) for value in entry.answers_on("labels")]
        others = [
            answer_words(value)
            for kind in _ANSWER_KINDS
            for value in entry.answers_on(kind)
            if value is not None
        ]
        certainties = [_certainty(report, shape.certainty) for shape in entry.shapes.values()]
        certainties += [_certainty(report, code) for code in entry.answers_on("certainty")]
        rows.append(
            [
                entry.case_id,
                shown(report, ", ".join(each for each in labels if each)),
                shown(report, "; ".join(each for each in others if each)),
                ", ".join(dict.fromkeys(each for each in certainties if each)),
                str(len(entry.shapes)),
                str(entry.word_count),
                shown(report, entry.exclusion),
            ]
        )
    head = ("Case", "Labels", "Other answers", "Certainty", "Shapes", "Words", "Why it does not count")
    return table(
        head, rows, caption="What was found: labels and answers as they were left, words of the newest text"
    )


def _certainty(report: SessionReport, code: object) -> str:
    """Return the wording of a certainty by its code on the screen; "" where none was asked."""
    if isinstance(code, bool) or not isinstance(code, int) or code < 0:
        return ""
    opened = report.source.opened
    levels = () if opened is None else opened.study.certainty
    return next((level.name for level in levels if level.screen_code == code), str(code))


def _counts(case: ReportedCase) -> Html | str:
    if case.entry.is_practice:
        return "practice"
    if case.entry.does_count:
        return element("span", "yes", class_="good")
    return element("span", "no", class_="bad")


def _lesions(report: SessionReport) -> Html:
    rows = [
        [
            case.entry.case_id,
            _bracket(case),
            number(case.lesion.std_deg, 2),
            number(case.lesion.diameter_deg, 2),
            number(case.lesion.diameter_screen_mm, 1),
            number(case.lesion.diameter_image_px, 0),
            _patient_mm(case.lesion, case.spacing_mm),
        ]
        for case in report.studied
    ]
    head = (
        "Case", "Mean offset before / after, deg", "STD, deg", "Diameter, deg", "On the screen, mm",
        "In the image, px", "In the patient, mm",
    )  # fmt: skip
    caption = (
        "Diameter = 2 (A + 1.07 S): A the mean offset of the validation before or after, whichever is "
        "worse, S the "
        "STD; 68 % of samples aimed at the centre stay inside. Image at its usual zoom of the case; mm "
        "in the "
        "patient by the pixel spacing of the detector"
    )
    return table(head, rows, caption=caption)


def _bracket(case: ReportedCase) -> str:
    sides = (case.accuracy.before, case.accuracy.after)
    return " / ".join("none" if side is None else number(side.mean_offset_deg, 2) for side in sides)


def _patient_mm(lesion: SmallestLesion, spacing_mm: float) -> str:
    if math.isfinite(lesion.diameter_mm):
        return number(lesion.diameter_mm, 1)
    if not math.isfinite(lesion.diameter_deg):
        return "unknown: no validation around the case"
    if not math.isfinite(lesion.diameter_image_px):
        return "unknown: no image was shown"
    return "unknown: the image has no pixel spacing" if not math.isfinite(spacing_mm) else "\u2013"


def _gallery(report: SessionReport, drawn: ThumbnailMaker, cases: tuple[ReportedCase, ...]) -> Html:
    figures, notes = [], []
    for case in cases:
        for thumbnail in drawn.of(case):
            count = thumbnail.fixation_count
            more = f", the first {MOST_FIXATIONS} drawn" if count > MOST_FIXATIONS else ""
            words = joined(
                [element("strong", case.entry.case_id), f": {count} fixations{more}, {span(case.visible_s)}"]
            )
            figures.append(element("figure", thumbnail.picture, element("figcaption", words)))
            notes.append(thumbnail.note)
    if not figures:
        return element("p", "No image was shown.")
    legend = (
        "Circles: fixations of the reading by the study's detector, their area by duration, joined in "
        "their order, the "
        "first one filled. Other shapes: what the reader drew; dashed: the box around heart and lungs."
    )
    reasons = "; ".join(dict.fromkeys(note for note in notes if note))
    if reasons:
        legend += f" Frames stand for images where {reasons}."
    elif report.source.opened is None:
        legend += " Frames stand for the images: without the study it is not known whether they may be shown."
    return joined([element("div", *figures, class_="thumbnails"), element("p", legend, class_="soft")])


def _details(report: SessionReport, case: ReportedCase) -> Html:
    entry = case.entry
    labels = [answer_words(value) for value in entry.answers_on("labels")]
    summary = ", ".join(label for label in labels if label) or "no labels"
    parts: list[Html | None] = [
        element(
            "summary",
            f"{entry.case_id}, attempt {entry.attempt + 1}: {shown(report, summary)}; "
            f"shapes: {len(entry.shapes)}; words: {entry.word_count}",
        )
    ]
    answers = [
        [screen, name, shown(report, answer_words(value))] for (screen, name), value in entry.answers.items()
    ]
    if answers:
        parts.append(table(("Screen", "Question", "Answer"), answers, caption="Answers as they were left"))
    if entry.shapes:
        parts.append(_shape_table(report, case))
    if entry.screens:
        times = [
            [
                screen.name,
                screen.kind.replace("_", " "),
                clock((screen.first_ns - report.source.start_ns) * 1e-9),
                span((screen.end_ns - screen.first_ns) * 1e-9),
                str(screen.visit + 1),
                screen.cause,
            ]
            for screen in entry.screens
        ]
        head = ("Screen", "Kind", "Presented", "Shown for", "Visit", "Came by")
        parts.append(table(head, times, caption="Screens, time into the recording"))
    return element("details", *parts)


def _shape_table(report: SessionReport, case: ReportedCase) -> Html:
    rows = [
        [
            shape.kind.value.replace("_", " "),
            ", ".join(shape.labels),
            _certainty(report, shape.certainty) or "\u2013",
            f"{shape.left_image_px:.0f}, {shape.top_image_px:.0f}",
            f"{shape.right_image_px - shape.left_image_px:.0f} x "
            f"{shape.bottom_image_px - shape.top_image_px:.0f}",
        ]
        for shape in case.entry.shapes.values()
    ]
    head = ("Shape", "Labels", "Certainty", "Left, top, image px", "Size, image px")
    return table(head, rows, caption="Shapes as they were left")


def _exclusions(report: SessionReport) -> Html:
    rows = [
        [case.entry.case_id, str(case.entry.attempt + 1), shown(report, case.entry.exclusion)]
        for case in report.studied
        if case.entry.exclusion
    ]
    if not rows:
        return element("p", "No case was excluded.")
    return table(("Case", "Attempt", "Why it does not count"), rows, caption="Cases that do not count")


def _spares(report: SessionReport) -> Html:
    names = [case.entry.case_id for case in report.studied if case.entry.role == "spare"]
    return element("p", f"Spares used: {', '.join(dict.fromkeys(names)) or 'none'}.")


def _interruptions(report: SessionReport) -> Html:
    source = report.source
    entries = [
        element("li", f"{clock((time_ns - source.start_ns) * 1e-9)}: case {case_id}. {shown(report, words)}")
        for time_ns, case_id, words in report.case_facts.resumed
    ]
    cut = [case.entry.case_id for case in report.cases if case.entry.state not in ("done", "discarded")]
    if cut:
        entries.append(element("li", f"Not finished in this recording: {', '.join(dict.fromkeys(cut))}."))
    if not entries:
        return element("p", "No case was interrupted.")
    return joined([element("h3", "Interruptions"), element("ul", *entries)])


def _said(report: SessionReport) -> Html | None:
    if not report.side.said:
        return element("p", "No notes, marks or messages were made.")
    rows = [
        [
            clock((each.t_host_ns - report.source.start_ns) * 1e-9),
            each.kind.replace("_", " "),
            each.source,
            shown(report, each.text),
        ]
        for each in report.side.said
    ]
    return table(("Time", "Kind", "From", "Words"), rows, caption="Notes, marks and messages")


def _happenings(report: SessionReport) -> Html | None:
    rows = [
        [
            each.kind.replace("_", " "),
            clock((each.t_host_ns - report.source.start_ns) * 1e-9),
            str(each.count),
            shown(report, each.text),
        ]
        for each in report.side.happenings
    ]
    if not rows:
        return None
    return table(
        ("What happened", "First at", "Times", "In words"),
        rows,
        caption="Other events, one line for each kind",
    )
