"""A study in the words of its page: what it is, how long it takes, what its gates are."""

from __future__ import annotations

from capture_app.session.study import OpenedStudy, Study, StudyError, StudySummary, summarise
from capture_app.session.study.quality_keys import DriftPlace, LossClass

_LOSS_WORDS = {
    LossClass.BLINK: "blinks",
    LossClass.ONE_EYE: "one eye",
    LossClass.BOTH_EYES: "both eyes",
    LossClass.OFF_SCREEN: "off screen",
    LossClass.STALLED: "no samples",
}


def study_facts(opened: OpenedStudy) -> tuple[tuple[str, str], ...]:
    """Return what a study is as pairs of words."""
    study = opened.study
    try:
        about_cases = _case_facts(summarise(opened))
    except StudyError as err:
        about_cases = (("Cases", str(err)),)
    identity = study.study
    ethics = " ".join(part for part in (identity.ethics_reference, identity.ethics_text) if part)
    facts = (
        ("Study", f"{identity.study_id}, version {identity.version}"),
        ("Institution", identity.institution),
        ("About", identity.description),
        ("Ethics", ethics or "no approval is named in the study file"),
        *about_cases,
        *_task_facts(study),
        ("Calibration", _calibration_words(study)),
        ("Case gate", _case_gate_words(study)),
        ("Drift check", _drift_words(study)),
        ("Breaks", _break_words(study)),
        ("Images", f"licence {study.images.licence}"),
    )
    return tuple((name, value) for name, value in facts if value)


def _case_facts(summary: StudySummary) -> tuple[tuple[str, str], ...]:
    cases = f"{summary.counted_per_period} that count"
    if summary.case_count != summary.counted_per_period:
        cases += f" of {summary.case_count}"
    beside = []
    if summary.spare_count:
        beside.append(f"{summary.spare_count} spares")
    if summary.practice_count:
        beside.append(f"{summary.practice_count} for practice")
    cases = ", ".join((cases, *beside))
    periods = ""
    if summary.period_count > 1:
        periods = (
            f"{summary.period_count}, {summary.washout_days} days between; arms {', '.join(summary.arms)}"
        )
    minutes = f"about {summary.period_minutes:.0f} min"
    if summary.period_count > 1:
        minutes += f" each, {summary.total_minutes:.0f} min in all"
    return (
        ("Cases", cases),
        ("Order", summary.order),
        ("Periods", periods),
        ("Takes", f"{minutes}, with {_count(summary.calibration_count, 'calibration')}"),
    )


def _task_facts(study: Study) -> tuple[tuple[str, str], ...]:
    several = len(study.tasks) > 1
    return tuple(
        (f"Task {task.name}" if several else "Screens", " \N{RIGHTWARDS ARROW} ".join(task.screens))
        for task in study.tasks
    )


def _calibration_words(study: Study) -> str:
    plan, gates = study.calibration, study.gates
    return (
        f"{plan.points} points, {plan.validation_points} fresh ones to validate "
        f"({study.analysis.signal.value} gaze): mean below {gates.average_deg:g} deg, worst below "
        f"{gates.worst_deg:g} deg"
    )


def _case_gate_words(study: Study) -> str:
    gates = study.gates
    counted = ", ".join(_LOSS_WORDS[each] for each in gates.loss_counted)
    return (
        f"a case counts below {gates.loss_red_percent:g} % loss ({counted}) and without a gap of "
        f"{gates.gap_red_s:g} s"
    )


def _drift_words(study: Study) -> str:
    check, gates = study.drift_check, study.gates
    where = {
        DriftPlace.OFF: "none",
        DriftPlace.BEFORE_CASE: "before each case",
        DriftPlace.EVERY_CASES: f"every {check.every_cases} cases",
    }[check.place]
    asked = [f"a single {gates.drift_single_deg:g} deg", f"a mean of {gates.drift_mean_deg:g} deg"]
    if gates.recalibrate_after_cases:
        asked.append(_count(gates.recalibrate_after_cases, "case"))
    return f"{where}; calibration is asked for after {', '.join(asked)}"


def _break_words(study: Study) -> str:
    breaks = study.breaks
    after = []
    if breaks.after_cases:
        after.append(_count(breaks.after_cases, "case"))
    if breaks.after_minutes:
        after.append(f"{breaks.after_minutes:g} min of reading")
    if not after:
        return "none are offered"
    rule = "required" if breaks.are_required else "offered"
    return f"{rule} after {' or '.join(after)}, {breaks.shortest_minutes:g} min at least"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
