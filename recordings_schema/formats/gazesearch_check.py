"""The rules a file of GazeSearch has to keep, checked on the file itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.gazesearch_file import SIDE_PX, TASKS, SearchEntry, read_entries


def gazesearch_problems(folder: Path) -> Iterator[str]:
    """Yield a sentence for each rule that a file of a folder breaks."""
    for path in sorted(folder.glob("*.json")):
        try:
            entries = read_entries(path)
        except FormatError as err:
            yield str(err)
            continue
        yield from entry_problems(path.name, entries)


def entry_problems(name: str, entries: tuple[SearchEntry, ...]) -> Iterator[str]:
    """Yield a sentence for each rule that the entries of a file break; each rule once."""
    rules: dict[str, Callable[[SearchEntry], bool]] = {
        "has a task that is none of the 13": lambda each: each.task in TASKS,
        "has a * or _ in its name or task, which the published code splits at": lambda each: (
            not (set("*_") & set(each.name + each.task))
        ),
        f"has a fixation outside 0 to {SIDE_PX - 1} px": lambda each: max((*each.x_px, *each.y_px)) < SIDE_PX,
    }
    for words, is_kept in rules.items():
        broken = [number for number, entry in enumerate(entries, start=1) if not is_kept(entry)]
        if broken:
            yield f"{name}: entry {broken[0]} {words} ({len(broken)} in all)."
