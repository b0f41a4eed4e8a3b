"""The items of the reporting list (Dunn et al. 2023, doi 10.3758/s13428-023-02187-1), from the data.

Nothing is invented: an item that the recordings do not hold says so.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from capture_app.session.report.gathering import ReportedCase, SessionReport
from capture_app.session.report.html import number
from capture_app.session.report.method_words import (
    calibration_words,
    detector_words,
    eyes_words,
    fields_words,
    fixations_sentence,
    head_words,
    rate_words,
    room_words,
    screen_words,
    software_words,
    technique_words,
    timing_words,
)
from capture_app.session.report.statistics import Spread, spread_of
from capture_app.session.report.validations import ReportedValidation
from capture_app.session.report.wording import (
    NOT_RECORDED,
    SIGNAL_WORDS,
    loss_classes,
    shown,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodsItem:
    """One line of the reporting list."""

    item: str  # as the list numbers it
    content: str
    value: str  # "not recorded" where the recordings do not hold it
    origin: str  # where it comes from


def methods_items(reports: Sequence[SessionReport]) -> tuple[MethodsItem, ...]:
    """Return the reporting list over one or more sessions of a study."""

    def each(value: Callable[[SessionReport], str]) -> str:
        found = list(dict.fromkeys(value(report) for report in reports))
        return "; ".join(found)

    return (
        _item("A1", "maker and model", each(lambda r: r.tracker.model or NOT_RECORDED), "driver"),
        _item("A2", "software and firmware", each(software_words), "driver, program"),
        _item("A3", "technique", each(technique_words), "driver"),
        _item("A4", "sampling rate", each(rate_words), "device setting, median interval"),
        _item("A5", "head", each(head_words), "start form"),
        _item("A6", "eyes recorded", each(eyes_words), "samples"),
        _item("A7", "fields recorded", each(fields_words), "raw stream"),
        _item("A8", "room light on the screen", each(room_words), "start form"),
        _item("A9", "calibration", each(calibration_words), "calibrations, validations, study file"),
        _item("A10", "accuracy and precision", _accuracy(reports), "validations"),
        _item("A11", "filters and events", each(detector_words), "study file, detector"),
        _item("A12", "loss, effective rate, exclusions", _quality(reports), "case gate, samples"),
        _item("B1", "latency and synchronisation", each(timing_words), "clock tables, timing constants"),
        _item("C1", "screen and distance", each(screen_words), "session, tracker"),
    )


def methods_paragraph(reports: Sequence[SessionReport]) -> str:
    """Return the paragraph for a methods section over one or more sessions of a study."""
    readers = len({report.metadata.participant.pseudonym for report in reports})
    sentences = [
        _simulation(reports),
        _gear(reports),
        f"{_count(readers, 'reader')} read in {_count(len(reports), 'session')}.",
    ]
    return " ".join(
        sentence for sentence in (*sentences, *_measured(reports), *_discarded(reports)) if sentence
    )


def counted_cases(reports: Sequence[SessionReport]) -> list[ReportedCase]:
    """Return the cases that count, practice left out."""
    return [case for report in reports for case in report.studied if case.entry.does_count]


def validated(report: SessionReport) -> ReportedValidation | None:
    """Return the validation that stands for a session: the last complete one that closes nothing.

    An accepted one comes before one that was not; None where none was made.
    """
    opening = [each for each in report.validations if not each.is_closing] or list(report.validations)
    accepted = [each for each in opening if each.is_accepted] or opening
    return accepted[-1] if accepted else None


def recalibrations(report: SessionReport) -> int:
    """Return how often was calibrated after the first case was opened."""
    first_ns = min((case.entry.opened_ns for case in report.cases), default=report.source.end_ns)
    return sum(time > first_ns for time in report.calibrated_ns)


def _item(item: str, content: str, value: str, origin: str) -> MethodsItem:
    return MethodsItem(item=item, content=content, value=value, origin=origin)


def _count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _simulation(reports: Sequence[SessionReport]) -> str:
    if any(report.tracker.is_simulated or report.is_robot for report in reports):
        return "THE DATA ARE SIMULATED, IN WHOLE OR IN PART: no eye or no reader was recorded."
    return ""


def _gear(reports: Sequence[SessionReport]) -> str:
    parts = []
    for report in reports:
        rate = number(report.source.rate_hz, 0, "Hz")
        parts.append(
            f"Gaze was recorded with {_tracker(report)} at {rate} on a screen of {screen_words(report)}."
        )
    return " ".join(dict.fromkeys(parts))


def _tracker(report: SessionReport) -> str:
    firmware = f" (firmware {report.tracker.firmware})" if report.tracker.firmware else ""
    return f"{report.tracker.model or 'a tracker whose model was not recorded'}{firmware}"


def _measured(reports: Sequence[SessionReport]) -> list[str]:
    signal = "; ".join(dict.fromkeys(SIGNAL_WORDS[report.source.signal] for report in reports))
    chosen = [each for each in map(validated, reports) if each is not None]
    sentences = []
    if chosen:
        points = "/".join(str(count) for count in sorted({_points(each) for each in chosen}))
        closing = _closing(reports)
        sentences.append(
            f"Validation on {points} fresh points gave an inaccuracy of "
            f"{_offsets(reports).text(2, 'deg')} for "
            f"the {signal}, with a precision of {_over(reports, 'rms_s2s_deg').text(3, 'deg')} RMS-S2S and "
            f"{_over(reports, 'std_deg').text(3, 'deg')} STD{_basis(reports)}{closing}."
        )
    else:
        sentences.append("No validation was recorded, so that accuracy and precision are not known.")
    cases = counted_cases(reports)
    loss = spread_of(_loss_percent(case, reports) for case in cases)
    rate = spread_of(case.effective_rate_hz for case in cases)
    nominal = "/".join(dict.fromkeys(number(report.source.rate_hz, 0) for report in reports))
    if cases:
        classes = "; ".join(dict.fromkeys(loss_classes(report) for report in reports))
        sentences.append(
            f"Over {_count(len(cases), 'case')}, {loss.text(1, '%', has_range=False)} of the gaze was "
            "lost while "
            f"images were visible ({classes}), and the effective frequency was "
            f"{rate.text(1, 'Hz', has_range=False)} of nominal {nominal} Hz."
        )
    again = spread_of(float(recalibrations(report)) for report in reports)
    sentences.append(
        f"Gaze was calibrated again {number(again.mean, 1 if len(reports) > 1 else 0)} times per session "
        "after "
        "the first case."
    )
    sentences += list(dict.fromkeys(fixations_sentence(report) for report in reports))
    return sentences


def _discarded(reports: Sequence[SessionReport]) -> list[str]:
    cases = [case for report in reports for case in report.studied if case.entry.exclusion]
    if not cases:
        return ["No case was discarded."] if any(report.studied for report in reports) else []
    reasons = Counter(case.entry.exclusion.rstrip(".") for case in cases)
    listed = "; ".join(
        shown(reports[0], reason) + (f" ({count})" if count > 1 else "") for reason, count in reasons.items()
    )
    return [f"{_count(len(cases), 'case')} did not count: {listed}."]


def _points(validation: ReportedValidation) -> int:
    return len({target.target_id for target in validation.result.targets})


def _target_values(report: SessionReport, name: str) -> list[float]:
    """Return a figure at each target of the session's validation, of the judged signal."""
    chosen = validated(report)
    targets = [] if chosen is None else [t for t in chosen.result.targets if t.eye is report.source.signal]
    if name == "offset_deg":
        return [target.accuracy.offset_deg for target in targets]
    return [float(getattr(target, name)) for target in targets]


