"""The case list: which images are shown together, in which order.

A folder gives one case per image; a sub-folder with two to four images gives one case whose images stand
side by side (frontal and lateral, current and prior). A list file gives one case per line, its images
separated by tabs, relative to the folder of the list; empty lines and lines that begin with ``#`` are
passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

from capture_app.session.port import SessionError
from recordings_schema.stimuli import StimulusError, list_images

Places: TypeAlias = tuple[tuple[float, float, float], ...]

MAX_LIST_BYTES: Final = 16 * 1024 * 1024
MAX_PANES: Final = 16
MAX_GROUPED_IMAGES: Final = 4
"""A sub-folder with more images than this is a collection, not one examination."""
_LIST_ENDINGS: Final = frozenset({".txt", ".tsv", ".csv", ".list"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is put before the reader at once."""

    case_id: str
    images: tuple[Path, ...]  # one per pane
    problem: str = ""  # a sentence where the case cannot be shown
    # Makes images that are not there yet, by the thread that decodes; returns for each pane where a
    # simulated eye would look: x, y (image px), weight.
    make: Callable[[], tuple[Places, ...]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseList:
    """Cases and the folder their image names are relative to."""

    title: str
    root: Path
    cases: tuple[Case, ...]


def cases_of(path: Path) -> CaseList:
    """Return the cases of a folder, of a list file (by the ending of its name) or of one image file.

    Raises
    ------
    SessionError
        If it is none of these, cannot be read, or holds no image.
    """
    if path.is_dir():
        return cases_of_folder(path)
    if not path.is_file():
        what = "neither a file nor a folder" if path.exists() else "not there"
        raise SessionError(f"{path} is {what}. Name a folder of images, an image list or an image file.")
    return cases_of_list(path) if is_list(path) else cases_of_images([path])


def is_list(path: Path) -> bool:
    """Whether a file is an image list, as the ending of its name says."""
    return path.suffix.lower() in _LIST_ENDINGS


def cases_of_folder(folder: Path) -> CaseList:
    """Return the cases of a folder of images.

    Raises
    ------
    SessionError
        If the folder cannot be read or holds no image.
    """
    if not folder.is_dir():
        raise SessionError(
            f"{folder} is not a folder. Choose the folder that holds the images, or an image list."
        )
    try:
        entries = list_images(folder, is_checked=False)
    except StimulusError as err:
        raise SessionError(str(err)) from err
    by_parent: dict[Path, list[Path]] = {}
    for entry in entries:
        by_parent.setdefault(entry.path.parent, []).append(entry.path)
    cases: list[Case] = []
    for parent, paths in by_parent.items():
        if parent != folder and 1 < len(paths) <= MAX_GROUPED_IMAGES:
            cases.append(Case(case_id=parent.name, images=tuple(paths)))
        else:
            cases.extend(Case(case_id=path.stem, images=(path,)) for path in paths)
    if not cases:
        raise SessionError(
            f"The folder {folder} holds no image that can be shown. DICOM, PNG, JPEG and TIFF are read."
        )
    return CaseList(title=folder.name, root=folder, cases=tuple(_unique(cases)))


def cases_of_list(path: Path) -> CaseList:
    """Return the cases of a list file.

    Raises
    ------
    SessionError
        If the file cannot be read, is not text, or names no image.
    """
    if path.exists() and not path.is_file():
        raise SessionError(
            f"The image list {path} cannot be read: it is not a plain file. "
            "Name a text file with one case per line."
        )
    try:
        if path.stat().st_size > MAX_LIST_BYTES:
            raise SessionError(f"{path} is too large for an image list. A list is text, one case per line.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as err:
        raise SessionError(f"The image list {path} cannot be read ({err.strerror}).") from err
    except UnicodeDecodeError as err:
        raise SessionError(
            f"{path} is not a text file. An image list is UTF-8 text with one case per line."
        ) from err
    cases = []
    for line in text.splitlines():
        names = [name.strip() for name in line.split("\t") if name.strip()]
        if not names or names[0].startswith("#"):
            continue
        images = tuple(path.parent / name for name in names)
        cases.append(_checked(Case(case_id=Path(names[0]).stem, images=images)))
    if not cases:
        raise SessionError(
            f"The image list {path} names no image. Write one case per line, images separated by tabs."
        )
    return CaseList(title=path.stem, root=path.parent, cases=tuple(_unique(cases)))


def cases_of_images(paths: list[Path]) -> CaseList:
    """Return one case per image file named one by one."""
    if not paths:
        raise SessionError("No image was named. Name a folder, an image list or one or more images.")
    cases = [_checked(Case(case_id=path.stem, images=(path,))) for path in paths]
    return CaseList(title=paths[0].parent.name, root=paths[0].parent, cases=tuple(_unique(cases)))


def _checked(case: Case) -> Case:
    problem = ""
    missing = [path.name for path in case.images if not path.is_file()]
    if missing:
        problem = f"The file {missing[0]} is not there."
    elif len(case.images) > MAX_PANES:
        problem = f"{len(case.images)} images do not fit on one screen; at most {MAX_PANES} do."
    return replace(case, problem=problem)


def _unique(cases: list[Case]) -> list[Case]:
    """Name cases whose files differ only in their ending by the whole file name."""
    counts: dict[str, int] = {}
    for case in cases:
        counts[case.case_id] = counts.get(case.case_id, 0) + 1
    named: list[Case] = []
    seen: dict[str, int] = {}
    for case in cases:
        name = case.case_id if counts[case.case_id] == 1 else case.images[0].name
        seen[name] = seen.get(name, 0) + 1
        named.append(replace(case, case_id=name if seen[name] == 1 else f"{name} ({seen[name]})"))
    return named
