"""The presets that come with the program, and making a study from one."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import Final

from capture_app.session.kept_files import replace_file
from capture_app.session.study.built_in_tables import IMAGE_FOLDER, BuiltInCase, built_in_tables
from capture_app.session.study.findings import StudyError
from capture_app.session.study.model import STUDY_EXTENSION
from capture_app.session.study.phantom_cases import PhantomCase, encoded, phantom_cases
from capture_app.session.study.task_keys import TaskKind

PRESETS: Final[dict[str, TaskKind]] = {
    "reflacx": TaskKind.READ,
    "egd": TaskKind.READ,
    "gazesearch": TaskKind.SEARCH,
    "gazemedseg": TaskKind.SEGMENT,
    "vqa": TaskKind.QUESTION,
}
"""Names of the presets, with the task of their cases."""
CASE_TABLE: Final = "cases.csv"
REFERENCE_TABLE: Final = "reference.csv"


def preset_text(name: str) -> str:
    """Return the study file of a preset.

    Raises
    ------
    StudyError
        If there is no preset of that name, or its file is missing from the installation.
    """
    if name not in PRESETS:
        raise StudyError(f"There is no preset {name!r}. Known are {', '.join(PRESETS)}.")
    file = resources.files("capture_app.session.study") / "presets" / f"{name}{STUDY_EXTENSION}"
    try:
        return file.read_text(encoding="utf-8")
    except OSError as err:
        raise StudyError(f"The file of the preset {name} is missing. Install the program anew.") from err


def new_study(preset: str, folder: Path, *, on_case: Callable[[int, int], None] | None = None) -> Path:
    """Make a study folder with the preset's study file and the phantoms as its cases; return the study file.

    The study file is written last: a folder without one is not a study.

    Parameters
    ----------
    preset
        Name of a preset.
    folder
        A folder that is empty or not there yet.
    on_case
        Called with the number of cases drawn and of all cases; the drawing takes a second or two each.

    Raises
    ------
    StudyError
        If the preset is unknown, the folder holds something, or it cannot be written.
    """
    text = preset_text(preset)
    try:
        _make_empty_folder(folder)
        cases, reference = built_in_tables(PRESETS[preset], _draw_cases(folder / IMAGE_FOLDER, on_case))
        replace_file(folder / CASE_TABLE, cases.encode("utf-8"))
        replace_file(folder / REFERENCE_TABLE, reference.encode("utf-8"))
        path = folder / f"{preset}{STUDY_EXTENSION}"
        replace_file(path, text.encode("utf-8"))
    except OSError as err:
        if err.errno == errno.ENOSPC:
            raise StudyError(f"The disk of {folder} is full. A new study needs about 50 MB.") from err
        reason = err.strerror or "no reason given"
        raise StudyError(f"{folder} cannot be written ({reason}). Choose a folder you may write to.") from err
    return path


def _draw_cases(folder: Path, on_case: Callable[[int, int], None] | None) -> list[BuiltInCase]:
    """Draw the phantoms into a folder, as many at once as there are cores (at most four: 100 MB each)."""

    def draw(case: PhantomCase) -> BuiltInCase:
        shown = case.make()
        replace_file(folder / f"{case.case_id}.png", encoded(shown))
        return BuiltInCase(case_id=case.case_id, role=case.role, shown=shown)

    planned = phantom_cases()
    drawn = []
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for number, case in enumerate(pool.map(draw, planned), 1):
            drawn.append(case)
            if on_case is not None:
                on_case(number, len(planned))
    return drawn


def _make_empty_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise StudyError(f"{folder} is a file. Name a folder that is empty or not there yet.")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise StudyError(f"{folder} is not empty. Name a folder that is empty or not there yet.")
