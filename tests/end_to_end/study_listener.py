"""The command `capture STUDY --robot` that also says where it is; started by the tests as a script.

Arguments are those of `reading-station`. Beside what the command says itself, every change is a line:
"acquisition PID" once its process runs, "at PLACE" whenever something else has the reader's screen.
"""

from __future__ import annotations

import sys

from capture_app.acquisition.client import AcquisitionClient
from capture_app.cli import main
from capture_app.session.calibration_states import CalibrationStage
from capture_app.session.reading import Stage
from capture_app.session.states import LiveState
from capture_app.session.study_desk.states import StudyDeskState, StudyPhase
from capture_app.session.study_desk.study_robot import StudyRobot

_SHOWING = (CalibrationStage.CALIBRATING, CalibrationStage.VALIDATING, CalibrationStage.REVIEW)


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def place(calibration: CalibrationStage, study: StudyDeskState) -> str:
    """Return where a session is, in a word or two."""
    view = study.view
    if study.preparing:
        return "preparing"
    if study.phase is StudyPhase.ENDING:
        steps = study.end.steps if study.end is not None else ()
        return "ending " + next((step.name for step in steps if step.level == "running"), "begins")
    if study.phase is not StudyPhase.RUNNING or view is None:
        return study.phase.value
    if study.is_calibrating and calibration in _SHOWING:
        return f"{calibration.value} {study.validation_purpose}".strip()
    if study.side_run is not None:
        return study.side_run.kind.value
    if view.stage is Stage.CASE and view.screen is not None:
        return view.screen.name if view.is_presented else f"asked {view.screen.name}"
    return view.stage.value


def listen() -> None:
    """Have the robot and the acquisition's client say what they come to."""
    step, start = StudyRobot.step, AcquisitionClient.start
    known = ""

    def told_step(robot: StudyRobot, state: LiveState, now_ns: int) -> None:
        nonlocal known
        study = state.study
        here = "no study" if study is None else place(robot._calibration.state.stage, study)
        if here != known:
            known = here
            tell(f"at {here}")
        step(robot, state, now_ns)

    def told_start(client: AcquisitionClient, *arguments: float) -> None:
        start(client, *arguments)
        tell(f"acquisition {client.pid}")

    StudyRobot.step = told_step  # type: ignore[method-assign]
    AcquisitionClient.start = told_start  # type: ignore[method-assign]


if __name__ == "__main__":
    listen()
    main()
