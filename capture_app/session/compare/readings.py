"""Readings of one image, found by its checksum, in time since it was shown to each reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from capture_app.session.port import SessionError
from capture_app.session.replay import ReplayCase, ReplaySource, image_spans
from gaze_core.rows import EventFlag, Rows, decode_text
from recordings_schema.layout import DatasetKey

MOST_READINGS: Final = 8
"""Readings of one image shown at once: as many colours are told apart by everybody."""

_LEFT_OUT_STATES: Final = frozenset(("discarded",))


class CompareError(SessionError):
    """Readings cannot be compared; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImageReading:
    """One reading of the image: when it was shown in which recording."""

    source: ReplaySource
    label: str  # pseudonym, with the case where one reader read the image more than once
    case: ReplayCase
    image_id: int  # in this recording
    width_px: int  # of the image
    height_px: int
    onset_ns: int  # host time at which the image was first shown in the case
    end_ns: int  # host time at which it was last there

    @property
    def duration_s(self) -> float:
        """How long the image was there."""
        return (self.end_ns - self.onset_ns) * 1e-9

    def fixations(self) -> Rows:
        """Return the FIXATION rows on the image while it was there, in order of onset."""
        rows = self.source.events.fixations
        is_own = (
            (rows["onset_host_ns"] >= self.onset_ns)
            & (rows["onset_host_ns"] < self.end_ns)
            & (rows["image_id"] == self.image_id)
            & (rows["flags"] & EventFlag.BEFORE_IMAGE == 0)
            & (rows["x_image_px"] >= 0)
            & (rows["x_image_px"] < self.width_px)
            & (rows["y_image_px"] >= 0)
            & (rows["y_image_px"] < self.height_px)
        )
        own: Rows = rows[is_own]
        return own


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SharedImage:
    """An image with all its readings, first come first."""

    sha256: str
    name: str  # of the case of its first reading
    readings: tuple[ImageReading, ...]

    @property
    def duration_s(self) -> float:
        """Length of the longest reading."""
        return max(reading.duration_s for reading in self.readings)


def image_ids_of(source: ReplaySource) -> dict[str, int]:
    """Return the number of each image of a recording by its checksum."""
    rows = source.tables.rows[DatasetKey.IMAGES]
    return {decode_text(row["sha256"]): int(row["image_id"]) for row in rows}


def shared_images(sources: Sequence[ReplaySource]) -> tuple[SharedImage, ...]:
    """Return the images that were read at least twice, in the order of the first recording's cases.

    Parameters
    ----------
    sources
        Open recordings.

    Raises
    ------
    CompareError
        If no image was read twice; the text names the recordings.
    """
    images: dict[str, list[tuple[ReplaySource, ReplayCase, int]]] = {}
    for source in sources:
        by_id = {image_id: sha256 for sha256, image_id in image_ids_of(source).items()}
        for case in source.tables.cases:
            for image_id in dict.fromkeys(case.image_ids):
                if image_id in by_id and case.state not in _LEFT_OUT_STATES:
                    images.setdefault(by_id[image_id], []).append((source, case, image_id))
    shared = []
    for sha256, read in images.items():
        found = [each for each in (_reading(*one) for one in read) if each is not None]
        if len(found) > 1:
            named = _labelled(found)[:MOST_READINGS]
            shared.append(SharedImage(sha256=sha256, name=found[0].case.case_id, readings=tuple(named)))
    if not shared:
        names = " and ".join(source.path.name for source in sources[:3])
        more = f" and {len(sources) - 3} more" if len(sources) > 3 else ""
        raise CompareError(
            f"{names}{more} have no image in common: what their checksums name are different images. "
            "Choose recordings of the same cases."
        )
    return tuple(shared)


def _reading(source: ReplaySource, case: ReplayCase, image_id: int) -> ImageReading | None:
    """Return a reading; None where the image never reached the screen in that case."""
    spans = [span for span in image_spans(source.tables, case) if span.image_id == image_id]
    if not spans:
        return None
    onset_ns, end_ns = spans[0].first_ns, max(span.end_ns for span in spans)
    image = source.tables.rows[DatasetKey.IMAGES]
    row = image[image["image_id"] == image_id][0]
    return ImageReading(
        source=source, label=source.metadata.participant.pseudonym, case=case, image_id=image_id,
        width_px=max(int(row["width_px"]), 1), height_px=max(int(row["height_px"]), 1), onset_ns=onset_ns,
        end_ns=end_ns,
    )  # fmt: skip


def _labelled(readings: Sequence[ImageReading]) -> list[ImageReading]:
    """Return the readings with labels that differ: a reader's second reading is the second."""
    seen: dict[str, int] = {}
    named = []
    for reading in readings:
        seen[reading.label] = seen.get(reading.label, 0) + 1
        number = seen[reading.label]
        named.append(reading if number == 1 else replace(reading, label=f"{reading.label} ({number})"))
    return named
