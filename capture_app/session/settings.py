"""What a station remembers: one versioned JSON file, written to a temporary file and then replaced.

A file that cannot be understood is never overwritten: it is kept beside as ``.broken`` and the defaults are
used, with a sentence that says so.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Final

import platformdirs

from capture_app.session.dictation_settings import DictationSettings, dictation_findings
from capture_app.session.kept_files import replace_file, set_aside
from capture_app.session.settings_codec import SettingsFormatError, decode_record, encode_record
from capture_app.session.signal_settings import OutletSettings, SignalSettings, signal_findings
from capture_app.session.viewer_controls import ViewerControls
from gaze_core.eyes import Eye

APPLICATION_NAME: Final = "Reading Station"
SETTINGS_VERSION: Final = 1
RECENT_LIMIT: Final = 12
MAX_SETTINGS_BYTES: Final = 1024 * 1024


class SettingsError(Exception):
    """The settings could not be written; the text says why and what to do."""


class Theme(str, Enum):
    """Colours of the operator's windows."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


class Corner(str, Enum):
    """Where the photodiode patch is painted on the reader's screen."""

    OFF = "off"
    TOP_LEFT = "top_left"
    TOP_RIGHT = "top_right"
    BOTTOM_LEFT = "bottom_left"
    BOTTOM_RIGHT = "bottom_right"


class RecentKind(str, Enum):
    """What a line of the recent list opens."""

    FOLDER = "folder"
    LIST = "list"
    RECORDING = "recording"
    STUDY = "study"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentItem:
    """Something opened or recorded lately."""

    kind: RecentKind
    path: str
    opened_unix_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorChoice:
    """Which monitor is the reader's, in a form that survives re-plugging. Empty name: choose for me."""

    name: str = ""
    serial: str = ""
    x_px: int = 0  # position in the window system's own units
    y_px: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveViewOptions:
    """What the operator sees over the live copy."""

    show_gaze: bool = True
    show_eyes: bool = False  # left and right eye instead of the combined point
    show_trail: bool = True
    show_fixations: bool = True
    show_heatmap: bool = False
    heatmap_opacity: float = 0.6  # 0..1
    follow: bool = False  # twice as large, following the gaze, instead of the whole screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the station remembers between starts."""

    tracker: str = "mock"
    tracker_options: dict[str, str] = field(default_factory=dict)
    monitor: MonitorChoice = field(default_factory=MonitorChoice)
    screen_width_mm: float = 0.0  # 0: as the monitor says
    screen_height_mm: float = 0.0  # 0: as the monitor says
    distance_mm: float = 650.0  # eye to screen
    background_grey: int = 64  # 0..255, around the image
    corner_patch: Corner = Corner.OFF
    onset_latency_mean_ms: float = 0.0  # light after presentation, of `monitor`; 0: not measured
    onset_latency_sd_ms: float = 0.0  # 0: not measured
    luminance_minimum_cd_m2: float = 0.0  # black of `monitor`; 0: not measured
    luminance_maximum_cd_m2: float = 0.0  # white of `monitor`; 0: not measured
    gsdf_check: str = ""  # result and date of the grey-scale check of `monitor`; "": not checked
    eye: Eye = Eye.AVERAGE
    heatmap_sigma_deg: float = 1.0
    embed_images: bool = False  # keep a copy of every shown image inside the recording
    recording_folder: str = ""  # empty: the default folder
    ffmpeg: str = ""  # program that writes films with sound; empty: none, films are silent
    reader: str = ""  # pseudonym used last
    theme: Theme = Theme.DARK
    controls: ViewerControls = field(default_factory=ViewerControls)
    outlet: OutletSettings = field(default_factory=OutletSettings)
    signals: SignalSettings = field(default_factory=SignalSettings)
    dictation: DictationSettings = field(default_factory=DictationSettings)
    live_view: LiveViewOptions = field(default_factory=LiveViewOptions)
    recent: tuple[RecentItem, ...] = ()
    window_geometry: str = ""  # of the operator's window, base64
    window_layout: str = ""  # its docks, base64

    def folder_for_recordings(self) -> Path:
        """Return where recordings go: the chosen folder, else one in the person's documents."""
        if self.recording_folder:
            return Path(self.recording_folder)
        return Path(platformdirs.user_documents_dir()) / APPLICATION_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingFinding:
    """One value that cannot stand."""

    name: str  # field of `Settings`
    text: str  # a sentence: what is wrong and what to enter


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """Settings and, when the file could not be used, a sentence about it."""

    settings: Settings
    notice: str = ""


_RANGES: Final = (
    # name, lowest, highest, zero stands for "not given", sentence
    (
        "distance_mm",
        200.0,
        1500.0,
        False,
        "The distance to the screen is between 200 and 1500 mm; most trackers want about 650.",
    ),
    (
        "screen_width_mm",
        50.0,
        3000.0,
        True,
        "The width of the screen is between 50 and 3000 mm; measure the lit area with a ruler.",
    ),
    (
        "screen_height_mm",
        50.0,
        3000.0,
        True,
        "The height of the screen is between 50 and 3000 mm; measure the lit area with a ruler.",
    ),
    (
        "onset_latency_mean_ms",
        0.1,
        1000.0,
        True,
        "The onset latency is between 0.1 and 1000 ms; measure it with the patch and a photodiode.",
    ),
    (
        "onset_latency_sd_ms",
        0.001,
        1000.0,
        True,
        "The SD of the onset latency is between 0.001 and 1000 ms.",
    ),
    (
        "luminance_minimum_cd_m2",
        0.001,
        10000.0,
        True,
        "The luminance of black is between 0.001 and 10000 cd/m2.",
    ),
    (
        "luminance_maximum_cd_m2",
        0.001,
        10000.0,
        True,
        "The luminance of white is between 0.001 and 10000 cd/m2.",
    ),
    (
        "background_grey",
        0.0,
        255.0,
        False,
        "The background grey is a whole number from 0 (black) to 255 (white).",
    ),
    (
        "heatmap_sigma_deg",
        0.1,
        10.0,
        False,
        "The width of the heatmap is between 0.1 and 10 degrees; 1 degree is usual.",
    ),
)


