"""What a published format is to this program: names, options, and how readings become its files.

A format writes case by case into a `CaseSink` and ends with `finish`; it never sees where the dataset will
lie, whether it is resumed, or more than one case at a time. What it returns for each case is kept, so that
`finish` can write the tables over all cases after any interruption.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, Protocol, TypeAlias, TypeVar

from recordings_schema.formats.importing import ImportedCase, ImportPlan, NoImportOptions, PlannedImport
from recordings_schema.formats.reading import CaseReading, ReadingKey

Facts: TypeAlias = dict[str, Any]
"""What a format wants to know of a written case when it finishes; JSON."""

OptionsT = TypeVar("OptionsT")

NO_GAZE: Final = (
    "It has no gaze: no sample came while its images were visible, or it was gone on with in this recording "
    "after its gaze was recorded in an earlier one."
)


class FormatError(Exception):
    """An export or import cannot be done; the text says why and what to do."""

    def __init__(self, text: str, *, path: Path | None = None) -> None:
        super().__init__(text)
        self.path = path


class NothingToExportError(FormatError):
    """No case can be in a format; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCase:
    """A case that will be exported, with what it is called."""

    key: ReadingKey
    number: int  # in the order of the export, from 0
    digits: str  # six digits, unique in the export, the same whatever else is exported unless they collide
    session: int  # number of its recording in the export, from 1
    earlier: int  # readings of the same images before it in the export
    repeat: int = 0  # of these, those by the same reader for the same target


class FileSink(Protocol):
    """Takes files of a dataset."""

    def file(self, path: str, content: bytes) -> None:
        """Write a file of the dataset; `path` has `/` between its parts."""

    def copy(self, path: str, source: Path) -> None:
        """Copy a file into the dataset."""


class CaseSink(FileSink, Protocol):
    """Takes the files of one case."""

    def add(self, table: str, content: bytes) -> None:
        """Add lines to a table over all cases, which `finish` puts together in the order of the cases."""


class DatasetSink(FileSink, Protocol):
    """Takes the files of the whole dataset."""

    def join(self, path: str, table: str, header: bytes, footer: bytes = b"") -> None:
        """Write a table of the dataset: its header, what the cases added to `table`, its footer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedCase:
    """A case that was written."""

    planned: PlannedCase
    facts: Facts


class Format(ABC, Generic[OptionsT]):
    """One published format. Stateless: any number of exports may use one object."""

    name: ClassVar[str]  # on the command line
    title: ClassVar[str]
    summary: ClassVar[str]  # one line
    version: ClassVar[str]  # of what is written; a change of bytes is a new version
    options_type: ClassVar[type[Any]]
    losses: ClassVar[tuple[str, ...]] = ()  # what a recording holds and this format cannot, sentences
    can_read: ClassVar[bool] = False  # whether datasets of this format can be imported
    import_options_type: ClassVar[type[Any]] = NoImportOptions

    def key_problem(self, key: ReadingKey, options: OptionsT) -> str:
        """Return why a case cannot be in this format, a sentence; "" where it can. No gaze is known yet."""
        del key, options
        return ""

    def problem(self, reading: CaseReading, options: OptionsT) -> str:
        """Return why a reading cannot be in this format, a sentence; "" where it can."""
        del reading, options
        return ""

    @abstractmethod
    def write_case(
        self, planned: PlannedCase, reading: CaseReading, sink: CaseSink, options: OptionsT
    ) -> Facts:
        """Write the files of one case; return what `finish` needs. The same reading gives the same bytes."""

    @abstractmethod
    def finish(self, cases: Sequence[FinishedCase], sink: DatasetSink, options: OptionsT) -> Facts:
        """Write what is about all cases; return what the provenance file shall say of it."""

    def plan_import(self, folder: Path, options: Any) -> ImportPlan:
        """Return which cases a folder with a dataset of this format holds, in a fixed order, and its holes.

        Raises
        ------
        FormatError
            If the folder is no such dataset, or this format cannot be imported.
        """
        del options
        raise FormatError(f"{self.title} cannot be imported.", path=folder)

    def read_case(self, folder: Path, planned: PlannedImport, options: Any) -> ImportedCase:
        """Return a case of a plan; nothing else of the dataset is kept in memory.

        Raises
        ------
        ImportCaseError
            If this case cannot be used; the import goes on without it.
        FormatError
            If this format cannot be imported.
        """
        del planned, options
        raise FormatError(f"{self.title} cannot be imported.", path=folder)

    def check(self, folder: Path) -> Iterator[str]:
        """Yield a sentence for whatever in a dataset of this format breaks its rules."""
        del folder
        return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatSpec:
    """A format as the list shows it; making it is cheap."""

    name: str
    create: Callable[[], Format[Any]]
    package: str = field(default="")  # that brings it; "" for built-in ones
