"""The windows before a session with a study, in believable states, for the screenshots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from capture_app.gui.study_start.editor_page import EditorPage
from capture_app.gui.study_start.findings_dialog import FindingsDialog
from capture_app.gui.study_start.ruler_dialog import RulerDialog
from capture_app.gui.study_start.studies_page import StudiesPage
from capture_app.gui.study_start.study_maker import StudyMaker
from capture_app.gui.tokens import Colours
from capture_app.session.hardware_check import HardwareFacts, judge_hardware
from capture_app.session.port import ScreenFacts
from capture_app.session.recording_places import PlaceFacts
from capture_app.session.settings import RecentItem, RecentKind, Settings
from capture_app.session.states import DictationState
from capture_app.session.study import CheckedStudy, OpenedStudy, Study, StudyCase, StudyFinding
from capture_app.session.study.case_table import CaseRole
from capture_app.session.study.check_terms import consent_sha256, consent_text
from capture_app.session.study.decode import Decoder
from capture_app.session.study.presets import preset_text
from capture_app.session.study.toml_lines import parse_toml
from capture_app.session.study_desk.states import StartForm, StartPlan
from capture_app.session.study_desk.study_making import presets_in_words
from recordings_schema.findings import Severity

FOLDER = Path("/home/lab/studies/chest-reading")
OPENED = 1_795_330_000
_OWNER = QObject()
_MAKER = StudyMaker(_OWNER)
SCREEN = ScreenFacts(
    name="DP-2", model="RX360", width_px=1536, height_px=2048, width_mm=324.0, height_mm=432.0,
    refresh_hz=60.0,
)  # fmt: skip
HEARD = DictationState(is_on=True, is_kept=False, level_db=-18.0, is_loud=False, text="Heard well.")
FINDINGS = (
    StudyFinding(
        severity=Severity.ERROR, file="reflacx.gazestudy", line=62, key="gates.loss_yellow_percent",
        what="loss_yellow_percent is 20 % and loss_red_percent is 15 %.",
        remedy="Yellow comes before red. Give loss_red_percent at least the value of loss_yellow_percent.",
    ),
    StudyFinding(
        severity=Severity.ERROR, file="cases.csv", line=7, key="image",
        what="The image images/case-05.png is not there.", remedy="Put it there or correct the name.",
    ),
    StudyFinding(
        severity=Severity.WARNING, file="reflacx.gazestudy", line=27, key="display.width_mm",
        what="The size of the screen is not given.", remedy="Measure the lit area and enter it.",
    ),
    StudyFinding(
        severity=Severity.NOTE, file="reflacx.gazestudy", line=150, key="consent",
        what="The consent text is not fixed yet.", remedy="Write its checksum.",
    ),
)  # fmt: skip


def opened_study(case_count: int = 12, title: str = "") -> OpenedStudy:
    """Return the preset `reflacx` with made-up cases."""
    values, lines = parse_toml(preset_text("reflacx"))
    study = Decoder("reflacx.gazestudy", lines).record(Study, values)
    study = replace(
        study,
        study=replace(study.study, ethics_reference="2026-113", title=title or study.study.title),
        copies=replace(study.copies, second_place="/mnt/second/chest-reading"),
        quota=replace(study.quota, cases_per_reader=case_count),
    )
    roles = [CaseRole.STUDY] * case_count + [CaseRole.SPARE] * 2 + [CaseRole.PRACTICE] * 2
    cases = tuple(
        StudyCase(case_id=f"{role.value}-{number:02d}", images=(), role=role)
        for number, role in enumerate(roles, 1)
    )
    path = FOLDER / "reflacx.gazestudy"
    return OpenedStudy(path=path, folder=FOLDER, sha256="0" * 64, study=study, cases=cases)


def station(**changes: Any) -> HardwareFacts:
    """Return a station on which all is well."""
    facts = HardwareFacts(
        is_connected=True, tracker_driver="eyelink", tracker_model="EyeLink 1000 Plus", rate_hz=999.6,
        nominal_rate_hz=1000.0, has_left=True, has_right=True, distance_mm=642.0, area_level="good",
        microphone=HEARD, places=PlaceFacts(free_bytes=812_000_000_000), monitor_count=2, screen=SCREEN,
    )  # fmt: skip
    return replace(facts, **changes)


def picture(
    application: QApplication,
    colours: Colours,
    scene: str,
    size: tuple[int, int],
    settled: Callable[..., object],
) -> object:
    """Return the picture of a scene."""
    del application
    window = _window(colours, scene)
    if scene.startswith("study-start"):
        window.resize(*size)
    elif scene == "studies-ruler":
        window.adjustSize()
    else:
        window.resize(min(window.width(), size[0]), min(window.height(), size[1]))
    window.show()
    return settled(window)


def _window(colours: Colours, scene: str) -> QWidget:
    if scene.startswith("study-start"):
        return _study_page(colours, scene)
    if scene == "studies-ruler":
        return _ruler(colours)
    if scene == "studies-findings":
        return FindingsDialog(
            CheckedStudy(path=FOLDER / "x.gazestudy", findings=FINDINGS, opened=None), colours, None
        )
    if scene == "studies-editor":
        return _editor(colours)
    return _studies(colours, scene)


def _studies(colours: Colours, scene: str) -> StudiesPage:
    names = ("chest-reading", "nodule-search-2026", "multi_centre_reading_trial_arm_B_second_session_upright")
    recent = tuple(
        RecentItem(
            kind=RecentKind.STUDY,
            path=f"/home/lab/studies/{name}/reflacx.gazestudy",
            opened_unix_s=OPENED - 86_400 * number,
        )
        for number, name in enumerate(names)
    )
    is_new = scene == "studies-first-time"
    home = Path("/home/lab/Documents/Reading Station")
    return StudiesPage(colours, presets_in_words(), () if is_new else recent, home, _MAKER)


def _study_page(colours: Colours, scene: str) -> QWidget:
    from capture_app.gui.operator_window import OperatorWindow

    window = OperatorWindow(colours)
    page = window.study_page
    is_full = scene.endswith("overfull")
    long_title = (
        "Dictated reading of frontal radiographs after intubation, with labels, ellipses and certainty, arm B"
    )
    opened = opened_study(500, long_title) if is_full else opened_study()
    text = consent_text(opened.study, opened.folder)
    page.show_study(opened, text, consent_sha256(text))
    findings = FINDINGS[2:] if not is_full else FINDINGS * 20
    page.column.show_findings(findings)
    facts = station()
    if scene.endswith(("missing", "overfull")):
        facts = station(
            rate_hz=941.0, has_left=False, distance_mm=812.0,
            places=PlaceFacts(free_bytes=900_000_000, second_problem="/mnt/second is not there."),
        )  # fmt: skip
    if scene.endswith("blocked"):
        facts = station(is_connected=False, microphone=None)
    page.show_hardware(judge_hardware(opened.study, facts), facts.distance_mm, facts.microphone)
    if not scene.endswith("missing"):
        form = StartForm(
            reader="R01", is_consent_given=True, years_of_experience=7.0, specialty="thoracic radiologist",
            vision="glasses", hours_awake=5.5, dominant_eye="right", room_lux=22.0, has_head_rest=False,
            has_glasses=True, comment="Second session today.",
        )  # fmt: skip
        page.form.reader.setEditText("R01")
        page.form.show_form(form)
        plan = StartPlan(
            reader="R01", period=1, periods=1, counted=3, quota=opened.study.quota.cases_per_reader,
            interrupted="",
            last_calibration="20 Nov 2026, mean 0.43 deg",
        )  # fmt: skip
        page.show_plan(plan)
    else:
        page.start_button.click()
    window.show_study()
    return window


def _ruler(colours: Colours) -> RulerDialog:
    settings = Settings(screen_width_mm=518.0, screen_height_mm=324.0)
    dialog = RulerDialog(QGuiApplication.primaryScreen(), settings, opened_study().study.display, colours)
    dialog.width_mm.setValue(97.5)
    dialog.height_mm.setValue(48.8)
    return dialog


def _editor(colours: Colours) -> EditorPage:
    import tempfile

    path = Path(tempfile.mkdtemp()) / "reflacx.gazestudy"
    path.write_text(preset_text("reflacx"), encoding="utf-8")
    page = EditorPage(path, colours)
    page.show_check(CheckedStudy(path=path, findings=FINDINGS, opened=None))
    page.open_file(path, 62)
    page.place.set_text(str(FOLDER / path.name))
    return page
