"""What a check of a study has to say: which file, which line, which key, what is wrong, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from recordings_schema.findings import Severity

KeyPath: TypeAlias = tuple[str | int, ...]
"""Where a value stands: names of tables and keys, numbers of items from 0."""


class StudyError(Exception):
    """A study cannot be used or made; the text says what, where and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFinding:
    """One thing that is wrong with a study or worth knowing about it."""

    severity: Severity
    file: str  # name relative to the study folder
    line: int  # from 1; 0 where no line is meant
    key: str  # dotted name of the key or name of the column; "" where none is meant
    what: str  # a sentence
    remedy: str = ""  # what a person can do

    def sentence(self) -> str:
        """Return the finding as one line of text."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        key = f" {self.key}:" if self.key else ""
        return f"{place}:{key} {self.what} {self.remedy}".rstrip()


def key_words(path: KeyPath) -> str:
    """Return a path as a person writes it, items counted from 1: ``screens[2].labels``."""
    words = ""
    for part in path:
        if isinstance(part, int):
            words += f"[{part + 1}]"
        else:
            words += f".{part}" if words else part
    return words


def has_errors(findings: tuple[StudyFinding, ...]) -> bool:
    """Whether a study with these findings must not be used."""
    return any(finding.severity is Severity.ERROR for finding in findings)
