"""What a layer is, and what lies where in the file of layers beside a recording.

``FILE.gazeh5.layers.h5`` is HDF5: attributes of the root say which recording it belongs to (`LayerSource`);
each group below ``/layers`` is one layer: facts as attributes (`LayerFacts`), and three tables of rows.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from gaze_core.drift_correction import GAZE_OFFSET
from gaze_core.row_types import RowType
from gaze_core.rows import FIXATION, THRESHOLD, Rows
from recordings_schema.errors import RecordingError
from recordings_schema.records import Meaning

LAYERS_FORMAT: Final = "gazeh5-layers"
LAYERS_VERSION: Final = 1
LAYERS_ENDING: Final = ".layers.h5"
LAYERS_GROUP: Final = "/layers"
MOST_LAYERS: Final = 500
MOST_NAME: Final = 60
MOST_NOTE: Final = 2000
MOST_ROWS: Final = 5_000_000
"""Of one table: what no session of a day reaches."""

TABLES: Final[dict[str, RowType]] = {"events": FIXATION, "thresholds": THRESHOLD, "offsets": GAZE_OFFSET}
"""Tables of each layer."""


class LayersError(RecordingError):
    """Layers cannot be read or written; the recording is not touched by that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSource:
    """Which recording a file of layers belongs to."""

    session_id: Annotated[str, Meaning("of the recording")]
    sample_count: Annotated[int, Meaning("samples of the recording", unit="count")]
    samples_sha256: Annotated[str, Meaning("SHA-256 of all raw and gaze rows as stored in memory, in blocks")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayersFileRecord:
    """What kind of file this is."""

    format: Annotated[str, Meaning(f"always {LAYERS_FORMAT}")]
    format_version: Annotated[int, Meaning("version of this layout")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFacts:
    """One layer without its rows."""

    name: Annotated[str, Meaning("unique in its file")]
    note: Annotated[str, Meaning("by whoever made it")] = ""
    detector: Annotated[str, Meaning("ivt, idt, adaptive")]
    detector_version: Annotated[str, Meaning("version of the algorithm")]
    parameters: Annotated[str, Meaning("all parameters of the detector, JSON")]
    signal: Annotated[str, Meaning("left, right, average: the gaze that was analysed")]
    gaze: Annotated[str, Meaning("recorded, or drift_corrected: by the rows of offsets")]
    gaze_parameters: Annotated[str, Meaning("of the correction, JSON; empty where gaze is as recorded")] = ""
    judgement: Annotated[str, Meaning("the correction on targets it was not made from, JSON")] = ""
    distance_mm: Annotated[float, Meaning("eye to screen where a sample does not tell", unit="mm")]
    created: Annotated[str, Meaning("time in UTC, ISO 8601")]
    software: Annotated[str, Meaning("program and version that made it")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer with its rows."""

    facts: LayerFacts
    events: Rows  # FIXATION rows of all kinds, of the whole recording, in order of onset
    thresholds: Rows  # THRESHOLD rows; none of a detector with fixed ones
    offsets: Rows  # GAZE_OFFSET rows; none where gaze is as recorded

    def table(self, name: str) -> Rows:
        """Return a table of `TABLES`."""
        return {"events": self.events, "thresholds": self.thresholds, "offsets": self.offsets}[name]


RECORDED_NAMES: Final = ("live", "recorded live")
"""Names by which windows and commands call the events found while recording, in small letters."""


def layers_path(recording: Path) -> Path:
    """Return where the layers of a recording lie."""
    return recording.with_name(recording.name + LAYERS_ENDING)


def checked_name(name: str) -> str:
    """Return the name of a layer without blanks around it.

    Raises
    ------
    LayersError
        If it is none, too long or cannot be shown in one line.
    """
    plain = " ".join(name.split())
    if not plain or len(plain) > MOST_NAME:
        raise LayersError(f"The name of a layer has 1 to {MOST_NAME} letters; {name[:80]!r} does not fit.")
    if any(unicodedata.category(letter).startswith("C") for letter in plain):
        raise LayersError(f"The name {plain!r} of a layer holds a letter that cannot be shown; leave it out.")
    return plain


def free_name(name: str) -> str:
    """Return the name a layer is to get, without blanks around it.

    Raises
    ------
    LayersError
        As `checked_name`, or if it is one of what the recording itself holds.
    """
    plain = checked_name(name)
    if plain.casefold() in RECORDED_NAMES:
        raise LayersError(f"{plain!r} is the name of what the recording itself holds. Choose another name.")
    return plain


def checked_note(note: str) -> str:
    """Return a note that can be stored.

    Raises
    ------
    LayersError
        If it is too long or holds a letter that text in a file cannot.
    """
    if len(note) > MOST_NOTE or "\0" in note:
        raise LayersError(f"A note of a layer has up to {MOST_NOTE} letters, and no zero character.")
    return note
