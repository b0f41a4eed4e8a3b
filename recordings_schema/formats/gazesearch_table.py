"""The visible table of findings: which words name one of the 13 tasks, which deny it, which labels are it.

Shipped as `gazesearch_findings.json`; a copy that a person changed is read in its place.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.gazesearch_file import TASKS

SHIPPED: Final = Path(__file__).with_name("gazesearch_findings.json")
_LARGEST_BYTES: Final = 1 << 20
_MOST_WORDS: Final = 12  # of one phrase
_PHRASES: Final = ("negations_before", "negations_after", "scope_ends", "no_negations")

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A task, the words that name it, and the labels of studies that mean it."""

    task: str
    labels: tuple[str, ...]  # lower case
    keywords: tuple[Phrase, ...]  # words in lower case, longest first


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingTable:
    """All findings, and how they are denied; phrases are words in lower case, longest first."""

    sha256: str  # of the file
    findings: tuple[Finding, ...]
    negations_before: tuple[Phrase, ...]
    negations_after: tuple[Phrase, ...]
    scope_ends: tuple[Phrase, ...]  # a denial does not reach beyond these
    no_negations: tuple[Phrase, ...]  # begin like a denial and are none

    def task_of_label(self, label: str) -> str:
        """Return the task a label or target means; "" where it is none of the table."""
        wanted = label.strip().lower()
        for finding in self.findings:
            if wanted == finding.task or wanted in finding.labels:
                return finding.task
        words = tuple(wanted.split())
        return next((each.task for each in self.findings if words in each.keywords), "")


def read_table(place: str) -> FindingTable:
    """Return the table of a file; "" is the shipped one.

    Raises
    ------
    FormatError
        If the file cannot be read or is no such table.
    """
    path = Path(place) if place else SHIPPED
    try:
        status = path.stat()
        if status.st_size > _LARGEST_BYTES:
            raise FormatError(f"{path} is too large for a table of findings. Name the right file.", path=path)
        return _table(path, status.st_mtime_ns)
    except OSError as err:
        raise FormatError(
            f"The table of findings {path} cannot be read ({err.strerror}). Correct the name.", path=path
        ) from err


@lru_cache(maxsize=4)
def _table(path: Path, mtime_ns: int) -> FindingTable:
    """Return the table; kept, as every case asks for it. `mtime_ns` tells a changed file apart."""
    del mtime_ns
    content = path.read_bytes()
    try:
        found = json.loads(content)
        findings = tuple(_finding(each) for each in found["findings"])
        phrases = {name: _phrases(found[name]) for name in _PHRASES}
    except (ValueError, KeyError, TypeError, RecursionError) as err:
        reason = f"{err} is missing" if isinstance(err, KeyError) else str(err)
        raise FormatError(
            f"{path.name} is no table of findings: {reason}. Take a copy of the shipped table and change "
            "its words.",
            path=path,
        ) from err
    return FindingTable(sha256=hashlib.sha256(content).hexdigest(), findings=findings, **phrases)


def _finding(record: Any) -> Finding:
    task = record["task"]
    if task not in TASKS:
        raise ValueError(f"{task!r} is none of the 13 tasks ({', '.join(TASKS)})")
    labels = record["labels"]
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise ValueError(f"the labels of {task} are no list of texts")
    return Finding(
        task=task,
        labels=tuple(label.strip().lower() for label in labels),
        keywords=_phrases(record["keywords"]),
    )


def _phrases(values: Any) -> tuple[Phrase, ...]:
    if not isinstance(values, list):
        raise ValueError("phrases are no list")  # noqa: TRY004  # one kind of error for all that is wrong
    phrases = []
    for value in values:
        words = tuple(str(value).lower().split())
        if not isinstance(value, str) or not 1 <= len(words) <= _MOST_WORDS:
            raise ValueError(f"{value!r} is no phrase of 1 to {_MOST_WORDS} words")
        phrases.append(words)
    return tuple(sorted(set(phrases), key=lambda words: (-len(words), words)))
