"""A seeded pseudo-reader: reads, answers and draws on any task as a plausible reader would.

It knows the reference standard and errs on purpose: findings are missed or added, ellipses lie beside the
true region by some of its size, certainty varies. Everything follows from seed, reader, case and screen, so a
reading that was interrupted goes on with the same answers. It also decides what an operator would, so that a
reading can go on unattended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from capture_app.session.reading.attempts import Shape, ShapeKind
from capture_app.session.reading.emitter import NamedRows
from capture_app.session.reading.loop import ReadingLoop
from capture_app.session.reading.names import By, Event
from capture_app.session.reading.rules import choices_of, chosen_labels, screens_of
from capture_app.session.reading.stages import Stage
from capture_app.session.reading.view import ReadingView
from capture_app.session.study import ReferenceEntry, Study
from capture_app.session.study.task_keys import (
    CertaintyScreen,
    ChestBoxScreen,
    ChoiceScreen,
    ImageScreen,
    Label,
    LabelScreen,
    LikertScreen,
    Phase,
    Screen,
    ShapeScreen,
    TextScreen,
    TranscriptScreen,
)  # fmt: skip

_PRACTISED: Final = "The pseudo-reader has practised enough."
_SPOILED: Final = "Somebody else left what the pseudo-reader cannot complete."
_NOT_CALIBRATED: Final = "The pseudo-reader is not calibrated; its eyes are simulated."
_CHEST: Final = (0.08, 0.06, 0.92, 0.9)
"""Left, top, right and bottom of heart and lungs, share of a frontal radiograph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotHabits:
    """How a pseudo-reader reads."""

    shortest_look_s: float = 4.0  # at an image
    longest_look_s: float = 12.0
    answer_s: float = 1.0  # on any other screen
    miss_share: float = 0.15  # findings, targets and answers that it gets wrong
    false_share: float = 0.1  # cases with a finding that is not there
    place_noise: float = 0.1  # SD of place and size of an ellipse, share of the region


