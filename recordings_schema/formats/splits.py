"""Splits by patient: all readings of a patient lie on one side; readers that sides share are reported."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from recordings_schema.formats.contract import PlannedCase
from recordings_schema.formats.reading import ReadingKey

_GIVEN: Final = {
    "train": "train", "validate": "validate", "valid": "validate", "val": "validate", "test": "test",
}  # fmt: skip


def split_of(key: ReadingKey, train_share: float, validate_share: float) -> str:
    """Return train, validate or test: the same for all readings of a patient, whatever else is exported.

    Where the study names no patients, each image counts as one. What was imported keeps its dataset's split,
    where that is one of these three under any of its usual names.
    """
    if given := _GIVEN.get(key.given_split.strip().lower()):
        return given
    whose = f"patient {key.patient}" if key.patient else f"image {'|'.join(key.image_sha256s)}"
    place = int.from_bytes(hashlib.sha256(whose.encode()).digest()[:8], "big") / 2**64
    if place < train_share:
        return "train"
    return "validate" if place < train_share + validate_share else "test"


def split_facts(cases: Iterable[tuple[PlannedCase, str]]) -> dict[str, object]:
    """Return what a provenance file says of splits: readings and readers of each, readers in several."""
    counts: dict[str, int] = {}
    readers: dict[str, set[str]] = {}
    for planned, split in cases:
        counts[split] = counts.get(split, 0) + 1
        readers.setdefault(split, set()).add(planned.key.reader)
    names = [reader for group in readers.values() for reader in group]
    return {
        "rule": "by patient; by image where the study names no patients",
        "readings": dict(sorted(counts.items())),
        "readers": {split: sorted(group) for split, group in sorted(readers.items())},
        "readers_in_several": sorted({name for name in names if names.count(name) > 1}),
    }
