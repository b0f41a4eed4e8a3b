"""How well gaze was measured: validations, drift checks, pupil baseline, accuracy map."""

from __future__ import annotations

from typing import Final

from calibration import NEXT_TARGETS_RULE
from capture_app.session.accuracy_layout import accuracy_layout, next_targets_sentence
from capture_app.session.report.gathering import SessionReport
from capture_app.session.report.html import Html, clock, element, figure, joined, number, table
from capture_app.session.report.map_picture import map_picture
from capture_app.session.report.time_pictures import drift_picture, error_picture
from capture_app.session.report.validation_picture import picture_words, validation_picture
from capture_app.session.report.validations import PURPOSE_WORDS, ReportedValidation
from capture_app.session.report.wording import SIGNAL_WORDS, baseline_words, shown
from gaze_core.eyes import Eye

_GRADE_CLASSES: Final = {"recommended": "good", "good": "good", "fair": "attention", "poor": "bad"}
_AGAIN_WORDS: Final = {
    "same": "computed again from the gaze in the file: the same",
    "different": "computed again from the gaze in the file: NOT the same",
    "no gaze": "made before the recording; its gaze is not in the file",
}


def calibration_section(report: SessionReport) -> Html:
    """Return validations with pictures and numbers, drift, baseline and device calibrations."""
    parts: list[Html | None] = [element("h2", "Calibration and validation", id="calibration")]
    if not report.validations:
        parts.append(
            element("p", "No complete validation was recorded: accuracy and precision are not known.")
        )
    for validation in report.validations:
        parts.append(_validation(report, validation))
    return joined([*parts, _devices(report), _corrections(report), _drift(report), _baseline(report)])


def accuracy_section(report: SessionReport) -> Html:
    """Return the map of error over screen and time with the next targets."""
    layout = accuracy_layout(
        report.accuracy,
        report.source.gates,
        start_host_ns=report.source.start_ns,
        now_host_ns=report.source.end_ns,
    )
    heading = element("h2", "Accuracy over screen and time", id="accuracy")
    if not layout.marks:
        return joined([heading, element("p", layout.summary)])
    legend = (
        "Arrows: from the target to where gaze was, much longer than on the screen; older ones are "
        "fainter. Disc: "
        "good; triangle: above the aim; cross: above the limit; hollow: drift check. Ring: scatter of "
        "the samples "
        "(STD). Dashed, 1 and 2: where another target would tell most at the end of the session."
    )
    times = (
        f"The same offsets over the session. Green line: aimed at ({layout.aim_deg:g} deg), red line: "
        "limit of one "
        f"target ({layout.limit_deg:g} deg)."
    )
    return joined(
        [
            heading,
            element("p", f"Signal: {SIGNAL_WORDS[report.source.signal]}. {layout.summary}"),
            element(
                "div",
                figure(map_picture(layout, report.source.geometry.screen), ""),
                joined(
                    [
                        element("p", legend, class_="soft"),
                        element("p", next_targets_sentence(layout.next_targets)),
                        element("p", f"Rule: {NEXT_TARGETS_RULE}.", class_="soft"),
                    ]
                ),
                class_="pair",
            ),
            figure(error_picture(layout), times),
        ]
    )


def _validation(report: SessionReport, validation: ReportedValidation) -> Html:
    purpose = PURPOSE_WORDS.get(validation.purpose, validation.purpose.replace("_", " ") or "validation")
    at = clock((validation.t_ended_host_ns - report.source.start_ns) * 1e-9)
    when = f"at {at}" if validation.t_ended_host_ns >= report.source.start_ns else "before the recording"
    judged = (
        "of a calibration made elsewhere"
        if validation.calibration < 0
        else f"of calibration {validation.calibration + 1}"
    )
    picture = validation_picture(validation, report.source.geometry, report.source.signal)
    return element(
        "section",
        element("h3", f"Validation {validation.number + 1}: {purpose}, {when}, {judged}"),
        element("p", *_verdict(report, validation)),
        element(
            "div",
            figure(picture, picture_words(report.source.signal)),
            element("div", _eye_table(validation), _target_table(validation)),
            class_="pair",
        ),
    )


def _verdict(report: SessionReport, validation: ReportedValidation) -> list[Html | str]:
    if not validation.grade:
        words: list[Html | str] = ["Nothing was decided about it. "]
    else:
        class_ = _GRADE_CLASSES.get(validation.grade, "")
        accepted = "accepted" if validation.is_accepted else "not accepted"
        by = {"gate": "by the gate", "operator": "by the operator"}.get(validation.accepted_by, "")
        words = [element("span", validation.grade.capitalize(), class_=class_), f", {accepted} {by}".rstrip()]
        reason = validation.reason.strip().rstrip(".")
        words.append(f": {shown(report, reason)}. " if reason else ". ")
    again = _AGAIN_WORDS[validation.again]
    return [*words, f"{again[0].upper()}{again[1:]}."]


