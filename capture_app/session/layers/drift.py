"""How far gaze had drifted, from what a recording holds, and whether taking it away made anything better.

A correction is made from one set of targets and judged on another: from the drift checks, judged on the
validations, or the other way round. Raw gaze is never replaced; corrected gaze is shown and stored as that.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import Enum
from typing import Final, Protocol

import numpy as np

from gaze_core.drift_correction import GAZE_OFFSET, Between, DriftCorrection
from gaze_core.eyes import Eye
from gaze_core.geometry import FloatArray
from gaze_core.rows import Rows, join_rows
from recordings_schema.layout import DatasetKey

_NEW_CALIBRATION: Final = (b"calibration_apply", b"calibration_changed")
_LARGEST_DEG: Final = 10.0


class OffsetSource(str, Enum):
    """Which targets a correction is made from."""

    CHECKS = "checks"  # drift checks; judged on the validations
    VALIDATIONS = "validations"  # all targets of each; judged on the drift checks


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftSettings:
    """How gaze is corrected."""

    source: OffsetSource = OffsetSource.CHECKS
    between: Between = Between.HELD
    largest_deg: float = 2.0  # one that is longer is no drift but a calibration that is off

    def __post_init__(self) -> None:
        if not 0.0 < self.largest_deg <= _LARGEST_DEG:
            raise ValueError(f"largest_deg is {self.largest_deg:g}; give more than 0 and at most 10 deg.")

    def to_json(self) -> str:
        """Return the settings as one line of JSON with sorted names."""
        return json.dumps(asdict(self), sort_keys=True, allow_nan=False)


class DriftRows(Protocol):
    """An open recording, or the tables of one."""

    def rows(self, key: DatasetKey) -> Rows:
        """Return the rows of a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredDrift:
    """A correction with its judgement."""

    correction: DriftCorrection
    settings: DriftSettings
    measured_count: int  # offsets it is made of
    left_out_count: int  # longer than the settings allow, or without stable gaze
    judged_count: int  # offsets of the other kind that lie where a correction is known
    before_deg: float  # their mean length as recorded; NaN where there is none
    after_deg: float  # and with the correction

    @property
    def sentence(self) -> str:
        """What it is, and whether it helps."""
        own, other = ("drift check", "validation") if self._is_of_checks else ("validation", "drift check")
        made = f"Gaze is corrected by {_counted(self.measured_count, own)} ({self.settings.between.value})."
        if not self.judged_count:
            return f"{made} Nothing judges it: no {other} lies where it is known."
        helps = "lowers" if self.after_deg < self.before_deg else "does not lower"
        at = _counted(self.judged_count, other)
        figures = f"{self.before_deg:.2f} deg as recorded, {self.after_deg:.2f} deg corrected"
        return f"{made} It {helps} the offset at {at}: {figures}."

    def judgement_json(self) -> str:
        """Return the judgement as one line of JSON."""
        return json.dumps(
            {
                "judged_on": "validations" if self._is_of_checks else "checks",
                "count": self.judged_count,
                "before_deg": None if math.isnan(self.before_deg) else round(self.before_deg, 4),
                "after_deg": None if math.isnan(self.after_deg) else round(self.after_deg, 4),
            },
            sort_keys=True,
        )

    @property
    def _is_of_checks(self) -> bool:
        return self.settings.source is OffsetSource.CHECKS


