"""Guarded reading of a file of layers: nothing in it is believed unchecked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import h5py

from gaze_core.rows import Rows
from recordings_schema.access import (
    dtype_of,
    find_dataset,
    find_group,
    open_file,
    read_record,
    read_rows,
    reading,
)
from recordings_schema.errors import RecordingError
from recordings_schema.layers.records import (
    LAYERS_FORMAT,
    LAYERS_GROUP,
    LAYERS_VERSION,
    MOST_LAYERS,
    MOST_ROWS,
    TABLES,
    LayerFacts,
    LayersError,
    LayersFileRecord,
    checked_name,
)


@contextmanager
def opened_layers(path: Path) -> Iterator[h5py.File]:
    """Open a file of layers; whatever is wrong with it, here or within, becomes a `LayersError`."""
    try:
        with open_file(path) as file:
            _require_known(file, path)
            yield file
    except LayersError:
        raise
    except RecordingError as err:
        raise LayersError(
            f"{path.name}, the file with the layers, is damaged or no such file. The recording beside it is "
            "not touched by that: replay it without layers, and take the file from a backup or move it away.",
            path=path,
        ) from err


def layer_groups(file: h5py.File, path: Path) -> list[tuple[str, LayerFacts]]:
    """Return place and facts of each layer, in the order they were made.

    Raises
    ------
    RecordingError
        If the group of layers holds something else, or more than is believable.
    """
    with reading(path, LAYERS_GROUP):
        parent = find_group(file, path, LAYERS_GROUP)
        count = len(parent)
        names = sorted(parent) if count <= MOST_LAYERS else []
    if count > MOST_LAYERS or not all(name.isascii() and name.isdigit() for name in names):
        raise RecordingError(f"{path}: {LAYERS_GROUP} holds what no layer is.", path=path)
    found = []
    for name in names:
        place = f"{LAYERS_GROUP}/{name}"
        facts = read_record(find_group(file, path, place), path, LayerFacts)
        found.append((place, replace(facts, name=checked_name(facts.name))))
    return found


def layer_rows(file: h5py.File, path: Path, place: str, table: str) -> Rows:
    """Return a table of a layer.

    Raises
    ------
    RecordingError
        If it has other columns, more rows than are believable, or is damaged.
    """
    dataset = find_dataset(file, path, f"{place}/{table}")
    count = int(dataset.shape[0])
    if dtype_of(dataset, path) != TABLES[table].dtype or count > MOST_ROWS:
        raise RecordingError(f"{path}: {place}/{table} is no table of a layer.", path=path)
    rows: Rows = read_rows(dataset, path, 0, count)
    return rows


def _require_known(file: h5py.File, path: Path) -> None:
    record = read_record(file, path, LayersFileRecord)
    if record.format != LAYERS_FORMAT:
        raise LayersError(f"{path} is no file of layers; move it away.", path=path)
    if record.format_version > LAYERS_VERSION:
        raise LayersError(
            f"{path.name} has version {record.format_version}, this program knows up to {LAYERS_VERSION}; "
            "use a newer version of it.",
            path=path,
        )
