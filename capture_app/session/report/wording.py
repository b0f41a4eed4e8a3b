"""Words of the report: what things are called, and texts without the dates that have to stay unknown."""

from __future__ import annotations

import string
from typing import Final

from capture_app.session.privacy.dates import dates_in
from capture_app.session.recorded_baselines import RecordedBaseline
from capture_app.session.report.gathering import SessionReport
from capture_app.session.report.html import number, span
from capture_app.session.study.quality_keys import LossClass
from capture_app.session.study.station_keys import DateShift
from gaze_core.eyes import Eye
from recordings_schema.metadata import MEASURED

NOT_RECORDED: Final = "not recorded"
SIGNAL_WORDS: Final = {
    Eye.LEFT: "left eye", Eye.RIGHT: "right eye", Eye.AVERAGE: "average of both eyes",
    Eye.STRICT_AVERAGE: "average of both eyes",
}  # fmt: skip
LOSS_CLASS_WORDS: Final = {
    LossClass.BLINK: "blinks", LossClass.ONE_EYE: "one eye lost",
    LossClass.BOTH_EYES: "both eyes or head lost", LossClass.OFF_SCREEN: "gaze off the screen",
    LossClass.STALLED: "stream stalled",
}  # fmt: skip
_LEFT_OUT: Final = "(date left out)"
_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def are_dates_shown(report: SessionReport) -> bool:
    """Whether the study lets dates stay; without a study they are left out."""
    opened = report.source.opened
    if opened is None or report.source.is_other_study:
        return False
    return opened.study.privacy.date_shift is DateShift.NONE


def without_dates(words: str) -> str:
    """Return a text with every date in it left out, whatever its notation."""
    spans = sorted({(start, end) for _, start, end, _ in dates_in(words.translate(_LOWER))})
    parts, done = [], 0
    for start, end in spans:
        if start >= done:
            parts += [words[done:start], _LEFT_OUT]
        done = max(done, end)
    return "".join([*parts, words[done:]])


def shown(report: SessionReport, words: str) -> str:
    """Return a text as this report may show it."""
    return words if are_dates_shown(report) else without_dates(words)


def warnings_of(report: SessionReport) -> list[str]:
    """Return what a reader of the report has to know before any number, a sentence each."""
    closing, display, source = report.closing, report.metadata.display, report.source
    found = []
    if source.is_other_study and source.opened is not None:
        found.append(
            f"The recording names the study {report.metadata.session.study}; the study file given is that of "
            f"{source.opened.study.study.study_id}. Its limits and detector were used, its images were not."
        )
    if _is_study_changed(report):
        found.append(
            "The study file has been changed since the recording was made: its checksum is another. "
            "Limits and "
            "detector are those of the file as it is now."
        )
    if closing is not None and closing.is_recovered:
        found.append(f"The recording was cut off and recovered: {closing.reason}.")
    if closing is not None and closing.samples_dropped > 0:
        found.append(f"{closing.samples_dropped} samples were lost by the program itself.")
    if closing is not None and closing.samples_missing > 0:
        found.append(f"{closing.samples_missing} samples never arrived from the tracker.")
    if source.geometry_note:
        found.append(source.geometry_note)
    elif report.metadata.settings.settings.get("screen_size", "").startswith("assumed"):
        found.append(
            "Nobody measured the screen: its size is assumed from 96 dots per inch, so all degrees and "
            "mm are "
            "only roughly right."
        )
    if display.onset_latency != MEASURED:
        found.append(
            "The time from presentation to light was not measured on this screen; onsets are those of "
            "the software."
        )
    if any(each.again == "different" for each in report.validations):
        found.append("Figures of a validation differ from those computed again from the gaze in the file.")
    if report.metadata.session.gaze_signal == "dominant" and source.signal is Eye.AVERAGE:
        found.append("The study analyses the dominant eye, which was not recorded; the average is reported.")
    return found


def study_of(report: SessionReport) -> str:
    """Return the study and its version as the recording names them, else as the study file does."""
    settings, opened = report.metadata.settings.settings, report.source.opened
    name = report.metadata.session.study
    version = settings.get("study_version", "")
    if opened is not None and not report.source.is_other_study:
        name = name or opened.study.study.study_id
        version = version or opened.study.study.version
    return f"{name} (version {version})" if name and version else name or "without a study"


def answer_words(value: object) -> str:
    """Return an answer as words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    return str(value)


def loss_classes(report: SessionReport) -> str:
    """Return the kinds of loss that count."""
    return ", ".join(LOSS_CLASS_WORDS[each] for each in report.source.gates.loss_counted)


def baseline_words(recorded: RecordedBaseline) -> str:
    """Return a pupil baseline as words."""
    found = recorded.baseline
    grey = "" if recorded.background_grey is None else f", on grey {recorded.background_grey} of 255"
    return (
        f"mean pupil area {number(found.area, 3, found.area_unit)} ({SIGNAL_WORDS[found.eye]}, delivered as "
        f"{found.source_unit.value}) over {found.fixation_count} fixations, {span(found.duration_s)}{grey}"
    )


def _is_study_changed(report: SessionReport) -> bool:
    opened = report.source.opened
    kept = report.metadata.settings.settings.get("study_sha256", "")
    return opened is not None and bool(kept) and kept != opened.sha256 and not report.source.is_other_study
