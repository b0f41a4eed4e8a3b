"""What a new recording says about itself, put together from the settings, the screen and the tracker."""

from __future__ import annotations

import math
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import capture_app
from capture_app.acquisition.messages import TrackerOpened
from capture_app.session.display_area import area_of, has_known_size, match_display_area
from capture_app.session.port import ScreenFacts, SessionError
from capture_app.session.settings import Settings
from capture_app.session.timing_constants import (
    ConstantName,
    TimingConstant,
    TimingConstants,
    as_documents,
    monitor_key,
    tracker_key,
)
from capture_app.session.timing_sentences import methods_sentences
from capture_app.session.timing_store import TimingStore
from gaze_core.geometry import Screen
from recordings_schema.errors import MetadataError
from recordings_schema.metadata import (
    MEASURED,
    UNMEASURED,
    DisplayRecord,
    ParticipantRecord,
    SessionMetadata,
    SessionRecord,
    SettingsRecord,
    SoftwareRecord,
    TimingRecord,
)

MM_PER_INCH = 25.4
ASSUMED_DPI = 96.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyMark:
    """Which session of a study a recording is; stored with it."""

    study_id: str
    session_id: str
    facts: Mapping[str, str]  # version, checksums, period and number, for the settings of the recording
    gaze_signal: str  # left, right, average, dominant: as the study says it
    dominant_eye: str = "unknown"
    room_lux: float = math.nan  # light on the screen; NaN: not measured
    is_robot: bool = False  # a pseudo-reader read

    def texts(self) -> dict[str, str]:
        """Return what has no place of its own in the metadata."""
        return {**self.facts, "is_robot": "true" if self.is_robot else "false"}


_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]+")


def screen_of(facts: ScreenFacts) -> Screen:
    """Return the screen of the reader's monitor; unknown millimetres are those of a 96-dpi screen."""
    px_per_mm = ASSUMED_DPI * facts.device_pixel_ratio / MM_PER_INCH
    is_known = facts.width_mm > 0 and facts.height_mm > 0
    return Screen(
        width_px=facts.width_px,
        height_px=facts.height_px,
        width_mm=facts.width_mm if is_known else facts.width_px / px_per_mm,
        height_mm=facts.height_mm if is_known else facts.height_px / px_per_mm,
        origin_x_px=float(facts.x_px),
        origin_y_px=float(facts.y_px),
        device_pixel_ratio=facts.device_pixel_ratio,
        refresh_hz=facts.refresh_hz,
        name=facts.name,
    )


def session_metadata(
    *,
    reader: str,
    study: str,
    facts: ScreenFacts,
    settings: Settings,
    tracker_options: Mapping[str, str],
    tracker: TrackerOpened | None = None,
    mark: StudyMark | None = None,
) -> SessionMetadata:
    """Return the metadata of a recording that begins now, with the constants measured on these devices.

    Raises
    ------
    SessionError
        If the pseudonym or another entry cannot be stored, or a real tracker was set up for another screen.
    """
    screen = screen_of(facts)
    if tracker is not None:
        _check_display_area(tracker.info, facts)
    measured = (
        TimingStore()
        .load()
        .constants.for_session(monitor_key(facts), "" if tracker is None else tracker_key(tracker.info))
    )
    display_latency = measured.find(ConstantName.ONSET, monitor_key(facts))
    try:
        return SessionMetadata(
            session=SessionRecord(
                # The lab's own time names the session.
                session_id=f"{datetime.now():%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
                if mark is None
                else mark.session_id,
                started_wall_ns=time.time_ns(),
                started_host_ns=time.perf_counter_ns(),
                study=study if mark is None else mark.study_id,
                gaze_signal=_gaze_signal(settings) if mark is None else mark.gaze_signal,
            ),
            participant=ParticipantRecord(
                pseudonym=reader, dominant_eye="unknown" if mark is None else mark.dominant_eye
            ),
            display=replace(
                _display(facts, screen, settings, display_latency),
                ambient_lux=math.nan if mark is None else mark.room_lux,
            ),
            software=SoftwareRecord.of_this_process("reading-station", capture_app.__version__),
            settings=SettingsRecord(
                driver_options=dict(tracker_options),
                settings={
                    "background_grey": str(settings.background_grey),
                    "corner_patch": settings.corner_patch.value,
                    "eye": settings.eye.value,
                    "heatmap_sigma_deg": f"{settings.heatmap_sigma_deg:g}",
                    "screen_size": "measured or reported"
                    if has_known_size(facts)
                    else "assumed: 96 dots per inch",
                    **({} if mark is None else mark.texts()),
                },
            ),
            timing=_timing(facts, settings, measured),
        )
    except MetadataError as err:
        raise SessionError(str(err)) from err


