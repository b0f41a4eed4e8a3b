"""The rules a McGIP folder has to keep, checked on the files themselves; also how one is read back."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gaze_core.similarity import positive_pairs, relation_faults
from recordings_schema.formats.contract import FormatError

MOST_SAMPLES: Final = 20_000  # a matrix of 3.2 GB
LISTS: Final = ("preTrain.json", "namelist.txt", "data.json")
_LARGEST_JSON_BYTES: Final = 1 << 28


@dataclass(frozen=True, slots=True, kw_only=True)
class McgipDataset:
    """What a folder says of itself."""

    names: tuple[str, ...]  # in the order of rows and columns
    relations: dict[str, Path]  # file of the matrix by the name of its measure
    threshold: float


def open_mcgip(folder: Path) -> McgipDataset:
    """Return the names and matrices of a dataset.

    Raises
    ------
    FormatError
        If the folder is no such dataset.
    """
    meta = _read_json(folder / "meta.json")
    try:
        relations = {str(name): folder / str(facts["file"]) for name, facts in meta["measures"].items()}
        threshold = float(meta["threshold"])
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise FormatError(f"{folder / 'meta.json'} does not say its measures.", path=folder) from err
    if any(path.parent != folder for path in relations.values()):
        raise FormatError(f"{folder / 'meta.json'} names a file outside its folder.", path=folder)
    lists = [folder / name for name in LISTS if (folder / name).is_file()]
    if not lists:
        raise FormatError(f"{folder} holds no list of names.", path=folder)
    return McgipDataset(names=tuple(_names(lists[0])), relations=relations, threshold=threshold)


def read_relation(path: Path, count: int) -> npt.NDArray[np.float64]:
    """Return a matrix of `count` samples.

    Raises
    ------
    FormatError
        If it cannot be read, has another size or is no relation.
    """
    if count > MOST_SAMPLES:
        raise FormatError(f"{path.name} is of {count} samples; at most {MOST_SAMPLES} are read.", path=path)
    try:
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as err:
        raise FormatError(f"{path.name} is no matrix that can be read.", path=path) from err
    if mapped.shape != (count, count) or mapped.dtype != np.float64:
        raise FormatError(
            f"{path.name} has shape {mapped.shape} of {mapped.dtype}; its name list needs "
            f"({count}, {count}) of float64.",
            path=path,
        )
    relation = np.array(mapped)
    faults = relation_faults(relation)
    if faults:
        raise FormatError(f"{path.name}: {faults[0]}", path=path)
    return relation


def mcgip_problems(folder: Path) -> Iterator[str]:
    """Yield a sentence for each rule that a dataset breaks."""
    try:
        dataset = open_mcgip(folder)
    except FormatError as err:
        yield str(err)
        return
    for name in LISTS:
        if (folder / name).is_file() and tuple(_names(folder / name)) != dataset.names:
            yield f"{name} names other samples, or in another order, than the other lists."
    for name in dataset.names:
        sample = name.rpartition("/")[2].rpartition(".")[0]
        if not (folder / "gaze" / f"{sample}.json").is_file():
            yield f"The gaze of {sample} is not there."
    for measure, path in dataset.relations.items():
        try:
            relation = read_relation(path, len(dataset.names))
        except FormatError as err:
            yield str(err)
            continue
        table = folder / f"pairs_{measure}.csv"
        if table.is_file() and not _are_pairs(table, relation, dataset.threshold):
            yield f"{table.name} does not hold exactly the pairs above {dataset.threshold:g}."


def _are_pairs(table: Path, relation: npt.NDArray[np.float64], threshold: float) -> bool:
    pairs = positive_pairs(relation, threshold)
    wanted = set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    with table.open(encoding="utf-8", newline="") as file:
        return {(int(row["i"]), int(row["j"])) for row in csv.DictReader(file)} == wanted


def _names(path: Path) -> list[str]:
    if path.suffix == ".txt":
        return path.read_text(encoding="utf-8").splitlines()
    found = _read_json(path)
    rows = found["train"] if isinstance(found, dict) and "train" in found else found
    if not isinstance(rows, list):
        raise FormatError(f"{path} holds no list of names.", path=path)
    return [str(row["img"]) if isinstance(row, dict) and "img" in row else str(row) for row in rows]


def _read_json(path: Path) -> Any:
    try:
        if path.stat().st_size > _LARGEST_JSON_BYTES:
            raise FormatError(f"{path} is too large for what it should be.", path=path)
        return json.loads(path.read_bytes())
    except OSError as err:
        raise FormatError(f"{path} cannot be read ({err.strerror}).", path=path) from err
    except (ValueError, RecursionError) as err:
        raise FormatError(f"{path} is no JSON that can be read.", path=path) from err
