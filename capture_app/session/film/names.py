"""Names of pictures and films: made of pseudonym and case alone, so that none names a person or a file."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from capture_app.session.replay import ReplayCase

_LONGEST_PART: Final = 48
_UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]+")


def name_part(text: str) -> str:
    """Return a text as a part of a file name on every system; "unnamed" where nothing is left of it."""
    fit = _UNFIT.sub("-", text).strip("-._")[:_LONGEST_PART].rstrip("-._")
    return fit or "unnamed"


def case_stem(pseudonym: str, cases: Sequence[ReplayCase], case: ReplayCase) -> str:
    """Return the name of what shows one case, without an ending.

    A case that was read more than once is told apart by the number of its trial.
    """
    stem = f"{name_part(pseudonym)}_{name_part(case.case_id)}"
    namesakes = [each for each in cases if name_part(each.case_id) == name_part(case.case_id)]
    return stem if len(namesakes) < 2 else f"{stem}_trial-{case.number + 1}"


def sheet_stem(pseudonym: str, session_id: str) -> str:
    """Return the name of the contact sheet of a session, without an ending."""
    session, reader = name_part(session_id), name_part(pseudonym)
    return f"{session if session.startswith(reader) else f'{reader}_{session}'}_contact-sheet"


def free_stem(stem: str, taken: set[str]) -> str:
    """Return a name that nothing of the same order has, and take it."""
    name, number = stem, 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem}_{number}"
    taken.add(name.casefold())
    return name


def part_path(path: Path) -> Path:
    """Return where a file is written until it is whole; the ending stays, as writers go by it.

    Two programs that make the same film do not write into each other's part.
    """
    return path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
