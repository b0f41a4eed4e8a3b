"""An import as a dialog asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from capture_app.session.datasets.task import (
    AskedPlace,
    AskedTick,
    DatasetWish,
    TaskResult,
    Tell,
    counted,
    reason_lines,
)
from capture_app.session.importing import (
    ImportOrder,
    import_dataset,
    import_outlook,
    readable_formats,
)
from recordings_schema.formats.contract import Format
from recordings_schema.formats.export import TERMS
from recordings_schema.formats.importing import problems_by_sentence

_DATASET: Final = "dataset"
_IMAGES: Final = "images"
_FOLDER: Final = "folder"
_EMBEDDED: Final = "embedded"


class ImportTask:
    """Implements `DatasetTask`.

    Parameters
    ----------
    destination
        The folder for recordings that is offered.
    """

    title = "Import"
    run_words = "Import"
    running_words = "Making recordings of the dataset in the format {0}."
    given_up_words = (
        "The import was ended. Recordings that are whole are kept: import the same again to go on with it."
    )
    target = _FOLDER

    def __init__(self, *, destination: Path | None = None) -> None:
        self.formats: Sequence[Format[Any]] = readable_formats()
        self.places = (
            AskedPlace(name=_DATASET, title="Dataset", hint="The folder that was downloaded, or its file"),
            AskedPlace(
                name=_IMAGES, title="Images", hint="Folder of the images, MIMIC-CXR for instance",
                is_required=False,
            ),
            AskedPlace(
                name=_FOLDER, title="Goes to", hint="A folder for the recordings, or a study folder",
                text="" if destination is None else str(destination),
            ),
        )  # fmt: skip
        self.ticks = (AskedTick(name=_EMBEDDED, title="Keep the images inside the recordings"),)

    def options_type(self, published: Format[Any]) -> type[Any]:
        """Return the options dataclass of an import."""
        return published.import_options_type

    def count(self, wish: DatasetWish) -> tuple[str, ...]:
        """Return how many recordings would be made, and what is missing in the dataset.

        Raises
        ------
        DatasetImportError
            If the dataset cannot be used.
        """
        outlook = import_outlook(_order(wish))
        is_there = f" {outlook.done_count} are there already." if outlook.done_count else ""
        return (
            f"Would make {counted(outlook.session_count, 'recording')} with "
            f"{counted(outlook.case_count, 'case')} in {outlook.folder}.{is_there}",
            *reason_lines(problems_by_sentence(outlook.holes), "Missing", "time"),
        )

    def run(self, wish: DatasetWish, tell: Tell) -> TaskResult:
        """Make the recordings.

        Raises
        ------
        DatasetImportError
            If it cannot be done; recordings that are whole are kept.
        """
        result = import_dataset(_order(wish), on_case=tell)
        went_on = ", going on where it was" if result.is_resumed else ""
        return TaskResult(
            folder=result.folder,
            sentences=(
                f"Made {counted(result.recording_count, 'recording')} in {result.folder}{went_on}: "
                f"{counted(result.case_count, 'case')}, {counted(result.fixation_count, 'fixation')}.",
                f"Images: {result.image_count} found, {result.missing_image_count} not here.",
                *reason_lines(problems_by_sentence(result.holes), "Missing", "time"),
                TERMS,
            ),
        )


def _order(wish: DatasetWish) -> ImportOrder:
    return ImportOrder(
        format_name=wish.format_name,
        source=wish.places[_DATASET],
        destination=wish.places[_FOLDER],
        images=wish.places.get(_IMAGES),
        options=wish.options,
        is_embedding=_EMBEDDED in wish.ticks,
    )