def check_settings(settings: Settings) -> tuple[SettingFinding, ...]:
    """Return what is wrong with `settings`, in the order of the dialog; empty when all is well."""
    findings = []
    for name, low, high, zero_is_unknown, text in _RANGES:
        value = float(getattr(settings, name))
        if not (low <= value <= high or (zero_is_unknown and value == 0.0)):
            findings.append(SettingFinding(name=name, text=text))
    if (settings.screen_width_mm == 0.0) != (settings.screen_height_mm == 0.0):
        text = "Give the screen's width and height together, or leave both at 0 to use what the monitor says."
        findings.append(SettingFinding(name="screen_width_mm", text=text))
    if (settings.onset_latency_mean_ms == 0.0) != (settings.onset_latency_sd_ms == 0.0):
        text = "Give mean and SD of the onset latency together, or leave both at 0 where it was not measured."
        findings.append(SettingFinding(name="onset_latency_mean_ms", text=text))
    if settings.luminance_minimum_cd_m2 > settings.luminance_maximum_cd_m2:
        text = "The luminance of white is above that of black; enter both, or leave both at 0."
        findings.append(SettingFinding(name="luminance_maximum_cd_m2", text=text))
    if not 0.0 <= settings.live_view.heatmap_opacity <= 1.0:
        findings.append(
            SettingFinding(name="live_view", text="The heatmap's opacity is between 0 and 100 %.")
        )
    if settings.recording_folder and not Path(settings.recording_folder).is_absolute():
        text = "The folder for recordings needs its full path; choose it with the button beside the field."
        findings.append(SettingFinding(name="recording_folder", text=text))
    findings += [
        SettingFinding(name=name, text=text)
        for name, text in (
            *signal_findings(settings.outlet, settings.signals),
            *dictation_findings(settings.dictation),
        )
    ]
    if not settings.tracker:
        findings.append(
            SettingFinding(name="tracker", text="Choose a tracker; the simulated one always works.")
        )
    return tuple(findings)


def with_recent(settings: Settings, kind: RecentKind, path: Path) -> Settings:
    """Return settings whose recent list begins with `path`, without its older mention."""
    item = RecentItem(kind=kind, path=str(path), opened_unix_s=int(time.time()))
    others = [other for other in settings.recent if (other.kind, other.path) != (kind, str(path))]
    return replace(settings, recent=(item, *others)[:RECENT_LIMIT])


class SettingsStore:
    """The settings file of one person on one machine."""

    def __init__(self, path: Path | None = None) -> None:
        folder = Path(platformdirs.user_config_dir(APPLICATION_NAME, appauthor=False))
        self.path = path if path is not None else folder / "settings.json"

    def load(self) -> LoadedSettings:
        """Return the settings; the defaults where there is no file or none that can be understood."""
        try:
            if self.path.stat().st_size > MAX_SETTINGS_BYTES:
                return self._set_aside("it is far too large")
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return LoadedSettings(settings=Settings())
        except OSError as err:
            text = f"The settings in {self.path} cannot be read ({err.strerror}); the defaults are used."
            return LoadedSettings(settings=Settings(), notice=text)
        try:
            return LoadedSettings(settings=_parse(raw))
        except SettingsFormatError as err:
            return self._set_aside(str(err))

    def save(self, settings: Settings) -> None:
        """Write the settings so that the file is always either the old or the new one.

        Raises
        ------
        SettingsError
            If the folder or the file cannot be written.
        """
        document = {"version": SETTINGS_VERSION, "settings": encode_record(settings)}
        text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        try:
            replace_file(self.path, text.encode("utf-8"))
        except OSError as err:
            raise SettingsError(
                f"The settings could not be saved in {self.path} ({err.strerror}). "
                "They hold until the program ends; check that the folder can be written."
            ) from err

    def _set_aside(self, reason: str) -> LoadedSettings:
        kept = set_aside(self.path)
        text = f"The settings in {self.path} could not be used: {reason}. The defaults are used. {kept}"
        return LoadedSettings(settings=Settings(), notice=text)


def _parse(raw: bytes) -> Settings:
    try:
        document = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as err:
        raise SettingsFormatError("the file is not JSON text") from err
    if not isinstance(document, dict) or not isinstance(document.get("version"), int):
        raise SettingsFormatError("the file names no version")
    if document["version"] != SETTINGS_VERSION:
        raise SettingsFormatError(
            f"the file is of version {document['version']}, this program knows version {SETTINGS_VERSION}"
        )
    settings = decode_record(Settings, document.get("settings"))
    findings = check_settings(settings)
    if findings:
        raise SettingsFormatError(f"{findings[0].name} is out of range")
    return settings
