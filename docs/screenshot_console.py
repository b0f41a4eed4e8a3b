"""Believable states of the operator's console for the screenshots: a study in the middle of a session."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import screenshot_states as states

from calibration import (
    VALIDATION_4,
    AccuracyMap,
    DriftResult,
    SmallestLesion,
    Target,
    TargetResult,
    ValidationResult,
)
from capture_app.session.cover_mask import CoverMask
from capture_app.session.mask_progress import MaskProgress
from capture_app.session.reading import (
    CaseGrade,
    CaseState,
    InterruptedCase,
    Light,
    ReadingView,
    Stage,
)
from capture_app.session.reading.stages import Prompt
from capture_app.session.states import DotState, HeatmapState, LiveState, StreamHealth, Verdict
from capture_app.session.study import CaseRole, OpenedStudy, PlannedCase, Study, StudyCase
from capture_app.session.study.decode import Decoder
from capture_app.session.study.presets import preset_text
from capture_app.session.study.toml_lines import parse_toml
from capture_app.session.study_desk.states import (
    CopyState,
    DatasetState,
    EndStep,
    SessionEnd,
    SideRunKind,
    SideRunState,
    StudyCaseLine,
    StudyDeskState,
    StudyPhase,
)
from gaze_core.eyes import Eye
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.quality import Accuracy

_MINUTE_NS = 60_000_000_000
_ARRIVAL_NS = 42 * _MINUTE_NS
_GEOMETRY = ViewingGeometry(
    screen=Screen(width_px=1920, height_px=1080, width_mm=518.0, height_mm=291.0), distance_mm=640.0
)
_LONG_MESSAGE = (
    "There are two more cases before the break; please keep your head where it is now, and tell me when the "
    "room is too bright for you, then we lower the blinds before we go on"
)


def console_state(scene: str) -> LiveState:
    """Return what the operator's window shows in a scene."""
    study = study_state(scene)
    live = replace(states.live_state(), study=study, newest_arrival_host_ns=_ARRIVAL_NS, disk_minutes=430.0)
    if scene == "console-no-tracker":
        sentence = "Tobii Pro Spectrum stopped sending 4 s ago. Look at its cable; the case counts the gap."
        bad = Verdict(level="bad", word="tracker stalled", explanation=sentence)
        return replace(live, verdict=bad, health=StreamHealth(stalled_s=4.2), gaze=None, trail=())
    if scene == "console-mask":
        return replace(live, heatmaps=(), fixations=(), cover_masks=(_mask(live),))
    if scene == "console-calibration":
        reader = replace(live.reader, panes=(), progress="", message="Please wait")
        return replace(live, reader=reader, fixations=())
    if scene == "console-drift":
        dot = DotState(x_norm=0.5, y_norm=0.5, size_share=1.0)
        reader = replace(live.reader, panes=(), has_targets=True, dot=dot, patch=None)
        return replace(live, reader=reader, fixations=(), trail=())
    return live


def study_state(scene: str) -> StudyDeskState:
    """Return the study of a scene."""
    opened = _opened()
    state = _running(opened)
    if scene == "console-overfull":
        lines = tuple(_line(number, number < 180) for number in range(500))
        title = replace(opened.study.study, title=states.LONG_TITLE)
        opened = replace(opened, study=replace(opened.study, study=title))
        prompts = (Prompt.BREAK, Prompt.RUNNING_DRIFT, Prompt.SINGLE_DRIFT, Prompt.CASES)
        return replace(
            state,
            opened=opened,
            cases=lines,
            view=replace(_view(opened), prompts=prompts, counted=171, quota=500),
            message=_LONG_MESSAGE,
            drift_deg=2.4,
            running_drift_deg=1.3,
            copies=CopyState(
                level="attention",
                text="The second place (\\\\server\\studies\\chest) cannot be reached. Copies wait.",
                copied_cases=160,
            ),
            datasets=DatasetState(
                level="bad",
                text="Case chest-180: valid for reflacx. gazesearch: Nothing was dictated, and no finding of "
                "the table was chosen. No text was dictated.",
            ),
            grade_so_far=_grade(Light.RED, 17.2, 3.4, "17 % of the gaze is missing; 15 % is too much."),
        )
    if scene == "console-drift":
        run = SideRunState(
            kind=SideRunKind.DRIFT_CHECK,
            x_norm=0.5,
            y_norm=0.5,
            remaining_s=3.2,
            can_be_passed_over=False,
            text="the reader looks at the target of the drift check",
        )
        view = replace(_view(opened), stage=Stage.DRIFT_CHECK, attempt=-1, screen=None)
        return replace(state, side_run=run, view=view, screen_names=(), grade_so_far=None)
    if scene == "console-mask":
        mask = MaskProgress(
            image_id=0, visible_s=24.6, gaze_s=21.9, covered_share=0.038, dice_change=0.004, settled_s=22.1
        )
        return replace(state, masks=(mask,), screen_elapsed_s=24.6, case_elapsed_s=41.0)
    if scene == "console-no-tracker":
        return replace(
            state,
            grade_so_far=_grade(Light.AMBER, 10.8, 2.1, "11 % of the gaze is missing."),
            drift_deg=math.nan,
            running_drift_deg=math.nan,
        )
    if scene in ("console-calibration", "console-calibration-due"):
        prompts = (Prompt.CASES,)
        view = replace(_view(opened), stage=Stage.CALIBRATION, attempt=-1, screen=None, prompts=prompts)
        return replace(state, view=view, screen_names=(), grade_so_far=None, cases_since_calibration=25)
    if scene == "console-interrupted":
        text = (
            "Case chest-06 was interrupted at the screen labels. Continue there with its gaze and answers "
            "kept, restart it (the attempt so far is kept and marked), or skip it."
        )
        interrupted = InterruptedCase(case_id="chest-06", attempt=0, screen="labels", text=text)
        view = replace(
            _view(opened), stage=Stage.RESUME_CHOICE, attempt=-1, screen=None, interrupted=interrupted
        )
        return replace(state, view=view, screen_names=(), grade_so_far=None)
    if scene == "console-practice":
        view = replace(_view(opened), stage=Stage.PRACTICE_DECISION, attempt=-1, screen=None)
        return replace(state, view=view, screen_names=(), grade_so_far=None)
    if scene == "console-end":
        return replace(state, phase=StudyPhase.ENDED, end=_end())
    return state


