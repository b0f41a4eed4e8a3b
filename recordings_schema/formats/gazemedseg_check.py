"""The rules of a GazeMedSeg dataset: tables, lists, and maps that are drawn again from the tables."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from recordings_schema.formats.gazemedseg_files import COLUMNS
from recordings_schema.formats.gazemedseg_maps import SequenceColumns, heat_grey
from recordings_schema.formats.gazemedseg_options import SHORTEST_MS
from recordings_schema.formats.pictures import decoded

_TABLE: Final = "_fixation.csv"

Sequences = dict[str, list[dict[str, str]]]


def segmentation_problems(folder: Path) -> Iterator[str]:
    """Yield what breaks the rules, a sentence each."""
    for path in sorted(folder.glob(f"*{_TABLE}")):
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.DictReader(file)
            if tuple(table.fieldnames or ()) != COLUMNS:
                yield f"{path.name} has other columns than GazeMedSeg."
                continue
            sequences: Sequences = {}
            for row in table:
                sequences.setdefault(row["IMAGE"].removesuffix(".jpg"), []).append(row)
        problems = [text for stem, rows in sequences.items() for text in _row_problems(path.name, stem, rows)]
        yield from problems
        root = folder / path.name.removesuffix(_TABLE)
        if root.is_dir() and not problems:
            yield from _folder_problems(root, sequences)


def _row_problems(name: str, stem: str, rows: list[dict[str, str]]) -> Iterator[str]:
    if [row["CURRENT_FIX_INDEX"] for row in rows] != [str(number + 1) for number in range(len(rows))]:
        yield f"{name}: the fixations on {stem} are not one sequence from 1."
    for row in rows:
        is_inside = 0 <= float(row["CURRENT_FIX_X"]) <= 1 and 0 <= float(row["CURRENT_FIX_Y"]) <= 1
        if not is_inside or float(row["CURRENT_FIX_DURATION"]) < SHORTEST_MS:
            yield f"{name}: a fixation on {stem} lies outside or is too short."
            return


def _folder_problems(root: Path, sequences: Sequences) -> Iterator[str]:
    """Yield what is wrong with the folder of a table."""
    listed = [
        line
        for part in ("train.txt", "test.txt")
        for line in (root / part).read_text(encoding="utf-8").splitlines()
    ]
    if sorted(listed) != sorted(sequences):
        yield f"{root.name}: train.txt and test.txt do not name each image of the table once."
        return
    with (root / "maps.csv").open(encoding="utf-8", newline="") as file:
        maps = {row["IMAGE"].removesuffix(".jpg"): row for row in csv.DictReader(file)}
    for stem, rows in sequences.items():
        if "." in stem or " " in stem:
            yield f"{root.name}: the loaders cannot find {stem}: it holds a dot or a space."
        elif stem not in maps:
            yield f"{root.name}/maps.csv does not name {stem}."
        else:
            yield from _map_problems(root, stem, rows, maps[stem])


def _map_problems(root: Path, stem: str, rows: list[dict[str, str]], about: dict[str, str]) -> Iterator[str]:
    size_px = int(rows[0]["IMAGE_WIDTH"]), int(rows[0]["IMAGE_HEIGHT"])
    columns = SequenceColumns(
        x_fraction=np.array([float(row["CURRENT_FIX_X"]) for row in rows]),
        y_fraction=np.array([float(row["CURRENT_FIX_Y"]) for row in rows]),
        duration_ms=np.array([float(row["CURRENT_FIX_DURATION"]) for row in rows]),
    )
    places = sorted(path for path in (root / "gaze").iterdir() if path.is_dir())
    for place in places:
        found = _picture(place / f"{stem}.png")
        if found is None or found.shape != size_px[::-1]:
            yield f"{root.name}/gaze/{place.name}/{stem}.png is not there or has another size than the image."
        elif place.name == "heatmap":
            expected = heat_grey(columns, size_px, float(about["SIGMA_CELLS"]))
            if int(np.abs(found.astype(np.int64) - expected).max()) > 1:
                yield f"{root.name}/gaze/heatmap/{stem}.png is not what its fixations give."
        elif place.name.startswith("level_"):
            area = int(np.count_nonzero(found))
            if about["LEVEL_AREAS_PX"].split()[int(place.name.removeprefix("level_")) - 1] != str(area):
                yield f"{root.name}/gaze/{place.name}/{stem}.png has another area than maps.csv says."


def _picture(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]] | None:
    if not path.is_file():
        return None
    found = decoded(path.read_bytes())
    return None if found is None or found.dtype != np.uint8 else found.astype(np.uint8)
