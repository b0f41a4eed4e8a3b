"""A study: everything that is decided before the first reader sits down, as one frozen record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Final

from capture_app.session.study.dataset_keys import Datasets
from capture_app.session.study.design_keys import Breaks, CaseSource, Order, Practice, Quota, Readers
from capture_app.session.study.keys import Key
from capture_app.session.study.quality_keys import Analysis, CalibrationPlan, DriftCheck, Gates
from capture_app.session.study.station_keys import (
    Conditions,
    Consent,
    Copies,
    Dictation,
    DisplaySetup,
    Identity,
    ImageTerms,
    Privacy,
    ReaderForm,
    TrackerSetup,
)
from capture_app.session.study.task_keys import CertaintyLevel, Label, Screen, Task

STUDY_EXTENSION: Final = ".gazestudy"
STUDY_FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The content of a study file."""

    format: Annotated[int, Key("version of this file format", choices=(STUDY_FORMAT,))]
    study: Annotated[Identity, Key("which study this is")]
    display: Annotated[DisplaySetup, Key("the reader's screen")] = field(default_factory=DisplaySetup)
    tracker: Annotated[TrackerSetup, Key("the tracker")] = field(default_factory=TrackerSetup)
    calibration: Annotated[CalibrationPlan, Key("calibration and validation")] = field(
        default_factory=CalibrationPlan
    )
    gates: Annotated[Gates, Key("limits of calibration, cases and drift")] = field(default_factory=Gates)
    drift_check: Annotated[DriftCheck, Key("the check between cases")] = field(default_factory=DriftCheck)
    analysis: Annotated[Analysis, Key("what will be analysed")] = field(default_factory=Analysis)
    cases: Annotated[CaseSource, Key("where the cases are")]
    readers: Annotated[Readers, Key("who is expected to read")] = field(default_factory=Readers)
    order: Annotated[Order, Key("order of the cases")] = field(default_factory=Order)
    practice: Annotated[Practice, Key("practice before the first case")] = field(default_factory=Practice)
    quota: Annotated[Quota, Key("cases that count, and spares")] = field(default_factory=Quota)
    breaks: Annotated[Breaks, Key("breaks")] = field(default_factory=Breaks)
    conditions: Annotated[Conditions, Key("what has to hold in the room")] = field(default_factory=Conditions)
    consent: Annotated[Consent, Key("what the reader agrees to")] = field(default_factory=Consent)
    reader_form: Annotated[ReaderForm, Key("what the reader is asked")] = field(default_factory=ReaderForm)
    images: Annotated[ImageTerms, Key("terms of the images")]
    copies: Annotated[Copies, Key("second place of finished cases")] = field(default_factory=Copies)
    dictation: Annotated[Dictation, Key("microphone and transcription")] = field(default_factory=Dictation)
    datasets: Annotated[Datasets, Key("datasets that the study feeds")] = field(default_factory=Datasets)
    privacy: Annotated[Privacy, Key("what keeps people unknown")] = field(default_factory=Privacy)
    labels: Annotated[tuple[Label, ...], Key("the label list, in the order of the screen", at_most=200)] = ()
    certainty: Annotated[tuple[CertaintyLevel, ...], Key("the certainty scale", at_most=10)] = ()
    screens: Annotated[tuple[Screen, ...], Key("the screens that tasks are made of", at_least=1, at_most=200)]
    tasks: Annotated[
        tuple[Task, ...], Key("the tasks; the first is that of cases that name none", at_least=1, at_most=50)
    ]

    def task_named(self, name: str) -> Task:
        """Return a task; the first one for the empty name.

        Raises
        ------
        KeyError
            If there is no task of that name.
        """
        return self.tasks[0] if not name else {task.name: task for task in self.tasks}[name]

    def screens_of(self, task: Task) -> tuple[Screen, ...]:
        """Return the screens of a task in their order."""
        by_name = {screen.name: screen for screen in self.screens}
        return tuple(by_name[name] for name in task.screens)
