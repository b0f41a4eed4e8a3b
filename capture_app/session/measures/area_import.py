"""Areas from files of other programs: boxes and polygons in COCO's JSON, and mask images.

Such files are not trusted: size and counts are limited before anything is kept, numbers have to be finite,
indices to exist, and the size of the image has to be that of the recording. An image is known again by the
name of its file without folders and ending, as `case-01` of `train/case-01.png`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from capture_app.session.measures.area_book import LONGEST_NAME, MOST_AREAS, KeptArea
from capture_app.session.measures.areas_of_case import mask_area
from capture_app.session.measures.case_tables import RecordedCases
from capture_app.session.measures.errors import MeasureError
from gaze_core.measures import Area, AreaKind, AreaSource
from gaze_core.rows import decode_text

LARGEST_JSON_BYTES: Final = 64 * 2**20
_SEPARATOR: Final = "__"  # between image and label in the name of a mask


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedAreas:
    """What a file brought."""

    areas: tuple[KeptArea, ...]
    passed_over: int  # areas on images that the recording does not have


@dataclass(frozen=True, slots=True, kw_only=True)
class _Image:
    """An image of the recording, as files of areas may name it."""

    image_id: int
    sha256: str
    stem: str
    size_px: tuple[int, int]


def import_areas(path: Path, recorded: RecordedCases, *, shown_image_id: int = -1) -> ImportedAreas:
    """Return the areas of a COCO file (`.json`) or a mask image.

    Parameters
    ----------
    path
        The file.
    recorded
        The recording with the images that count.
    shown_image_id
        Image a mask belongs to when its name says none.

    Raises
    ------
    MeasureError
        If it cannot be read or anything in it is wrong.
    """
    images = _images(recorded)
    if path.suffix.lower() == ".json":
        return _coco(path, images)
    return _mask(path, images, shown_image_id)


def _images(recorded: RecordedCases) -> list[_Image]:
    return [
        _Image(
            image_id=int(row["image_id"]),
            sha256=decode_text(row["sha256"]),
            stem=_stem(decode_text(row["name"])),
            size_px=(int(row["width_px"]), int(row["height_px"])),
        )
        for row in recorded.images
    ]


def _stem(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).stem


def _mask(path: Path, images: Sequence[_Image], shown_image_id: int) -> ImportedAreas:
    """A mask is named IMAGE__LABEL.png, or LABEL.png for the image that is shown."""
    stem, separator, label = path.stem.partition(_SEPARATOR)
    if separator:
        own = [image for image in images if image.stem == stem]
        if not own:
            raise MeasureError(f"{path.name} names the image {stem}, which the recording does not have.")
    else:
        own, label = [image for image in images if image.image_id == shown_image_id], stem
        if not own:
            raise MeasureError(
                f"{path.name} names no image. Go to the case it belongs to, or name the file "
                "IMAGE__LABEL.png."
            )
    area = mask_area(path, label[:LONGEST_NAME] or path.stem, -1, own[0].size_px, AreaSource.IMPORTED)
    return ImportedAreas(areas=(KeptArea(image_sha256=own[0].sha256, area=area),), passed_over=0)


def _coco(path: Path, images: Sequence[_Image]) -> ImportedAreas:
    content = _json(path)
    listed, annotations = _list(path, content, "images"), _list(path, content, "annotations")
    categories = _list(path, content, "categories")
    if len(annotations) > MOST_AREAS:
        raise MeasureError(f"{path.name} has {len(annotations)} annotations; at most {MOST_AREAS} are taken.")
    names = _categories(path, categories)
    known = _known_images(path, listed, images)
    areas, passed_over = [], 0
    for number, annotation in enumerate(annotations, start=1):
        where = f"Annotation {number} of {path.name}"
        if not isinstance(annotation, dict):
            raise MeasureError(f"{where} is no object. Export the file again.")
        image_key = annotation.get("image_id")
        if not _is_key(image_key) or image_key not in known:
            raise MeasureError(f"{where} names an image that the file does not list. Export it again.")
        image = known[image_key]
        if image is None:
            passed_over += 1
            continue
        category = annotation.get("category_id")
        name = names.get(category, "") if _is_key(category) else ""
        areas.append(
            KeptArea(
                image_sha256=image.sha256,
                area=_annotated(where, annotation, name or "area", image.size_px),
            )
        )
    return ImportedAreas(areas=tuple(areas), passed_over=passed_over)


def _json(path: Path) -> dict[str, Any]:
    try:
        size = path.stat().st_size
        if size > LARGEST_JSON_BYTES:
            raise MeasureError(
                f"{path.name} has {size >> 20} MB; files of at most {LARGEST_JSON_BYTES >> 20} MB are read. "
                "Export the images of this recording alone."
            )
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as err:
        raise MeasureError(f"{path.name} cannot be read ({err.strerror or 'no reason given'}).") from err
    except (ValueError, RecursionError) as err:
        raise MeasureError(f"{path.name} is no JSON. Choose a COCO file or a mask image.") from err
    if not isinstance(content, dict):
        raise MeasureError(f"{path.name} is no COCO file: it has no lists of images and annotations.")
    return content


def _list(path: Path, content: dict[str, Any], key: str) -> list[Any]:
    found = content.get(key, [] if key == "categories" else None)
    if not isinstance(found, list):
        raise MeasureError(f"{path.name} is no COCO file: it has no list of {key}. Choose another file.")
    return found


def _categories(path: Path, categories: list[Any]) -> dict[Any, str]:
    names = {}
    for each in categories:
        is_whole = isinstance(each, dict) and _is_key(each.get("id")) and isinstance(each.get("name"), str)
        if not is_whole:
            raise MeasureError(f"A category of {path.name} has no number or name. Export the file again.")
        names[each["id"]] = each["name"][:LONGEST_NAME]
    return names


def _known_images(path: Path, listed: list[Any], images: Sequence[_Image]) -> dict[Any, _Image | None]:
    """Return the images of a file by their numbers; None for those the recording does not have."""
    by_stem = {image.stem: image for image in images}
    known: dict[Any, _Image | None] = {}
    for each in listed:
        if not isinstance(each, dict) or not _is_key(each.get("id")):
            raise MeasureError(f"An image of {path.name} has no number. Export the file again.")
        image = by_stem.get(_stem(str(each.get("file_name", ""))))
        size = (each.get("width"), each.get("height"))
        if image is not None and size not in (image.size_px, (None, None)):
            raise MeasureError(
                f"{path.name} says that {image.stem} is {size[0]} x {size[1]} px; in the recording it is "
                f"{image.size_px[0]} x {image.size_px[1]}. Export the boxes in pixels of the original."
            )
        known[each["id"]] = image
    return known


def _annotated(where: str, annotation: dict[str, Any], name: str, size_px: tuple[int, int]) -> Area:
    """Return the polygon of an annotation where it has one, else its box."""
    segmentation = annotation.get("segmentation")
    try:
        if isinstance(segmentation, list) and len(segmentation) == 1 and len(segmentation[0]) >= 6:
            flat = [_coordinate(each, max(size_px)) for each in segmentation[0]]
            points = tuple(zip(flat[0::2], flat[1::2], strict=True))
            return Area(
                name=name, image_id=-1, kind=AreaKind.POLYGON, source=AreaSource.IMPORTED,
                points_image_px=points,
            )  # fmt: skip
        left, top, width, height = (_coordinate(each, max(size_px)) for each in annotation["bbox"])
        return Area(
            name=name, image_id=-1, kind=AreaKind.BOX, source=AreaSource.IMPORTED,
            x_image_px=left + width / 2, y_image_px=top + height / 2, width_image_px=width,
            height_image_px=height,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as err:
        raise MeasureError(
            f"{where} has no usable box: left, top, width and height in pixels of the image. Correct it."
        ) from err


def _coordinate(value: Any, side_px: int) -> float:
    """Return a coordinate; what lies far beside the image is a mistake of the file."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(value)
    if abs(value) > 2 * side_px:
        raise ValueError(value)
    return float(value)


def _is_key(value: object) -> bool:
    """Whether this can be the number or name of an image or category."""
    return isinstance(value, (int, str)) and not isinstance(value, bool)
