"""Rows and metadata of older format versions in the present form, for files and for journals alike.

Version 1 lacked the column ``source`` of the external signals (all were the tracker's) and the measured
latencies.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from gaze_core.rows import EXTERNAL_SIGNAL, Rows
from recordings_schema.layout import DatasetKey

_SOURCE_IN_VERSION_1: Final = b"tracker"


def rows_from_version(key: DatasetKey, rows: Rows, version: int) -> Rows:
    """Return rows of a dataset of format `version` with the present columns."""
    if version > 1 or key is not DatasetKey.EXTERNAL_SIGNALS:
        return rows
    fitted = EXTERNAL_SIGNAL.empty(len(rows))
    for name in rows.dtype.names or ():
        fitted[name] = rows[name]
    fitted["source"] = _SOURCE_IN_VERSION_1
    return fitted


def dtype_from_version(key: DatasetKey, dtype: np.dtype[np.void], version: int) -> np.dtype[np.void]:
    """Return the present dtype of rows that had `dtype` in format `version`; `dtype` where it is no such."""
    expected = [(column.name, column.type) for column in EXTERNAL_SIGNAL.columns if column.name != "source"]
    is_signal = version == 1 and key is DatasetKey.EXTERNAL_SIGNALS
    return EXTERNAL_SIGNAL.dtype if is_signal and dtype == np.dtype(expected) else dtype


def metadata_from_version_1(source: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON of session metadata with the part that version 2 added."""
    return {**source, "timing": {}}
