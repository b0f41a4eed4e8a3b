"""The validations of a recording as they were judged, and computed again from the gaze in the file."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from calibration import EyeResult, TargetResult, TimedValidation, ValidationResult
from capture_app.session.calibration_rows import ALL_TARGETS
from capture_app.session.calibration_run import WINDOW
from capture_app.session.reading import Subject
from capture_app.session.recorded_validations import validations_of
from capture_app.session.report.source import ReportSource
from capture_app.session.report.stretches import figures_of
from gaze_core.directions import directions
from gaze_core.eyes import Eye
from gaze_core.quality import Accuracy
from gaze_core.rows import Rows, decode_text
from recordings_schema.layout import DatasetKey

PURPOSE_WORDS: Final = {
    "opening": "opening", "block_end": "closing a block", "session_end": "closing the session",
}  # fmt: skip
_DRAWN_SAMPLES: Final = 40  # per target and eye; a picture with more is only ink
_SAME_DEG: Final = 0.01
_MARGIN_NS: Final = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCloud:
    """Some samples of one eye at one target, as offsets from it."""

    target_id: int
    eye: Eye
    azimuth_offset_deg: npt.NDArray[np.float64]  # right positive
    elevation_offset_deg: npt.NDArray[np.float64]  # down positive


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedValidation:
    """One complete validation."""

    number: int  # in the recording, from 0
    calibration: int  # attempt it judges; -1: made elsewhere
    purpose: str
    t_ended_host_ns: int
    result: ValidationResult  # the figures it was judged by
    clouds: tuple[SampleCloud, ...]  # none where its gaze is not in the file
    again: Literal["same", "different", "no gaze"]  # the figures computed again from the file
    grade: str  # "" where nothing was decided
    is_accepted: bool
    accepted_by: str
    reason: str  # typed where a person accepted against the gate

    @property
    def is_closing(self) -> bool:
        """Whether it closed a block or the session."""
        return self.purpose in ("block_end", "session_end")

    def of(self, eye: Eye) -> EyeResult | None:
        """Return one signal over all targets."""
        return next((each for each in self.result.eyes if each.eye is eye), None)


def reported_validations(source: ReportSource) -> tuple[ReportedValidation, ...]:
    """Return all complete validations of a recording in order.

    Raises
    ------
    RecordingError
        If samples cannot be read.
    """
    recording = source.recording
    rows, targets = recording.rows(DatasetKey.VALIDATIONS), recording.rows(DatasetKey.TARGETS)
    judgements = recording.rows(DatasetKey.JUDGEMENTS)
    judgements = judgements[judgements["subject"] == Subject.CALIBRATION.value.encode()]
    arrivals = _Arrivals(source)
    found = []
    for number in sorted(set(rows["validation"].tolist())):
        own = rows[rows["validation"] == number]
        if ALL_TARGETS in own["target_id"]:
            made = judgements[(judgements["number"] == number) & (judgements["figures"] != b"{}")]
            found.append(_reported(source, arrivals, own, targets, made))
    return tuple(found)


def calibrated_times_ns(source: ReportSource) -> tuple[int, ...]:
    """Return when calibrations came into use, host clock."""
    samples = source.recording.rows(DatasetKey.CALIBRATION_SAMPLES)
    return tuple(sorted({int(time) for time in samples["t_computed_host_ns"]}))


def timed(validations: tuple[ReportedValidation, ...]) -> tuple[TimedValidation, ...]:
    """Return validations as `calibration.bracket` takes them."""
    return tuple(
        TimedValidation(t_host_ns=each.t_ended_host_ns, result=each.result, is_closing=each.is_closing)
        for each in validations
    )


class _Arrivals:
    """Finds the samples that arrived in a time, without holding all samples."""

    def __init__(self, source: ReportSource) -> None:
        self._source = source
        self._count = len(source.t_host_ns)

    def between(self, first_ns: int, end_ns: int) -> Rows:
        """Return the GAZE rows that arrived from `first_ns` on and the one before, up to `end_ns`."""
        gaze = self._source.recording.gaze
        return gaze(max(0, self._place(first_ns) - 1), self._place(end_ns + 1))

    def _place(self, t_ns: int) -> int:
        """Return the first row that arrived at a time or later; arrivals are in order."""
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            if int(self._source.recording.gaze(middle, middle + 1)["t_host_ns"][0]) < t_ns:
                low = middle + 1
            else:
                high = middle
        return low


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """The part of a recording that one validation lies in."""

    validation_rows: Rows
    target_rows: Rows
    gaze_rows: Rows

    def rows(self, key: DatasetKey) -> Rows:
        """Return the rows of validations or targets."""
        return self.validation_rows if key is DatasetKey.VALIDATIONS else self.target_rows

    def gaze(self) -> Rows:
        """Return the samples."""
        return self.gaze_rows


def _reported(
    source: ReportSource, arrivals: _Arrivals, own: Rows, targets: Rows, judgements: Rows
) -> ReportedValidation:
    result = result_of_rows(own, _window_ms(judgements))
    ended_ns = int(own["t_ended_host_ns"][0])
    count = len(set(own["target_id"].tolist()) - {ALL_TARGETS})
    before = targets[(targets["procedure"] == b"validation") & (targets["t_off_host_ns"] <= ended_ns)]
    shown = before[-count:] if count else before[:0]
    gaze = source.recording.gaze(0, 0)
    if len(shown):
        first_ns, end_ns = int(shown["t_on_host_ns"].min()), int(shown["t_off_host_ns"].max())
        gaze = arrivals.between(first_ns, end_ns + _MARGIN_NS)
    part = _Part(validation_rows=own, target_rows=targets, gaze_rows=gaze)
    window = replace(WINDOW, length_ms=result.window_ms) if math.isfinite(result.window_ms) else WINDOW
    again = validations_of(part, source.geometry, window)
    decided = judgements[-1:] if len(judgements) else judgements
    return ReportedValidation(
        number=int(own["validation"][0]),
        calibration=int(own["calibration"][0]),
        purpose=decode_text(own["purpose"][0]),
        t_ended_host_ns=ended_ns,
        result=result,
        clouds=_clouds(source, gaze, shown, again[0].result, window.length_ms) if again else (),
        again=_compared(result, again[0].result) if again else "no gaze",
        grade=decode_text(decided["grade"][0]) if len(decided) else "",
        is_accepted=bool(len(decided)) and bool(decided["is_accepted"][0]),
        accepted_by=decode_text(decided["by"][0]) if len(decided) else "",
        reason=decode_text(decided["reason"][0]) if len(decided) else "",
    )


def result_of_rows(rows: Rows, window_ms: float = math.nan) -> ValidationResult:
    """Return the figures that VALIDATION rows of one validation hold; the rate is not among them: NaN."""
    is_on_screen = (np.abs(rows["x_norm"] - 0.5) <= 0.5) & (np.abs(rows["y_norm"] - 0.5) <= 0.5)
    single = rows[(rows["target_id"] != ALL_TARGETS) & is_on_screen]
    whole = rows[rows["target_id"] == ALL_TARGETS]
    return ValidationResult(
        targets=tuple(
            TargetResult(
                target_id=int(row["target_id"]),
                x_norm=float(row["x_norm"]),
                y_norm=float(row["y_norm"]),
                eye=_eye(row),
                accuracy=Accuracy(
                    offset_deg=float(row["offset_deg"]),
                    azimuth_offset_deg=float(row["azimuth_offset_deg"]),
                    elevation_offset_deg=float(row["elevation_offset_deg"]),
                ),
                rms_s2s_deg=float(row["rms_s2s_deg"]),
                std_deg=float(row["std_deg"]),
                bcea_deg2=float(row["bcea_deg2"]),
                sample_count=int(row["sample_count"]),
                loss_percent=float(row["loss_percent"]),
                effective_rate_hz=math.nan,
            )
            for row in single
        ),
        eyes=tuple(
            EyeResult(
                eye=_eye(row),
                mean_offset_deg=float(row["offset_deg"]),
                worst_offset_deg=float(row["worst_deg"]),
                mean_rms_s2s_deg=float(row["rms_s2s_deg"]),
                mean_std_deg=float(row["std_deg"]),
                mean_loss_percent=float(row["loss_percent"]),
            )
            for row in whole
        ),
        window_ms=window_ms,
    )


def _eye(row: np.void) -> Eye:
    name = decode_text(row["eye"])
    return Eye(name) if name in {eye.value for eye in Eye} else Eye.AVERAGE


def _window_ms(judgements: Rows) -> float:
    for row in judgements:
        value = figures_of(row).get("window_ms")
        if isinstance(value, int | float) and 0 < value <= 60_000:
            return float(value)
    return math.nan


def _compared(judged: ValidationResult, again: ValidationResult) -> Literal["same", "different"]:
    new = {each.eye: each for each in again.eyes}
    pairs = [
        (getattr(each, name), getattr(new[each.eye], name))
        for each in judged.eyes
        if each.eye in new
        for name in ("mean_offset_deg", "worst_offset_deg")
    ]
    is_same = all(abs(a - b) <= _SAME_DEG or (math.isnan(a) and math.isnan(b)) for a, b in pairs)
    return "same" if is_same else "different"


def _clouds(
    source: ReportSource, gaze: Rows, shown: Rows, result: ValidationResult, window_ms: float
) -> tuple[SampleCloud, ...]:
    """Return some samples of each target's window, centred on the mean offset that was computed."""
    clouds = []
    for target in shown:
        end_ns = int(target["t_off_host_ns"])
        is_inside = (gaze["t_host_ns"] >= end_ns - window_ms * 1e6) & (gaze["t_host_ns"] < end_ns)
        rows = directions(gaze[is_inside], source.geometry)
        for eye, prefix in ((Eye.LEFT, "left_"), (Eye.RIGHT, "right_"), (Eye.AVERAGE, "")):
            azimuth, elevation = rows[f"{prefix}azimuth_deg"], rows[f"{prefix}elevation_deg"]
            seen = np.flatnonzero(np.isfinite(azimuth) & np.isfinite(elevation))
            own = next(
                (t for t in result.targets if t.eye is eye and t.target_id == int(target["target_id"])), None
            )
            if own is None or not len(seen):
                continue
            chosen = seen[:: max(1, math.ceil(len(seen) / _DRAWN_SAMPLES))]
            clouds.append(
                SampleCloud(
                    target_id=own.target_id,
                    eye=eye,
                    azimuth_offset_deg=azimuth[chosen]
                    - azimuth[seen].mean()
                    + own.accuracy.azimuth_offset_deg,
                    elevation_offset_deg=elevation[chosen]
                    - elevation[seen].mean()
                    + own.accuracy.elevation_offset_deg,
                )
            )
    return tuple(clouds)
