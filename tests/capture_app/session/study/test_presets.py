"""The presets are right, a new study checks green at once, and its phantoms are what the reference says."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from capture_app.cli.study import PRESET_NAMES
from capture_app.session.study import (
    PRESETS,
    CaseRole,
    StudyError,
    check_study,
    new_study,
    open_reference,
    open_study,
    plan_for,
    summarise,
)
from capture_app.session.study import phantom_cases as phantom_cases_module
from capture_app.session.study import presets as presets_module
from capture_app.session.study.built_in_tables import BuiltInCase
from capture_app.session.study.case_table import CASE_COLUMNS
from capture_app.session.study.phantom_cases import (
    CONSOLIDATION,
    HEART,
    NODULE,
    PhantomCase,
    encoded,
    phantom_cases,
)
from capture_app.session.study.presets import preset_text
from capture_app.session.study.reference import RegionKind
from capture_app.session.study.task_keys import TaskKind
from recordings_schema.findings import Severity
from recordings_schema.stimuli import load_image

_CASES = phantom_cases()


@pytest.fixture(scope="module")
def drawn() -> tuple[PhantomCase, ...]:
    """The built-in cases with their real findings; those made for studies are small instead of drawn."""
    nothing = dict.fromkeys((NODULE, CONSOLIDATION, HEART), lambda chest, finding: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phantom_cases_module, "healthy_chest", lambda patient: patient)
        patch.setattr(phantom_cases_module, "_DRAWERS", nothing)
        patch.setattr(phantom_cases_module, "draw_bones", lambda patient: None)
        patch.setattr(phantom_cases_module, "finished", lambda patient: small_pixels(patient.seed))
        made = [case.make() for case in _CASES]
    small = [replace(shown, pixels=small_pixels(number)) for number, shown in enumerate(made)]
    return tuple(
        PhantomCase(case_id=case.case_id, role=case.role, make=lambda shown=shown: shown)
        for case, shown in zip(_CASES, small, strict=True)
    )


def small_pixels(seed: int) -> npt.NDArray[np.uint16]:
    return np.random.default_rng(seed).integers(0, 4096, (48, 40), dtype=np.uint16)


@pytest.fixture
def quick(drawn: tuple[PhantomCase, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presets_module, "phantom_cases", lambda: drawn)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("preset", PRESETS)
def test_a_new_study_checks_green_at_once(preset: str, tmp_path: Path) -> None:
    path = new_study(preset, tmp_path / "study")
    check = check_study(path, is_decoded=True)
    assert [finding.sentence() for finding in check.findings if finding.severity is not Severity.NOTE] == []
    opened = open_study(tmp_path / "study")
    assert opened.study.study.preset == preset
    assert opened.study.tasks[0].kind is PRESETS[preset]
    roles = [case.role for case in opened.cases]
    assert (roles.count(CaseRole.STUDY), roles.count(CaseRole.SPARE), roles.count(CaseRole.PRACTICE)) == (
        12,
        2,
        2,
    )
    plan = plan_for(opened.study, opened.cases, "R01")
    assert len(plan.periods[0].cases) == 12
    assert 5 < summarise(opened).total_minutes < 120


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("preset", PRESETS)
def test_every_case_that_has_a_right_answer_has_one_in_the_reference(preset: str, tmp_path: Path) -> None:
    opened = open_study(new_study(preset, tmp_path / "study"))
    entries = {entry.case_id: entry for entry in open_reference(opened)}
    assert set(entries) == {case.case_id for case in opened.cases}
    if PRESETS[preset] is TaskKind.QUESTION:
        assert all(entries[case.case_id].answer in case.choices for case in opened.cases)
    if PRESETS[preset] is TaskKind.SEARCH:
        present = [entries[case.case_id].is_present for case in opened.cases]
        assert all(entries[case.case_id].finding == case.target for case in opened.cases)
        assert 4 <= sum(present) <= 12
    if PRESETS[preset] is TaskKind.SEGMENT:
        assert all(entries[case.case_id].region.kind is RegionKind.ELLIPSE for case in opened.cases)


@pytest.mark.usefixtures("quick")
def test_a_new_study_tells_how_far_it_is_and_begins_only_in_an_empty_folder(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    new_study("egd", tmp_path / "deep" / "study", on_case=lambda done, count: told.append((done, count)))
    assert told == [(number, 16) for number in range(1, 17)]
    with pytest.raises(StudyError, match="is not empty"):
        new_study("egd", tmp_path / "deep" / "study")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StudyError, match="is a file"):
        new_study("egd", tmp_path / "file")


def test_a_disk_that_fills_up_leaves_no_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(presets_module, "replace_file", full)
    monkeypatch.setattr(presets_module, "phantom_cases", lambda: _CASES[2:3])
    with pytest.raises(StudyError, match="is full"):
        new_study("egd", tmp_path / "study")
    assert list((tmp_path / "study").glob("*.gazestudy")) == []


def test_presets_that_are_not_there_are_told() -> None:
    with pytest.raises(StudyError, match="Known are reflacx, egd"):
        preset_text("mine")
    assert tuple(PRESETS) == PRESET_NAMES


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_says_where_its_values_come_from(preset: str) -> None:
    lines = preset_text(preset).splitlines()
    assert sum("#" in line for line in lines) > 30
    assert any("[P]" in line for line in lines)


def test_the_reflacx_preset_has_the_published_values(tmp_path: Path) -> None:
    (tmp_path / "reflacx.gazestudy").write_text(preset_text("reflacx"), encoding="utf-8")
    check = check_study(tmp_path)
    assert check.opened is not None
    study = check.opened.study
    assert len(study.labels) == 17
    assert [(level.screen_code, level.export_code) for level in study.certainty] == [
        (9, 5), (7, 4), (5, 3), (3, 2), (1, 1),
    ]  # fmt: skip
    assert (study.gates.loss_yellow_percent, study.gates.loss_red_percent) == (10, 15)
    assert (study.gates.gap_yellow_s, study.gates.gap_red_s) == (1.5, 3.0)
    assert [loss.value for loss in study.gates.loss_counted] == ["blink", "both_eyes"]
    assert (study.calibration.points, study.calibration.pupil_baseline_s) == (13, 15)
    assert (study.dictation.rate_hz, study.dictation.longest_s) == (48000, 240)


@pytest.mark.long
def test_a_real_new_study_has_sixteen_different_phantoms_that_can_be_shown(tmp_path: Path) -> None:
    check = check_study(new_study("reflacx", tmp_path / "study"), is_decoded=True)
    assert check.is_usable
    images = [path.read_bytes() for path in sorted((tmp_path / "study" / "images").iterdir())]
    assert len(set(images)) == 16


def test_a_finding_is_drawn_where_the_reference_says_the_same_every_time(tmp_path: Path) -> None:
    by_id = {case.case_id: case for case in _CASES}
    shown = by_id["case-05"].make()
    assert np.array_equal(shown.pixels, by_id["case-05"].make().pixels)
    finding = shown.findings[0]
    x, y = round(finding.x_image_px), round(finding.y_image_px)
    inside = shown.pixels[y - 15 : y + 15, x - 15 : x + 15].mean()
    far = round(2.2 * finding.radius_x_image_px)
    around = np.mean(
        [shown.pixels[y - 15 : y + 15, x + side - 15 : x + side + 15].mean() for side in (-far, far)]
    )
    assert inside > around + 150
    (tmp_path / "a.png").write_bytes(encoded(shown))
    assert np.array_equal(load_image(tmp_path / "a.png").pixels, shown.pixels)


def test_tables_leave_out_columns_that_nobody_fills_in(drawn: tuple[PhantomCase, ...]) -> None:
    from capture_app.session.study.built_in_tables import built_in_tables

    cases = [BuiltInCase(case_id=case.case_id, role=case.role, shown=case.make()) for case in drawn]
    table, _ = built_in_tables(TaskKind.READ, cases)
    header = next(csv.reader(table.splitlines()))
    assert header == ["case_id", "image", "role", "patient"]
    assert set(header) < set(CASE_COLUMNS)
