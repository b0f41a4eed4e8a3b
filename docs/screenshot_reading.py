"""The reader's screens for the screenshots: presets with the built-in phantoms, read by nobody."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from capture_app.session.picture import Picture
from capture_app.session.presentation import Presentation, ShownImage
from capture_app.session.reading import (
    PracticeKey,
    ReadingLoop,
    Shape,
    ShapeKind,
    Stage,
    Worklist,
)
from capture_app.session.reading import ShownImage as ReadImage
from capture_app.session.reading.attempts import GazeLoss
from capture_app.session.reading.rules import choices_of
from capture_app.session.states import ReaderState
from capture_app.session.study import OpenedStudy, Study, new_study, open_study, plan_for
from capture_app.session.study.task_keys import ChoiceScreen
from capture_app.session.study_desk.room import room_of
from capture_app.session.study_desk.states import (
    StudyDeskState,
    StudyPhase,
    TranscriptStage,
    TranscriptState,
    TranscriptWord,
)
from capture_app.session.viewer_controls import ViewerControls
from gaze_core.geometry import Screen
from gaze_core.quality import LossClass
from recordings_schema.stimuli import load_image

GREY = 64
REPORT = (
    "The heart is enlarged. There is a consolidation in the right lower zone. No pleural effusion. "
    "The tip of the central line projects over the upper vena cava."
)
_PRESETS = {
    "reading-question": "vqa", "reading-choice": "vqa", "reading-certainty": "vqa", "reading-likert": "vqa",
    "reading-search": "gazesearch", "reading-keys": "vqa",
}  # fmt: skip
_SCREENS = {
    "reading-instruction": "before-image", "reading-read": "image", "reading-labels": "labels",
    "reading-other": "other", "reading-ellipses": "ellipses", "reading-chest-box": "chest-box",
    "reading-transcript": "transcript", "reading-end": "end", "reading-aside": "end",
    "reading-question": "image",
    "reading-choice": "answer", "reading-certainty": "certainty", "reading-likert": "difficulty",
    "reading-search": "search", "reading-break": "image", "reading-keys": "answer",
}  # fmt: skip


class NoActs:
    """A reader who does nothing: a picture has no hands."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Return an act without consequences."""
        return lambda *_arguments: None


