"""The stretches of time in which images of a case were visible: the denominator of every loss.

With a study they are told by SCREEN rows of images and the judgement made when each was left; without one by
the VIEWPORT rows of each trial. Looking at an image again after it was left is marked and never pooled.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from capture_app.session.reading import Event, Subject
from gaze_core.rows import NO_TIME, Rows, decode_text
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

IMAGE_KIND: Final = "image"
_OPENED: Final = ("open", "resumed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One time that images were before the reader without a break."""

    trial: int
    screen: str  # name in the study file; "" without a study
    visit: int
    first_ns: int  # host clock
    end_ns: int
    is_looking_again: bool

    @property
    def duration_s(self) -> float:
        """Length in s."""
        return (self.end_ns - self.first_ns) * 1e-9


def stretches_of(recording: Recording, end_ns: int) -> tuple[Stretch, ...]:
    """Return all stretches in order of time; `end_ns` ends one that was cut off with the recording."""
    screens = recording.rows(DatasetKey.SCREENS)
    found = _by_screens(recording, screens, end_ns) if len(screens) else _by_viewport(recording, end_ns)
    return tuple(sorted((each for each in found if each.end_ns > each.first_ns), key=lambda s: s.first_ns))


def figures_of(row: np.void) -> dict[str, Any]:
    """Return the figures of a JUDGEMENT row; none where they are no JSON object."""
    try:
        figures = json.loads(decode_text(row["figures"]) or "{}")
    except ValueError:
        return {}
    return figures if isinstance(figures, dict) else {}


def _by_screens(recording: Recording, screens: Rows, end_ns: int) -> list[Stretch]:
    visits = _visits(recording)
    trials = recording.rows(DatasetKey.TRIALS)
    resting = trials[~np.isin(trials["state"], [word.encode() for word in _OPENED])]
    changes = np.sort(np.concatenate([screens["t_presented_host_ns"], resting["t_host_ns"]]))
    stretches = []
    for row in screens[screens["kind"] == IMAGE_KIND.encode()]:
        first_ns = int(row["t_presented_host_ns"])
        key = (int(row["trial"]), decode_text(row["screen"]), int(row["visit"]))
        left = visits.get(key)
        following = changes[changes > first_ns]
        left_ns = left[0] if left is not None else int(following[0]) if len(following) else end_ns
        stretches.append(
            Stretch(
                trial=key[0], screen=key[1], visit=key[2], first_ns=first_ns, end_ns=left_ns,
                is_looking_again=left is not None and left[1],
            )
        )  # fmt: skip
    return stretches


def _visits(recording: Recording) -> dict[tuple[int, str, int], tuple[int, bool]]:
    """Return when each visit of an image was left and whether it was left before, by trial, screen, visit."""
    rows = recording.rows(DatasetKey.JUDGEMENTS)
    visits = {}
    for row in rows[rows["subject"] == Subject.CASE.value.encode()]:
        figures = figures_of(row)
        if figures.get("event") == Event.VISIT.value:
            key = (int(row["number"]), str(figures.get("screen", "")), int(figures.get("visit", 0)))
            visits[key] = (int(row["t_host_ns"]), bool(figures.get("is_looking_again")))
    return visits


def _by_viewport(recording: Recording, end_ns: int) -> list[Stretch]:
    trials = recording.rows(DatasetKey.TRIALS)
    viewport = recording.rows(DatasetKey.VIEWPORT)
    viewport = viewport[viewport["t_presented_host_ns"] != NO_TIME]
    viewport = viewport[np.argsort(viewport["t_presented_host_ns"], kind="stable")]
    stretches: list[Stretch] = []
    for index, row in enumerate(trials):
        if decode_text(row["state"]) not in _OPENED:
            continue
        trial, begin_ns = int(row["trial"]), int(row["t_host_ns"])
        rest_ns = int(trials["t_host_ns"][index + 1]) if index + 1 < len(trials) else end_ns
        times = viewport["t_presented_host_ns"]
        own = viewport[(viewport["trial"] == trial) & (times <= rest_ns)]
        shown = own[own["image_id"] >= 0]
        if not len(shown):
            continue
        first_ns = max(begin_ns, int(shown["t_presented_host_ns"][0]))
        gone = own[(own["image_id"] < 0) & (own["t_presented_host_ns"] > first_ns)]
        left_ns = int(gone["t_presented_host_ns"][0]) if len(gone) else rest_ns
        visit = sum(1 for each in stretches if each.trial == trial)
        stretches.append(
            Stretch(
                trial=trial, screen="", visit=visit, first_ns=first_ns, end_ns=left_ns,
                is_looking_again=False,
            )
        )  # fmt: skip
    return stretches