def _over(reports: Sequence[SessionReport], name: str) -> Spread:
    """Return a figure over targets where there is one session, else over the means of the sessions."""
    if len(reports) == 1:
        return spread_of(_target_values(reports[0], name))
    means = []
    for report in reports:
        values = _target_values(report, name)
        has_all = bool(values) and all(math.isfinite(value) for value in values)
        means.append(sum(values) / len(values) if has_all else math.nan)
    return spread_of(means)


def _offsets(reports: Sequence[SessionReport]) -> Spread:
    return _over(reports, "offset_deg")


def _basis(reports: Sequence[SessionReport]) -> str:
    return " (over the points)" if len(reports) == 1 else " (over the sessions)"


def _closing(reports: Sequence[SessionReport]) -> str:
    means = []
    for report in reports:
        closing = [each for each in report.validations if each.is_closing]
        found = closing[-1].of(report.source.signal) if closing else None
        means.append(math.nan if found is None else found.mean_offset_deg)
    spread = spread_of(means)
    return f"; at the close it was {spread.text(2, 'deg')}" if spread.count else ""


def _loss_percent(case: ReportedCase, reports: Sequence[SessionReport]) -> float:
    own = next(report for report in reports if case in report.cases)
    return case.loss.share_percent(own.source.gates.loss_counted)


def _accuracy(reports: Sequence[SessionReport]) -> str:
    if not any(report.validations for report in reports):
        return NOT_RECORDED
    return (
        f"offset {_offsets(reports).text(2, 'deg')}, RMS-S2S "
        f"{_over(reports, 'rms_s2s_deg').text(3, 'deg')}, STD "
        f"{_over(reports, 'std_deg').text(3, 'deg')}, BCEA {_over(reports, 'bcea_deg2').text(3, 'deg2')} "
        "(68 %)"
        f"{_basis(reports)}; independent validation, not calibration residuals"
    )


def _quality(reports: Sequence[SessionReport]) -> str:
    cases = counted_cases(reports)
    excluded = [case for report in reports for case in report.studied if case.entry.exclusion]
    if not cases and not excluded:
        return NOT_RECORDED
    loss = spread_of(_loss_percent(case, reports) for case in cases)
    rate = spread_of(case.effective_rate_hz for case in cases)
    return (
        f"loss {loss.text(1, '%')}, effective rate {rate.text(1, 'Hz')} over {_count(len(cases), 'case')}; "
        f"{_count(len(excluded), 'case')} excluded"
    )
