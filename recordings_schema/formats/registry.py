"""The formats this program knows: a built-in table, which works when frozen, and entry points.

A third-party package announces a format with an entry point of the group `ENTRY_POINT_GROUP` that names a
subclass of `Format`.
"""

from __future__ import annotations

import logging
from importlib import metadata
from typing import Any, Final

from recordings_schema.formats.contract import Format, FormatError, FormatSpec

ENTRY_POINT_GROUP: Final = "reading_station.formats"

_log = logging.getLogger(__name__)


def known_formats() -> tuple[FormatSpec, ...]:
    """Return the built-in formats, then those of installed packages in order of name.

    A package whose format cannot be loaded is left out; the log says why.
    """
    specs = list(_built_in())
    taken = {spec.name for spec in specs}
    for entry_point in sorted(metadata.entry_points(group=ENTRY_POINT_GROUP), key=lambda each: each.name):
        spec = _load(entry_point)
        if spec is not None and spec.name not in taken:
            taken.add(spec.name)
            specs.append(spec)
    return tuple(specs)


def find_format(name: str) -> Format[Any]:
    """Return the format of that name.

    Raises
    ------
    FormatError
        If there is none; the text lists the names there are.
    """
    specs = known_formats()
    for spec in specs:
        if spec.name == name:
            return spec.create()
    names = ", ".join(spec.name for spec in specs)
    raise FormatError(f"There is no format called {name!r}; the formats are: {names}. Choose one of them.")


def _built_in() -> tuple[FormatSpec, ...]:
    from recordings_schema.formats.bids import BidsFormat
    from recordings_schema.formats.csv_format import CsvFormat
    from recordings_schema.formats.egd import EgdFormat
    from recordings_schema.formats.gazemedseg import GazemedsegFormat
    from recordings_schema.formats.gazesearch import GazesearchFormat
    from recordings_schema.formats.mcgip import McgipFormat
    from recordings_schema.formats.mimic_eye import MimicEyeFormat
    from recordings_schema.formats.mimic_eye_heat import MimicEyeHeatFormat
    from recordings_schema.formats.parquet_format import ParquetFormat
    from recordings_schema.formats.reflacx import ReflacxFormat
    from recordings_schema.formats.xdf_format import XdfFormat

    known = (
        CsvFormat, ParquetFormat, ReflacxFormat, EgdFormat, MimicEyeFormat, MimicEyeHeatFormat,
        GazesearchFormat, McgipFormat, GazemedsegFormat, BidsFormat, XdfFormat,
    )  # fmt: skip
    return tuple(FormatSpec(name=each.name, create=each) for each in known)


def _load(entry_point: metadata.EntryPoint) -> FormatSpec | None:
    package = entry_point.dist.name if entry_point.dist is not None else entry_point.value
    try:
        loaded = entry_point.load()
    except Exception:  # noqa: BLE001  # whatever a foreign package raises must not take the other formats away
        _log.exception("The format %s of the package %s cannot be loaded", entry_point.name, package)
        return None
    if not (isinstance(loaded, type) and issubclass(loaded, Format)):
        _log.warning("The entry point %s of the package %s names no format", entry_point.name, package)
        return None
    return FormatSpec(name=loaded.name, create=loaded, package=package)
