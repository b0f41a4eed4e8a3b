"""A case of a recording that still grows is tried in the formats of its study."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import report_rig as rigs
from reading_rig import preset_study, quiet

from capture_app.session.export.growing import CaseTrial
from capture_app.session.study import OpenedStudy
from capture_app.session.study.dataset_keys import Datasets
from capture_app.session.study_desk.dataset_lamp import DatasetLamp, ProcessWorker
from capture_app.session.study_desk.dataset_messages import GrowingCase
from capture_app.session.study_desk.dataset_work import answer_of
from recordings_schema.formats.contract import FormatError
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenedStudy:
    study = quiet(preset_study("reflacx"), cases=2)
    return rigs.opened_study(tmp_path_factory.mktemp("study"), study, count=2)


@pytest.fixture(scope="module")
def path(opened: OpenedStudy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rigs.write(tmp_path_factory.mktemp("session") / "a.gazeh5", rigs.session(opened), opened)


def feeding(opened: OpenedStudy, *formats: str, **options: str | bool) -> OpenedStudy:
    datasets = Datasets(
        formats=formats, options={name.replace("__", "."): value for name, value in options.items()}
    )
    return replace(opened, study=replace(opened.study, datasets=datasets))


def case(trial: int = 1, shown_host_ns: int = 0, *, is_done: bool = True) -> GrowingCase:
    return GrowingCase(trial=trial, shown_host_ns=shown_host_ns, is_done=is_done)


def test_each_format_of_the_study_says_what_it_thinks_with_the_study_s_options(
    path: Path, opened: OpenedStudy, tmp_path: Path
) -> None:
    study = feeding(opened, "csv", "gazemedseg", gazemedseg__tasks="segment", csv__zero="trial_start")
    found = CaseTrial(path, study, tmp_path).run(case())
    assert [(each.name, bool(each.problem)) for each in found] == [("csv", False), ("gazemedseg", True)]
    assert list(tmp_path.iterdir()) == []


def test_a_case_is_there_once_its_screen_or_its_end_is_in_the_file(
    path: Path, opened: OpenedStudy, tmp_path: Path
) -> None:
    trial = CaseTrial(path, feeding(opened, "csv"), tmp_path)
    with Recording.open(path) as recording:
        screens = recording.rows(DatasetKey.SCREENS)
    newest_ns = int(screens[screens["trial"] == 1]["t_presented_host_ns"].max())
    assert trial.is_there(case(shown_host_ns=newest_ns, is_done=False))
    assert not trial.is_there(case(shown_host_ns=newest_ns + 1, is_done=False))
    assert trial.is_there(case())
    assert not trial.is_there(case(trial=7))


def test_a_format_that_nobody_knows_is_refused(path: Path, opened: OpenedStudy, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no format called 'odd'"):
        CaseTrial(path, feeding(opened, "odd"), tmp_path)


def test_rows_that_never_come_and_files_that_are_gone_are_sentences(
    path: Path, opened: OpenedStudy, tmp_path: Path
) -> None:
    times_s = iter(range(100))
    slept: list[float] = []
    trial = CaseTrial(path, feeding(opened, "csv"), tmp_path)
    late = answer_of(trial, case(trial=7), lambda: float(next(times_s)), slept.append)
    assert late.problem == "Its rows have not reached the file yet."
    assert slept
    gone = CaseTrial(tmp_path / "gone.gazeh5", feeding(opened, "csv"), tmp_path)
    assert "gone.gazeh5 cannot be opened" in answer_of(gone, case(), lambda: 0.0, slept.append).problem


def test_a_process_answers_and_ends_with_the_lamp(path: Path, opened: OpenedStudy) -> None:
    worker = ProcessWorker(feeding(opened, "csv"), path)
    try:
        answer = worker.answer(case())
        assert [(each.name, each.problem) for each in answer.tried] == [("csv", "")]
    finally:
        worker.close()
        worker.close()
    with pytest.raises((EOFError, OSError)):
        worker.answer(case())


def test_a_study_without_formats_starts_nothing(opened: OpenedStudy, path: Path) -> None:
    lamp = DatasetLamp()
    lamp.begin(feeding(opened), path)
    lamp.ask("study-1", 1, 0, is_done=True)
    assert lamp.state.level == "off"
    lamp.close()
