"""Modality, VOI and Presentation steps of a DICOM header as tables and windows.

- Modality LUT Sequence, else Rescale Slope and Intercept (PS3.3 C.11.1): stored bit pattern -> grey value.
- VOI LUT Sequence, else Window Center / Width with VOI LUT Function (PS3.3 C.11.2); of several the first is
  shown.
- Presentation LUT Shape, where the file has it, decides about polarity; else the Photometric Interpretation
  does: MONOCHROME1 is inverted, MONOCHROME2 is not (measurement rule 1). No intensity sign is looked at.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom import Dataset

from recordings_schema.stimuli.errors import DamagedImageError
from recordings_schema.stimuli.stimulus import Floats, StoredPixels, identity_grey_values
from recordings_schema.stimuli.window import VoiFunction, VoiTable, Window

_SPACING_NAMES = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")


@dataclass(frozen=True, slots=True, kw_only=True)
class GreyChain:
    """What a DICOM header says about turning its pixels into grey."""

    photometric: str  # MONOCHROME1, MONOCHROME2 or RGB
    bits: int  # bits stored
    is_inverted: bool
    grey_values: Floats  # by stored bit pattern
    windows: tuple[Window, ...]  # usable ones, the VOI LUT's first
    voi_table: VoiTable | None
    spacing_x_mm: float  # NaN where unknown
    spacing_y_mm: float  # NaN where unknown


def read_grey_chain(path: Path, dataset: Dataset, pixels: StoredPixels) -> GreyChain:
    """Return the grey chain of a header for its decoded pixels.

    Raises
    ------
    DamagedImageError
        If a table or the rescale is unusable.
    """
    spacing_x_mm, spacing_y_mm = _spacing(dataset)
    if pixels.ndim == 3:
        return GreyChain(
            photometric="RGB",
            bits=8,
            is_inverted=False,
            grey_values=identity_grey_values(pixels),
            windows=(),
            voi_table=None,
            spacing_x_mm=spacing_x_mm,
            spacing_y_mm=spacing_y_mm,
        )
    grey_values = _modality_values(path, dataset, pixels)
    table = _voi_table(path, dataset, is_signed=bool(grey_values.min() < 0))
    shape = str(dataset.get("PresentationLUTShape") or "")
    photometric = str(dataset.PhotometricInterpretation)
    inverted = shape == "INVERSE" if shape in ("IDENTITY", "INVERSE") else photometric == "MONOCHROME1"
    return GreyChain(
        photometric=photometric,
        bits=int(dataset.BitsStored),
        is_inverted=inverted,
        grey_values=grey_values,
        windows=(*((table.window,) if table is not None else ()), *_windows(dataset)),
        voi_table=table,
        spacing_x_mm=spacing_x_mm,
        spacing_y_mm=spacing_y_mm,
    )


def _modality_values(path: Path, dataset: Dataset, pixels: StoredPixels) -> Floats:
    stored = identity_grey_values(pixels)
    sequence = dataset.get("ModalityLUTSequence")
    if sequence:
        first, entries, _ = _lut(path, sequence[0], is_signed=pixels.dtype == np.int16)
        index = np.clip(stored - first, 0, len(entries) - 1).astype(np.intp)
        return entries[index].astype(np.float64)
    slope = _number(dataset.get("RescaleSlope"), 1.0)
    intercept = _number(dataset.get("RescaleIntercept"), 0.0)
    if not (math.isfinite(slope) and math.isfinite(intercept)) or slope == 0:
        raise DamagedImageError(
            f"The DICOM file {path.name} has an unusable rescale slope or intercept. Export it again.",
            path=path,
        )
    return stored * slope + intercept


def _number(value: Any, default: float) -> float:
    return default if value is None or value == "" else float(value)


def _voi_table(path: Path, dataset: Dataset, *, is_signed: bool) -> VoiTable | None:
    sequence = dataset.get("VOILUTSequence")
    if not sequence:
        return None
    first, entries, bits = _lut(path, sequence[0], is_signed=is_signed)
    highest = float((1 << bits) - 1)
    return VoiTable(first_value=first, fractions=np.clip(entries / highest, 0.0, 1.0))


def _lut(path: Path, item: Dataset, *, is_signed: bool) -> tuple[int, npt.NDArray[np.uint16], int]:
    """Return first mapped value, entries and bits per entry of a LUT item (PS3.3 C.11.1.1)."""
    descriptor = [int(value) for value in item.LUTDescriptor]
    count = descriptor[0] & 0xFFFF or 1 << 16  # 0 stands for 65536
    first = descriptor[1] & 0xFFFF
    if is_signed and first >= 1 << 15:  # US or SS by the sign of what is mapped, whatever the writer chose
        first -= 1 << 16
    bits = descriptor[2]
    entries = _lut_entries(item["LUTData"].value, count)
    if len(entries) != count or not 8 <= bits <= 16:
        raise DamagedImageError(
            f"The DICOM file {path.name} has a grey-scale table of the wrong length. Export it again.",
            path=path,
        )
    return first, entries, bits


def _lut_entries(raw: Any, count: int) -> npt.NDArray[np.uint16]:
    if isinstance(raw, (bytes, bytearray)):
        if len(raw) in (count, count + 1):  # 8-bit entries, padded to an even length
            return np.frombuffer(raw, np.uint8)[:count].astype(np.uint16)
        return np.frombuffer(raw, "<u2", count=min(count, len(raw) // 2)).astype(np.uint16)
    values = np.atleast_1d(np.asarray(raw, dtype=np.int64))
    return (values & 0xFFFF).astype(np.uint16)


def _windows(dataset: Dataset) -> list[Window]:
    name = str(dataset.get("VOILUTFunction") or "LINEAR")
    is_known = name in (VoiFunction.LINEAR_EXACT.value, VoiFunction.SIGMOID.value)
    function = VoiFunction(name) if is_known else VoiFunction.LINEAR
    pairs = zip(_floats(dataset.get("WindowCenter")), _floats(dataset.get("WindowWidth")), strict=False)
    windows = [Window(centre=centre, width=width, function=function) for centre, width in pairs]
    return [window for window in windows if window.is_usable]


def _floats(value: Any) -> list[float]:
    if value is None or value == "":
        return []
    values = [value] if isinstance(value, (int, float, str)) else list(value)
    return [float(one) for one in values]


def _spacing(dataset: Dataset) -> tuple[float, float]:
    """Return x and y spacing: calibrated where there is one, else at the detector; NaN where unknown."""
    for name in _SPACING_NAMES:
        values = _floats(dataset.get(name))
        if len(values) == 2 and all(math.isfinite(value) and value > 0 for value in values):
            return values[1], values[0]  # DICOM gives row spacing (y) first
    return math.nan, math.nan