class ReadingShown:
    """One screen of a study, with the window's state that belongs to it."""

    def __init__(self, scene: str, folder: Path, size_px: tuple[int, int], scale: float) -> None:
        self.scene = scene
        path = folder / "study"
        new_study(_PRESETS.get(scene, "reflacx"), path)
        self._opened = _without_practice(open_study(path))
        study = self._opened.study
        self._now_ns = 1_000_000_000
        worklist = Worklist.of(study, plan_for(study, self._opened.cases, "R03"))
        key = PracticeKey(study)
        self._loop = ReadingLoop(study, worklist, sample_interval_ns=1e9 / 600, practice_key=key)
        self._presentation = Presentation(
            Screen(
                width_px=size_px[0], height_px=size_px[1], width_mm=597.0, height_mm=336.0,
                device_pixel_ratio=scale,
            ),
            ViewerControls(), GREY,
        )  # fmt: skip
        self._images: tuple[ShownImage, ...] = ()
        self._open_case()
        self._walk_to(_SCREENS[scene])
        self._finish()

    @property
    def reader(self) -> ReaderState:
        """What the reader's window paints."""
        return self._presentation.state

    @property
    def state(self) -> StudyDeskState:
        """What is shown over it."""
        view = self._loop.view
        if view.grade is not None:  # nobody looked: a grade as of a good reading
            view = replace(view, grade=replace(_good_grade(self._opened.study), drift_deg=0.4))
        attempt = self._loop.state.open_attempt
        task = "" if attempt is None else attempt.task
        return StudyDeskState(
            phase=StudyPhase.RUNNING, opened=self._opened, reader="R03", view=view,
            screen_names=self._opened.study.task_named(task).screens,
            screen_elapsed_s=95.0, is_voice_recorded=self.scene == "reading-read",
            transcript=_transcript(), message=_MESSAGES.get(self.scene, ""),
        )  # fmt: skip

    def _do(self, action: str, *arguments: Any) -> None:
        self._now_ns += 1_000_000_000
        getattr(self._loop, action)(self._now_ns, *arguments)
        self._loop.presented(self._now_ns + 1000)

    def _open_case(self) -> None:
        self._do("go_on_uncalibrated", "a picture needs none")
        if self._loop.stage is Stage.DRIFT_CHECK:
            self._do("pass_over_drift_check")
        planned = self._loop.view.planned
        if planned is None:
            raise RuntimeError("The preset has no case.")
        shown, read = [], []
        for number, path in enumerate(planned.case.images):
            stimulus = load_image(path)
            shown.append(ShownImage(image_id=number, stimulus=stimulus, picture=Picture(stimulus)))
            read.append(ReadImage(image_id=number, width_px=stimulus.width_px, height_px=stimulus.height_px))
        self._images = tuple(shown)
        self._do("open_case", tuple(read))
        self._loop.set_transcript_ready(True)

    def _walk_to(self, name: str) -> None:
        for _ in range(40):
            screen = self._loop.view.screen
            if screen is not None and screen.name == name:
                return
            self._answer()
            self._do("next")
        raise RuntimeError(f"The screen {name} does not come.")

    def _answer(self) -> None:
        view = self._loop.view
        kind = view.screen.KIND if view.screen is not None else ""
        if kind == "labels":
            chosen = ("Enlarged cardiac silhouette", "Consolidation")
            self._do("answer", (*chosen, "Other") if self.scene == "reading-other" else chosen)
        elif kind == "shapes":
            self._draw_findings()
        elif kind == "chest_box":
            self._do("draw", self._shape((0.1, 0.12, 0.9, 0.86), (), ShapeKind.CHEST_BOX, -1))
        elif kind in ("choice", "certainty", "likert"):
            levels = self._opened.study.certainty
            case, screen = (view.planned.case if view.planned else None), view.screen
            choices = choices_of(screen, case) if isinstance(screen, ChoiceScreen) and case else ()
            values = {"choice": choices[:1], "likert": 4}
            self._do("answer", values.get(kind, levels[0].screen_code if levels else 1))

    def _draw_findings(self) -> None:
        heart = self._shape((0.32, 0.42, 0.72, 0.78), ("Enlarged cardiac silhouette",), ShapeKind.ELLIPSE, 9)
        lung = self._shape((0.16, 0.52, 0.36, 0.7), ("Consolidation",), ShapeKind.ELLIPSE, 7)
        self._do("draw", heart)
        self._do("draw", lung)

    def _finish(self) -> None:
        if self.scene == "reading-break":
            self._do("start_break")
            return
        if self.scene.rpartition("-")[2] in ("labels", "ellipses", "box", "certainty", "likert"):
            self._answer()
        screen = self._loop.view.screen
        if screen is not None and screen.KIND in ("image", "shapes", "chest_box"):
            self._presentation.show(self._images, 0, self._now_ns, room=room_of(screen))
        else:
            self._presentation.clear(0, self._now_ns)

    def _shape(
        self,
        share: tuple[float, float, float, float],
        labels: tuple[str, ...],
        kind: ShapeKind,
        certainty: int,
    ) -> Shape:
        image = self._images[0].stimulus
        return Shape(
            kind=kind, image_id=0, pane=0,
            left_image_px=share[0] * image.width_px, top_image_px=share[1] * image.height_px,
            right_image_px=share[2] * image.width_px, bottom_image_px=share[3] * image.height_px,
            labels=labels, certainty=certainty,
        )  # fmt: skip


_MESSAGES = {"reading-labels": "Two more cases, then a break."}


def _without_practice(opened: OpenedStudy) -> OpenedStudy:
    return replace(opened, study=replace(opened.study, practice=replace(opened.study.practice, is_on=False)))


def _good_grade(study: Study) -> Any:
    from capture_app.session.reading import grade_case

    loss = GazeLoss(visible_ns=38_000_000_000, lost_ns={LossClass.BLINK_LIKE: 1_200_000_000})
    return grade_case(replace(loss, longest_gap_ns=260_000_000), math.nan, study.gates)


def _transcript() -> TranscriptState:
    words, letter = [], 0
    for number, text in enumerate(REPORT.split()):
        place = REPORT.index(text, letter)
        words.append(
            TranscriptWord(
                text=text, first_letter=place, t_onset_host_ns=number * 400_000_000,
                t_offset_host_ns=(number + 1) * 400_000_000 - 50_000_000, kind="recognised",
                score=0.3 if text == "vena" else 0.9,
            )
        )  # fmt: skip
        letter = place + len(text)
    return TranscriptState(
        stage=TranscriptStage.READY, text=REPORT, words=tuple(words), can_play=True, sentence=""
    )