def _timing(facts: ScreenFacts, settings: Settings, measured: TimingConstants) -> TimingRecord:
    """Return what was measured here before, and what was not."""
    sentences = methods_sentences(measured, entered_onset_ms=_entered_onset_ms(facts, settings))
    return TimingRecord(sentence=" ".join(sentences), constants=as_documents(measured))


def _is_measured_one(facts: ScreenFacts, settings: Settings) -> bool:
    """Tell whether what the settings hold of a monitor was measured on this one."""
    chosen = settings.monitor
    return bool(chosen.name) and (facts.name, facts.serial) == (chosen.name, chosen.serial)


def _entered_onset_ms(facts: ScreenFacts, settings: Settings) -> tuple[float, float] | None:
    """Return mean and SD of the onset latency as entered in the settings for this monitor."""
    mean_ms, sd_ms = settings.onset_latency_mean_ms, settings.onset_latency_sd_ms
    return (mean_ms, sd_ms) if _is_measured_one(facts, settings) and mean_ms > 0 and sd_ms > 0 else None


def _display(
    facts: ScreenFacts, screen: Screen, settings: Settings, measured: TimingConstant | None
) -> DisplayRecord:
    """Return what is known of the screen; what was measured counts for that very monitor alone.

    An onset latency that a person entered comes before the one that `reading-station timing` measured.
    """
    is_measured_one = _is_measured_one(facts, settings)
    onset_ms = _entered_onset_ms(facts, settings)
    if onset_ms is None and measured is not None and measured.mean > 0 and measured.sd > 0:
        onset_ms = (measured.mean, measured.sd)
    return DisplayRecord(
        model=facts.model or facts.name,
        width_px=facts.width_px,
        height_px=facts.height_px,
        width_mm=screen.width_mm,
        height_mm=screen.height_mm,
        distance_mm=settings.distance_mm,
        refresh_hz=facts.refresh_hz,
        scaling=facts.device_pixel_ratio,
        mode=_mode(facts),
        origin_x_px=facts.x_px,
        origin_y_px=facts.y_px,
        luminance_minimum_cd_m2=_measured(settings.luminance_minimum_cd_m2, is_measured_one),
        luminance_maximum_cd_m2=_measured(settings.luminance_maximum_cd_m2, is_measured_one),
        gsdf_check=(settings.gsdf_check.strip() if is_measured_one else "") or UNMEASURED,
        onset_latency=UNMEASURED if onset_ms is None else MEASURED,
        onset_latency_mean_ms=math.nan if onset_ms is None else onset_ms[0],
        onset_latency_sd_ms=math.nan if onset_ms is None else onset_ms[1],
    )


def _measured(value: float, is_measured: bool) -> float:
    return value if is_measured and value > 0 else math.nan


def _check_display_area(info: Mapping[str, Any], facts: ScreenFacts) -> None:
    """Refuse a tracker whose display area is not the reader's screen: every degree would be wrong."""
    match = match_display_area(area_of(info.get("display_area_mm")), facts)
    if match.is_other_screen and not info.get("is_simulated"):
        raise SessionError(match.sentence)


def new_recording_path(folder: Path, study: str, reader: str) -> Path:
    """Return a name in `folder` that is free now: date, time, study and reader.

    Raises
    ------
    SessionError
        If the folder is not there and cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise SessionError(
            f"The folder for recordings, {folder}, cannot be made ({err.strerror}). "
            "Choose another in Settings."
        ) from err
    stamp = f"{datetime.now():%Y-%m-%d_%H-%M-%S}"  # the lab's own time names the file
    words = [stamp, *(word for word in (_name_part(study), _name_part(reader)) if word)]
    stem = "_".join(words)
    number = 1
    path = folder / f"{stem}.gazeh5"
    while path.exists() or path.with_name(path.name + ".journal").exists():
        number += 1
        path = folder / f"{stem}_{number}.gazeh5"
    return path


def _name_part(text: str) -> str:
    return _NOT_IN_NAMES.sub("-", text).strip("-.")[:40]


def _gaze_signal(settings: Settings) -> str:
    name = settings.eye.value
    return "average" if name not in ("left", "right", "average") else name


def _mode(facts: ScreenFacts) -> str:
    rate = "" if math.isnan(facts.refresh_hz) else f" @ {facts.refresh_hz:g} Hz"
    return f"{facts.width_px} x {facts.height_px}{rate}"
