"""Every colour, size and font of the windows, for both themes; no other module holds one.

Colours are ``#rrggbb``. Text on any of a theme's three grounds has a contrast of at least 4.5:1, a shape that
carries meaning at least 3:1 (WCAG 2.1), and a word always stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """The colours of one theme."""

    is_dark: bool
    window: str  # ground of the window
    surface: str  # panels, lists
    raised: str  # buttons, the top bar, popovers
    hover: str  # raised, under the pointer
    line: str  # hairlines
    control_line: str  # border of controls, visible enough to find them
    text: str
    secondary: str
    primary: str  # ground of the one primary action
    primary_hover: str
    on_primary: str  # text on it
    recording: str
    good: str
    attention: str
    information: str
    focus: str
    selection: str  # ground of the current line of a list
    stage: str  # around the live copy
    left: str  # left eye in charts
    right: str  # right eye in charts
    trace_x: str  # horizontal gaze in charts
    trace_y: str  # vertical gaze in charts


DARK: Final = Colours(
    is_dark=True,
    window="#15171a",
    surface="#1d2024",
    raised="#262a2f",
    hover="#2f343a",
    line="#343a41",
    control_line="#454c55",
    text="#e6e8ea",
    secondary="#a0a7af",
    primary="#4a94e0",
    primary_hover="#66a7ea",
    on_primary="#0c1116",
    recording="#e5484d",
    good="#46a758",
    attention="#f5a623",
    information="#3e8bdb",
    focus="#66a7ea",
    selection="#2a3947",
    stage="#0d0e10",
    left="#4cc2ff",
    right="#ffb454",
    trace_x="#35c4ae",
    trace_y="#b39bff",
)

LIGHT: Final = Colours(
    is_dark=False,
    window="#f5f6f7",
    surface="#ffffff",
    raised="#eceef0",
    hover="#e1e4e7",
    line="#d4d8dc",
    control_line="#b4bac1",
    text="#1b1e21",
    secondary="#5a6168",
    primary="#1d66b0",
    primary_hover="#17568f",
    on_primary="#ffffff",
    recording="#d13438",
    good="#2f8a42",
    attention="#b26a00",
    information="#2673c0",
    focus="#1d66b0",
    selection="#d9e7f5",
    stage="#2a2d31",
    left="#0b78ad",
    right="#a85f00",
    trace_x="#0f7b6c",
    trace_y="#6d4fc4",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayColours:
    """Colours over a radiograph: the same in both themes, because the picture is."""

    left: str = "#4cc2ff"
    right: str = "#ffb454"
    combined: str = "#b6f36a"
    fixation: str = "#f2f4f6"
    fixation_open: str = "#b6f36a"
    halo: str = "#101214"  # dark rim that keeps a mark readable on bright bone
    message: str = "#b8bdc2"
    shape: str = "#7fd4ff"  # what a reader draws
    shape_selected: str = "#ffd84d"


OVERLAY: Final = OverlayColours()

READER_COLOURS: Final = (
    "#56b4e9", "#e69f00", "#f0e442", "#00c08b", "#ff7f50", "#d99ac5", "#ffffff", "#9d9cff",
)  # fmt: skip
"""Of several readers on one image: told apart by colour-blind people, and light enough for a radiograph."""

SPACE_XS: Final = 4
SPACE_S: Final = 8
SPACE_M: Final = 12
SPACE_L: Final = 16
SPACE_XL: Final = 24
SPACE_XXL: Final = 32
RADIUS: Final = 6
HAIRLINE: Final = 1
FOCUS_RING: Final = 2

CONTROL_HEIGHT: Final = 32
PRIMARY_HEIGHT: Final = 40
MINIMUM_TARGET: Final = 28
CHECK_SIZE: Final = 14  # the box of a tick, without its rim
CHECK_RIM: Final = 2
TOP_BAR_HEIGHT: Final = 56
ROW_HEIGHT: Final = 32
GLYPH_SIZE: Final = 16
LARGE_GLYPH_SIZE: Final = 28
VERDICT_GLYPH_SIZE: Final = 20

FONT_BODY_PX: Final = 13
FONT_SECONDARY_PX: Final = 12
FONT_SECTION_PX: Final = 15
FONT_TITLE_PX: Final = 20
FONT_CLOCK_PX: Final = 20

CASES_WIDTH: Final = 248
CASES_SHARE: Final = 0.15  # of a wide window
CASES_MINIMUM_WIDTH: Final = 168
QUALITY_WIDTH: Final = 272
QUALITY_MINIMUM_WIDTH: Final = 232
TRACE_HEIGHT: Final = 148
TRACE_MINIMUM_HEIGHT: Final = 112
TRACE_LABEL_WIDTH: Final = 64
LIVE_MINIMUM: Final = (320, 220)
POPOVER_WIDTH: Final = 380
DIALOG_WIDTH: Final = 520
DATASET_DIALOG_SIZE: Final = (640, 700)
DATASET_OPTIONS_HEIGHT: Final = 120
SETTINGS_SIZE: Final = (840, 620)
SETTINGS_FINDING_ROOM: Final = 80  # below a field: a sentence of three lines
SETTINGS_NAVIGATION_WIDTH: Final = 168
WINDOW_SIZE: Final = (1280, 800)
WINDOW_MINIMUM: Final = (1024, 640)
START_CONTENT_WIDTH: Final = 1040
START_CARD_HEIGHT: Final = 72
START_PART_WIDTH: Final = 260  # of the words of one part in the strip, at most
START_ROW_HEIGHT: Final = 48
SPARKLINE_HEIGHT: Final = 28
EYE_BOX_HEIGHT: Final = 76
TRACKER_PAGE_SIZE: Final = (1120, 752)
TRACKER_LIST_WIDTH: Final = 344
HEAD_BOX_HEIGHT: Final = 132
DISTANCE_BAR_HEIGHT: Final = 36
CALIBRATION_PAGE_SIZE: Final = (1120, 720)
CALIBRATION_SIDE_WIDTH: Final = 376
CALIBRATION_PICTURE_MINIMUM: Final = (320, 200)
CALIBRATION_POINT_RADIUS: Final = 10.0
CALIBRATION_SAMPLE_RADIUS: Final = 1.5
CALIBRATION_MEAN_RADIUS: Final = 3.5
CALIBRATION_CROSS: Final = 7.0  # arm of a validation target
CALIBRATION_MAGNIFICATION: Final = 3.0  # of offsets: half a degree is 1 % of a screen
STUDIES_PAGE_SIZE: Final = (1040, 700)
STUDIES_LIST_WIDTH: Final = 400
FINDINGS_SIZE: Final = (760, 520)
EDITOR_SIZE: Final = (1120, 720)
EDITOR_FINDINGS_WIDTH: Final = 360
STUDY_PAGE_WIDTH: Final = 1680  # of its three columns together, at most
STUDY_FACTS_WIDTH: Final = 320
STUDY_STATION_WIDTH: Final = 336
STUDY_FINDINGS_HEIGHT: Final = 132
CONSENT_HEIGHT: Final = 148
RULER_GROUND: Final = "#202020"  # calm for reading a ruler; the same in both themes, as the reader's screen
RULER_INK: Final = "#f0f0f0"
RULER_MARGIN: Final = 28  # around the frame on the reader's screen, logical px
RULER_BAR_HEIGHT: Final = 14
RULER_LINE: Final = 2
PUPIL_HEIGHT: Final = 56
CASE_LINE_HEIGHT: Final = 44  # of a study's case: two lines
LIMIT_NAME_WIDTH: Final = 76  # of a figure against its limits
LIMIT_VALUE_WIDTH: Final = 64
STEP_HEIGHT: Final = 22  # one screen of a case in the console
STUDY_HEIGHT: Final = 372  # of the console's panel of the case
STUDY_ACTS_WIDTH: Final = 468  # of the console's panel of actions
STUDY_ACTS_HEIGHT: Final = 176
ACCURACY_PAGE_SIZE: Final = (1080, 700)
ACCURACY_STRIP_HEIGHT: Final = 132
ACCURACY_MARK_RADII: Final = (4.0, 6.0, 8.0)  # good, attention, bad
ACCURACY_TARGET_RADIUS: Final = 13.0
SLIDER_WIDTH: Final = 112
CHOICE_LETTERS: Final = 16  # width of a combo box at least

REPLAY_SIDE_WIDTH: Final = 380  # of the inspector
REPLAY_NUMBER_WIDTH: Final = 104  # of a parameter's value beside its slider
REPLAY_PLOT_HEIGHT: Final = 96  # of a distribution in the inspector
REPLAY_LANE_HEIGHT: Final = 34  # of a signal in the timeline
REPLAY_LANE_MINIMUM: Final = 20  # of a signal where the window is low
REPLAY_LOW_LANE_HEIGHT: Final = 15  # of bars, marks and words in it
REPLAY_LABEL_WIDTH: Final = 108  # names of the tracks
REPLAY_AXIS_HEIGHT: Final = 20
REPLAY_CURSOR_REACH: Final = 5  # px around a mark that count as on it

SIMILARITY_LIST_WIDTH: Final = 184
SIMILARITY_MEASURE_WIDTH: Final = 260
SIMILARITY_SLIDER_WIDTH: Final = 160
SIMILARITY_TILE_MINIMUM: Final = 116
WAIT_INTERVAL_MS: Final = 300  # what takes longer shows where it is

GAZE_RADIUS: Final = 7.0  # logical px
EYE_RADIUS: Final = 5.0
TRAIL_WIDTH: Final = 2.0
FIXATION_RADIUS_MINIMUM: Final = 7.0
FIXATION_RADIUS_MAXIMUM: Final = 34.0
FIXATION_RADIUS_ONE_SECOND: Final = 22.0  # area grows with the duration
FOLLOW_MAGNIFICATION: Final = 2.0

SHAPE_WIDTH: Final = 1.5  # bright line of an outline, logical px
SHAPE_SELECTED_WIDTH: Final = 2.0
SHAPE_RIM_WIDTH: Final = 3.0  # dark rim, both sides together
SHAPE_HANDLE: Final = 9.0  # side of the painted square; its target is MINIMUM_TARGET
SHAPE_FRAME_LEAST: Final = 84.0  # handles stand so far apart at least: three targets, one to move by
SHAPE_DRAG_LEAST: Final = 4.0  # a shorter drag is a click
DRAWING_LIST_LINES: Final = 4  # of the shapes in the panel
DRAWING_LIST_LINES_LOW: Final = 2
DRAWING_PANEL_LOW: Final = 420  # height of the panel where it gives up what is said elsewhere, too
RECORDING_DOT: Final = 10.0
DRAWING_MISSING_LINES: Final = 3  # sentences of what is missing in the panel

PATCH_SHARE: Final = 0.05  # side of the corner patch as a share of the screen's height
READER_FONT_SHARE: Final = 0.018  # size of the reader's texts as a share of the screen's height
READER_FONT_MINIMUM_PX: Final = 12
READER_TEXT_STEP: Final = 88  # grey levels between the background and the text on it
TARGET_SHARE: Final = 0.03  # calibration dot at full size, diameter as a share of the screen's height
TARGET_CORE_SHARE: Final = 0.005  # its core, which never shrinks
CURSOR_HIDE_MS: Final = 2000
FRAME_INTERVAL_MS: Final = 16
PANEL_INTERVAL_MS: Final = 200
PLAN_INTERVAL_MS: Final = 350  # the start form asks for a reader's plan once typing rests so long
FILES_INTERVAL_MS: Final = 400  # a study changed on the disk is checked once it rests so long
PLACES_INTERVAL_MS: Final = 5000  # disks are asked again
TRACE_INTERVAL_MS: Final = 80
COPY_INTERVAL_MS: Final = 33  # the live copy follows a window/level drag at this pace

READING_FONT_SHARE: Final = 0.02  # letters of the reader's screens as a share of the window's height
READING_FONT_MINIMUM_PX: Final = 15
READING_FONT_MAXIMUM_PX: Final = 22
READING_LOW_PX: Final = 600  # windows lower than this spare room at their edges
READING_COLUMN_LETTERS: Final = 54  # width of questions and answers, in heights of a letter, at most
READING_WIDE_LETTERS: Final = 78  # the same where answers stand in three columns
READING_TEXT_LETTERS: Final = 42  # of a text that is read
READING_OPTION_LETTERS: Final = 17  # of an answer in one of several columns, at least
READING_STEP_WIDTH: Final = 44  # of one step of a scale, at least
READING_EDITOR_HEIGHT: Final = 220  # of a field for a long text, at least
READING_EDITOR_LETTERS: Final = 14  # height of a field for a free text, at most
READING_KEYS_LETTERS: Final = 34  # width of the card with the keys
READING_STEP: Final = 12  # grey levels between neighbouring shades
READING_GUARD_MS: Final = 250  # a second press of "Next" so soon is not meant for the screen that came up
READING_SEND_MS: Final = 500  # a pause in typing after which a text is sent
READING_TRANSCRIPT_SEND_MS: Final = 4000  # the same for a transcript: each is a version
READING_QUIET_MS: Final = 600  # what passes sooner than this needs no words


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderShades:
    """The colours of the reader's screens on one grey."""

    ground: str
    text: str
    secondary: str
    raised: str  # answers and buttons
    hover: str
    line: str
    control_line: str
    chosen: str  # ground of a chosen answer
    accent: Colours  # the theme whose signs and primary colours stand out here


