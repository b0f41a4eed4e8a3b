"""Areas of interest a recording and its study hold already: the reader's shapes, the reference standard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from capture_app.session.measures.case_tables import RecordedCase, RecordedCases
from capture_app.session.measures.errors import MeasureError
from capture_app.session.reading import Shape, ShapeKind
from capture_app.session.study import ReferenceEntry, Region, RegionKind
from gaze_core.measures import Area, AreaKind, AreaSource
from recordings_schema.stimuli import StimulusError, load_image, render_grey

NO_LABEL = "(no label)"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedArea:
    """A shape the reader drew around a finding."""

    area: Area
    labels: tuple[str, ...]
    certainty: int  # `screen_code` of the study's scale; -1: not asked


def marked_areas(case: RecordedCase) -> tuple[MarkedArea, ...]:
    """Return the reader's ellipses and boxes in the order they were drawn; the chest box is none."""
    found = []
    for _, shape in sorted(case.entry.shapes.items()):
        if shape.kind is ShapeKind.CHEST_BOX:
            continue
        area = _area_of_shape(shape)
        if area is not None:
            found.append(MarkedArea(area=area, labels=shape.labels, certainty=shape.certainty))
    return tuple(found)


def _area_of_shape(shape: Shape) -> Area | None:
    left, right = sorted((shape.left_image_px, shape.right_image_px))
    top, bottom = sorted((shape.top_image_px, shape.bottom_image_px))
    try:
        return Area(
            name=", ".join(shape.labels) or NO_LABEL,
            image_id=shape.image_id,
            kind=AreaKind.ELLIPSE if shape.kind is ShapeKind.ELLIPSE else AreaKind.BOX,
            source=AreaSource.READER,
            x_image_px=(left + right) / 2,
            y_image_px=(top + bottom) / 2,
            width_image_px=right - left,
            height_image_px=bottom - top,
        )
    except ValueError:
        return None  # a click without extent marks no area


def reference_area(entry: ReferenceEntry, recorded: RecordedCases, case: RecordedCase) -> Area | None:
    """Return where a finding of the reference standard lies; None where it has no region on a shown image.

    Raises
    ------
    MeasureError
        If its mask cannot be used.
    """
    region, images = entry.region, case.entry.image_ids
    if region.kind is RegionKind.NONE or not 0 <= region.pane < len(images):
        return None
    image_id = images[region.pane]
    if region.kind is RegionKind.MASK:
        size = recorded.image_size_px(image_id)
        if region.mask is None or size is None:
            return None
        return mask_area(region.mask, entry.finding, image_id, size, AreaSource.REFERENCE)
    return _area_of_region(region, entry.finding, image_id)


def _area_of_region(region: Region, name: str, image_id: int) -> Area:
    return Area(
        name=name,
        image_id=image_id,
        kind=AreaKind.ELLIPSE if region.kind is RegionKind.ELLIPSE else AreaKind.BOX,
        source=AreaSource.REFERENCE,
        x_image_px=region.x_image_px,
        y_image_px=region.y_image_px,
        width_image_px=region.width_image_px,
        height_image_px=region.height_image_px,
        angle_deg=region.angle_deg if region.kind is RegionKind.ELLIPSE else 0.0,
    )


def mask_area(path: Path, name: str, image_id: int, size_px: tuple[int, int], source: AreaSource) -> Area:
    """Return a mask file as an area: what is not black is inside.

    Raises
    ------
    MeasureError
        If it cannot be read, has not the size of the image, or holds nothing.
    """
    try:
        stimulus = load_image(path)
        grey = render_grey(stimulus, stimulus.start_window)
    except (StimulusError, OSError) as err:
        raise MeasureError(f"The mask {path.name} cannot be read: {err}") from err
    if (stimulus.width_px, stimulus.height_px) != size_px:
        raise MeasureError(
            f"The mask {path.name} has {stimulus.width_px} x {stimulus.height_px} px and its image "
            f"{size_px[0]} x {size_px[1]}. Save the mask in the size of the image."
        )
    mask = np.asarray(grey.max(axis=2) if grey.ndim == 3 else grey) > 0
    if not mask.any():
        raise MeasureError(f"The mask {path.name} is black throughout. Draw the area in white.")
    return Area(name=name, image_id=image_id, kind=AreaKind.MASK, source=source, mask=mask)


def areas_of_case(
    recorded: RecordedCases,
    case: RecordedCase,
    reference: Sequence[ReferenceEntry],
    further: Iterable[Area] = (),
) -> tuple[Area, ...]:
    """Return all areas on the images of a case: the reader's, the reference standard's, and further ones.

    Raises
    ------
    MeasureError
        If a mask of the reference standard cannot be used.
    """
    own = [entry for entry in reference if entry.case_id == case.entry.case_id and entry.is_present]
    known = [reference_area(entry, recorded, case) for entry in own]
    images = set(case.entry.image_ids)
    return (
        *(each.area for each in marked_areas(case)),
        *(area for area in known if area is not None),
        *(area for area in further if area.image_id in images),
    )
