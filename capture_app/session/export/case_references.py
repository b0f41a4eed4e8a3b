"""The reference standard of a case in the words of the formats: findings, and rectangles around regions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from capture_app.session.study import OpenedStudy
from capture_app.session.study.loading import open_reference
from capture_app.session.study.reference import ReferenceEntry, Region, RegionKind
from recordings_schema.formats.reading import ReadReference
from recordings_schema.stimuli import StimulusError, load_image

_NOWHERE = (math.nan,) * 4


class CaseReferences:
    """Reads the reference standard of a study once, when the first case is asked for."""

    def __init__(self, opened: OpenedStudy | None) -> None:
        self._opened = opened
        self._entries: dict[str, list[ReferenceEntry]] | None = None

    def of(self, case_id: str, image_ids: Sequence[int]) -> tuple[ReadReference, ...]:
        """Return what is known of a case; `image_ids` are those of its panes.

        Raises
        ------
        StudyError
            If the reference standard cannot be read or holds errors.
        """
        if self._opened is None:
            return ()
        if self._entries is None:
            self._entries = {}
            for entry in _entries_of(self._opened):
                self._entries.setdefault(entry.case_id, []).append(entry)
        return tuple(_read(entry, image_ids) for entry in self._entries.get(case_id, ()) if entry.finding)


def _entries_of(opened: OpenedStudy) -> tuple[ReferenceEntry, ...]:
    """Return the statements; none where the file went away after the study was checked."""
    name = opened.study.cases.reference
    return open_reference(opened) if name and (opened.folder / name).is_file() else ()


def _read(entry: ReferenceEntry, image_ids: Sequence[int]) -> ReadReference:
    region = entry.region
    corners = _corners(region)
    has_region = region.pane < len(image_ids) and not math.isnan(corners[0])
    left, top, right, bottom = corners if has_region else _NOWHERE
    return ReadReference(
        finding=entry.finding,
        is_present=entry.is_present,
        source=entry.source,
        image_id=image_ids[region.pane] if has_region else -1,
        left_image_px=left,
        top_image_px=top,
        right_image_px=right,
        bottom_image_px=bottom,
    )


def _corners(region: Region) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the upright rectangle around a region; NaN without one."""
    if region.kind is RegionKind.MASK:
        return _mask_corners(region)
    if region.kind is RegionKind.NONE:
        return _NOWHERE
    cosine, sine = math.cos(math.radians(region.angle_deg)), math.sin(math.radians(region.angle_deg))
    half_width, half_height = region.width_image_px / 2.0, region.height_image_px / 2.0
    if region.kind is RegionKind.ELLIPSE:
        across = math.hypot(half_width * cosine, half_height * sine)
        down = math.hypot(half_width * sine, half_height * cosine)
    else:
        across = abs(half_width * cosine) + abs(half_height * sine)
        down = abs(half_width * sine) + abs(half_height * cosine)
    x, y = region.x_image_px, region.y_image_px
    return (x - across, y - down, x + across, y + down)


def _mask_corners(region: Region) -> tuple[float, float, float, float]:
    if region.mask is None:
        return _NOWHERE
    try:
        pixels = load_image(region.mask).pixels
    except StimulusError:
        return _NOWHERE  # said by `study check`; the finding itself is known all the same
    inside = np.any(pixels.reshape(pixels.shape[0], pixels.shape[1], -1), axis=2)
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not len(rows):
        return _NOWHERE
    return (float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))
