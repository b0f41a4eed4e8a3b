"""Whether the names of a study fit into the rows of a recording."""

from __future__ import annotations

from capture_app.session.reading.errors import ReadingError
from capture_app.session.reading.rules import LABEL_SEPARATOR
from capture_app.session.study import Study
from gaze_core.rows import SCREEN, encode_text

_NAME_BYTES = SCREEN.dtype["screen"].itemsize


def check_fit(study: Study) -> None:
    """Refuse a study whose screens or labels could not be told apart in a recording.

    Raises
    ------
    ReadingError
        With the name and what to do.
    """
    names: dict[bytes, str] = {}
    for screen in study.screens:
        same = names.setdefault(encode_text(screen.name, _NAME_BYTES), screen.name)
        if same != screen.name:
            raise ReadingError(
                f"The screens {same} and {screen.name} begin alike; a recording keeps {_NAME_BYTES} letters. "
                "Let their names differ earlier."
            )
    for label in study.labels:
        if LABEL_SEPARATOR in label.name:
            raise ReadingError(
                f"The label {label.name!r} holds {LABEL_SEPARATOR}, which parts labels in a recording. "
                "Write it otherwise."
            )
