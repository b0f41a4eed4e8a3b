"""When a reading is worth being tried in the study's formats: its images are left, its questions are not."""

from __future__ import annotations

from collections.abc import Sequence

from capture_app.session.reading import ReadingView, Stage
from capture_app.session.study import Study
from capture_app.session.study.case_table import CaseRole
from capture_app.session.study.task_keys import ImageScreen


def are_images_left(view: ReadingView, screen_names: Sequence[str], study: Study) -> bool:
    """Whether a screen behind the images of a case, practice left out, is before the reader."""
    planned, screen = view.planned, view.screen
    if view.stage is not Stage.CASE or planned is None or screen is None or not view.is_presented:
        return False
    if planned.case.role is CaseRole.PRACTICE or isinstance(screen, ImageScreen):
        return False
    images = {each.name for each in study.screens if isinstance(each, ImageScreen)}
    before = screen_names[: screen_names.index(screen.name)] if screen.name in screen_names else ()
    return any(name in images for name in before)
