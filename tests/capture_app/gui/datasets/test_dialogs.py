"""The dialogs of datasets ask, count, run, can be ended, and say what came of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from capture_app.gui.datasets import opening
from capture_app.gui.datasets.dataset_dialog import DatasetDialog
from capture_app.gui.datasets.job_dialog import JobDialog
from capture_app.gui.datasets.option_fields import OptionFields
from capture_app.gui.operator_window import OperatorWindow
from capture_app.gui.tokens import DARK
from capture_app.session.datasets import AskedPlace, AskedTick, DatasetWish, ExportTask, TaskResult
from capture_app.session.export import HERE, ExportError
from capture_app.session.study.dataset_keys import Datasets
from recordings_schema.formats.options import Option
from recordings_schema.formats.registry import known_formats


class Size(str, Enum):
    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True, slots=True, kw_only=True)
class SomeOptions:
    is_wide: Annotated[bool, Option("whether it is wide")] = True
    size: Annotated[Size, Option("how large")] = Size.SMALL
    radius_px: Annotated[float, Option("around a fixation", unit="px", low=1, high=9)] = 2.5
    name: Annotated[str, Option("what it is called")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOptions:
    pass


@dataclass
class SomeTask:
    """Notes what it is asked to do; waits until it is let."""

    title: str = "Export"
    run_words: str = "Export"
    running_words: str = "Writing {0}."
    given_up_words: str = "It was ended."
    target: str = "folder"
    problem: str = ""
    wishes: list[DatasetWish] = field(default_factory=list)
    lets: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(100))
    has_told: threading.Event = field(default_factory=threading.Event)
    formats: tuple = (
        SimpleNamespace(name="first", title="First", summary="with options"),
        SimpleNamespace(name="second", title="Second", summary="without"),
    )
    places: tuple = (
        AskedPlace(name="recordings", title="Recordings", hint="A folder"),
        AskedPlace(name="images", title="Images", hint="A folder", is_required=False),
        AskedPlace(name="folder", title="Goes to", hint="A folder"),
    )
    ticks: tuple = (AskedTick(name="all", title="All"),)

    def options_type(self, published):
        return SomeOptions if published.name == "first" else NoOptions

    def count(self, wish):
        return self._do(wish, lambda: ("Would write 3 readings.", "Left out, 1 case: Practice."))

    def run(self, wish, tell):
        def work():
            for done in range(1, 4):
                tell(done, 3)
                self.has_told.set()
                self.lets.acquire(timeout=10)
            return TaskResult(folder=wish.places["folder"], sentences=("Wrote 3 readings.", "Terms."))

        return self._do(wish, work)

    def _do(self, wish, work):
        self.wishes.append(wish)
        if self.problem:
            raise ExportError(self.problem)
        return work()


@pytest.fixture
def task():
    return SomeTask()


@pytest.fixture
def dialog(qtbot, task, tmp_path):
    made = DatasetDialog(task, None)
    qtbot.addWidget(made)
    made.places["recordings"].line.setText(str(tmp_path))
    made.show()
    return made


def test_every_option_has_a_field_that_says_what_it_is_written_as(qtbot):
    fields = OptionFields(SomeOptions)
    qtbot.addWidget(fields)
    assert fields.texts() == {}
    assert fields.problem() == ""
    fields.show_values({"is_wide": "no", "size": "large", "radius_px": "4", "name": "x"})
    assert fields.texts() == {"is_wide": "no", "size": "large", "radius_px": "4", "name": "x"}
    fields.fields["radius_px"].setText("44")
    assert fields.problem() == "radius_px is 44; it has to lie from 1 to 9."


@pytest.mark.parametrize("name", [spec.name for spec in known_formats()])
def test_the_dialog_begins_with_the_defaults_of_each_format(qtbot, name):
    made = DatasetDialog(ExportTask(HERE), None)
    qtbot.addWidget(made)
    made.choose(name)
    assert made.options.texts() == {}
    assert made.summary.text()


def test_counting_needs_no_place_to_write_to(qtbot, dialog, task, tmp_path):
    dialog.ticks["all"].setChecked(True)
    dialog.choose("first", {"size": "large"})
    dialog.count_button.click()
    qtbot.waitUntil(lambda: dialog.counted.text().startswith("Would write 3 readings."))
    assert task.wishes == [
        DatasetWish(
            format_name="first", options={"size": "large"}, places={"recordings": tmp_path},
            ticks=frozenset({"all"}),
        )
    ]  # fmt: skip
    assert dialog.count_button.isEnabled()


def test_what_is_missing_or_wrong_is_said_and_nothing_runs(dialog, task):
    dialog.run_button.click()
    assert dialog.finding.text() == "Goes to: give the full path of a folder."
    dialog.places["folder"].line.setText("relative/place")
    dialog.run_button.click()
    assert not dialog.finding.isHidden()
    dialog.places["folder"].line.setText("/full")
    dialog.options.show_values({"radius_px": "many"})
    dialog.run_button.click()
    assert dialog.finding.text() == "radius_px is 'many'; write a number."
    dialog.choose("second")
    assert dialog.finding.isHidden()
    assert dialog.area.isHidden()
    assert task.wishes == []


def test_a_count_that_fails_says_why(qtbot, dialog, task):
    task.problem = "The folder holds no recording."
    dialog.count_button.click()
    qtbot.waitUntil(lambda: dialog.finding.text() == task.problem)
    assert dialog.counted.isHidden()


def test_a_run_shows_its_summary_and_a_way_to_the_folder(qtbot, dialog, tmp_path):
    dialog.places["folder"].line.setText(str(tmp_path / "out"))
    dialog.run_button.click()
    run = dialog.running
    qtbot.waitUntil(lambda: run.is_ended)
    assert run.text.text() == "Wrote 3 readings.\nTerms."
    assert not run.open_folder.isHidden()
    assert run.result_.folder == tmp_path / "out"
    run.button.click()
    assert dialog.isHidden()


def test_a_run_that_was_ended_says_how_to_go_on_and_leaves_what_was_chosen(qtbot, dialog, task, tmp_path):
    task.lets = threading.Semaphore(0)
    dialog.places["folder"].line.setText(str(tmp_path / "out"))
    dialog.run_button.click()
    run = dialog.running
    assert task.has_told.wait(10)
    run.button.click()
    assert not run.button.isEnabled()
    assert run.left.text() == "Ending after the case that is being written."
    task.lets.release()
    qtbot.waitUntil(lambda: run.is_ended)
    assert run.text.text() == "It was ended."
    assert run.open_folder.isHidden()
    run.button.click()
    assert not dialog.isHidden()
    assert dialog.places["folder"].path == tmp_path / "out"


def test_the_time_left_is_told_once_it_is_known(qtbot):
    times_s = iter((0.0, 1.0, 40.0, 90.0))
    result = TaskResult(folder=Path(), sentences=())
    run = JobDialog("Export", "", lambda _: result, None, given_up="", clock_s=lambda: next(times_s))
    qtbot.addWidget(run)
    said = []
    for done in (10, 12, 50, 100):
        run.show_progress(done, 100)
        said.append(run.left.text())
    assert said == ["10 of 100", "12 of 100", "50 of 100, 0:50 left", "100 of 100; finishing"]


def test_a_run_outlives_the_window_it_was_begun_in_and_ends_by_itself(qtbot, task, tmp_path):
    task.lets = threading.Semaphore(0)
    has_ended = threading.Event()

    def job(tell):
        try:
            return task.run(DatasetWish(format_name="first", places={"folder": tmp_path}), tell)
        finally:
            has_ended.set()

    window = QWidget()
    JobDialog("Export", "", job, window, given_up="It was ended.").start()
    assert task.has_told.wait(10)
    window.deleteLater()
    QCoreApplication.sendPostedEvents(window, 52)  # deferred deletion
    task.lets.release(5)
    qtbot.waitUntil(has_ended.is_set)
    QCoreApplication.processEvents()


def test_the_study_s_own_format_and_options_are_offered_first(qtbot, tmp_path):
    datasets = Datasets(formats=("gazesearch",), options={"gazesearch.source": "labels"})
    opened = SimpleNamespace(study=SimpleNamespace(datasets=datasets), folder=tmp_path)
    made = opening.open_export(None, tmp_path, opened)
    qtbot.addWidget(made)
    assert made.choice.currentText() == "gazesearch"
    assert made.options.texts() == {"source": "labels"}
    assert made.places["recordings"].path == tmp_path
    made.reject()


def test_the_start_page_offers_both_ways(qtbot):
    window = OperatorWindow(DARK)
    qtbot.addWidget(window)
    window.show()
    asked = []
    window.start_page.export_requested.connect(lambda: asked.append("export"))
    window.start_page.import_requested.connect(lambda: asked.append("import"))
    card = next(each for each in window.start_page.cards if "dataset" in each.accessibleName())
    card.click()
    menu = window.start_page.findChild(QWidget, "dataset_menu")
    for action in menu.actions():
        action.trigger()
    menu.close()
    assert asked == ["export", "import"]