def measured_drift(recording: DriftRows, signal: Eye, settings: DriftSettings) -> MeasuredDrift | None:
    """Return the correction a recording allows; None where it holds no offset of the kind asked for.

    Parameters
    ----------
    recording
        Holds DRIFT, VALIDATIONS and EVENTS.
    signal
        That is analysed; a validation has offsets of each.
    settings
        Which offsets, and how they go on between.
    """
    validations = recording.rows(DatasetKey.VALIDATIONS)
    checks, by_validation = _of_checks(recording.rows(DatasetKey.DRIFT)), _of_validations(validations, signal)
    is_of_checks = settings.source is OffsetSource.CHECKS
    own, other = (checks, by_validation) if is_of_checks else (by_validation, checks)
    is_used = np.hypot(own["azimuth_deg"], own["elevation_deg"]) <= settings.largest_deg
    used = own[is_used]
    if not len(used):
        return None
    breaks = _new_calibrations(recording.rows(DatasetKey.EVENTS), validations)
    rows = join_rows([breaks, used])
    correction = DriftCorrection(
        offsets=rows[np.argsort(rows["t_host_ns"], kind="stable")], between=settings.between
    )
    azimuth, elevation = correction.at(other["t_host_ns"])
    is_judge = (azimuth != 0.0) | (elevation != 0.0)
    is_judge &= np.isfinite(other["azimuth_deg"])
    before = np.hypot(other["azimuth_deg"], other["elevation_deg"])[is_judge]
    after = np.hypot(other["azimuth_deg"] - azimuth, other["elevation_deg"] - elevation)[is_judge]
    return MeasuredDrift(
        correction=correction,
        settings=settings,
        measured_count=len(used),
        left_out_count=len(own) - len(used),
        judged_count=len(before),
        before_deg=_mean(before),
        after_deg=_mean(after),
    )


def settings_from_json(values: Mapping[str, object]) -> DriftSettings:
    """Return settings from texts or JSON values by name; names left out keep their defaults.

    Raises
    ------
    ValueError
        If a name is unknown or a value unusable; the text says which.
    """
    known = [field.name for field in fields(DriftSettings)]
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ValueError(f"A drift correction has no {', '.join(unknown)}; it has {', '.join(known)}.")
    try:
        return DriftSettings(
            source=OffsetSource(values.get("source", OffsetSource.CHECKS)),
            between=Between(values.get("between", Between.HELD)),
            largest_deg=float(str(values.get("largest_deg", 2.0))),
        )
    except ValueError as err:
        sources, ways = (", ".join(each.value for each in kind) for kind in (OffsetSource, Between))
        raise ValueError(
            f"A drift correction is set by source ({sources}), between ({ways}) and largest_deg (0 to 10)."
        ) from err


def settings_from_text(text: str) -> DriftSettings:
    """Return settings from what `DriftSettings.to_json` wrote.

    Raises
    ------
    ValueError
        If it is something else.
    """
    try:
        values = json.loads(text)
    except RecursionError as err:
        raise ValueError("These are no settings of a drift correction.") from err
    if not isinstance(values, dict):
        raise ValueError("These are no settings of a drift correction.")  # noqa: TRY004 - a text was given
    return settings_from_json(values)


def _of_checks(drift: Rows) -> Rows:
    """Return the offsets of the drift checks; NaN of a check without stable gaze."""
    found = GAZE_OFFSET.empty(len(drift))
    found["t_host_ns"] = drift["t_host_ns"]
    found["azimuth_deg"], found["elevation_deg"] = drift["azimuth_offset_deg"], drift["elevation_offset_deg"]
    return found


def _of_validations(validations: Rows, signal: Eye) -> Rows:
    """Return the mean offset vector of each validation over its targets."""
    own = validations[(validations["eye"] == signal.value.encode()) & (validations["target_id"] >= 0)]
    own = own[np.isfinite(own["azimuth_offset_deg"]) & np.isfinite(own["elevation_offset_deg"])]
    numbers = np.unique(own["validation"])
    found = GAZE_OFFSET.empty(len(numbers))
    for place, number in enumerate(numbers.tolist()):
        targets = own[own["validation"] == number]
        found[place] = (
            targets["t_ended_host_ns"][0],
            targets["azimuth_offset_deg"].mean(),
            targets["elevation_offset_deg"].mean(),
        )
    return found


def _new_calibrations(events: Rows, validations: Rows) -> Rows:
    """Return when another calibration came into use: rows without an offset."""
    is_told = np.isin(events["kind"], _NEW_CALIBRATION) & ~(events["value"] == 0.0)
    times = set(events["t_host_ns"][is_told].tolist())
    # Where the tracker told nothing, the first validation of each calibration but the first does.
    for number in np.unique(validations["calibration"]).tolist()[1:]:
        times.add(int(validations["t_ended_host_ns"][validations["calibration"] == number].min()))
    rows = GAZE_OFFSET.empty(len(times))
    rows["t_host_ns"] = sorted(times)
    return rows


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if len(values) else math.nan


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
