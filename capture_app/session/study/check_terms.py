"""Consent, licence and second place: what a study promises to people."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from capture_app.session.study.checker import StudyChecker
from capture_app.session.study.findings import StudyError
from capture_app.session.study.model import Study
from capture_app.session.study.study_files import inside, read_text

BUILT_IN_LICENCE: Final = "built-in"
LARGEST_CONSENT_BYTES: Final = 1024 * 1024


def consent_text(study: Study, folder: Path) -> str:
    """Return the text the reader agrees to, with LF line ends; "" where there is none.

    Raises
    ------
    StudyError
        If it is in a file that cannot be read.
    """
    consent = study.consent
    if not consent.file:
        return consent.text.replace("\r\n", "\n")
    path = inside(folder, consent.file)
    return read_text(path, largest_bytes=LARGEST_CONSENT_BYTES, what="The consent text").replace("\r\n", "\n")


def consent_sha256(text: str) -> str:
    """Return the checksum of a consent text as the study file holds it."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def check_consent(check: StudyChecker) -> None:
    """Check that the text is there once, and is the one its checksum was made of."""
    consent = check.study.consent
    if consent.text and consent.file:
        check.error(("consent", "file"), "The text is given twice, here and in a file.", "Keep one of them.")
        return
    try:
        text = consent_text(check.study, check.folder)
    except StudyError as err:
        check.error(("consent", "file"), str(err), "")
        return
    if not text.strip():
        check.warning(("consent",), "There is no consent text.", "Write it into `text`, or name a `file`.")
        return
    sha256 = consent_sha256(text)
    if not consent.sha256:
        check.note(("consent",), "The consent text is not fixed yet.", f'Write sha256 = "{sha256}".')
    elif consent.sha256 != sha256:
        check.error(
            ("consent", "sha256"),
            "The consent text is not the one this checksum was made of.",
            f'Undo the change, or raise `version` and write sha256 = "{sha256}".',
        )


def check_terms(check: StudyChecker) -> None:
    """Check licence of the images and second place."""
    images, copies = check.study.images, check.study.copies
    if copies.is_required and not copies.second_place:
        check.error(
            ("copies", "is_required"),
            "Copies are required and no second place is named.",
            "Name second_place.",
        )
    if copies.second_place:
        _check_second_place(check, copies.second_place)
    if images.is_shown_in_reports and images.licence != BUILT_IN_LICENCE:
        check.note(
            ("images", "is_shown_in_reports"), f"Reports will show images under the licence {images.licence}."
        )


def _check_second_place(check: StudyChecker, name: str) -> None:
    path = ("copies", "second_place")
    try:
        place = Path(name).expanduser()
        if not place.is_absolute():
            check.error(
                path, f"The second place {name} is no full path.", "Write it from the root or drive on."
            )
        elif place.resolve().is_relative_to(check.folder.resolve()):
            check.error(
                path, "The second place lies inside the study folder.", "Name a folder on another drive."
            )
    except (OSError, RuntimeError, ValueError):  # no home folder, a link to itself, a zero byte
        check.error(path, f"The second place {name!r} is no usable path.", "Name a folder on another drive.")
