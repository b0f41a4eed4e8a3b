"""GazeMedSeg: one table of fixations for a folder of images, positions as fractions of the image.

Only fixations of at least 50 ms that lie on the image are kept, numbered from 1. The published loaders take
all rows of one image as one sequence, so several readings of an image need a table each.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, ClassVar, Final

import numpy as np

from recordings_schema.formats.contract import (
    CaseSink,
    DatasetSink,
    Facts,
    FinishedCase,
    Format,
    PlannedCase,
)
from recordings_schema.formats.options import Option
from recordings_schema.formats.reading import CaseReading, Origin, ReadingKey
from recordings_schema.formats.tables import header, quoted_lines, rounded

COLUMNS: Final = (
    "IMAGE", "CURRENT_FIX_INDEX", "CURRENT_FIX_X", "CURRENT_FIX_Y", "CURRENT_FIX_DURATION",
    "CURRENT_FIX_PUPIL", "CURRENT_FIX_START", "IMAGE_HEIGHT", "IMAGE_WIDTH",
)  # fmt: skip
SHORTEST_MS: Final = 50.0
_FILE_WORD: Final = re.compile(r"[^A-Za-z0-9_-]+")


class Tasks(str, Enum):
    """Whose fixations are meant as a mask."""

    SEGMENT = "segment"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class GazemedsegOptions:
    """Options of GazeMedSeg."""

    tasks: Annotated[Tasks, Option("cases of these tasks; masks are meant to come from segment tasks")] = (
        Tasks.SEGMENT
    )
    shortest_ms: Annotated[float, Option("fixations shorter than this are dropped", "ms", 50, 1000)] = (
        SHORTEST_MS
    )


class GazemedsegFormat(Format[GazemedsegOptions]):
    """The fixation table of GazeMedSeg, one for each target and reader."""

    name: ClassVar[str] = "gazemedseg"
    title: ClassVar[str] = "GazeMedSeg"
    summary: ClassVar[str] = "a table of fixations on the image, for each target and reader"
    version: ClassVar[str] = "1"
    options_type: ClassVar[type[GazemedsegOptions]] = GazemedsegOptions
    losses: ClassVar[tuple[str, ...]] = (
        "Fixations beside the image and those shorter than the limit are dropped; times are whole ms.",
        "Samples, views, answers, words and shapes are left out.",
    )

    def key_problem(self, key: ReadingKey, options: GazemedsegOptions) -> str:
        """Return why a case has no sequence of fixations for a mask."""
        if options.tasks is Tasks.SEGMENT and key.task_kind != "segment":
            return "It is no segment task; --option tasks=all takes the others as well."
        if len(key.image_names) != 1:
            return "Several images were shown at once, or none; this format holds one."
        return ""

    def problem(self, reading: CaseReading, options: GazemedsegOptions) -> str:
        """Return why a reading cannot be in this format."""
        if not _kept(reading, options.shortest_ms).any():
            return f"No fixation of at least {options.shortest_ms:g} ms lies on the image."
        return ""

    def write_case(
        self, planned: PlannedCase, reading: CaseReading, sink: CaseSink, options: GazemedsegOptions
    ) -> Facts:
        """Add the fixations of a reading to the table of its target and reader."""
        del planned
        image = reading.images[0]
        rows = reading.fixations[_kept(reading, options.shortest_ms)]
        zero_ns, _ = reading.zero_ns(Origin.IMAGE_SHOWN)
        count = len(rows)
        columns = (
            [f"{image.stem}.jpg"] * count,
            list(range(1, count + 1)),
            rounded(rows["x_image_px"] / image.width_px, 6),
            rounded(rows["y_image_px"] / image.height_px, 6),
            rounded(rows["duration_ms"], 0),
            rounded(rows["pupil_mean"], 4),
            rounded((rows["onset_host_ns"] - zero_ns) * 1e-6, 0),
            [image.height_px] * count,
            [image.width_px] * count,
        )
        table = _table_name(reading)
        sink.add(table, quoted_lines(zip(*columns, strict=True)))
        return {"table": table, "image": image.stem, "dropped": len(reading.fixations) - count}

    def finish(self, cases: Sequence[FinishedCase], sink: DatasetSink, options: GazemedsegOptions) -> Facts:
        """Write the tables; name images that were read twice for one target by one reader."""
        del options
        images: dict[str, list[str]] = {}
        for case in cases:
            images.setdefault(str(case.facts["table"]), []).append(str(case.facts["image"]))
        warnings = []
        for table, names in sorted(images.items()):
            sink.join(f"{table}_fixation.csv", table, header(COLUMNS))
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                warnings.append(
                    f"{table}_fixation.csv has several readings of {', '.join(twice[:5])}; the published "
                    "loaders take them as one sequence."
                )
        return {"warnings": warnings, "dropped_fixations": sum(int(case.facts["dropped"]) for case in cases)}

    def check(self, folder: Path) -> Iterator[str]:
        """Yield what in a table breaks the rules of GazeMedSeg."""
        for path in sorted(folder.glob("*_fixation.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                table = csv.DictReader(file)
                if tuple(table.fieldnames or ()) != COLUMNS:
                    yield f"{path.name} has other columns than GazeMedSeg."
                    continue
                for row in table:
                    is_inside = (
                        0 <= float(row["CURRENT_FIX_X"]) <= 1 and 0 <= float(row["CURRENT_FIX_Y"]) <= 1
                    )
                    if not is_inside or float(row["CURRENT_FIX_DURATION"]) < SHORTEST_MS:
                        yield f"{path.name}: a fixation on {row['IMAGE']} lies outside or is too short."
                        break


def _kept(reading: CaseReading, shortest_ms: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    rows, image = reading.fixations, reading.images[0]
    is_inside = (rows["image_id"] == image.image_id) & (rows["duration_ms"] >= shortest_ms)
    for axis, size in (("x", image.width_px), ("y", image.height_px)):
        is_inside &= (rows[f"{axis}_image_px"] >= 0) & (rows[f"{axis}_image_px"] <= size)
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]] = is_inside
    return kept


def _table_name(reading: CaseReading) -> str:
    words = (reading.target or reading.study or "all", reading.key.reader)
    return "_".join(_FILE_WORD.sub("-", word).strip("-") or "x" for word in words)
