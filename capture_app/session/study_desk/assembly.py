"""Puts the parts of a session with a study together."""

from __future__ import annotations

from capture_app.session.calibration_plan import GreySource
from capture_app.session.study import OpenedStudy
from capture_app.session.study_desk.copies import StudyCopies
from capture_app.session.study_desk.dataset_lamp import DatasetLamp
from capture_app.session.study_desk.dictation_run import StudyDictation
from capture_app.session.study_desk.ending import StudyEnding
from capture_app.session.study_desk.folder import StudyFolder
from capture_app.session.study_desk.host import StudyHost, StudyParts
from capture_app.session.study_desk.side_runs import StudySideRuns
from gaze_core.clocks import Clock


def assemble(opened: OpenedStudy, host: StudyHost, clock: Clock, grey: GreySource) -> StudyParts:
    """Return the parts for one session with a study."""
    return StudyParts(
        side_runs=StudySideRuns(opened.study, clock, matched_grey=grey),
        dictation=StudyDictation(clock),
        copies=StudyCopies(),
        datasets=DatasetLamp(),
        ending=StudyEnding(sent=lambda: host.link.sent_rows),
        folder=StudyFolder(),
    )
