"""Datasets of made readings, written once for all tests of imports, and the ways there and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from capture_app.session.export import ExportOrder, export_recordings, recordings_in
from capture_app.session.importing import ImportOrder, ImportResult, import_dataset
from recordings_schema.formats.reading import CaseReading
from recordings_schema.formats.registry import find_format
from recordings_schema.formats.testing import content_of, export
from recordings_schema.formats.testing_readings import HEIGHT_PX, WIDTH_PX, make_reading


def readings_for(name: str) -> list[CaseReading]:
    """Return short readings; the second is zoomed where the format holds that."""
    return [
        make_reading(trial=0, seconds=1.5),
        make_reading(trial=1, seconds=1.5, is_zoomed=name != "egd"),
        make_reading(trial=2, seconds=1.0, rate_hz=600.0),
    ]


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return where a dataset of a format lies; each is written once."""
    made: dict[str, Path] = {}

    def get(name: str) -> Path:
        if name not in made:
            made[name] = tmp_path_factory.mktemp(name) / "data"
            export(find_format(name), readings_for(name), made[name])
        return made[name]

    return get


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the images of the first two readings."""
    folder = tmp_path_factory.mktemp("images")
    (folder / "deep").mkdir()
    for place in ("deep/case-0.png", "case-1.png"):
        grey = np.full((HEIGHT_PX, WIDTH_PX), 90 + len(place), np.uint8)
        cv2.imwrite(str(folder / place), grey)
    return folder


def imported(name: str, source: Path, destination: Path, **changed: Any) -> ImportResult:
    """Import a dataset."""
    return import_dataset(ImportOrder(format_name=name, source=source, destination=destination, **changed))


def exported(name: str, recordings: Path, destination: Path, **changed: Any) -> dict[str, bytes]:
    """Export recordings again; return the files without the provenance."""
    export_recordings(
        ExportOrder(
            format_name=name, recordings=recordings_in([recordings]), destination=destination, **changed
        )
    )
    return files_of(destination)


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the files of a dataset without the provenance."""
    return {path: content for path, content in content_of(folder).items() if path != "provenance.json"}
