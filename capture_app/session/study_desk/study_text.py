"""The text files of a study, read and written for the editor: whole, and never over somebody's change."""

from __future__ import annotations

from pathlib import Path

from capture_app.session.kept_files import replace_file
from capture_app.session.port import SessionError
from capture_app.session.study import StudyError
from capture_app.session.study.study_files import LARGEST_TABLE_BYTES, read_text


def load_text(path: Path) -> str:
    """Return a text file of a study, with LF line ends.

    Raises
    ------
    SessionError
        If it cannot be read, is too large or no UTF-8 text.
    """
    try:
        text = read_text(path, largest_bytes=LARGEST_TABLE_BYTES, what="The file")
    except StudyError as err:
        raise SessionError(str(err)) from err
    return text.replace("\r\n", "\n")


def save_text(path: Path, text: str, before: str) -> None:
    """Write a text file of a study so that it is always either the old or the new one.

    Parameters
    ----------
    path
        The file.
    text
        Its new content, with LF line ends.
    before
        What was read from it; where the file holds something else by now, it is not written.

    Raises
    ------
    SessionError
        If the file was changed by somebody else meanwhile, or cannot be written.
    """
    if path.exists() and load_text(path) != before:
        raise SessionError(
            f"{path.name} was changed by another program meanwhile. Reload it here, then change it."
        )
    try:
        replace_file(path, text.encode("utf-8"))
    except OSError as err:
        reason = err.strerror or "no reason given"
        raise SessionError(f"{path} cannot be written ({reason}). Check who may write there.") from err
