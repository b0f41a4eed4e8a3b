"""The demonstration: built-in phantoms, read by the simulated tracker through the whole real chain."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

import platformdirs

from capture_app.session.cases import Case, CaseList, Places
from capture_app.session.engine import CaptureSession
from capture_app.session.phantoms import PHANTOM_COUNT, phantom_findings, phantom_path, places, write_phantom
from capture_app.session.recording import Phase
from capture_app.session.settings import APPLICATION_NAME
from capture_app.session.states import LiveState, RecordingState

DEMO_RATE_HZ: Final = 600
DEMO_SEED: Final = 7
DEMO_READER: Final = "demo"
DEMO_SENTENCE: Final = "The simulated tracker reads the built-in phantoms. Press Start to record."


def demo_tracker_options(rate_hz: int = DEMO_RATE_HZ, seed: int = DEMO_SEED) -> dict[str, str]:
    """Return the options of the simulated tracker in the demonstration."""
    return {"rate_hz": str(rate_hz), "seed": str(seed), "scenario": "typical"}


def demo_cases(folder: Path | None = None) -> CaseList:
    """Return the phantoms as cases, drawn into a folder (by default the person's cache) when needed."""
    root = folder if folder is not None else default_phantom_folder()
    cases = []
    for index in range(PHANTOM_COUNT):
        path = phantom_path(root, index)
        cases.append(Case(case_id=path.stem, images=(path,), make=partial(_make_phantom, root, index)))
    return CaseList(title="phantoms", root=root, cases=tuple(cases))


def _make_phantom(root: Path, index: int) -> tuple[Places, ...]:
    write_phantom(root, index)
    return (places(phantom_findings(index)),)


def default_phantom_folder() -> Path:
    """Return where the phantoms lie between demonstrations."""
    return Path(platformdirs.user_cache_dir(APPLICATION_NAME, appauthor=False)) / "phantoms"


class DemoScript:
    """Plays the reader's part of a session: starts, looks at each image for a while, ends.

    `step` is called with every state; nothing else drives it.
    """

    def __init__(self, session: CaptureSession, path: Path, seconds_per_image: float) -> None:
        self._session = session
        self._path = path
        self._image_ns = round(seconds_per_image * 1e9)
        self._has_started = False
        self._has_stopped = False
        self.is_over = False

    def step(self, state: LiveState, now_ns: int) -> None:
        """Do what is due."""
        has_ended = self._has_started and self._session.recording.phase is Phase.CLOSED
        if (
            has_ended
            or state.recording is RecordingState.FAILED
            or (state.recording is RecordingState.NO_TRACKER and state.verdict.level == "bad")
        ):
            self.is_over = True
        elif not self._has_started:
            if state.recording is RecordingState.READY:
                self._has_started = True
                self._session.record_to(self._path, DEMO_READER)
        elif state.recording is RecordingState.RECORDING and not self._has_stopped:
            self._read_on(now_ns)

    def _read_on(self, now_ns: int) -> None:
        shown_ns = self._session.shown_since_host_ns
        if shown_ns is None or now_ns - shown_ns < self._image_ns:
            return
        if self._session.trials.next_index(1) >= 0:
            self._session.next_case()
        else:
            self._has_stopped = True
            self._session.stop_recording()
