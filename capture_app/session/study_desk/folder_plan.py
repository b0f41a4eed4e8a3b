"""What a reader would do now: the fold over earlier sessions in words for the start form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from capture_app.session.reading import Fate, HistoryError, ReadingState, Stage, Worklist
from capture_app.session.reading.stages import stage_of
from capture_app.session.reading.state_builder import StateBuilder
from capture_app.session.study import OpenedStudy, ReadingPlan, earliest_start
from capture_app.session.study_desk.folder_history import DamagedSession, PastRecording, PastSession
from capture_app.session.study_desk.folder_layout import plan_sha256, study_copy_name


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodPast:
    """What is there of one reader in one period."""

    period: int
    found: tuple[PastRecording, ...]  # in the order of the sessions' numbers

    @property
    def sessions(self) -> tuple[PastSession, ...]:
        """Those that can be read, oldest first."""
        readable = [each for each in self.found if isinstance(each, PastSession)]
        return tuple(sorted(readable, key=lambda each: (each.number, each.path.name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodState:
    """How far a reader is in one period."""

    counted: int
    quota: int
    interrupted: str  # case, "" for none
    is_finished: bool


def blocked_by(past: PeriodPast, opened: OpenedStudy, plan: ReadingPlan) -> str:
    """Return why no session can follow these, a sentence with the remedy; "" where one can."""
    for each in past.found:
        if isinstance(each, DamagedSession):
            return (
                f"The earlier session {each.path.name} cannot be read: {each.reason} Recover it with "
                f"`reading-station recover`, or move the folder {each.path.parent} out of the study on "
                "purpose; its cases are then read again."
            )
        if each.reader != plan.reader or each.study_id != opened.study.study.study_id:
            return (
                f"{each.path} is a recording of {each.reader} in the study {each.study_id or '(none)'}, not "
                f"of {plan.reader} in {opened.study.study.study_id}. Move its folder to where it belongs; "
                "pseudonyms that differ in capital letters alone share a folder on some computers."
            )
        if each.period not in (0, past.period):
            return (
                f"{each.path.name} belongs to period {each.period}, and lies in the folder of period "
                f"{past.period}. Move its folder to where it belongs."
            )
    checksum = plan_sha256(opened.study, plan, past.period)
    changed = [each for each in past.sessions if each.plan_sha256 and each.plan_sha256 != checksum]
    if changed:
        first = changed[0]
        return (
            f"Since session {first.number} of {plan.reader} the cases, their order or the screens of the "
            f"study were changed (version {first.version or '?'} then, {opened.study.study.version} now), so "
            f"that its data would not fit. Undo the change: sessions/study-{first.sha256[:8]}.gazestudy is "
            "the study file as it was, and the case list has to be as it was, too. For other cases begin a "
            "new study folder."
        )
    return ""


def changes_in(past: PeriodPast, opened: OpenedStudy) -> tuple[str, ...]:
    """Return a sentence where the study file has changed in a way that does no harm."""
    others = [each for each in past.sessions if each.sha256 and each.sha256 != opened.sha256]
    if not others:
        return ()
    last = others[-1]
    return (
        f"The study file was changed since session {last.number} (version {last.version or '?'} then, "
        f"{opened.study.study.version} now); cases, order and screens are the same. The file as it was is "
        f"kept as sessions/study-{last.sha256[:8]}.gazestudy, the new one as "
        f"sessions/{study_copy_name(opened)}.",
    )


def state_of(opened: OpenedStudy, worklist: Worklist, sessions: Sequence[PastSession]) -> PeriodState:
    """Return how far a reader is.

    Raises
    ------
    HistoryError
        If rows of a session do not belong to the study; the text names the recording.
    """
    builder = StateBuilder(opened.study, worklist)
    for each in sessions:
        try:
            builder.apply_recording(each.rows)
        except HistoryError as err:
            raise HistoryError(f"{each.path.name}: {err}") from err
        builder.begin_recording()
    state: ReadingState = builder.state
    interrupted = state.interrupted
    return PeriodState(
        counted=sum(state.fate_of(one.case.case_id) is Fate.COUNTS for one in worklist.in_use(state.fate_of)),
        quota=worklist.quota,
        interrupted=interrupted.case_id if interrupted is not None else "",
        is_finished=stage_of(state, opened.study, worklist) is Stage.FINISHED,
    )


def unended_session(past: PeriodPast) -> Path | None:
    """Return the newest recording of a period where its session's end is missing; None where it has one.

    A session was ended once its recording is closed and its report lies beside it.
    """
    from capture_app.session.report import report_path  # loads what draws reports

    last = past.sessions[-1] if past.sessions else None
    if last is None or not (last.is_unfinished or not report_path(last.path).is_file()):
        return None
    return last.path


def unended_sentence(reader: str, recording: Path) -> str:
    """Return what is to be said where nothing but the end of a session is left to do."""
    return (
        f"{reader} has read all cases, but the end of {recording.stem} is missing. Start it to have the "
        "recording read back, copied and reported; nothing is recorded."
    )


def washout_sentence(
    plan: ReadingPlan, period: int, before: Sequence[PastSession], today: dt.date
) -> tuple[str, bool]:
    """Return what is to be said of the washout before a period, and whether the period has to wait."""
    planned = next(each for each in plan.periods if each.number == period)
    if not before or planned.washout_days == 0:
        return "", False
    # The lab's own days count.
    ended = max(dt.datetime.fromtimestamp(each.ended_wall_ns / 1e9).date() for each in before)
    earliest = earliest_start(planned, ended)
    if earliest is None or today >= earliest:
        return "", False
    return (
        f"Period {period} of {plan.reader} begins on {earliest:%Y-%m-%d} at the earliest: "
        f"{planned.washout_days} days after period {period - 1}, which ended on {ended:%Y-%m-%d}. This "
        "computer says that today is "
        f"{today:%Y-%m-%d}. Come back then.",
        True,
    )