def reader_shades(grey: int) -> ReaderShades:
    """Return readable colours on a grey of 0 to 255: steps of the same grey, with black or white letters."""
    ground = grey_colour(grey)
    is_dark = contrast_ratio("#ffffff", ground) >= contrast_ratio("#000000", ground)
    # Answers lie a step away from the letters' side, which helps contrast, except at the end of the scale.
    away = -1 if is_dark else 1
    step = away if READING_STEP <= grey <= 255 - READING_STEP else (1 if grey < 128 else -1)
    letters = 255 if is_dark else 0
    text = grey_colour(round(letters * 0.92 + grey * 0.08))
    mixed = (grey_colour(round(letters * share + grey * (1 - share))) for share in (0.62, 0.72, 0.82))
    secondary = next((each for each in mixed if contrast_ratio(each, ground) >= 4.5), text)
    accent = DARK if is_dark else LIGHT
    return ReaderShades(
        ground=ground,
        text=text,
        secondary=secondary,
        raised=grey_colour(grey + step * READING_STEP),
        hover=grey_colour(grey + step * READING_STEP * 2),
        line=grey_colour(grey - away * READING_STEP),
        control_line=grey_colour(grey - away * READING_STEP * 3),
        chosen=_mixed(accent.primary, grey_colour(grey + step * READING_STEP), 0.3),
        accent=accent,
    )


def grey_colour(grey: int) -> str:
    """Return a grey level, cut to 0..255, as a colour."""
    level = min(max(grey, 0), 255)
    return f"#{level:02x}{level:02x}{level:02x}"


def contrast_ratio(first: str, second: str) -> float:
    """Return the WCAG 2.1 contrast of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _mixed(first: str, second: str, share: float) -> str:
    """Return `share` of the first colour in the second."""
    pairs = ((int(first[n : n + 2], 16), int(second[n : n + 2], 16)) for n in (1, 3, 5))
    return "#" + "".join(f"{round(one * share + two * (1 - share)):02x}" for one, two in pairs)


def _luminance(colour: str) -> float:
    channels = (int(colour[start : start + 2], 16) / 255.0 for start in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
