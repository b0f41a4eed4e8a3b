"""Where the checks of a study file put what they find."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from capture_app.session.study.findings import KeyPath, StudyFinding, key_words
from capture_app.session.study.model import Study
from capture_app.session.study.toml_lines import LineIndex
from recordings_schema.findings import Severity


class StudyChecker:
    """Collects what is wrong with the values of one study file."""

    def __init__(self, study: Study, file: str, folder: Path, lines: LineIndex, bad: set[KeyPath]) -> None:
        self.study = study
        self.folder = folder
        self.findings: list[StudyFinding] = []
        self._file = file
        self._lines = lines
        self._bad = bad

    def error(self, path: KeyPath, what: str, remedy: str, *depends: KeyPath) -> None:
        """Add an error, unless one of the values it rests on was replaced."""
        self._add(Severity.ERROR, path, what, remedy, depends)

    def warning(self, path: KeyPath, what: str, remedy: str, *depends: KeyPath) -> None:
        """Add a warning, as `error` does."""
        self._add(Severity.WARNING, path, what, remedy, depends)

    def note(self, path: KeyPath, what: str, remedy: str = "") -> None:
        """Add something worth knowing."""
        self._add(Severity.NOTE, path, what, remedy, ())

    def is_bad(self, path: KeyPath) -> bool:
        """Whether a value, a table around it or something inside it was replaced."""
        return any(path[: len(bad)] == bad or bad[: len(path)] == path for bad in self._bad)

    def _add(
        self, severity: Severity, path: KeyPath, what: str, remedy: str, depends: Iterable[KeyPath]
    ) -> None:
        if any(self.is_bad(value) for value in (path, *depends)):
            return
        self.findings.append(
            StudyFinding(
                severity=severity,
                file=self._file,
                line=self._lines.line(path),
                key=key_words(path),
                what=what,
                remedy=remedy,
            )
        )
