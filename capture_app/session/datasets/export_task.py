"""An export as a dialog asks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from capture_app.session.datasets.sources import source_at
from capture_app.session.datasets.task import (
    AskedPlace,
    AskedTick,
    DatasetWish,
    TaskResult,
    Tell,
    counted,
    reason_lines,
)
from capture_app.session.export import ExportOrder, Workers, dry_run, export_recordings
from recordings_schema.formats.contract import Format
from recordings_schema.formats.export import TERMS
from recordings_schema.formats.registry import known_formats

_RECORDINGS: Final = "recordings"
_FOLDER: Final = "folder"
_IMAGES: Final = "images"
_EXCLUDED: Final = "excluded"


class ExportTask:
    """Implements `DatasetTask`.

    Parameters
    ----------
    workers
        Who writes the cases.
    recordings
        The study folder, folder of recordings or recording that is offered.
    images
        Folder of the images of imported recordings that is offered.
    """

    title = "Export"
    run_words = "Export"
    running_words = "Writing the dataset in the format {0}."
    given_up_words = "The export was ended. What is written is kept: export the same again to go on with it."
    target = _FOLDER

    def __init__(
        self, workers: Workers, *, recordings: Path | None = None, images: Path | None = None
    ) -> None:
        self._workers = workers
        offered = "" if recordings is None else str(recordings)
        self.formats: Sequence[Format[Any]] = tuple(spec.create() for spec in known_formats())
        self.places = (
            AskedPlace(
                name=_RECORDINGS, title="Recordings", hint="A study folder, or a folder of recordings",
                text=offered,
            ),
            AskedPlace(
                name=_IMAGES, title="Images", hint="Folder of the images of imported recordings",
                text="" if images is None else str(images), is_required=False,
            ),
            AskedPlace(name=_FOLDER, title="Goes to", hint="A folder that is empty or not there yet"),
        )  # fmt: skip
        self.ticks = (AskedTick(name=_EXCLUDED, title="Also cases that do not count"),)

    def options_type(self, published: Format[Any]) -> type[Any]:
        """Return the options dataclass of an export."""
        return published.options_type

    def count(self, wish: DatasetWish) -> tuple[str, ...]:
        """Return how many readings would be written, and why others would not.

        Raises
        ------
        ExportError
            If the recordings cannot be used.
        """
        plan = dry_run(self._order(wish))
        return (
            f"Would write {counted(len(plan.cases), 'reading')}.",
            *reason_lines(plan.reasons, "Left out", "case"),
        )

    def run(self, wish: DatasetWish, tell: Tell) -> TaskResult:
        """Write the dataset.

        Raises
        ------
        ExportError
            If it cannot be written; what is done is kept.
        """
        result = export_recordings(self._order(wish), on_case=tell)
        reasons: Mapping[str, int] = Counter(each.reason for each in result.left_out)
        went_on = ", going on where it was" if result.is_resumed else ""
        return TaskResult(
            folder=result.folder,
            sentences=(
                f"Wrote {counted(result.case_count, 'reading')} into {result.folder}: "
                f"{counted(result.file_count, 'file')}{went_on}.",
                *(f"Note: {warning}" for warning in result.warnings),
                *reason_lines(reasons, "Left out", "case"),
                TERMS,
            ),
        )

    def _order(self, wish: DatasetWish) -> ExportOrder:
        source = source_at(wish.places[_RECORDINGS])
        return ExportOrder(
            format_name=wish.format_name,
            recordings=source.recordings,
            destination=wish.places.get(_FOLDER, Path.home() / "dataset"),
            opened=source.opened,
            options=wish.options,
            is_excluded_wanted=_EXCLUDED in wish.ticks,
            images=wish.places.get(_IMAGES),
            workers=self._workers,
        )