def _opened() -> OpenedStudy:
    values, lines = parse_toml(preset_text("reflacx"))
    study = Decoder("reflacx.gazestudy", lines).record(Study, values)
    study = replace(study, study=replace(study.study, title="Study A"))
    folder = Path("study-a")
    return OpenedStudy(
        path=folder / "study-a.gazestudy", folder=folder, sha256="0" * 64, study=study, cases=()
    )


def _view(opened: OpenedStudy) -> ReadingView:
    task = opened.study.tasks[0]
    screen = next(each for each in opened.study.screens_of(task) if each.KIND == "image")
    case = StudyCase(case_id="chest-07", images=())
    return ReadingView(
        stage=Stage.CASE,
        planned=PlannedCase(case=case, arm="", task=task.name),
        trial=7,
        attempt=0,
        case_state=CaseState.READ,
        screen=screen,
        text="",
        is_presented=True,
        images=(),
        answer=None,
        shapes=(),
        missing=(),
        can_go_back=True,
        jumps=(),
        grade=None,
        prompts=(),
        interrupted=None,
        progress="case 7 of 50",
        counted=4,
        quota=50,
        summary="",
    )


def _mask(live: LiveState) -> HeatmapState:
    """Return what was covered of a finding."""
    pane = live.reader.panes[0]
    mask = CoverMask()
    mask.begin(pane.image_width_px, pane.image_height_px)
    chance = random.Random(4)
    for _ in range(60):
        x_share, y_share = chance.gauss(0.36, 0.025), chance.gauss(0.42, 0.03)
        mask.add(x_share * pane.image_width_px, y_share * pane.image_height_px, 0.03 * pane.image_width_px)
    return HeatmapState(image_id=pane.image_id, rgba=mask.rgba(), version=mask.version)


def _running(opened: OpenedStudy) -> StudyDeskState:
    return StudyDeskState(
        phase=StudyPhase.RUNNING,
        opened=opened,
        reader="R03",
        view=_view(opened),
        screen_names=opened.study.tasks[0].screens,
        cases=_lines(),
        grade_so_far=_grade(Light.GREEN, 2.4, 0.6, "2 % of the gaze is missing."),
        case_elapsed_s=101.0,
        screen_elapsed_s=98.0,
        session_elapsed_s=38 * 60.0,
        drift_deg=0.62,
        running_drift_deg=0.41,
        cases_since_calibration=6,
        accuracy=_accuracy(),
        accuracy_version=1,
        smallest_lesion=SmallestLesion(
            diameter_deg=1.4,
            diameter_screen_mm=15.6,
            diameter_image_px=118.0,
            diameter_mm=16.9,
            accuracy_deg=0.5,
            std_deg=0.19,
        ),
        notes=("Blinds lowered after case 3.",),
        copies=CopyState(level="good", text="5 cases are copied and checked.", copied_cases=5),
        datasets=DatasetState(level="good", text="Case chest-06: valid for reflacx, gazesearch."),
    )


def _lines() -> tuple[StudyCaseLine, ...]:
    practice = StudyCaseLine(
        case_id="practice-01", role=CaseRole.PRACTICE, state=CaseState.COMMITTED, attempts=1, grade="green",
        note="", worked_s=212.0, is_current=False, does_count=False,
    )  # fmt: skip
    lines = [_line(number, number < 6) for number in range(50)]
    lines[2] = replace(lines[2], grade="red", note="loss 18 %", does_count=False)
    lines[3] = replace(lines[3], grade="amber", note="gap 1.8 s")
    lines[4] = replace(
        lines[4], state=CaseState.SET_ASIDE, grade="", note="set aside: motion", does_count=False
    )
    lines[5] = replace(lines[5], attempts=2)
    lines[6] = replace(lines[6], state=CaseState.READ, attempts=1, worked_s=101.0, is_current=True)
    spare = replace(lines[9], case_id="spare-01", role=CaseRole.SPARE)
    return (practice, *lines, spare)


