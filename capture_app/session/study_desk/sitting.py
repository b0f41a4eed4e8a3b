"""One reader's session while its recording runs: leads the case loop, the reader's screen and all parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from calibration import AccuracyMap
from calibration.accuracy_map import PointSource
from capture_app.session.calibration_states import ValidationView
from capture_app.session.images import LoadedCase
from capture_app.session.presentation import ShownImage
from capture_app.session.reading import By, NamedRows, ReadingLoop, ReadingView, Stage, Worklist
from capture_app.session.reading import ShownImage as CaseImage
from capture_app.session.reading.case_work import Asked
from capture_app.session.reading.worklist import Fate
from capture_app.session.study import OpenedStudy, PlannedCase
from capture_app.session.study_desk.cover_preview import CoverPreview
from capture_app.session.study_desk.dataset_moment import are_images_left
from capture_app.session.study_desk.host import StudyHost, StudyParts
from capture_app.session.study_desk.newest_accuracy import newest_accuracy_deg
from capture_app.session.study_desk.parts import StudyAround
from capture_app.session.study_desk.reader_screens import ReaderScreens
from capture_app.session.study_desk.states import StartForm
from gaze_core.clocks import Clock
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import DRIFT, EVENT, TRIAL, Rows, decode_text

MOST_DRIFT_CHECKS: Final = 3
"""Checks that fail one after the other; then the operator decides."""

_REASON_LETTERS: Final = 200


class AfterClosing(str, Enum):
    """What follows the short validation that closes a block."""

    BREAK = "break"
    END = "end"


@dataclass(slots=True)
class _Failures:
    """Drift checks before one trial that did not pass."""

    trial: int = -1
    count: int = 0


class Sitting:
    """Leads one session. One thread.

    Parameters
    ----------
    host
        The capture session.
    clock
        The host clock.
    opened, worklist, form
        What is read, by whom.
    loop
        The case loop, with what earlier sessions left.
    parts
        Drift checks, dictation, copies.
    """

    def __init__(
        self,
        host: StudyHost,
        clock: Clock,
        *,
        opened: OpenedStudy,
        worklist: Worklist,
        form: StartForm,
        loop: ReadingLoop,
        parts: StudyParts,
        geometry: ViewingGeometry,
    ) -> None:
        self._host, self._clock = host, clock
        self.opened, self.worklist, self.form = opened, worklist, form
        self.loop = loop
        self.parts = parts
        self.accuracy = AccuracyMap(host.feed.live.eye, geometry)
        self.accuracy_version = 0
        self.version = 0  # of the view
        self.began_ns = clock.now_ns()
        self.screen_since_ns = self.began_ns
        self.after_closing: AfterClosing | None = None
        self.is_over = False  # the reader has left; the recording may be closed
        self.cover = CoverPreview()
        self._screens = ReaderScreens()
        self._view: ReadingView | None = None
        self._view_asked: Asked | None = None
        self._images: tuple[ShownImage, ...] = ()
        self._indices = {case.case_id: n for n, case in enumerate(host.trials.cases)}
        self._next_row = host.feed.live.first_recent_row + len(host.feed.live.recent_gaze)
        self._last_gaze_ns = 0
        self._live = host.feed.live
        self._is_baseline_due = opened.study.calibration.pupil_baseline_s > 0
        self._failures = _Failures()
        self._resting_trial: int | None = None  # it rests for a calibration, and goes on after it
        self._known_validation: ValidationView | None = None
        self._known_accepted = host.calibration_desk.accepted_count
        self._known_text = ""

    @property
    def view(self) -> ReadingView:
        """What the loop wants to be shown."""
        if self._view is None or self.loop.asked is not self._view_asked:
            # A screen that is asked for makes no row before it is presented.
            self._view, self._view_asked = self.loop.view, self.loop.asked
            self.version += 1
        return self._view

    @property
    def has_read(self) -> bool:
        """Whether a case was opened in this session."""
        return self.loop.state.next_trial > 0

    @property
    def are_drift_checks_used_up(self) -> bool:
        """Whether so many checks failed before this case that somebody has to decide."""
        return self._failures_before(self.around().trial) >= MOST_DRIFT_CHECKS

    @property
    def images(self) -> tuple[ShownImage, ...]:
        """The images of the open case."""
        return self._images

    @property
    def is_held(self) -> bool:
        """Whether something else than the loop has the reader's screen."""
        return self._host.calibration_desk.is_active or self.parts.side_runs.state is not None

    def around(self) -> StudyAround:
        """Return the session as it is now."""
        host, state = self._host, self.loop.state
        trial = state.open_attempt.trial if state.open_attempt is not None else state.next_trial
        return StudyAround(
            now_ns=self._clock.now_ns(),
            link=host.link,
            feed=host.feed,
            presentation=host.presentation,
            geometry=host.measured_geometry(),
            settings=host.settings,
            trial=trial,
        )

    def act(self, doing: Callable[[int], NamedRows]) -> None:
        """Have the loop do something at this moment, and write what it made."""
        self.take(doing(self._clock.now_ns()))

    def take(self, rows: NamedRows) -> None:
        """Write rows of the loop."""
        self._view = None
        self.version += 1
        for name, each in rows:
            if name == TRIAL.name:
                self._host.trials.follow(each)
                self._tell_done(each)
            self._host.link.append(name, each)

    def step(self) -> None:
        """Do what is due."""
        around = self.around()
        self._hear_gaze()
        self._hear_calibration()
        self._hear_side_runs(around)
        if (text := self.parts.side_runs.last_text) != self._known_text:
            self._known_text = text
            if text:
                self._host.say(text)
        for name, rows in self.parts.dictation.step(around, self.view):
            self._host.link.append(name, rows)
        self._hear_transcript()
        if ticked := self.loop.tick(around.now_ns):
            self.take(ticked)
        if not self.is_held and not self.is_over:
            self._lead(around)
        if not self.is_held and not self.is_over:
            view, presentation = self.view, self._host.presentation
            self._screens.show(self.loop, view, presentation, self._images, around.now_ns)
        self._follow_masks(around.now_ns)

    def presented(self, revision: int, t_host_ns: int) -> bool:
        """Take a presented revision; True where that put a target before the eyes."""
        is_target = self.parts.side_runs.presented(revision, t_host_ns)
        if self._screens.presented(revision, self.loop.asked):
            self.screen_since_ns = t_host_ns
            self._host.feed.marks.clear()  # the operator sees the fixations of one screen, not on another
            self.take(self.loop.presented(t_host_ns))
            self._try_datasets(t_host_ns)
        return is_target

    # calibration

    def make_way(self) -> None:
        """A calibration begins: a case that is open rests meanwhile."""
        self.parts.side_runs.abort()
        if self.loop.stage is Stage.CASE:
            self.resume_after_calibration()
            self.act(self.loop.pause)
        self._screens.forget()
        self._host.feed.marks.clear()
        self._host.presentation.clear(-1, self._clock.now_ns())

    def calibration_over(self) -> None:
        """A calibration has ended, one way or the other: go on with what it interrupted."""
        self._hear_calibration()
        self._screens.forget()
        after, self.after_closing = self.after_closing, None
        if after is AfterClosing.BREAK:
            self.act(self.loop.start_break)
        elif after is AfterClosing.END:
            self.finish()
        elif self.loop.stage is Stage.PAUSED and self._resting_trial == self.around().trial:
            self._resting_trial = None
            self.act(self.loop.go_on)

    def resume_after_calibration(self) -> None:
        """Let the open case, which rests for a calibration, go on by itself after it."""
        attempt = self.loop.state.open_attempt
        self._resting_trial = None if attempt is None else attempt.trial

    def let_rest(self) -> None:
        """Leave a case that rests as it is until somebody goes on with it."""
        self._resting_trial = None

    def measure_baseline(self) -> None:
        """Measure the pupil's baseline as soon as the reader is between two cases."""
        self._is_baseline_due = True

    def retry_drift_check(self) -> None:
        """Let drift checks begin by themselves again."""
        self._failures = _Failures()

    def finish(self) -> None:
        """The reader leaves: an open case can be gone on with in the next session."""
        self.parts.side_runs.abort()
        if not self.is_over:
            self._hear_side_runs(self.around())  # the row of a check that was stopped just now
            self.act(self.loop.leave)
            self._follow_masks(self._clock.now_ns())  # the recording may be closed before the next step
            self._host.presentation.clear(-1, self._clock.now_ns(), message="Thank you. Please wait.")
            self.is_over = True

    def _lead(self, around: StudyAround) -> None:
        """Let follow what follows by itself."""
        stage = self.loop.stage
        if stage in (Stage.READY, Stage.DRIFT_CHECK) and self._is_baseline_due:
            self._is_baseline_due = False
            self._screens.forget()
            self.parts.side_runs.begin_baseline(around)
        elif stage is Stage.READY:
            self._open_next(around.now_ns)
        elif stage is Stage.DRIFT_CHECK and self._failures_before(around.trial) < MOST_DRIFT_CHECKS:
            self._screens.forget()
            self.parts.side_runs.begin_drift_check(around)

    def _follow_masks(self, now_ns: int) -> None:
        """Let grow what is covered with the eyes, and write down what was done of it."""
        self.cover.step(
            now_ns,
            self.view,
            self.screen_since_ns,
            live=self._host.feed.live,
            images=self._images,
            presentation=self._host.presentation,
            accuracy_deg=newest_accuracy_deg(self._host),
        )
        rows = self.cover.take_rows()
        if rows is not None:
            self._host.link.append(EVENT.name, rows)

    def _failures_before(self, trial: int) -> int:
        if self._failures.trial != trial:
            self._failures = _Failures(trial)
        return self._failures.count

    def _open_next(self, now_ns: int) -> None:
        planned = self.view.planned
        if planned is None:
            return
        loaded = self._loaded(planned)
        if loaded is None:
            return
        host = self._host
        if loaded.problem:
            index = self._indices[planned.case.case_id]
            host.trials.note_problem(index, loaded.problem)
            host.note("image_unreadable", loaded.problem)
            host.say(f"Case {planned.case.case_id}: {loaded.problem}")
            reason = f"The image cannot be shown: {loaded.problem}"[:_REASON_LETTERS]
            self.act(lambda t_ns: self.loop.set_aside(t_ns, By.OPERATOR, reason))
            return
        host.append_images(host.images.new_rows())
        self._images = loaded.images
        host.feed.begin_trial(loaded.images)
        shown = tuple(
            CaseImage(
                image_id=image.image_id, width_px=image.stimulus.width_px, height_px=image.stimulus.height_px
            )
            for image in loaded.images
        )
        self.take(self.loop.open_case(now_ns, shown))
        self._load_ahead(planned)

    def _loaded(self, planned: PlannedCase) -> LoadedCase | None:
        index = self._indices[planned.case.case_id]
        self._host.images.ask(index, self._host.trials.cases[index])
        return self._host.images.take(index)

    def _load_ahead(self, current: PlannedCase) -> None:
        state = self.loop.state
        for each in (*self.worklist.practice, *self.worklist.in_use(state.fate_of)):
            case_id = each.case.case_id
            if case_id != current.case.case_id and state.fate_of(case_id) is Fate.UNREAD:
                index = self._indices[case_id]
                self._host.images.ask(index, self._host.trials.cases[index])
                return

    def _hear_gaze(self) -> None:
        live = self._host.feed.live
        if live is not self._live:  # another tracker, or other settings: its rows are counted anew
            self._live, self._next_row = live, live.first_recent_row
        first = max(self._next_row - live.first_recent_row, 0)
        rows = live.recent_gaze[first:]
        if not len(rows):
            return
        t_ns = np.maximum.accumulate(live.recent_signal["t_host_ns"][first:])
        t_ns = np.maximum(t_ns, self._last_gaze_ns)
        self._next_row = live.first_recent_row + len(live.recent_gaze)
        self._last_gaze_ns = int(t_ns[-1])
        self.loop.take_gaze(rows, t_ns)

    def _hear_calibration(self) -> None:
        desk = self._host.calibration_desk
        for name, rows in desk.take_rows():
            self._observe(name, rows)
        if desk.accepted_count != self._known_accepted:
            self._known_accepted = desk.accepted_count
            if desk.last_purpose == "opening":
                self.parts.side_runs.calibrated()
                self.retry_drift_check()  # what failed before says nothing of this calibration
        result = desk.last_result
        if result is not None and result is not self._known_validation:
            self._known_validation = result
            source: PointSource = "validation" if desk.last_purpose == "opening" else "closing"
            self.accuracy.add_validation(result.result, result.t_ended_host_ns, source=source)
            self.accuracy_version += 1

    def _observe(self, name: str, rows: Rows) -> None:
        self.loop.observe(name, rows)
        self._view = None
        self.version += 1
        if name == DRIFT.name and len(rows):
            failed = rows[-1]["outcome"] not in (b"measured", b"overridden")
            if failed or self.loop.stage is Stage.DRIFT_CHECK:
                self._failures.count += 1
            result = self.parts.side_runs.last_drift
            if result is not None:
                self.accuracy.add_drift(result)
                self.accuracy_version += 1

    def _hear_side_runs(self, around: StudyAround) -> None:
        for name, rows in self.parts.side_runs.step(around):
            self._host.link.append(name, rows)
            self._observe(name, rows)

    def _hear_transcript(self) -> None:
        is_ready = self.parts.dictation.is_transcript_ready
        if is_ready is not self.loop.is_transcript_ready:  # opening a case makes the loop wait anew
            self.loop.set_transcript_ready(is_ready)
            self._view = None
            self.version += 1

    def _tell_done(self, trial_rows: Rows) -> None:
        for row in trial_rows[trial_rows["state"] == b"done"]:
            case_id = decode_text(row["case_id"])
            latest = self.loop.state.latest(case_id)
            self.parts.copies.committed(case_id, 0 if latest is None else latest.attempt)
            if not any(each.case.case_id == case_id for each in self.worklist.practice):
                t_ns = int(row["t_host_ns"])
                self.parts.datasets.ask(case_id, int(row["trial"]), t_ns, is_done=True)

    def _try_datasets(self, shown_ns: int) -> None:
        """Have what was read tried in the study's formats while its questions are answered."""
        view = self.view
        if view.planned is not None and are_images_left(view, self.loop.screen_names, self.opened.study):
            self.parts.datasets.ask(view.planned.case.case_id, view.trial, shown_ns, is_done=False)