class RobotReader:
    """Acts for reader and operator, one action at each `step`. One thread.

    Parameters
    ----------
    study
        The study.
    reference
        What is really there; without entries it answers at random.
    reader
        Pseudonym; two readers differ.
    seed
        Decides everything, together with the pseudonym.
    habits
        How it reads.
    """

    def __init__(
        self,
        study: Study,
        reference: Sequence[ReferenceEntry],
        *,
        reader: str,
        seed: int,
        habits: RobotHabits | None = None,
    ) -> None:
        self._study = study
        self._reference = tuple(reference)
        self._key = f"{seed}\n{reader}"
        self._habits = habits if habits is not None else RobotHabits()
        self._here: tuple[int, str, int] | None = None  # trial, screen, visit
        self._due_ns = 0

    def step(self, loop: ReadingLoop, now_ns: int) -> NamedRows:
        """Do the next thing, if it is time for it; return its rows.

        Images are loaded and screens presented by whoever drives the loop.
        """
        stage = loop.stage
        if stage is Stage.CASE:
            return self._in_case(loop, now_ns)
        if stage is Stage.RESUME_CHOICE:
            return loop.decide_interrupted(now_ns, Event.CONTINUE, By.READER)
        if stage is Stage.PRACTICE_DECISION:
            return loop.decide_practice(now_ns, Event.PRACTICE_OVER, _PRACTISED)
        if stage is Stage.CALIBRATION:
            return loop.go_on_uncalibrated(now_ns, _NOT_CALIBRATED)
        if stage is Stage.DRIFT_CHECK:
            return loop.pass_over_drift_check(now_ns)
        if stage is Stage.PAUSED:
            return loop.go_on(now_ns)
        if stage is Stage.BREAK_DUE:
            return loop.start_break(now_ns)
        since_ns = loop.state.break_since_ns
        break_ns = self._study.breaks.shortest_minutes * 60e9
        if stage is Stage.BREAK and since_ns is not None and now_ns - since_ns >= break_ns:
            return loop.end_break(now_ns)
        return ()

    def _in_case(self, loop: ReadingLoop, now_ns: int) -> NamedRows:
        view = loop.view
        screen, attempt = view.screen, loop.state.open_attempt
        if screen is None or attempt is None or not view.is_presented:
            return ()
        here = (view.trial, screen.name, attempt.visits.get(screen.name, 0))
        if here != self._here:
            self._here, self._due_ns = here, now_ns + round(1e9 * self._duration_s(view, screen))
        if now_ns < self._due_ns:
            return ()
        rows = self._answer(loop, view, screen, now_ns)
        if rows or not loop.view.missing:
            return rows or loop.next(now_ns)
        if isinstance(screen, TranscriptScreen):
            return ()  # this study waits for it
        return loop.set_aside(now_ns, By.OPERATOR, _SPOILED)

    def _duration_s(self, view: ReadingView, screen: Screen) -> float:
        if not isinstance(screen, ImageScreen):
            return self._habits.answer_s
        rng = self._rng(view, screen.name, "duration")
        return float(rng.uniform(self._habits.shortest_look_s, self._habits.longest_look_s))

    def _answer(self, loop: ReadingLoop, view: ReadingView, screen: Screen, now_ns: int) -> NamedRows:
        """Answer what this screen still asks; no rows where it asks nothing more."""
        rng = self._rng(view, screen.name, "answer")
        if isinstance(screen, ShapeScreen):
            return self._draw_next(loop, view, screen, now_ns)
        if isinstance(screen, ChestBoxScreen):
            has_box = any(shape.kind is ShapeKind.CHEST_BOX for _, shape in view.shapes)
            return () if has_box else loop.draw(now_ns, self._chest_box(view, rng))
        if view.answer is not None:
            return ()
        if isinstance(screen, LabelScreen):
            return loop.answer(now_ns, self._labels(view, rng))
        if isinstance(screen, TextScreen):
            return loop.answer(now_ns, f"Remark {rng.integers(1, 100)}")
        if isinstance(screen, ChoiceScreen):
            return loop.answer(now_ns, (self._choice(view, screen, rng),))
        if isinstance(screen, CertaintyScreen):
            return loop.answer(now_ns, self._certainty(rng))
        if isinstance(screen, LikertScreen):
            return loop.answer(now_ns, int(rng.integers(1, screen.steps + 1)))
        if isinstance(screen, TranscriptScreen) and view.missing and screen.is_wait_skippable:
            return loop.answer(now_ns, True)
        if isinstance(screen, ImageScreen) and screen.phase is Phase.SEARCH:
            return loop.answer(now_ns, self._is_target_there(view, rng))
        return ()

    def _labels(self, view: ReadingView, rng: np.random.Generator) -> tuple[str, ...]:
        """Present findings, some missed, sometimes one that is not there; else the normal label."""
        labels = self._study.labels
        present = {entry.finding for entry in self._entries(view) if entry.is_present}
        common = [label for label in labels if not label.is_exclusive]
        chosen = {
            label.name
            for label in common
            if label.name in present and rng.random() >= self._habits.miss_share
        }
        if common and rng.random() < self._habits.false_share:
            chosen.add(common[int(rng.integers(len(common)))].name)
        normal = [label.name for label in labels if label.is_exclusive]
        if not chosen and normal:
            return (normal[0],)
        return tuple(label.name for label in labels if label.name in chosen)

    def _draw_next(self, loop: ReadingLoop, view: ReadingView, screen: ShapeScreen, now_ns: int) -> NamedRows:
        """Draw the next finding that has no shape yet."""
        attempt = loop.state.open_attempt
        if attempt is None:
            return ()
        labels: dict[str, Label] = {label.name: label for label in self._study.labels}
        drawn = {name for _, shape in view.shapes for name in shape.labels}
        chosen = chosen_labels(screens_of(self._study, attempt), attempt)
        for name in chosen:
            if name in labels and labels[name].needs_shape and name not in drawn:
                return loop.draw(now_ns, self._finding(view, screen, name))
        return ()

    def _finding(self, view: ReadingView, screen: ShapeScreen, label: str) -> Shape:
        rng = self._rng(view, screen.name, label)
        regions = [
            entry.region
            for entry in self._entries(view)
            if entry.finding == label and np.isfinite(entry.region.x_image_px)
        ]
        noise = self._habits.place_noise
        if regions:
            region = regions[0]
            pane = region.pane
            width, height = region.width_image_px, region.height_image_px
            x = region.x_image_px + rng.normal(0.0, noise) * width
            y = region.y_image_px + rng.normal(0.0, noise) * height
            width *= float(np.exp(rng.normal(0.0, noise)))
            height *= float(np.exp(rng.normal(0.0, noise)))
        else:
            pane = 0
            image = view.images[pane]
            x, y = rng.uniform(0.3, 0.7) * image.width_px, rng.uniform(0.3, 0.7) * image.height_px
            width, height = 0.2 * image.width_px, 0.2 * image.height_px
        return Shape(
            kind=ShapeKind(screen.tools[0].value),
            image_id=view.images[pane].image_id,
            pane=pane,
            left_image_px=float(x - width / 2),
            top_image_px=float(y - height / 2),
            right_image_px=float(x + width / 2),
            bottom_image_px=float(y + height / 2),
            labels=(label,),
            certainty=self._certainty(rng) if screen.has_certainty else -1,
        )

    def _chest_box(self, view: ReadingView, rng: np.random.Generator) -> Shape:
        image = view.images[0]
        left, top, right, bottom = (edge + float(rng.normal(0.0, 0.01)) for edge in _CHEST)
        return Shape(
            kind=ShapeKind.CHEST_BOX,
            image_id=image.image_id,
            pane=0,
            left_image_px=left * image.width_px,
            top_image_px=top * image.height_px,
            right_image_px=right * image.width_px,
            bottom_image_px=bottom * image.height_px,
        )

    def _choice(self, view: ReadingView, screen: ChoiceScreen, rng: np.random.Generator) -> str:
        case = view.planned.case if view.planned is not None else None
        choices = screen.choices if case is None else choices_of(screen, case)
        right = [entry.answer for entry in self._entries(view) if entry.answer in choices]
        if right and rng.random() >= self._habits.miss_share:
            return right[0]
        return choices[int(rng.integers(len(choices)))]

    def _certainty(self, rng: np.random.Generator) -> int:
        """Draw a step of the scale, the certain end being the likelier."""
        levels = self._study.certainty
        weights = np.arange(len(levels), 0, -1, dtype=float)
        return levels[int(rng.choice(len(levels), p=weights / weights.sum()))].screen_code

    def _is_target_there(self, view: ReadingView, rng: np.random.Generator) -> bool:
        target = view.planned.case.target if view.planned is not None else ""
        known = [entry.is_present for entry in self._entries(view) if entry.finding == target]
        truth = known[0] if known else bool(rng.random() < 0.5)
        return truth if rng.random() >= self._habits.miss_share else not truth

    def _entries(self, view: ReadingView) -> list[ReferenceEntry]:
        case_id = view.planned.case.case_id if view.planned is not None else ""
        return [entry for entry in self._reference if entry.case_id == case_id]

    def _rng(self, view: ReadingView, *purpose: str) -> np.random.Generator:
        case_id = view.planned.case.case_id if view.planned is not None else ""
        text = "\n".join((self._key, case_id, str(view.attempt), *purpose))
        return np.random.default_rng(list(hashlib.sha256(text.encode()).digest()))
