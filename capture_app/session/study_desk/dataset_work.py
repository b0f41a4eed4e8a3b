"""The process that tries finished readings in the formats of a study; its standard channel is one pipe.

It is a process of its own, and one that others go before: no frame of the reader waits for it. It ends when
its pipe does, so that nothing is left of a program that was killed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from capture_app.session.export.growing import CaseTrial
from capture_app.session.port import SessionError
from capture_app.session.study import OpenedStudy, StudyError
from capture_app.session.study_desk.dataset_messages import GrowingCase, TrialAnswer
from gaze_core.fixations import ParameterError
from recordings_schema.errors import RecordingError
from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.options import FormatOptionError

POLL_S: Final = 0.1
PATIENCE_S: Final = 5.0
"""Rows reach the file within half a second; after so long it is said that they do not."""

_NICER: Final = 10
_NOT_THERE: Final = "Its rows have not reached the file yet."


def serve(pipe: Connection, recording: Path, opened: OpenedStudy, place: Path) -> None:
    """Answer cases until the pipe ends.

    Parameters
    ----------
    pipe
        Brings `GrowingCase`, takes `TrialAnswer`.
    recording, opened, place
        As for `CaseTrial`.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(_NICER)
    trial: CaseTrial | None = None
    with contextlib.suppress(EOFError, OSError):
        while True:
            case = pipe.recv()
            try:
                trial = trial or CaseTrial(recording, opened, place)
            except (FormatError, FormatOptionError) as err:
                pipe.send(TrialAnswer(problem=str(err)))
                continue
            pipe.send(answer_of(trial, case, time.monotonic, time.sleep))


def answer_of(
    trial: CaseTrial, case: GrowingCase, clock_s: Callable[[], float], sleep: Callable[[float], None]
) -> TrialAnswer:
    """Return what came of a case, waiting until the file holds it."""
    end_s = clock_s() + PATIENCE_S
    try:
        while not trial.is_there(case):
            if clock_s() >= end_s:
                return TrialAnswer(problem=_NOT_THERE)
            sleep(POLL_S)
        return TrialAnswer(tried=tuple(trial.run(case)))
    except (ParameterError, RecordingError, SessionError, StudyError) as err:
        return TrialAnswer(problem=str(err))
    except OSError as err:
        return TrialAnswer(problem=f"The folder for temporary files cannot be written ({err.strerror}).")
