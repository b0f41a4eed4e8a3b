"""Keys of a study file about the study itself, its people, its station and the room."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated

from capture_app.session.study.keys import Key, Scalar, name_key


class Asked(str, Enum):
    """Whether the reader is asked for something at the start of a session."""

    REQUIRED = "required"  # the session does not start without
    ASKED = "asked"  # may be left empty
    OFF = "off"  # not asked


class HeadRest(str, Enum):
    """How the head is held."""

    REQUIRED = "required"
    NOT_USED = "not_used"
    NOTED = "noted"  # either; the operator notes which


class Glasses(str, Enum):
    """What is done with readers who wear glasses."""

    ALLOWED = "allowed"
    NOT_ALLOWED = "not_allowed"
    NOTED = "noted"  # allowed, and the operator notes it


class TranscriptionEngine(str, Enum):
    """What turns the dictation into text."""

    NONE = "none"  # the voice is kept, nothing is transcribed
    POCKETSPHINX = "pocketsphinx"
    FASTER_WHISPER = "faster-whisper"


class DateShift(str, Enum):
    """How dates are hidden in everything that leaves the session folder."""

    NONE = "none"  # dates stay; the ethics approval has to allow it
    STUDY = "study"  # one shift for all
    READER = "reader"  # another one for each reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which study this is."""

    study_id: Annotated[str, name_key("short name of the study, stored in every recording")]
    title: Annotated[str, Key("full title", at_least=1)]
    version: Annotated[str, name_key("version of this file; raise it with every change")] = "1"
    institution: Annotated[str, Key("where the study is done; no names of persons")] = ""
    description: Annotated[str, Key("what is studied, for the report")] = ""
    ethics_reference: Annotated[str, Key("number of the approval")] = ""
    ethics_text: Annotated[str, Key("the approval in words, for the report")] = ""
    preset: Annotated[str, Key("preset this file began as")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplaySetup:
    """The reader's screen, and where the eyes are before it."""

    width_px: Annotated[
        int, Key("physical pixels; 0: as the station finds", unit="px", low=0, high=32768)
    ] = 0
    height_px: Annotated[
        int, Key("physical pixels; 0: as the station finds", unit="px", low=0, high=32768)
    ] = 0
    width_mm: Annotated[
        float, Key("lit area; 0: as the station's settings say", unit="mm", low=0, high=3000)
    ] = 0.0
    height_mm: Annotated[
        float, Key("lit area; 0: as the station's settings say", unit="mm", low=0, high=3000)
    ] = 0.0
    distance_mm: Annotated[float, Key("eye to screen centre", unit="mm", low=200, high=1500)] = 650.0
    background_grey: Annotated[int, Key("around the image: 0 black, 255 white", low=0, high=255)] = 64
    refresh_hz_minimum: Annotated[
        float, Key("slower screens are refused; 0: any", unit="Hz", low=0, high=1000)
    ] = 0.0
    size_tolerance_percent: Annotated[
        float,
        Key("largest difference to the tracker's display area", unit="%", low=0.1, high=10),
    ] = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerSetup:
    """Which tracker may be used, and how."""

    driver: Annotated[str, Key("name of the driver; empty: the one chosen on the station")] = ""
    model: Annotated[str, Key("model the protocol was written for, for the report")] = ""
    options: Annotated[dict[str, Scalar], Key("options of the driver, by name")] = field(default_factory=dict)
    rate_hz_minimum: Annotated[
        float, Key("slower trackers are refused; 0: any", unit="Hz", low=0, high=5000)
    ] = 0.0
    rate_tolerance_percent: Annotated[
        float, Key("largest difference of the measured to the declared rate", unit="%", low=0.5, high=50)
    ] = 5.0
    is_binocular: Annotated[bool, Key("both eyes have to be tracked")] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What has to hold in the room; asked for, or measured, before each session."""

    room_lux_minimum: Annotated[float, Key("on the screen, dimmest", unit="lx", low=0, high=10000)] = 0.0
    room_lux_maximum: Annotated[
        float, Key("on the screen, brightest; 0: not limited", unit="lx", low=0, high=10000)
    ] = 0.0
    head_rest: Annotated[HeadRest, Key("how the head is held")] = HeadRest.NOTED
    glasses: Annotated[Glasses, Key("readers with glasses")] = Glasses.NOTED
    distance_mm_minimum: Annotated[float, Key("eye to screen, nearest", unit="mm", low=200, high=1500)] = (
        500.0
    )
    distance_mm_maximum: Annotated[float, Key("eye to screen, farthest", unit="mm", low=200, high=1500)] = (
        800.0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the reader agrees to; version and checksum are stored with each session."""

    version: Annotated[str, name_key("version of the text")] = "1"
    text: Annotated[str, Key("the text itself")] = ""
    file: Annotated[str, Key("instead of `text`: a UTF-8 text file inside the study folder")] = ""
    sha256: Annotated[
        str,
        Key(
            "checksum of the text (line ends as LF), so that no change goes unseen; empty: not fixed yet",
            pattern=r"(?:[0-9a-f]{64})?",
            rule="64 digits 0-9 a-f",
        ),
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderForm:
    """What the reader is asked at the start; nothing that names a person."""

    years_of_experience: Annotated[Asked, Key("years of reading radiographs")] = Asked.REQUIRED
    specialty: Annotated[Asked, Key("specialty, from `specialties`")] = Asked.REQUIRED
    specialties: Annotated[tuple[str, ...], Key("choices for the specialty")] = (
        "thoracic radiologist",
        "radiologist",
        "resident",
        "other physician",
        "student",
    )
    vision: Annotated[Asked, Key("normal, glasses or lenses; anything that disturbs")] = Asked.REQUIRED
    hours_awake: Annotated[Asked, Key("hours since waking")] = Asked.ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageTerms:
    """Under which terms the images may be used."""

    licence: Annotated[str, Key("name of the licence; `built-in` for the phantoms", at_least=1)]
    source: Annotated[str, Key("where the images come from, for the report")] = ""
    is_shown_in_reports: Annotated[
        bool, Key("false: reports and screenshots hold no pixels of the images")
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Where finished cases are copied to."""

    second_place: Annotated[
        str, Key("full path of a folder on another drive; `~` is the home folder; empty: no copies")
    ] = ""
    is_required: Annotated[bool, Key("a session does not start while the place cannot be written")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictation:
    """The microphone, and what becomes of the voice."""

    is_on: Annotated[bool, Key("screens may record the voice")] = False
    rate_hz: Annotated[int, Key("samples per second", unit="Hz", choices=(16000, 22050, 44100, 48000))] = (
        48000
    )
    longest_s: Annotated[float, Key("longest dictation of one case", unit="s", low=5, high=3600)] = 240.0
    engine: Annotated[TranscriptionEngine, Key("transcription, on this computer only")] = (
        TranscriptionEngine.NONE
    )
    vocabulary: Annotated[tuple[str, ...], Key("words of this study beside those of the labels")] = ()
    is_punctuation_spoken: Annotated[bool, Key('"period" and "comma" become signs')] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """What keeps readers and patients unknown."""

    date_shift: Annotated[DateShift, Key("how dates are hidden")] = DateShift.READER
    date_shift_days_maximum: Annotated[
        int, Key("largest shift, back or forth", unit="days", low=1, high=3650)
    ] = 365
