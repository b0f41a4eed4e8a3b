"""Words and signs of the console: states of cases, prompts, times."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from capture_app.gui import words
from capture_app.session.mask_progress import SETTLED_CHANGE, MaskProgress
from capture_app.session.reading import CaseState, Light
from capture_app.session.reading.stages import Prompt
from capture_app.session.study.case_table import CaseRole
from capture_app.session.study.quality_keys import Gates
from capture_app.session.study_desk.states import StudyCaseLine

_CONTEXT: Final = "study_console"


def _tr(text: str) -> str:
    return QCoreApplication.translate(_CONTEXT, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A shape with its level (good, information, attention, bad, "" for grey) and its word."""

    glyph: str = ""
    level: str = ""
    word: str = ""


def sign_of(line: StudyCaseLine) -> Sign:
    """Return the sign of a case: where it stands, and its light once it is committed."""
    if line.is_current:
        return Sign(glyph="play", level="information", word=_tr("now"))
    if line.state is None:
        return Sign()
    if line.state is CaseState.COMMITTED:
        return {
            Light.GREEN.value: Sign(glyph="tick", level="good", word=_tr("committed, green")),
            Light.AMBER.value: Sign(glyph="warning", level="attention", word=_tr("committed, amber")),
            Light.RED.value: Sign(glyph="cross", level="bad", word=_tr("committed, red")),
        }.get(line.grade, Sign(glyph="ring", word=_tr("committed")))
    return {
        CaseState.OPEN: Sign(glyph="ring", level="information", word=_tr("open")),
        CaseState.READ: Sign(glyph="ring", level="information", word=_tr("image read")),
        CaseState.ANNOTATED: Sign(glyph="ring", level="information", word=_tr("annotated")),
        CaseState.INTERRUPTED: Sign(glyph="pause", level="attention", word=_tr("interrupted")),
        CaseState.RESTARTED: Sign(glyph="previous", level="attention", word=_tr("restarted")),
        CaseState.SET_ASIDE: Sign(glyph="next", word=_tr("set aside")),
    }[line.state]


def detail_of(line: StudyCaseLine) -> str:
    """Return what stands below the name of a case; "" for a study case that was not opened."""
    parts = [] if line.role is CaseRole.STUDY else [role_word(line.role)]
    word = sign_of(line).word
    if line.state is CaseState.COMMITTED and line.grade and not line.is_current:
        word = word.rpartition(", ")[2]  # its light: that it is committed shows in the sign
    if word:
        parts.append(word)
    if line.note and line.note != word:
        parts.append(line.note.removeprefix(f"{word}: ").removeprefix(f"{word} "))
    if line.attempts > 1:
        parts.append(_tr("attempt {0}").format(line.attempts))
    is_failed = line.state is CaseState.COMMITTED and not line.does_count
    if is_failed and line.role is not CaseRole.PRACTICE:
        parts.append(_tr("does not count"))
    return " · ".join(parts)


def role_word(role: CaseRole) -> str:
    """Return what a case is there for."""
    return {
        CaseRole.STUDY: _tr("study case"),
        CaseRole.SPARE: _tr("spare"),
        CaseRole.PRACTICE: _tr("practice"),
    }[role]


def case_numbers(lines: tuple[StudyCaseLine, ...]) -> tuple[str, ...]:
    """Return the number of each line: P1 for practice, S1 for spares, 1 for all others."""
    counts = dict.fromkeys(CaseRole, 0)
    letters = {CaseRole.STUDY: "", CaseRole.SPARE: "S", CaseRole.PRACTICE: "P"}
    numbers = []
    for line in lines:
        counts[line.role] += 1
        numbers.append(f"{letters[line.role]}{counts[line.role]}")
    return tuple(numbers)


def prompt_sentence(prompt: Prompt, gates: Gates) -> str:
    """Return what is advised, as a technician says it."""
    return {
        Prompt.BREAK: _tr("A break is due by the study's rules. Offer one after this case."),
        Prompt.RUNNING_DRIFT: _tr(
            "Gaze drifts: the mean of the last checks is above {0} deg. Calibrate."
        ).format(f"{gates.drift_mean_deg:g}"),
        Prompt.SINGLE_DRIFT: _tr("The last drift check was off by more than {0} deg. Calibrate.").format(
            f"{gates.drift_single_deg:g}"
        ),
        Prompt.CASES: _tr("{0} cases were read since the calibration. Calibrate before the next.").format(
            gates.recalibrate_after_cases
        ),
    }[prompt]


def mask_sentence(masks: tuple[MaskProgress, ...]) -> tuple[str, str]:
    """Return level and sentence about the mask that the eyes cover now; both "" where none is covered.

    Of several images it is the one that was looked at longest.
    """
    if not masks:
        return "", ""
    mask = max(masks, key=lambda each: each.gaze_s)
    covered = words.number(100.0 * mask.covered_share, 1, "%")
    begin = _tr("Mask: {0}, {1} of the image.").format(words.number(mask.visible_s, 0, "s"), covered)
    if mask.has_settled:
        percent = f"{100.0 * SETTLED_CHANGE:g}"
        hint = _tr("More looking changes Dice by less than {0} %: the reader may go on.").format(percent)
        return "good", f"{begin} {hint}"
    if math.isnan(mask.dice_change):
        return "information", f"{begin} {_tr('It is just growing.')}"
    changed = words.number(100.0 * mask.dice_change, 1, "%")
    return "information", f"{begin} {_tr('The last looking changed Dice by {0}.').format(changed)}"


def short_clock(elapsed_s: float) -> str:
    """Return minutes and seconds, "0:41", with hours where there are any."""
    if not math.isfinite(elapsed_s) or elapsed_s < 0:
        return words.UNKNOWN
    whole = int(elapsed_s)
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}"