def _line(number: int, is_read: bool) -> StudyCaseLine:
    return StudyCaseLine(
        case_id=f"chest-{number + 1:02d}",
        role=CaseRole.STUDY,
        state=CaseState.COMMITTED if is_read else None,
        attempts=int(is_read),
        grade="green" if is_read else "",
        note="loss 2 %" if is_read else "",
        worked_s=95.0 + 7 * (number % 9) if is_read else 0.0,
        is_current=False,
        does_count=is_read,
    )


def _grade(light: Light, percent: float, gap_s: float, reason: str) -> CaseGrade:
    return CaseGrade(light=light, reason=reason, loss_percent=percent, longest_gap_s=gap_s, drift_deg=0.4)


def _accuracy() -> AccuracyMap:
    chance = random.Random(3)
    found = AccuracyMap(Eye.AVERAGE, _GEOMETRY)
    for minute, worst in ((5, 0.8), (22, 1.3), (38, 1.7)):
        targets = tuple(
            _target(each.target_id, each.x_norm, each.y_norm, worst if each.target_id == 1 else 0.5, chance)
            for each in VALIDATION_4
        )
        source = "closing" if minute == 38 else "validation"
        found.add_validation(
            ValidationResult(targets=targets, eyes=(), window_ms=300.0), minute * _MINUTE_NS, source=source
        )
    for minute in range(7, 40, 3):
        target = _target(0, 0.5, 0.5, 0.3 + 0.02 * minute, chance)
        found.add_drift(
            DriftResult(
                t_host_ns=minute * _MINUTE_NS,
                target=Target(target_id=0, x_norm=0.5, y_norm=0.5),
                signal=Eye.AVERAGE,
                fixation_first_device_ns=0,
                eyes=(target,),
            )
        )
    return found


def _target(number: int, x_norm: float, y_norm: float, deg: float, chance: random.Random) -> TargetResult:
    offset = deg * chance.uniform(0.7, 1.1)
    angle = chance.uniform(-0.6, 1.6)
    return TargetResult(
        target_id=number, x_norm=x_norm, y_norm=y_norm, eye=Eye.AVERAGE,
        accuracy=Accuracy(
            offset_deg=offset, azimuth_offset_deg=offset * math.cos(angle),
            elevation_offset_deg=offset * math.sin(angle),
        ),
        rms_s2s_deg=0.1, std_deg=0.2, bcea_deg2=0.1, sample_count=180, loss_percent=0.5,
        effective_rate_hz=600.0,
    )  # fmt: skip


def _end() -> SessionEnd:
    folder = Path("/home/lab/studies/study-a/sessions/R03")
    return SessionEnd(
        recording=folder / "R03_period1_02.gazeh5",
        steps=(
            EndStep(name="Recording closed", level="good"),
            EndStep(name="Read back", level="good", text="All 1 412 880 samples and 412 screens are there."),
            EndStep(
                name="Copied", level="attention", text="The second place cannot be reached; copy it later."
            ),
            EndStep(name="Checked for identifying data", level="good", text="Nothing was found."),
            EndStep(name="Report written", level="good"),
        ),
        report=folder / "R03_period1_02-report.html",
        is_over=True,
    )


def picture(application, colours, shot, settled, now_ns):  # type: ignore[no-untyped-def]  # Qt is imported late
    """Return the picture of a scene: the window with its console, or one of its pages."""
    from capture_app.gui.operator_window import OperatorWindow
    from capture_app.gui.study_console.accuracy_page import AccuracyPage
    from capture_app.gui.study_console.console_dialogs import ConsoleDialogs
    from capture_app.gui.study_console.end_page import EndPage

    size = (round(shot.size_px[0] / shot.scale), round(shot.size_px[1] / shot.scale))
    state = console_state(shot.scene)
    study = state.study
    if study is None:
        raise RuntimeError("every scene of the console has a study")
    if shot.scene == "console-accuracy":
        page = AccuracyPage(colours, 16 / 9)
        page.resize(min(page.width(), size[0]), min(page.height(), size[1]))
        page.show()
        return settled(application, page, lambda: page.render_study(study, _ARRIVAL_NS))
    if shot.scene == "console-end":
        end = EndPage(colours, None)
        end.show()
        return settled(application, end, lambda: end.render_study(study))
    window = OperatorWindow(colours, now_ns=now_ns)
    window.resize(*size)
    window.show_station()
    window.show()
    image = settled(application, window, lambda: window.render_state(state))
    ask = _ASKED.get(shot.scene)
    if ask is None:
        return image
    nothing = SimpleNamespace(leave=None, leave_now=None)  # in a picture nobody presses a button
    dialogs = ConsoleDialogs(window, nothing, lambda _: True, lambda: None)  # type: ignore[arg-type]  # see above
    getattr(dialogs, ask)(study)
    return settled(application, dialogs.shown)


_ASKED = {
    "console-interrupted": "ask_stage",
    "console-calibration-due": "ask_stage",
    "console-skip": "ask_skip",
    "console-leave": "ask_end",
    "console-practice": "ask_stage",
}
