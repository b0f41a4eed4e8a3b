"""Running count and checksum of the rows of a dataset: how a copy is proved equal to what was recorded."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gaze_core.rows import Rows


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows, and the CRC-32 of all of them in order."""

    row_count: int = 0
    crc32: int = 0

    def add(self, rows: Rows) -> Tally:
        """Return the tally with `rows` behind; they must be packed as they are stored."""
        return self.add_bytes(np.ascontiguousarray(rows).tobytes(), len(rows))

    def add_bytes(self, packed: bytes, row_count: int) -> Tally:
        """Return the tally with the memory of `row_count` more rows behind."""
        return Tally(self.row_count + row_count, zlib.crc32(packed, self.crc32))


def tally_of(blocks: Iterable[Rows]) -> Tally:
    """Return the tally of all rows of a dataset."""
    tally = Tally()
    for block in blocks:
        tally = tally.add(block)
    return tally
