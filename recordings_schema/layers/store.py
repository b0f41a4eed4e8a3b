"""Reads and replaces the file of layers beside a recording. The file is always the old or the new one.

Whoever adds, renames or deletes writes a whole new file and puts it in the place of the old one, unless
somebody else did so meanwhile: then their file is read again first. Nothing in it is believed unchecked; one
that is damaged is never overwritten.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

import h5py

from recordings_schema.access import read_record
from recordings_schema.layers.reading import layer_groups, layer_rows, opened_layers
from recordings_schema.layers.records import (
    LAYERS_FORMAT,
    LAYERS_GROUP,
    LAYERS_VERSION,
    MOST_LAYERS,
    TABLES,
    Layer,
    LayerFacts,
    LayersError,
    LayersFileRecord,
    LayerSource,
    checked_note,
    free_name,
    layers_path,
)
from recordings_schema.paths import sync_folder
from recordings_schema.stream import HDF5_ERRORS
from recordings_schema.structure import FINISHED_FILTERS, FINISHED_VERSIONS, set_attributes

_TRIES: Final = 5  # somebody else may write at the same time, but not for ever
_CHUNK_ROWS: Final = 2048
_State: TypeAlias = tuple[int, int, int] | None  # of a file: what changes when it is replaced
_Change: TypeAlias = Callable[[h5py.Group, list[tuple[str, LayerFacts]]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLayers:
    """All layers of a recording without their rows."""

    source: LayerSource | None  # None: there is no file
    layers: tuple[LayerFacts, ...]  # in the order they were made

    def find(self, name: str) -> LayerFacts | None:
        """Return the layer of a name; upper and lower case do not differ."""
        plain = _key(name)
        return next((each for each in self.layers if each.name.casefold() == plain), None)


class LayerStore:
    """The layers of one recording. Each call opens and closes the file; any thread."""

    def __init__(self, recording: Path) -> None:
        self.recording = recording.absolute()
        self.path = layers_path(self.recording)

    def read(self) -> StoredLayers:
        """Return what there is.

        Raises
        ------
        LayersError
            If the file is damaged, of a newer version or something else.
        """
        if not self.path.exists():
            return StoredLayers(source=None, layers=())
        with opened_layers(self.path) as file:
            source = read_record(file, self.path, LayerSource)
            return StoredLayers(
                source=source, layers=tuple(facts for _, facts in layer_groups(file, self.path))
            )

    def check(self, source: LayerSource) -> None:
        """Make sure that the layers were made from these samples; nothing happens where there is no file.

        Raises
        ------
        LayersError
            If they belong to another recording, or its samples changed.
        """
        stored = self.read().source
        if stored is None or stored == source:
            return
        if stored.session_id != source.session_id:
            raise LayersError(
                f"{self.path.name} belongs to another recording (session {stored.session_id}, not "
                f"{source.session_id}), so its layers are not used. Put it beside the recording it was made "
                "from.",
                path=self.path,
            )
        raise LayersError(
            f"The samples of {self.recording.name} are not those its layers were made from "
            f"({source.sample_count} now, {stored.sample_count} then), so the layers are not used. Use the "
            f"recording as it was, or move {self.path.name} away and make the layers anew.",
            path=self.path,
        )

    def load(self, name: str) -> Layer:
        """Return a layer with its rows.

        Raises
        ------
        LayersError
            If there is none of that name, or it is damaged.
        """
        if self.path.exists():
            with opened_layers(self.path) as file:
                for group, facts in layer_groups(file, self.path):
                    if facts.name.casefold() == _key(name):
                        events, thresholds, offsets = (
                            layer_rows(file, self.path, group, table) for table in TABLES
                        )
                        return Layer(facts=facts, events=events, thresholds=thresholds, offsets=offsets)
        raise self._unknown(name)

    def add(self, layer: Layer, source: LayerSource) -> None:
        """Keep a layer.

        Raises
        ------
        LayersError
            If the name is taken or none, the file belongs to other samples or cannot be written.
        """
        facts = replace(layer.facts, name=free_name(layer.facts.name), note=checked_note(layer.facts.note))

        def change(layers: h5py.Group, known: list[tuple[str, LayerFacts]]) -> None:
            self._require_free(facts.name, known)
            if len(known) >= MOST_LAYERS:
                raise LayersError(f"{self.path.name} holds {MOST_LAYERS} layers already; delete some.")
            number = max((int(group.rsplit("/", 1)[1]) for group, _ in known), default=0) + 1
            group = layers.create_group(f"{number:04d}")
            set_attributes(group, facts)
            for table in TABLES:
                rows = layer.table(table)
                length = min(max(len(rows), 1), _CHUNK_ROWS)
                group.create_dataset(table, data=rows, maxshape=(None,), chunks=(length,), **FINISHED_FILTERS)

        self.check(source)
        self._change(change, source)

    def rename(self, name: str, new_name: str) -> None:
        """Give a layer another name.

        Raises
        ------
        LayersError
            If there is none of that name, the new one is taken, or the file cannot be written.
        """
        plain = free_name(new_name)

        def change(layers: h5py.Group, known: list[tuple[str, LayerFacts]]) -> None:
            group, facts = self._known(name, known)
            self._require_free(plain, [each for each in known if each[0] != group])
            set_attributes(layers[group], replace(facts, name=plain))

        self._change(change, None)

    def set_note(self, name: str, note: str) -> None:
        """Write a note on a layer.

        Raises
        ------
        LayersError
            If there is none of that name, the note is too long, or the file cannot be written.
        """
        plain = checked_note(note)

        def change(layers: h5py.Group, known: list[tuple[str, LayerFacts]]) -> None:
            group, facts = self._known(name, known)
            set_attributes(layers[group], replace(facts, note=plain))

        self._change(change, None)

    def delete(self, name: str) -> None:
        """Delete a layer; with the last one the file goes.

        Raises
        ------
        LayersError
            If there is none of that name, or the file cannot be written.
        """
        self._change(lambda _group, _known: None, None, left_out=name)

    def _change(self, change: _Change, source: LayerSource | None, left_out: str | None = None) -> None:
        """Write a changed copy and put it in the place of the file; again if that changed meanwhile."""
        for _ in range(_TRIES):
            before = self._state()
            content = self._changed(change, source, left_out)
            if self._state() != before:
                continue
            try:
                self._put(content)
            except OSError as err:
                raise LayersError(
                    f"{self.path} cannot be written ({err.strerror or err}). Make the folder writable, or "
                    "copy the recording to one that is.",
                    path=self.path,
                ) from err
            return
        raise LayersError(f"{self.path.name} is being changed by somebody else all the time; try again.")

    def _changed(self, change: _Change, source: LayerSource | None, left_out: str | None) -> bytes:
        """Return the new file; nothing where no layer is left."""
        content = io.BytesIO()
        try:
            with h5py.File(content, "w", libver=FINISHED_VERSIONS) as new:
                set_attributes(new, LayersFileRecord(format=LAYERS_FORMAT, format_version=LAYERS_VERSION))
                known: list[tuple[str, LayerFacts]] = []
                if self.path.exists():
                    known, source = self._copied(new, left_out)
                if source is None:
                    raise LayersError(f"{self.recording.name} has no layers.", path=self.recording)
                set_attributes(new, source)
                change(new.require_group(LAYERS_GROUP), known)
                is_empty = len(new[LAYERS_GROUP]) == 0
        except HDF5_ERRORS as err:
            raise LayersError(
                f"The layers of {self.recording.name} cannot be written ({err}); the file is as it was.",
                path=self.path,
            ) from err
        return b"" if is_empty else content.getvalue()

    def _copied(
        self, new: h5py.File, left_out: str | None
    ) -> tuple[list[tuple[str, LayerFacts]], LayerSource]:
        """Copy what there is into a new file: each table is read, so nothing unknown comes along."""
        with opened_layers(self.path) as old:
            source = read_record(old, self.path, LayerSource)
            known = layer_groups(old, self.path)
            if left_out is not None:
                known.remove(self._known(left_out, known))
            for path, facts in known:
                group = new.create_group(path)
                set_attributes(group, facts)
                for table in TABLES:
                    layer_rows(old, self.path, path, table)
                    old.copy(f"{path}/{table}", group, table)
        return known, source

    def _put(self, content: bytes) -> None:
        if not content:
            self.path.unlink()
            return
        descriptor, temporary = tempfile.mkstemp(
            prefix=self.path.name + ".", suffix=".tmp", dir=self.path.parent
        )
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self.path)
        except OSError:
            with suppress(OSError):
                Path(temporary).unlink()
            raise
        sync_folder(self.path.parent)

    def _state(self) -> _State:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

    def _known(self, name: str, known: list[tuple[str, LayerFacts]]) -> tuple[str, LayerFacts]:
        plain = _key(name)
        for each in known:
            if each[1].name.casefold() == plain:
                return each
        raise self._unknown(name)

    def _require_free(self, name: str, known: list[tuple[str, LayerFacts]]) -> None:
        if any(facts.name.casefold() == name.casefold() for _, facts in known):
            raise LayersError(
                f"{self.recording.name} has a layer {name!r} already. Choose another name, or delete that "
                "one first.",
                path=self.path,
            )

    def _unknown(self, name: str) -> LayersError:
        return LayersError(f"{self.recording.name} has no layer {name!r}.", path=self.recording)


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
