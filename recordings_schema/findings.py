"""What a validator has to say: where, what, how bad, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(str, Enum):
    """How bad a finding is."""

    ERROR = "error"  # data are missing, damaged or contradict each other
    WARNING = "warning"  # the data are usable, with care
    NOTE = "note"  # worth knowing


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong or worth knowing about a recording."""

    severity: Severity
    where: str  # path inside the file, or the file's own name
    what: str  # a sentence
    remedy: str  # what a person can do, "" where nothing


def error(where: str, what: str, remedy: str) -> Finding:
    """Return a finding that data are missing, damaged or contradictory."""
    return Finding(severity=Severity.ERROR, where=where, what=what, remedy=remedy)


def warning(where: str, what: str, remedy: str) -> Finding:
    """Return a finding that the data need care."""
    return Finding(severity=Severity.WARNING, where=where, what=what, remedy=remedy)


def note(where: str, what: str, remedy: str = "") -> Finding:
    """Return a finding worth knowing."""
    return Finding(severity=Severity.NOTE, where=where, what=what, remedy=remedy)
