"""Areas drawn or imported afterwards: a JSON file beside the recording, which itself is never written to.

    {"format": "reading-station areas", "version": 1,
     "areas": [{"image_sha256": ..., "name": ..., "source": "drawn", "kind": "ellipse",
                "x_image_px": ..., "y_image_px": ..., "width_image_px": ..., "height_image_px": ...,
                "angle_deg": 0.0},
               {..., "kind": "polygon", "points_image_px": [[x, y], ...]},
               {..., "kind": "mask", "size_px": [width, height], "runs": [outside, inside, outside, ...]}]}

An area belongs to an image by its content, so that the file serves every recording of the same images. Runs
count pixels row by row, beginning outside. Whatever is wrong refuses the whole file: half of the areas would
be worse than none.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from capture_app.session.kept_files import replace_file
from capture_app.session.measures.case_tables import RecordedCases
from capture_app.session.measures.errors import MeasureError
from gaze_core.measures import Area, AreaKind, AreaSource
from gaze_core.rows import decode_text
from recordings_schema.layout import EXTENSION
from recordings_schema.stimuli.limits import LARGEST_SIDE_PX

AREAS_ENDING: Final = ".areas.json"
FORMAT: Final = "reading-station areas"
VERSION: Final = 1
LARGEST_BYTES: Final = 32 * 2**20
MOST_AREAS: Final = 10_000
LONGEST_NAME: Final = 200
_SHA256_LETTERS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptArea:
    """An area by the content of its image; `area.image_id` means nothing here and is -1."""

    image_sha256: str
    area: Area


def areas_path(recording: Path) -> Path:
    """Return where the areas of a recording are kept."""
    name = recording.name[: -len(EXTENSION)] if recording.name.endswith(EXTENSION) else recording.name
    return recording.with_name(name + AREAS_ENDING)


def load_areas(path: Path) -> tuple[KeptArea, ...]:
    """Return the areas of a file; none where there is no such file.

    Raises
    ------
    MeasureError
        If it cannot be read or anything in it is wrong.
    """
    try:
        if not path.is_file():
            return ()
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise MeasureError(f"{path} has {size} bytes; a file of areas has at most {LARGEST_BYTES}.")
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as err:
        raise MeasureError(f"{path} cannot be read ({err.strerror or 'no reason given'}).") from err
    except (ValueError, RecursionError) as err:
        raise MeasureError(f"{path} is no file of areas. Remove or replace it.") from err
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise MeasureError(f"{path} is no file of areas. Remove or replace it.")
    if content.get("version") != VERSION:
        raise MeasureError(f"{path} was written by a newer program. Open it with that one.")
    listed = content.get("areas")
    if not isinstance(listed, list) or len(listed) > MOST_AREAS:
        raise MeasureError(f"{path} lists no areas, or more than {MOST_AREAS}. Remove or replace it.")
    return tuple(_read(each, number, path) for number, each in enumerate(listed, start=1))


def save_areas(path: Path, areas: Sequence[KeptArea]) -> None:
    """Write the areas of a recording, replacing the file as a whole; without any the file goes.

    Raises
    ------
    MeasureError
        If it cannot be written.
    """
    content = {"format": FORMAT, "version": VERSION, "areas": [_written(each) for each in areas]}
    try:
        if areas:
            replace_file(path, (json.dumps(content, indent=1) + "\n").encode("utf-8"))
        else:
            path.unlink(missing_ok=True)
    except OSError as err:
        reason = err.strerror or "no reason given"
        raise MeasureError(
            f"The areas cannot be kept in {path} ({reason}). Copy the recording to a folder that can be "
            "written to."
        ) from err


def areas_beside(recording: Path, recorded: RecordedCases) -> tuple[Area, ...]:
    """Return the areas kept beside a recording, on its images.

    Raises
    ------
    MeasureError
        If the file is there and cannot be used.
    """
    return placed(load_areas(areas_path(recording)), recorded)


def placed(areas: Sequence[KeptArea], recorded: RecordedCases) -> tuple[Area, ...]:
    """Return areas on those images of a recording that have their content; others are left out.

    Raises
    ------
    MeasureError
        If a mask has not the size of its image.
    """
    found = []
    for row in recorded.images:
        sha256, image_id = decode_text(row["sha256"]), int(row["image_id"])
        for each in areas:
            if each.image_sha256 != sha256:
                continue
            mask = each.area.mask
            if mask is not None and mask.shape != (int(row["height_px"]), int(row["width_px"])):
                raise MeasureError(
                    f"The mask {each.area.name!r} has not the size of its image. Import it anew."
                )
            found.append(on_image(each.area, image_id))
    return tuple(found)


def on_image(area: Area, image_id: int) -> Area:
    """Return an area on another image."""
    return replace(area, image_id=image_id)


def _written(kept: KeptArea) -> dict[str, Any]:
    area = kept.area
    content: dict[str, Any] = {
        "image_sha256": kept.image_sha256, "name": area.name, "source": area.source.value,
        "kind": area.kind.value,
    }  # fmt: skip
    if area.kind is AreaKind.POLYGON:
        content["points_image_px"] = [list(point) for point in area.points_image_px]
    elif area.mask is not None:
        content["size_px"] = [area.mask.shape[1], area.mask.shape[0]]
        content["runs"] = runs_of(area.mask)
    else:
        for name in ("x_image_px", "y_image_px", "width_image_px", "height_image_px", "angle_deg"):
            content[name] = getattr(area, name)
    return content


def _read(content: Any, number: int, path: Path) -> KeptArea:
    try:
        kind = AreaKind(content["kind"])
        name, sha256 = content["name"], content["image_sha256"]
        _check_names(name, sha256)
        values: dict[str, Any] = {}
        if kind is AreaKind.POLYGON:
            values["points_image_px"] = tuple((_number(x), _number(y)) for x, y in content["points_image_px"])
        elif kind is AreaKind.MASK:
            values["mask"] = mask_of(content["runs"], content["size_px"])
        else:
            for key in ("x_image_px", "y_image_px", "width_image_px", "height_image_px", "angle_deg"):
                values[key] = _number(content[key])
        source = AreaSource(content["source"])
        area = Area(name=name, image_id=-1, kind=kind, source=source, **values)
    except (KeyError, TypeError, ValueError, OverflowError) as err:
        raise MeasureError(f"Area {number} of {path} cannot be used. Remove or replace the file.") from err
    return KeptArea(image_sha256=sha256, area=area)


def _check_names(name: Any, sha256: Any) -> None:
    """Raise unless these are the name of an area and a checksum."""
    if not (isinstance(name, str) and len(name) <= LONGEST_NAME):
        raise TypeError(name)
    if not (isinstance(sha256, str) and len(sha256) == _SHA256_LETTERS):
        raise TypeError(sha256)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(value)
    return float(value)


def runs_of(mask: npt.NDArray[np.bool_]) -> list[int]:
    """Return a mask as lengths of runs, row by row, the first outside."""
    flat = np.concatenate([[False], mask.ravel(), [not bool(mask.ravel()[-1])]])
    edges = np.flatnonzero(np.diff(flat.astype(np.int8)))
    runs: list[int] = np.diff(np.concatenate([[0], edges])).tolist()
    return runs


def mask_of(runs: Any, size_px: Any) -> npt.NDArray[np.bool_]:
    """Return the mask of lengths of runs; sizes are checked before memory is taken.

    Raises
    ------
    ValueError
        If they are not those of a mask of this size.
    TypeError
        If they are no list of numbers.
    """
    width, height = size_px
    counts = [*runs]
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in (width, height, *counts)):
        raise TypeError(size_px)
    if not (1 <= width <= LARGEST_SIDE_PX and 1 <= height <= LARGEST_SIDE_PX):
        raise ValueError(size_px)
    if min(counts, default=-1) < 0 or sum(counts) != width * height:
        raise ValueError(size_px)
    is_inside = np.arange(len(counts)) % 2 == 1
    return np.repeat(is_inside, counts).reshape(height, width)
