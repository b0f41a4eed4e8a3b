"""The folder in which a dataset grows beside its destination; it takes the dataset's name once it is whole.

    <destination>.unfinished/
        export.json          what is being exported; another export never goes on in this folder
        done*.jsonl          one line for each case that is written: number and facts; synced after its files
        stop                 workers begin no further case
        tables/<number>/     what the cases added to tables over all cases
        dataset/             the files

A case that was being written when the program ended is written again. Nothing outside this folder is touched
until the dataset is renamed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from recordings_schema.formats.contract import Facts, FormatError

UNFINISHED: Final = ".unfinished"
STOP: Final = "stop"
_COPY_BYTES: Final = 2**20
_PART: Final = re.compile(r"[^\x00-\x1f<>:\"/\\|?*]{1,200}")
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}
)


class Staging:
    """An export in the making; one thread. Implements `DatasetSink` for the tables and files of the whole."""

    def __init__(self, destination: Path, identity: dict[str, Any]) -> None:
        self.destination = destination.absolute()
        self.folder = self.destination.with_name(self.destination.name + UNFINISHED)
        self.dataset = self.folder / "dataset"
        self._identity = json.dumps(identity, sort_keys=True)
        self._is_resumed = False

    @property
    def is_resumed(self) -> bool:
        """Whether an earlier export goes on."""
        return self._is_resumed

    def open(self) -> dict[int, Facts]:
        """Make the folder or go on in it; return the facts of the cases that are written, by number.

        Raises
        ------
        FormatError
            If the destination holds something, or another export lies unfinished there.
        """
        if self.destination.exists() and (not self.destination.is_dir() or any(self.destination.iterdir())):
            raise FormatError(
                f"{self.destination} is there already and is not empty. Nothing is overwritten: choose "
                "another folder.",
                path=self.destination,
            )
        marker, partial = self.folder / "export.json", self.folder / "export.json.part"
        partial.unlink(missing_ok=True)  # there was no room for it
        if self.folder.is_dir() and any(self.folder.iterdir()):
            if not marker.is_file() or marker.read_text(encoding="utf-8") != self._identity:
                raise FormatError(
                    f"{self.folder} is left from another export. Remove that folder, or choose another "
                    "destination.",
                    path=self.folder,
                )
            self._is_resumed = True
        else:
            self.folder.mkdir(parents=True, exist_ok=True)
            partial.write_text(self._identity, encoding="utf-8")
            partial.replace(marker)
        self.dataset.mkdir(exist_ok=True)
        (self.folder / STOP).unlink(missing_ok=True)
        return self.done()

    def done(self) -> dict[int, Facts]:
        """Return the facts of the cases that are written, by number. No worker may be writing."""
        return {int(record["number"]): record["facts"] for record in self._records()}

    def file(self, path: str, content: bytes) -> None:
        """Write a file of the dataset."""
        make_place(self.dataset, path).write_bytes(content)

    def copy(self, path: str, source: Path) -> None:
        """Copy a file into the dataset."""
        shutil.copyfile(source, make_place(self.dataset, path))

    def join(self, path: str, table: str, header: bytes, footer: bytes = b"") -> None:
        """Write a table of the dataset: its header, what the cases added to it, its footer."""
        with make_place(self.dataset, path).open("wb") as file:
            file.write(header)
            tables = self.folder / "tables"
            for case in sorted(tables.iterdir()) if tables.is_dir() else ():
                part = case / table
                if part.is_file():
                    with part.open("rb") as source:
                        shutil.copyfileobj(source, file, _COPY_BYTES)
            file.write(footer)

    def checksums(self) -> dict[str, str]:
        """Return the SHA-256 of every file of the dataset, by its path, in order."""
        found = {}
        for path in sorted(each for each in self.dataset.rglob("*") if each.is_file()):
            found[path.relative_to(self.dataset).as_posix()] = file_sha256(path)
        return dict(sorted(found.items()))

    def publish(self) -> None:
        """Give the dataset its name; until here the destination holds nothing."""
        if self.destination.is_dir():
            self.destination.rmdir()  # it is empty, else `open` had refused
        self.dataset.rename(self.destination)
        shutil.rmtree(self.folder)

    def discard(self) -> None:
        """Remove what was written."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _records(self) -> Iterator[dict[str, Any]]:
        for path in sorted(self.folder.glob("done*.jsonl")):
            content = path.read_bytes()
            whole = content[: content.rfind(b"\n") + 1]
            if whole != content:  # the last line was cut off: its case is written again
                path.write_bytes(whole)
            for line in whole.splitlines():
                yield json.loads(line)


class CaseStaging:
    """Takes the files of one case; what an interrupted attempt left of its tables is gone.

    Parameters
    ----------
    folder
        Of the export in the making.
    number
        Of the case.
    """

    def __init__(self, folder: Path, number: int) -> None:
        self._folder, self._number = folder, number
        self._dataset, self._tables = folder / "dataset", folder / "tables" / f"{number:08d}"
        self._written: set[Path] = set()
        shutil.rmtree(self._tables, ignore_errors=True)

    def file(self, path: str, content: bytes) -> None:
        """Write a file of the dataset."""
        place = make_place(self._dataset, path)
        place.write_bytes(content)
        self._written.add(place)

    def copy(self, path: str, source: Path) -> None:
        """Copy a file into the dataset."""
        place = make_place(self._dataset, path)
        shutil.copyfile(source, place)
        self._written.add(place)

    def add(self, table: str, content: bytes) -> None:
        """Add lines to a table over all cases."""
        self._tables.mkdir(parents=True, exist_ok=True)
        place = self._tables / table
        with place.open("ab") as file:
            file.write(content)
        self._written.add(place)

    def note_done(self, facts: Facts, worker: str = "") -> None:
        """Let everything reach the disk and keep that the case is written; only then does it count.

        Parameters
        ----------
        facts
            What the format wants to know of the case when it finishes.
        worker
            Who writes it: each has a list of its own.
        """
        for place in sorted(self._written):
            with place.open("rb+") as file:
                os.fsync(file.fileno())
        with (self._folder / f"done{worker}.jsonl").open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps({"number": self._number, "facts": facts}, sort_keys=True) + "\n")
            file.flush()
            os.fsync(file.fileno())


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_COPY_BYTES):
            digest.update(block)
    return digest.hexdigest()


def make_place(folder: Path, path: str) -> Path:
    """Return where a file goes, its folder made.

    Raises
    ------
    FormatError
        If a part of the path cannot be a name on every operating system, or leads out of the dataset.
    """
    for part in path.split("/"):
        is_name = _PART.fullmatch(part) and not part.endswith((".", " ")) and part.strip(".")
        if not is_name or part.partition(".")[0].lower() in _DEVICES:
            raise FormatError(
                f"{part!r} cannot be the name of a file on every computer. Rename the case, image or reader "
                "it comes from."
            )
    place = folder.joinpath(*path.split("/"))
    place.parent.mkdir(parents=True, exist_ok=True)
    return place
