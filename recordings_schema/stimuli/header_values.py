"""The values of a DICOM header that may identify a person, for comparing finished files with their sources.

What is returned is identifying by design: it is compared in memory and must never be shown, logged or stored.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Final

import pydicom

from recordings_schema.stimuli.dicom import PARSER_FAILURES, parse_dicom, quiet_pydicom
from recordings_schema.stimuli.errors import DamagedImageError, StimulusError, StimulusFileError
from recordings_schema.stimuli.harmless_tags import HARMLESS_KEYWORDS
from recordings_schema.stimuli.limits import check_file_size

_USUAL_KEYWORDS: Final = ("SOPClassUID", "StudyInstanceUID", "PatientID", "PatientName", "Modality", "Rows")
_MOST_ELEMENTS: Final = 20_000
_DEEPEST_SEQUENCE: Final = 8
_LONGEST_VALUE: Final = 100_000  # characters
_PLACE_WORDS: Final = ("Institution", "Address", "Telephone", "Station", "Residence", "Country", "Region")
_IDENTIFIER_WORDS: Final = ("ID", "Number", "Identifier", "Identification", "UID", "Barcode")
_NUMBERS: Final = frozenset({"US", "SS", "UL", "SL", "UV", "SV", "IS", "DS"})
_TEXTS: Final = frozenset({"AE", "AS", "CS", "LO", "LT", "SH", "ST", "UC", "UR", "UT"})
_MEASURED: Final = frozenset({"FL", "FD", "OF", "OD", "OL", "OV", "OW", "AT"})


class ValueKind(str, Enum):
    """What a value of a header says; the word that reports use."""

    NAME = "name"
    IDENTIFIER = "ID"
    UID = "UID"
    DATE = "date"
    TIME = "time of day"
    PLACE = "institution or place"
    TEXT = "free text"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderValue:
    """One identifying value of a header."""

    kind: ValueKind
    element: str  # keyword of the data dictionary, or "private element": harmless to show
    text: str = field(repr=False)  # never to be shown


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderContent:
    """What a header holds."""

    values: tuple[HeaderValue, ...]
    unread_elements: tuple[str, ...] = ()  # keywords of elements whose bytes are no text


def is_dicom(content: bytes) -> bool:
    """Whether bytes are a DICOM file by its mark; some old ones have none."""
    return content[128:132] == b"DICM"


def read_header_file(path: Path) -> HeaderContent:
    """Return what the header of a DICOM file holds.

    Raises
    ------
    StimulusError
        If the file cannot be read or is no sound DICOM file.
    """
    try:
        check_file_size(path, path.stat().st_size)
        content = path.read_bytes()
    except OSError as err:
        raise StimulusFileError(
            f"{path.name} cannot be read ({err.strerror or 'no reason given'}). Check the permissions.",
            path=path,
        ) from err
    return read_header(path, content)


def read_header(path: Path, content: bytes) -> HeaderContent:
    """Return what the header in the bytes of a DICOM file holds.

    Parameters
    ----------
    path
        Named in errors only.
    content
        The whole file.

    Raises
    ------
    StimulusError
        If it is no sound DICOM file.
    """
    with quiet_pydicom():
        try:
            dataset, _ = parse_dicom(path, content)
            is_header = is_dicom(content) or any(keyword in dataset for keyword in _USUAL_KEYWORDS)
            parts = [dataset]
            file_meta = getattr(dataset, "file_meta", None)
            if file_meta is not None:
                parts.append(file_meta)
            values: list[HeaderValue] = []
            unread: list[str] = []
            for part in parts:
                for element in _elements(part, 0):
                    _take(element, values, unread)
            preamble = content[:128].strip(b"\0") if is_dicom(content) else b""
            if preamble:
                _take_bytes("file preamble", preamble, values, unread)
        except StimulusError:
            raise
        except PARSER_FAILURES:
            raise DamagedImageError(
                f"The DICOM file {path.name} cannot be read to its end; it is damaged. Export it again.",
                path=path,
            ) from None
    if not is_header or (not values and len(dataset) == 0):
        raise DamagedImageError(f"{path.name} holds no DICOM header. Name the source images.", path=path)
    return HeaderContent(values=tuple(values), unread_elements=tuple(dict.fromkeys(unread)))


def _elements(dataset: pydicom.Dataset, depth: int) -> Iterator[pydicom.DataElement]:
    for number, element in enumerate(dataset):
        if number >= _MOST_ELEMENTS:
            raise ValueError("the header has more elements than any image has")
        if element.VR == "SQ":
            if depth >= _DEEPEST_SEQUENCE:
                raise ValueError("sequences lie deeper than in any image")
            for item in element.value:
                yield from _elements(item, depth + 1)
        else:
            yield element


def _take(element: pydicom.DataElement, values: list[HeaderValue], unread: list[str]) -> None:
    keyword = element.keyword or "private element"
    if keyword in HARMLESS_KEYWORDS or element.tag.element == 0 or element.value in (None, "", b""):
        return
    if element.VR in _MEASURED:
        return  # tables of floating-point numbers and tags: nobody's name, date or number
    if isinstance(element.value, bytes):
        _take_bytes(keyword, element.value, values, unread)
        return
    for text in _texts(element.value):
        if text:
            kind = _kind(keyword, element.VR)
            values.append(HeaderValue(kind=kind, element=keyword, text=text[:_LONGEST_VALUE]))


def _take_bytes(keyword: str, content: bytes, values: list[HeaderValue], unread: list[str]) -> None:
    """Take bytes of unknown meaning as text where they are text."""
    stripped = content[:_LONGEST_VALUE].strip(b"\0 ")
    if not stripped:
        return
    text = stripped.decode("latin-1")
    with contextlib.suppress(UnicodeDecodeError):  # latin-1 takes every byte
        text = stripped.decode("utf-8")
    if text.isprintable():
        values.append(HeaderValue(kind=ValueKind.TEXT, element=keyword, text=text))
    else:
        unread.append(keyword)


def _texts(value: Any) -> list[str]:
    parts = value if isinstance(value, (list, tuple, pydicom.multival.MultiValue)) else [value]
    return [str(part).strip("\0 \r\n\t") for part in parts]


def _kind(keyword: str, vr: str) -> ValueKind:
    by_vr = {
        "PN": ValueKind.NAME,
        "DA": ValueKind.DATE,
        "DT": ValueKind.DATE,
        "TM": ValueKind.TIME,
        "UI": ValueKind.UID,
    }
    if vr in by_vr:
        return by_vr[vr]
    if vr in _NUMBERS or keyword.endswith(_IDENTIFIER_WORDS):
        return ValueKind.IDENTIFIER
    if vr in _TEXTS and any(word in keyword for word in _PLACE_WORDS):
        return ValueKind.PLACE
    return ValueKind.TEXT
