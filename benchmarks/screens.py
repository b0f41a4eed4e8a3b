"""How long the reader's window takes from "next" to the next screen painted, and what one frame costs.

Times are those of the thread's own processor time, which other programs do not lengthen, and of the clock.
Offscreen, on a 2560 x 1440 window: every kind of screen of the presets, 40 labels, a transcript of 400 words.
``python -m benchmarks.screens``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

SIZE: Final = (2560, 1440)
ROUNDS: Final = 20
LONGEST_CHANGE_MS: Final = 100.0
LONGEST_HOLD_MS: Final = 50.0


def states() -> dict[str, Any]:
    """Return a state for each kind of screen, as the session would hand them to the windows."""
    from capture_app.session.reading import PracticeKey, ReadingLoop, ShownImage, Stage, Worklist
    from capture_app.session.study import CaseRole, OpenedStudy, StudyCase, plan_for
    from capture_app.session.study.decode import Decoder
    from capture_app.session.study.model import Study
    from capture_app.session.study.presets import preset_text
    from capture_app.session.study.task_keys import Label
    from capture_app.session.study.toml_lines import parse_toml
    from capture_app.session.study_desk.states import (
        StudyDeskState,
        StudyPhase,
        TranscriptStage,
        TranscriptState,
    )

    found: dict[str, StudyDeskState] = {}
    words = " ".join(["There is no pleural effusion, and the heart is of normal size."] * 36)
    transcript = TranscriptState(stage=TranscriptStage.READY, text=words)
    for preset in ("reflacx", "vqa"):
        values, lines = parse_toml(preset_text(preset))
        study = Decoder(preset, lines).record(Study, values)
        labels = tuple(Label(name=f"Finding {number}", needs_shape=False) for number in range(40))
        study = replace(
            study,
            labels=labels,
            practice=replace(study.practice, is_on=False),
            quota=replace(study.quota, cases_per_reader=1),
        )
        cases = (StudyCase(case_id="case-1", images=(), role=CaseRole.STUDY, choices=("yes", "no")),)
        worklist = Worklist.of(study, plan_for(study, cases, "R01"))
        loop = ReadingLoop(study, worklist, sample_interval_ns=1e6, practice_key=PracticeKey(study))
        opened = OpenedStudy(path=Path("s"), folder=Path(), sha256="", study=study, cases=cases)
        now_ns = 1
        loop.go_on_uncalibrated(now_ns, "benchmark")
        if loop.stage is Stage.DRIFT_CHECK:
            loop.pass_over_drift_check(now_ns + 1)
        loop.open_case(now_ns + 2, (ShownImage(image_id=0, width_px=1000, height_px=1200),))
        answers: dict[str, Any] = {"choice": ("yes",), "certainty": 2, "likert": 2, "transcript": True}
        for step in range(20):
            now_ns = 10 + 10 * step
            loop.presented(now_ns)
            screen = loop.view.screen
            if screen is None or (screen.KIND in found and screen.KIND == "end"):
                break
            names = study.task_named("").screens
            found.setdefault(
                screen.KIND,
                StudyDeskState(
                    phase=StudyPhase.RUNNING, opened=opened, view=loop.view, screen_names=names,
                    transcript=transcript,
                ),
            )  # fmt: skip
            if screen.KIND == "end":
                break
            if screen.KIND in answers:
                loop.answer(now_ns + 1, answers[screen.KIND])
            if screen.KIND == "chest_box":
                loop.draw(now_ns + 1, _chest_box())
            loop.next(now_ns + 2)
    return found


def _chest_box() -> Any:
    from capture_app.session.reading import Shape, ShapeKind

    return Shape(
        kind=ShapeKind.CHEST_BOX, image_id=0, pane=0, left_image_px=10.0, top_image_px=10.0,
        right_image_px=900.0, bottom_image_px=900.0,
    )  # fmt: skip


class _NoActs:
    """A reader who does nothing: the benchmark changes the screens itself."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_arguments: None


def main() -> int:
    """Change to every screen again and again, and print what it took."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from capture_app.gui.app import build_application
    from capture_app.gui.reader_window import ReaderWindow
    from capture_app.gui.theme import ThemeSwitch
    from capture_app.session.settings import Theme
    from capture_app.session.states import ReaderState

    application = build_application()
    switch = ThemeSwitch(application, Theme.DARK)
    window = ReaderWindow()
    window.resize(*SIZE)
    window.host(_NoActs())  # type: ignore[arg-type]  # answers to every name
    window.show()
    changes: dict[str, list[float]] = {}
    own: dict[str, list[float]] = {}
    idle: list[float] = []
    holds: list[float] = []
    revision = 0
    shown = states()
    for state in [state for _ in range(2) for state in shown.values()] * 10:  # all widgets are made
        window.render_study(state)
        application.processEvents()
    for _ in range(ROUNDS):
        for kind, state in shown.items():
            revision += 1
            begun_ns, own_begun_ns = time.perf_counter_ns(), time.thread_time_ns()
            window.render_state(ReaderState(revision=revision))
            window.render_study(state)
            own_handed_ns = time.thread_time_ns()
            application.processEvents()  # lays out, paints and flushes
            painted_ns, own_painted_ns = time.perf_counter_ns(), time.thread_time_ns()
            changes.setdefault(kind, []).append((painted_ns - begun_ns) * 1e-6)
            own.setdefault(kind, []).append((own_painted_ns - own_begun_ns) * 1e-6)
            holds.append(max(own_handed_ns - own_begun_ns, own_painted_ns - own_handed_ns) * 1e-6)
            own_begun_ns = time.thread_time_ns()
            window.render_study(state)
            idle.append((time.thread_time_ns() - own_begun_ns) * 1e-6)
    print("| Change to | processor, median | processor, longest | clock, median |\n|---|---|---|---|")
    for kind, times in own.items():
        clock_ms = statistics.median(changes[kind])
        print(f"| {kind} | {statistics.median(times):.1f} ms | {max(times):.1f} ms | {clock_ms:.1f} ms |")
    print(f"\nA frame without a change takes {statistics.median(idle):.2f} ms, at most {max(idle):.2f} ms.")
    print(f"The longest single hold of the thread was {max(holds):.1f} ms.")
    worst = max(max(times) for times in own.values())
    window.hide()
    switch.deleteLater()
    return int(worst > LONGEST_CHANGE_MS or max(holds) > LONGEST_HOLD_MS)


if __name__ == "__main__":
    raise SystemExit(main())