def _eye_table(validation: ReportedValidation) -> Html:
    rows = []
    for eye in validation.result.eyes:
        targets = [t for t in validation.result.targets if t.eye is eye.eye]
        areas = [t.bcea_deg2 for t in targets]
        rows.append(
            [
                _eye_name(eye.eye),
                number(eye.mean_offset_deg, 2),
                number(eye.worst_offset_deg, 2),
                number(eye.mean_rms_s2s_deg, 3),
                number(eye.mean_std_deg, 3),
                number(sum(areas) / len(areas) if areas else float("nan"), 3),
                number(eye.mean_loss_percent, 1),
            ]
        )
    head = ("Signal", "Mean, deg", "Worst, deg", "RMS-S2S, deg", "STD, deg", "BCEA 68 %, deg2", "Loss, %")
    return table(
        head,
        rows,
        caption=f"Over all targets, last {validation.result.window_ms:.0f} ms of each"
        if validation.result.window_ms > 0
        else "Over all targets",
    )


def _target_table(validation: ReportedValidation) -> Html:
    rows = [
        [
            f"{target.target_id + 1} ({target.x_norm:.2f}, {target.y_norm:.2f})",
            _eye_name(target.eye),
            number(target.accuracy.offset_deg, 2),
            number(target.accuracy.azimuth_offset_deg, 2),
            number(target.accuracy.elevation_offset_deg, 2),
            number(target.rms_s2s_deg, 3),
            number(target.std_deg, 3),
            number(target.loss_percent, 1),
        ]
        for target in validation.result.targets
    ]
    head = (
        "Target",
        "Signal",
        "Offset, deg",
        "Right, deg",
        "Down, deg",
        "RMS-S2S, deg",
        "STD, deg",
        "Loss, %",
    )
    caption = "Each target, at its place as a fraction of the screen; offsets right and down are positive"
    return element("details", element("summary", "Each target"), table(head, rows, caption=caption))


def _eye_name(eye: Eye) -> str:
    return {Eye.LEFT: "left", Eye.RIGHT: "right"}.get(eye, "average")


def _devices(report: SessionReport) -> Html | None:
    rows = [
        [str(attempt + 1), _when(report, time_ns), str(points)]
        for attempt, time_ns, points in report.side.device_calibrations
    ]
    if not rows:
        return element("p", "No calibration on the device is in the recording.", class_="soft")
    return table(("Calibration", "Computed", "Targets"), rows, caption="Calibrations on the device")


def _corrections(report: SessionReport) -> Html | None:
    if not report.side.corrections:
        return None
    rows = [
        [
            _when(report, each.t_host_ns),
            "yes" if each.is_better else "no",
            f"{number(each.before_mean_deg, 2)} / {number(each.before_worst_deg, 2)}",
            f"{number(each.after_mean_deg, 2)} / {number(each.after_worst_deg, 2)}",
        ]
        for each in report.side.corrections
    ]
    caption = (
        "Corrections fitted by this program on one set of targets and judged on another; stored, "
        "flagged, and never applied to raw gaze nor to any figure of this report"
    )
    head = ("Fitted", "Better", "Before, mean / worst, deg", "After, mean / worst, deg")
    return table(head, rows, caption=caption)


def _when(report: SessionReport, time_ns: int) -> str:
    if time_ns < report.source.start_ns:
        return "before the recording"
    return clock((time_ns - report.source.start_ns) * 1e-9)


def _drift(report: SessionReport) -> Html:
    checks = report.side.drift
    heading = element("h3", "Drift checks")
    if not checks:
        return joined([heading, element("p", "No drift check was recorded.")])
    source = report.source
    picture = drift_picture(
        [(source.minutes(check.t_host_ns), check) for check in checks],
        [source.minutes(time) for time in report.calibrated_ns],
        report.duration_s / 60.0,
        source.gates.drift_mean_deg,
    )
    rows = [
        [
            _when(report, check.t_host_ns),
            str(check.trial + 1),
            number(check.offset_deg, 2),
            number(check.azimuth_offset_deg, 2),
            number(check.elevation_offset_deg, 2),
            number(check.running_deg, 2),
            check.outcome.replace("_", " "),
        ]
        for check in checks
    ]
    head = ("Time", "Before trial", "Offset, deg", "Right, deg", "Down, deg", "Running, deg", "Outcome")
    caption = (
        "Discs: offset of each check; line: length of the mean offset vector of the last checks; "
        "crosses: no figure; "
        f"dotted: a calibration came into use; dashed: {source.gates.drift_mean_deg:g} deg, from where "
        "calibrating "
        "again is advised. Raw gaze is never changed by a check."
    )
    listing = table(head, rows, caption="Offsets are signed: right and down positive")
    return joined(
        [heading, figure(picture, caption), element("details", element("summary", "All checks"), listing)]
    )


def _baseline(report: SessionReport) -> Html:
    heading = element("h3", "Pupil baseline")
    if not report.side.baselines:
        return joined([heading, element("p", "No pupil baseline was recorded.")])
    entries = [
        element("li", f"{_when(report, each.t_host_ns)}: {baseline_words(each)}")
        for each in report.side.baselines
    ]
    return joined([heading, element("ul", *entries)])
