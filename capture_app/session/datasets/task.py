"""What a dialog asks and runs, whether a dataset is written or read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

from recordings_schema.formats.contract import Format

Tell: TypeAlias = Callable[[int, int], None]
"""Is told how many of how many are done; what it raises ends the work."""

MOST_REASONS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPlace:
    """A folder or file that is asked for."""

    name: str
    title: str
    hint: str  # shown while it is empty
    text: str = ""  # what stands in it at first
    is_required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTick:
    """Something that is done only where it is ticked."""

    name: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetWish:
    """What a person chose."""

    format_name: str
    options: Mapping[str, str] = field(default_factory=dict)  # that differ from their defaults, as texts
    places: Mapping[str, Path] = field(default_factory=dict)  # that were named
    ticks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    """What came of it."""

    folder: Path
    sentences: tuple[str, ...]


class DatasetTask(Protocol):
    """An export or an import. `count` and `run` block: they are called on a worker thread."""

    @property
    def title(self) -> str:
        """What it is, a noun."""

    @property
    def run_words(self) -> str:
        """On the button that begins it."""

    @property
    def running_words(self) -> str:
        """What is said while it runs; `{0}` is the format."""

    @property
    def given_up_words(self) -> str:
        """What is said when it was given up."""

    @property
    def formats(self) -> Sequence[Format[Any]]:
        """To choose from."""

    @property
    def places(self) -> Sequence[AskedPlace]:
        """What is asked for."""

    @property
    def ticks(self) -> Sequence[AskedTick]:
        """What may be ticked."""

    @property
    def target(self) -> str:
        """Name of the place that is written to: counting needs it least."""

    def options_type(self, published: Format[Any]) -> type[Any]:
        """Return the options dataclass that is asked for."""

    def count(self, wish: DatasetWish) -> tuple[str, ...]:
        """Return what would be done, in sentences, without writing anything. Raises a `SessionError`."""

    def run(self, wish: DatasetWish, tell: Tell) -> TaskResult:
        """Do it. Raises a `SessionError`."""


def counted(count: int, word: str) -> str:
    """Return a number with its word."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def reason_lines(reasons: Mapping[str, int], begin: str, word: str) -> tuple[str, ...]:
    """Return a sentence for each reason with its count, the most frequent first; no more than a few."""
    ordered = sorted(reasons.items(), key=lambda item: -item[1])
    lines = [f"{begin}, {counted(count, word)}: {reason}" for reason, count in ordered[:MOST_REASONS]]
    if len(ordered) > MOST_REASONS:
        lines.append(f"{len(ordered) - MOST_REASONS} further reasons are in the files.")
    return tuple(lines)
