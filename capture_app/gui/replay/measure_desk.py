"""What the pages of measures share: the measured case, areas drawn by hand, the worker behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from capture_app.gui.replay.page import ReplayParts
from capture_app.gui.workers import Work, finish_work
from capture_app.session.measures import (
    ImportedAreas,
    KeptArea,
    MeasuredCase,
    MeasureError,
    MeasureOptions,
    areas_path,
    import_areas,
    save_areas,
)
from capture_app.session.measures.replay_measures import (
    ReplayMeasures,
    measure_replayed,
    open_replay_measures,
)
from gaze_core.measures import Area


class MeasureDesk(QObject):
    """Measures the case that is shown, off the GUI thread; one for each window.

    Parameters
    ----------
    parts
        Of the replay window.
    """

    changed = Signal()

    def __init__(self, parts: ReplayParts, parent: QObject) -> None:
        super().__init__(parent)
        self._parts = parts
        self._work: Work | None = None
        self._is_stale = False
        self._is_stopped = False
        self._study: Path | None = None
        self.options = MeasureOptions()
        self.measures: ReplayMeasures | None = None
        self.measured: MeasuredCase | None = None
        self.trial = -1
        self.kept: tuple[KeptArea, ...] = ()  # areas drawn or imported, on all images
        self.problem = ""  # a sentence
        self.note = ""  # what was done last

    @classmethod
    def of(cls, parts: ReplayParts) -> MeasureDesk:
        """Return the desk of a window; it is made when the first page asks."""
        found = parts.picture.findChild(cls)
        return found if isinstance(found, cls) else cls(parts, parts.picture)

    @property
    def is_busy(self) -> bool:
        """Whether a worker is measuring."""
        return self._work is not None

    @property
    def can_keep(self) -> bool:
        """Whether areas may be added: the file of areas was read, so nothing in it is lost."""
        return self.measures is not None

    def show_case(self, trial: int) -> None:
        """Measure a case, unless it is the one that was."""
        if trial != self.trial:
            self.trial, self.measured = trial, None
            self.measure()

    def measure(self) -> None:
        """Measure the case anew; while a worker is at it, once more afterwards."""
        if self._is_stopped or self.trial < 0:
            return
        if self._work is not None:
            self._is_stale = True
            return
        self._begin(self._task())

    def choose_study(self, path: Path) -> None:
        """Take another study for the findings."""
        self._study, self.measures, self.measured = path, None, None
        self.measure()

    def set_margin(self, margin_deg: float) -> None:
        """Count what lies this near to an area as well."""
        self.options = replace(self.options, margin_deg=margin_deg)
        self.measure()

    def add(self, area: Area) -> None:
        """Keep an area that was drawn on an image of the recording."""
        if self.measures is None:
            return
        images = self.measures.recorded.images
        own = images[images["image_id"] == area.image_id]
        if len(own):
            sha256 = bytes(own["sha256"][0]).decode("ascii", "replace")
            self._keep((*self.kept, KeptArea(image_sha256=sha256, area=replace(area, image_id=-1))))

    def remove(self, number: int) -> None:
        """Forget an area, by its place in `kept`."""
        self._keep((*self.kept[:number], *self.kept[number + 1 :]))

    def rename(self, number: int, name: str) -> None:
        """Give an area another name."""
        old = self.kept[number]
        renamed = KeptArea(image_sha256=old.image_sha256, area=replace(old.area, name=name))
        self._keep((*self.kept[:number], renamed, *self.kept[number + 1 :]))

    def take_file(self, path: Path) -> None:
        """Add the areas of a COCO file or a mask."""
        frame, measures = self._parts.frame(), self.measures
        if measures is None or self._work is not None:
            return
        shown = frame.panes[0].image_id if frame is not None and frame.panes else -1
        recorded = measures.recorded
        work = self._new_work(lambda: import_areas(path, recorded, shown_image_id=shown))
        work.done.connect(self._imported)
        work.start()
        self.changed.emit()

    def stop_work(self) -> None:
        """End the work and wait for it."""
        self._is_stopped = True
        if self._work is not None:
            finish_work()
            self._work = None

    def _keep(self, areas: tuple[KeptArea, ...]) -> None:
        try:
            save_areas(areas_path(self._parts.source.path), areas)
        except MeasureError as err:
            self.problem = str(err)
            self.changed.emit()
            return
        self.kept, self.problem = areas, ""
        self.measure()
        self.changed.emit()

    def _imported(self, imported: object) -> None:
        if not isinstance(imported, ImportedAreas):
            return
        self._work = None
        self.note = self.tr("{0} areas taken, {1} of other images passed over").format(
            len(imported.areas), imported.passed_over
        )
        self._keep((*self.kept, *imported.areas))

    def _task(self) -> Callable[[], object]:
        source, trial, events = self._parts.source, self.trial, self._parts.source.events.rows
        known, kept, options, study = self.measures, self.kept, self.options, self._study

        def run() -> object:
            measures = known or open_replay_measures(source.path, study)
            areas = kept if known is not None else measures.kept
            return measures, measure_replayed(source, measures, trial, events, areas, options), trial

        return run

    def _new_work(self, task: Callable[[], object]) -> Work:
        self._work = Work(task, self)
        self._work.failed.connect(self._failed)
        return self._work

    def _begin(self, task: Callable[[], object]) -> None:
        self._is_stale = False
        work = self._new_work(task)
        work.done.connect(self._measured)
        work.start()
        self.changed.emit()

    def _measured(self, answer: object) -> None:
        self._work = None
        if self._is_stopped or not isinstance(answer, tuple):
            return
        measures, measured, trial = answer
        if self.measures is None:
            self.kept = measures.kept
        self.measures, self.problem = measures, ""
        if trial == self.trial:
            self.measured = measured
        if self._is_stale or trial != self.trial:
            self.measure()
        self.changed.emit()

    def _failed(self, problem: str) -> None:
        self._work = None
        if self._is_stopped:
            return
        self.problem = problem
        self.changed.emit()
