"""Whether this station can measure what a study wants, before a session: one line for each part.

Decides and touches nothing; what is judged are `HardwareFacts`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from capture_app.session.microphones import LOUD_DB, QUIET_DB
from capture_app.session.port import ScreenFacts
from capture_app.session.recording_places import PlaceFacts
from capture_app.session.states import DictationState
from capture_app.session.study import Study

BAD: Final = "bad"  # no session
ATTENTION: Final = "attention"  # a session for a typed reason
INFORMATION: Final = "information"
GOOD: Final = "good"
SIZE_TOLERANCE: Final = 0.02  # share between the millimetres of the study and those believed
_SCALE_TOLERANCE: Final = 0.02
_LITTLE_MINUTES: Final = 60.0
_TOO_FEW_MINUTES: Final = 15.0
_USUAL_BYTES_PER_MINUTE: Final = 20_000_000.0  # gaze at 1200 Hz with journal, and the voice
_FINE_CLOCK_S: Final = 1e-5
_COARSEST_CLOCK_S: Final = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareFacts:
    """The station now. NaN where unknown."""

    is_connected: bool = False
    is_connecting: bool = False
    tracker_problem: str = ""  # why the last connection failed
    tracker_driver: str = ""
    tracker_model: str = ""
    is_simulated: bool = False
    rate_hz: float = math.nan  # measured
    nominal_rate_hz: float = math.nan  # declared
    has_left: bool = False  # most samples of the last second have the left eye
    has_right: bool = False
    distance_mm: float = math.nan  # eye to screen, measured
    area_level: str = ""  # of the tracker's display area against the screen; "" where unknown
    area_sentence: str = ""
    microphone: DictationState | None = None  # None while none is heard
    places: PlaceFacts | None = None  # None until the disks have answered
    monitor_count: int = 1
    screen: ScreenFacts  # the reader's
    clock_resolution_s: float = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareLine:
    """One part of the station."""

    name: str
    title: str
    level: str  # good, information, attention, bad
    word: str  # "ready", "59.8 Hz"
    sentence: str  # what it means and what to do


def judge_hardware(study: Study, facts: HardwareFacts) -> tuple[HardwareLine, ...]:
    """Return the lines of the check in their order."""
    tracker = (
        (_rate(study, facts), _eyes(study, facts), _distance(study, facts)) if facts.is_connected else ()
    )
    return (
        _tracker(study, facts),
        *tracker,
        _screen(study, facts.screen),
        _size(study, facts),
        _refresh(study, facts.screen),
        _monitors(facts),
        *_microphone(study, facts.microphone),
        *_disks(study, facts.places),
        _clock(facts.clock_resolution_s),
    )


def blocking_sentence(lines: tuple[HardwareLine, ...]) -> str:
    """Return the first reason for which no session can start; "" where there is none."""
    return next((f"{line.title}: {line.sentence}" for line in lines if line.level == BAD), "")


def is_reason_needed(lines: tuple[HardwareLine, ...]) -> bool:
    """Return whether something is not as the study wants it, though a session is possible."""
    return any(line.level == ATTENTION for line in lines)


def _line(name: str, title: str, level: str, word: str, sentence: str) -> HardwareLine:
    return HardwareLine(name=name, title=title, level=level, word=word, sentence=sentence)


def _tracker(study: Study, facts: HardwareFacts) -> HardwareLine:
    title = "Tracker"
    wanted = study.tracker
    if not facts.is_connected:
        if facts.is_connecting:
            return _line("tracker", title, BAD, "connecting", "The tracker is being connected. Please wait.")
        sentence = facts.tracker_problem or "No tracker is connected. Open the tracker's page and connect it."
        return _line("tracker", title, BAD, "not connected", sentence)
    if wanted.driver and facts.tracker_driver != wanted.driver:
        sentence = (
            f"The study is recorded with the driver {wanted.driver}; connected is {facts.tracker_driver}. "
            "Connect the study's tracker."
        )
        return _line("tracker", title, BAD, "another driver", sentence)
    if facts.area_level == BAD:
        level = ATTENTION if facts.is_simulated else BAD
        return _line("tracker", title, level, "set up for another screen", facts.area_sentence)
    if facts.is_simulated:
        sentence = f"{facts.tracker_model} is simulated: its gaze is nobody's."
        return _line("tracker", title, INFORMATION, "simulated", sentence)
    if wanted.model and wanted.model.casefold() not in facts.tracker_model.casefold():
        sentence = f"Connected is {facts.tracker_model}; the protocol was written for {wanted.model}."
        return _line("tracker", title, INFORMATION, "another model", sentence)
    return _line("tracker", title, GOOD, "ready", f"{facts.tracker_model} is connected.")


def _rate(study: Study, facts: HardwareFacts) -> HardwareLine:
    title, wanted = "Rate", study.tracker
    if not facts.rate_hz > 0:
        sentence = "No samples arrive. Check that the tracker streams, and its cable."
        return _line("rate", title, BAD, "no samples", sentence)
    word = f"{facts.rate_hz:.1f} Hz"
    if wanted.rate_hz_minimum and facts.rate_hz < wanted.rate_hz_minimum * (
        1.0 - wanted.rate_tolerance_percent / 100.0
    ):
        sentence = (
            f"The study wants at least {wanted.rate_hz_minimum:g} Hz. Set the tracker to a faster mode."
        )
        return _line("rate", title, BAD, word, sentence)
    if not facts.nominal_rate_hz > 0:
        return _line("rate", title, INFORMATION, word, "The tracker declares no rate to compare with.")
    off_percent = abs(facts.rate_hz / facts.nominal_rate_hz - 1.0) * 100.0
    if off_percent > wanted.rate_tolerance_percent:
        sentence = (
            f"The tracker declares {facts.nominal_rate_hz:g} Hz, {off_percent:.0f} % away. Close other "
            "programs that use the tracker, and try another USB port."
        )
        return _line("rate", title, ATTENTION, word, sentence)
    sentence = (
        f"Declared are {facts.nominal_rate_hz:g} Hz; they agree within {wanted.rate_tolerance_percent:g} %."
    )
    return _line("rate", title, GOOD, word, sentence)


def _eyes(study: Study, facts: HardwareFacts) -> HardwareLine:
    title = "Eyes"
    if facts.has_left and facts.has_right:
        return _line("eyes", title, GOOD, "both", "Both eyes are tracked.")
    if not facts.has_left and not facts.has_right:
        sentence = "Neither eye is found. Seat the reader before the tracker; its page shows the eyes."
        return _line("eyes", title, ATTENTION, "none", sentence)
    seen, lost = ("left", "right") if facts.has_left else ("right", "left")
    sentence = f"The {lost} eye is not tracked. Check glasses, hair and light, and seat the reader again."
    level = ATTENTION if study.tracker.is_binocular else INFORMATION
    return _line("eyes", title, level, f"{seen} only", sentence)


def _distance(study: Study, facts: HardwareFacts) -> HardwareLine:
    title, limits = "Distance", study.conditions
    near, far = limits.distance_mm_minimum, limits.distance_mm_maximum
    wanted = f"{near / 10:.0f} to {far / 10:.0f} cm"
    if math.isnan(facts.distance_mm):
        sentence = f"The tracker does not tell it now. The study wants {wanted}; measure with a tape."
        return _line("distance", title, INFORMATION, "not measured", sentence)
    word = f"{facts.distance_mm / 10:.0f} cm"
    if facts.distance_mm < near:
        sentence = f"Too near: the study wants {wanted}. Ask the reader to move back."
    elif facts.distance_mm > far:
        sentence = f"Too far: the study wants {wanted}. Ask the reader to come closer."
    else:
        return _line("distance", title, GOOD, word, f"Within {wanted}.")
    return _line("distance", title, ATTENTION, word, sentence)


def _screen(study: Study, screen: ScreenFacts) -> HardwareLine:
    title, wanted = "Reader's screen", study.display
    word = f"{screen.width_px} x {screen.height_px}"
    if wanted.width_px and (screen.width_px, screen.height_px) != (wanted.width_px, wanted.height_px):
        sentence = (
            f"The study was planned for {wanted.width_px} x {wanted.height_px} px. Choose that resolution or "
            "that monitor."
        )
        return _line("screen", title, ATTENTION, word, sentence)
    scale = screen.device_pixel_ratio
    sentence = (
        f"Scaling {scale * 100:.0f} %. Images are shown in the screen's own pixels, whatever the scaling."
    )
    if abs(scale - round(scale)) > _SCALE_TOLERANCE:
        return _line("screen", title, INFORMATION, word, sentence)
    return _line("screen", title, GOOD, word, sentence)


def _size(study: Study, facts: HardwareFacts) -> HardwareLine:
    title, screen, wanted = "Millimetres", facts.screen, study.display
    if not (screen.width_mm > 0 and screen.height_mm > 0):
        sentence = "The size of the reader's screen is not known. Check it with the ruler."
        return _line("size", title, ATTENTION, "not known", sentence)
    word = f"{screen.width_mm:.0f} x {screen.height_mm:.0f} mm"
    if size_differs(wanted.width_mm, screen.width_mm) or size_differs(wanted.height_mm, screen.height_mm):
        sentence = (
            f"The study file says {wanted.width_mm:g} x {wanted.height_mm:g} mm, more than 2 % away. Measure "
            "with the ruler, and correct the file or the settings."
        )
        return _line("size", title, BAD, word, sentence)
    sentence = "As the settings or the monitor say. The ruler shows in a minute whether they are true."
    return _line("size", title, GOOD, word, sentence)


def size_differs(study_mm: float, believed_mm: float) -> bool:
    """Return whether the study names other millimetres than are believed; it may name none (0)."""
    return bool(study_mm) and abs(believed_mm / study_mm - 1.0) > SIZE_TOLERANCE


def _refresh(study: Study, screen: ScreenFacts) -> HardwareLine:
    title, least = "Refresh", study.display.refresh_hz_minimum
    if math.isnan(screen.refresh_hz):
        level = ATTENTION if least else INFORMATION
        return _line(
            "refresh", title, level, "not known", "The system does not tell the screen's refresh rate."
        )
    word = f"{screen.refresh_hz:.0f} Hz"
    # Half a hertz: systems call 59.94 Hz "60".
    if least and screen.refresh_hz < least - 0.5:
        sentence = f"The study wants at least {least:g} Hz. Choose a faster mode of this monitor."
        return _line("refresh", title, BAD, word, sentence)
    return _line("refresh", title, GOOD, word, "A new image waits for one such frame at most.")


def _monitors(facts: HardwareFacts) -> HardwareLine:
    title = "Monitors"
    if facts.monitor_count > 1:
        where = facts.screen.model or facts.screen.name
        sentence = f"The reader looks at {where}; this window is on another one."
        return _line("monitors", title, GOOD, str(facts.monitor_count), sentence)
    sentence = "With one monitor the operator sees nothing while the reader reads. A second one shows both."
    return _line("monitors", title, INFORMATION, "one", sentence)


def _microphone(study: Study, state: DictationState | None) -> Iterator[HardwareLine]:
    if not study.dictation.is_on:
        return
    title = "Microphone"
    if state is None or not state.is_on:
        why = state.text if state is not None and state.text else "No microphone is heard."
        sentence = f"{why} Plug one in and choose it in Settings, Dictation; without it no voice is kept."
        yield _line("microphone", title, ATTENTION, "not heard", sentence)
    elif state.level_db >= LOUD_DB:
        sentence = "It is too loud: what is above full scale is cut off. Move it away or turn it down."
        yield _line("microphone", title, ATTENTION, "too loud", sentence)
    elif state.level_db < QUIET_DB:
        sentence = "It is heard, and it is quiet now. Let the reader say a sentence and watch the bar."
        yield _line("microphone", title, INFORMATION, "quiet", sentence)
    else:
        yield _line("microphone", title, GOOD, "heard", "It is heard at a good level.")


def _disks(study: Study, places: PlaceFacts | None) -> Iterator[HardwareLine]:
    if places is None:
        yield _line("disk", "Disk", INFORMATION, "being asked", "The disk has not answered yet.")
        return
    yield _disk(places)
    copies = study.copies
    if not copies.second_place:
        return
    if places.second_problem:
        level = BAD if copies.is_required else ATTENTION
        yield _line("second_place", "Second place", level, "not writable", places.second_problem)
    else:
        sentence = f"Finished cases are copied to {copies.second_place}."
        yield _line("second_place", "Second place", GOOD, "ready", sentence)


def _disk(places: PlaceFacts) -> HardwareLine:
    title = "Disk"
    if places.study_problem:
        return _line("disk", title, BAD, "not writable", places.study_problem)
    if places.free_bytes < 0:
        return _line("disk", title, ATTENTION, "not known", "The disk does not tell how much room it has.")
    minutes = places.free_bytes / _USUAL_BYTES_PER_MINUTE
    word = f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"
    if minutes < _TOO_FEW_MINUTES:
        return _line("disk", title, BAD, word, "There is no room for a session. Free the disk of the study.")
    if minutes < _LITTLE_MINUTES:
        return _line("disk", title, ATTENTION, word, "There is room for a short session only. Free the disk.")
    return _line("disk", title, GOOD, word, "Room for recording, at 20 MB a minute.")


def _clock(resolution_s: float) -> HardwareLine:
    title = "Clock"
    if resolution_s < 1e-6:
        word = f"{resolution_s * 1e9:.0f} ns"
    else:
        word = f"{resolution_s * 1e6:.0f} \N{MICRO SIGN}s"
    if resolution_s > _COARSEST_CLOCK_S:
        sentence = "The clock of this computer is too coarse to time gaze. Use another computer."
        return _line("clock", title, BAD, word, sentence)
    if resolution_s > _FINE_CLOCK_S:
        sentence = "The clock of this computer is coarse; times are no better than this."
        return _line("clock", title, ATTENTION, word, sentence)
    return _line("clock", title, GOOD, word, "Step of the clock that all times are told by.")
