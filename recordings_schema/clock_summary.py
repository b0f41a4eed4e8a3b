"""Sums up, at the close, how the clocks of a recording run on the host clock: fitted on its stored rows."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final, Protocol

import numpy as np

from gaze_core.clocks import SENDER_CLOCKS, ClockFitError, ClockModel, fit_clock, fit_envelope
from gaze_core.rows import CLOCK_SYNC, Rows, decode_text
from recordings_schema.layout import DatasetKey
from recordings_schema.records import to_json_text

_log = logging.getLogger(__name__)
_MAXIMUM_CLOCKS: Final = 8
_MAXIMUM_SEGMENTS: Final = 16
"""Together they keep the summary below the size of an attribute; the rows themselves hold everything."""

_FIT_ERRORS: Final = (ClockFitError, ArithmeticError, ValueError, IndexError, np.linalg.LinAlgError)
"""A summary that cannot be made must never cost a recording."""


class _Source(Protocol):
    def blocks(self, key: DatasetKey) -> Iterable[Rows]:
        """Yield the rows of a dataset in order."""


def clock_summaries(source: _Source, *, has_device_clock: bool) -> dict[str, str]:
    """Return, by clock, the segments of its fit as JSON text; clocks that cannot be fitted are left out.

    Parameters
    ----------
    source
        The rows of the recording.
    has_device_clock
        Whether the tracker has a clock of its own. Where no reading of it is stored, the arrivals of all
        samples are fitted instead, under the name ``device`` and marked ``is_envelope``.
    """
    sync = np.concatenate([np.empty(0, CLOCK_SYNC.dtype), *source.blocks(DatasetKey.CLOCK_SYNC)])
    names = [decode_text(name) for name in np.unique(sync["clock_id"])][:_MAXIMUM_CLOCKS]
    summaries = {}
    with np.errstate(all="ignore"):
        for name in names:
            try:
                summaries[name] = _text_of(fit_clock(sync, name))
            except _FIT_ERRORS as err:
                _log.warning("The clock %s could not be fitted: %s", name, err)
        if has_device_clock and not set(SENDER_CLOCKS) & set(names):
            try:
                summaries["device"] = _text_of(_fit_arrivals(source))
            except _FIT_ERRORS as err:
                _log.info("The arrivals could not be fitted: %s", err)
    return summaries


def _fit_arrivals(source: _Source) -> ClockModel:
    blocks = [
        (block["t_device_ns"].copy(), block["t_host_ns"].copy()) for block in source.blocks(DatasetKey.GAZE)
    ]
    none = np.empty(0, np.int64)
    return fit_envelope(
        np.concatenate([none, *(device for device, _ in blocks)]),
        np.concatenate([none, *(host for _, host in blocks)]),
    )


def _text_of(model: ClockModel) -> str:
    return to_json_text(
        [
            {
                "anchor_remote_ns": int(segment.anchor_remote_ns),
                "intercept_host_ns": int(segment.intercept_ns),
                "slope_ppm": float(segment.slope_ppm),
                "rms_ns": float(segment.rms_ns),
                "row_count": int(segment.row_count),
                "is_envelope": bool(segment.is_envelope),
            }
            for segment in model.segments[:_MAXIMUM_SEGMENTS]
        ]
    )
