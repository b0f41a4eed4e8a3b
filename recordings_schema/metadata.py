"""Everything a recording says about itself beside its rows: one frozen record per group of the file.

Records check themselves when they are made, so that a wrong value is refused before a file is created and not
found when the reading is over. Nothing here may identify a person: the participant is a pseudonym.
"""

from __future__ import annotations

import math
import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any, Final

from recordings_schema.errors import MetadataError
from recordings_schema.records import Meaning, record_from_json, record_to_json

UNMEASURED: Final = "unmeasured"
MEASURED: Final = "measured"
GAZE_SIGNALS: Final = ("left", "right", "average", "dominant")
DOMINANT_EYES: Final = ("left", "right", "unknown")

_CLOCK_FIT: Final = (
    "fits made at the close, by clock: JSON list of segments, host = intercept_host_ns + "
    "(remote - anchor_remote_ns) * (1 + slope_ppm / 1e6), with rms_ns, row_count, and is_envelope where it "
    "was fitted on arrivals (late by an unknown constant delay)"
)
_PSEUDONYM: Final = re.compile(r"[A-Za-z0-9_.-]{1,32}")
_SESSION_ID: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_STORED_PACKAGES: Final = (
    "numpy",
    "h5py",
    "opencv-python-headless",
    "PySide6-Essentials",
    "pylsl",
    "pydicom",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """Which session this is and when it began; attributes of the file itself."""

    session_id: Annotated[str, Meaning("name of the session: letters, digits, - _ . (at most 64)")]
    started_wall_ns: Annotated[int, Meaning("wall clock at the start, since 1970-01-01 UTC", unit="ns")]
    started_host_ns: Annotated[int, Meaning("host clock at the same instant", unit="ns")]
    study: Annotated[str, Meaning("name of the study")] = ""
    gaze_signal: Annotated[str, Meaning("signal the study analyses: left, right, average, dominant")] = (
        "average"
    )
    comment: Annotated[str, Meaning("what the operator noted; nothing identifying")] = ""

    def __post_init__(self) -> None:
        if not _SESSION_ID.fullmatch(self.session_id):
            raise MetadataError(
                f"Session id {self.session_id!r} is not usable; use 1 to 64 letters (a to z), digits or - _ ."
            )
        _check_choice("gaze_signal", self.gaze_signal, GAZE_SIGNALS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantRecord:
    """Who read, by pseudonym alone."""

    pseudonym: Annotated[str, Meaning("pseudonym of the reader: letters, digits, - _ . (at most 32)")]
    group: Annotated[str, Meaning("group of the study design, for instance a level of training")] = ""
    dominant_eye: Annotated[str, Meaning("left, right, unknown")] = "unknown"

    def __post_init__(self) -> None:
        if not _PSEUDONYM.fullmatch(self.pseudonym):
            raise MetadataError(
                f"Pseudonym {self.pseudonym!r} is not usable; use 1 to 32 letters (a to z), digits or - _ ."
            )
        _check_choice("dominant_eye", self.dominant_eye, DOMINANT_EYES)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayRecord:
    """The reader's screen, how it was driven, and what was measured on it."""

    model: Annotated[str, Meaning("maker and model as the system reports it")]
    width_px: Annotated[int, Meaning("physical pixels", unit="px")]
    height_px: Annotated[int, Meaning("physical pixels", unit="px")]
    width_mm: Annotated[float, Meaning("active area", unit="mm")]
    height_mm: Annotated[float, Meaning("active area", unit="mm")]
    distance_mm: Annotated[float, Meaning("eye to screen centre as set up by the study", unit="mm")]
    refresh_hz: Annotated[float, Meaning("refresh rate of the mode; NaN where unknown", unit="Hz")] = math.nan
    scaling: Annotated[float, Meaning("device pixel ratio: physical px per logical px", unit="px/px")] = 1.0
    mode: Annotated[str, Meaning("video mode as the system names it")] = ""
    bits_per_channel: Annotated[int, Meaning("grey depth of the mode; -1 where unknown", unit="bits")] = -1
    origin_x_px: Annotated[int, Meaning("left of the screen on the desktop", unit="px")] = 0
    origin_y_px: Annotated[int, Meaning("top of the screen on the desktop", unit="px")] = 0
    luminance_minimum_cd_m2: Annotated[
        float, Meaning("black as measured; NaN: not measured", unit="cd/m2")
    ] = math.nan
    luminance_maximum_cd_m2: Annotated[
        float, Meaning("white as measured; NaN: not measured", unit="cd/m2")
    ] = math.nan
    ambient_lux: Annotated[float, Meaning("light on the screen; NaN: not measured", unit="lx")] = math.nan
    gsdf_check: Annotated[str, Meaning("result of the grey-scale (GSDF) check and its date")] = UNMEASURED
    onset_latency: Annotated[
        str, Meaning("measured, or unmeasured: then image times are those of the software")
    ] = UNMEASURED
    onset_latency_mean_ms: Annotated[
        float, Meaning("light after presentation, mean; NaN: not measured", unit="ms")
    ] = math.nan
    onset_latency_sd_ms: Annotated[
        float, Meaning("light after presentation, SD; NaN: not measured", unit="ms")
    ] = math.nan

    def __post_init__(self) -> None:
        for name in ("width_px", "height_px", "width_mm", "height_mm", "distance_mm", "scaling"):
            value = getattr(self, name)
            if not value > 0:
                raise MetadataError(
                    f"{name} of the display is {value}; measure the screen and enter a value above 0."
                )
        _check_choice("onset_latency", self.onset_latency, (MEASURED, UNMEASURED))
        is_measured = not (math.isnan(self.onset_latency_mean_ms) or math.isnan(self.onset_latency_sd_ms))
        if is_measured != (self.onset_latency == MEASURED):
            raise MetadataError(
                "onset_latency of the display must be 'measured' with a mean and an SD in ms, "
                "or 'unmeasured' without."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareRecord:
    """The program and the machine that recorded."""

    application: Annotated[str, Meaning("name of the program")]
    application_version: Annotated[str, Meaning("its version")]
    python: Annotated[str, Meaning("version of the interpreter")] = ""
    operating_system: Annotated[str, Meaning("system, release and processor; no host or user name")] = ""
    packages: Annotated[dict[str, str], Meaning("packages the program ran with, name to version")] = field(
        default_factory=dict
    )

    @classmethod
    def of_this_process(cls, application: str, application_version: str) -> SoftwareRecord:
        """Return the record of the running interpreter."""
        return cls(
            application=application,
            application_version=application_version,
            python=sys.version.split()[0],
            operating_system=f"{platform.system()} {platform.release()} {platform.machine()}",
            packages=_installed_packages(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsRecord:
    """What was chosen for this session, as texts by name."""

    driver_options: Annotated[dict[str, str], Meaning("options the tracker was opened with")] = field(
        default_factory=dict
    )
    settings: Annotated[dict[str, str], Meaning("settings of the program that shape the data")] = field(
        default_factory=dict
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingRecord:
    """What `reading-station timing` had measured on this station when the recording began."""

    sentence: Annotated[str, Meaning("for a methods section; says what is unmeasured as well")] = ""
    constants: Annotated[
        dict[str, str],
        Meaning("measured constants by name, JSON: mean_ms, sd_ms, count, method, device, measured_on"),
    ] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingFacts:
    """What becomes known while recording; the last facts noted are stored when the file is closed."""

    samples_delivered: Annotated[
        int, Meaning("samples the tracker handed over; -1: not counted", unit="count")
    ] = -1
    samples_missing: Annotated[
        int, Meaning("holes in the numbering: never arrived; -1: not counted", unit="count")
    ] = -1
    samples_dropped: Annotated[
        int, Meaning("samples the program itself lost on the way to the file", unit="count")
    ] = 0
    samples_out_of_order: Annotated[int, Meaning("device time not after the sample before", unit="count")] = 0
    clock_fit: Annotated[dict[str, str], Meaning(_CLOCK_FIT)] = field(default_factory=dict)
    counters: Annotated[dict[str, str], Meaning("further counters of the recorder, by name")] = field(
        default_factory=dict
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingRecord:
    """How the recording ended; a file without it is unfinished."""

    reason: Annotated[str, Meaning("why it was closed, in words")]
    is_recovered: Annotated[bool, Meaning("1 where it was rebuilt from the journal after a crash")]
    closed_wall_ns: Annotated[int, Meaning("wall clock at the close, since 1970-01-01 UTC", unit="ns")]
    samples_delivered: Annotated[
        int, Meaning("samples the tracker handed over; -1: not counted", unit="count")
    ]
    samples_missing: Annotated[
        int, Meaning("holes in the numbering: never arrived; -1: not counted", unit="count")
    ]
    samples_dropped: Annotated[
        int, Meaning("samples the program itself lost on the way to the file", unit="count")
    ]
    samples_out_of_order: Annotated[int, Meaning("device time not after the sample before", unit="count")]
    clock_fit: Annotated[dict[str, str], Meaning(_CLOCK_FIT)]
    counters: Annotated[dict[str, str], Meaning("further counters of the recorder, by name")]

    @classmethod
    def of(
        cls, facts: ClosingFacts, *, reason: str, is_recovered: bool, closed_wall_ns: int
    ) -> ClosingRecord:
        """Return the record that closes a recording with these facts."""
        known = {fact.name: getattr(facts, fact.name) for fact in fields(facts)}
        return cls(reason=reason, is_recovered=is_recovered, closed_wall_ns=closed_wall_ns, **known)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMetadata:
    """Everything about a session that is known before its first sample."""

    session: SessionRecord
    participant: ParticipantRecord
    display: DisplayRecord
    software: SoftwareRecord
    settings: SettingsRecord = SettingsRecord()
    timing: TimingRecord = TimingRecord()

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form, which `from_json` reads back."""
        return {name: record_to_json(getattr(self, name)) for name in _PARTS}

    @classmethod
    def from_json(cls, source: Any) -> SessionMetadata:
        """Return the metadata that a decoded JSON object describes.

        Raises
        ------
        MetadataError
            If a field is unknown, missing, of the wrong type or out of range.
        """
        if not isinstance(source, Mapping) or set(source) != set(_PARTS):
            raise MetadataError(
                f"Session metadata must be an object with exactly the parts {', '.join(_PARTS)}."
            )
        return cls(**{name: record_from_json(_PARTS[name], source[name], name) for name in _PARTS})


_PARTS: Final[dict[str, type[Any]]] = {
    "session": SessionRecord,
    "participant": ParticipantRecord,
    "display": DisplayRecord,
    "software": SoftwareRecord,
    "settings": SettingsRecord,
    "timing": TimingRecord,
}


def _installed_packages() -> dict[str, str]:
    versions = {}
    for name in _STORED_PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue  # an optional part that is not installed here
    return versions


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise MetadataError(f"{name} is {value!r}; choose one of {', '.join(choices)}.")
