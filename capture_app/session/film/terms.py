"""Whether a recording's images may be in pictures and films: the terms of its study say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from capture_app.session.replay import ReplaySource
from capture_app.session.study import Study, StudyError, check_study, is_study

_LEVELS_UP: Final = 5  # from a recording to the folder of its study, and one more


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureTerms:
    """What the study says of its images."""

    has_images: bool  # their pixels may be shown
    sentence: str = ""  # why not


def terms_of(source: ReplaySource, study_path: Path | None = None) -> PictureTerms:
    """Return the terms for a recording: of the study named, else of that in a folder above it.

    A recording without a study shows the person's own images, and may.
    """
    name = source.metadata.session.study
    if not name:
        return PictureTerms(has_images=True)
    places = [study_path] if study_path is not None else list(source.path.parents)[:_LEVELS_UP]
    study = _named_study(places, name)  # as it is now: terms may have changed since the recording
    if study is None and study_path is None and source.study is not None:
        study = source.study.study
    if study is None:
        return PictureTerms(
            has_images=False,
            sentence=f"The study {name} is not beside the recording, so that the terms of its images are not "
            "known: gaze is drawn on grey.",
        )
    if study.images.is_shown_in_reports:
        return PictureTerms(has_images=True)
    return PictureTerms(
        has_images=False,
        sentence=f"The terms of the study {name} keep its images out of pictures; gaze is drawn on grey.",
    )


def _named_study(places: Sequence[Path], name: str) -> Study | None:
    """Return the first study of this name; None where there is none that can be read."""
    for place in places:
        try:
            opened = check_study(place).opened if is_study(place) else None
        except (StudyError, OSError):
            continue
        if opened is not None and opened.study.study.study_id == name:
            return opened.study
    return None
